"""Whether people have a link: then another one agrees to where it leads from now on."""

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.links.store import clicks
from socialcell.campaigns.publishing import store as posts
from socialcell.ops import audit
from socialcell.services.context import Context

PRINTED = "link.print"
"""Action of the audit log: somebody took a link's QR code."""


def is_public(session: Session, link: TrackedLink) -> bool:
    """Whether its QR code was taken, a post with it was approved, or a person has
    followed it. A plan that was approved has to be approved again by itself."""
    assert link.id is not None
    return (
        clicks.have_people(session, link.id)
        or bool(audit.entries_about(session, PRINTED, link.code))
        or posts.says(session, f"/r/{link.code}")
    )


def has_reached_people(context: Context, link: TrackedLink) -> bool:
    """The same of a link that was read before."""
    with db.reading(context.engine) as session:
        return is_public(session, link)


def note_print(context: Context, session: Session, link: TrackedLink) -> None:
    """Enter that somebody took a link's QR code, once for each version of the link."""
    detail = {"version": link.version}
    for row in audit.entries_about(session, PRINTED, link.code):
        if row.detail == detail:
            return
    now = context.clock.now()
    audit.append(session, context.actor, PRINTED, link.code, detail, now)
