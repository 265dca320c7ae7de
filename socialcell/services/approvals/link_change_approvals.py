"""Changes of links that people have: a second person agrees, or they are withdrawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links import tracked_link
from socialcell.campaigns.links.model import LinkChange, TrackedLink
from socialcell.campaigns.links.store import link_changes
from socialcell.errors import SocialcellError
from socialcell.json_types import as_text
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.services import second_approver
from socialcell.services.context import Context
from socialcell.services.links import tracked_links
from socialcell.services.links.tracked_links import LinkResult
from socialcell.services.makers import Maker, maker_of
from socialcell.services.manual_entry import run_entry


@dataclass(frozen=True)
class WaitingLinkChange:
    """A change that waits. `fields`: name → what it says now, and what it would say.
    `is_stale`: the link was changed since."""

    code: str
    campaign: str
    fields: Mapping[str, tuple[str | None, str | None]]
    reason: str
    actor: str
    made_at: datetime
    maker: Maker
    is_stale: bool


def list_waiting(context: Context) -> list[WaitingLinkChange]:
    """Changes of links that wait for a second person, the oldest first."""
    with db.reading(context.engine) as session:
        return [
            _describe(context, session, change, link)
            for change, link in link_changes.list_waiting(session)
        ]


def find_waiting(context: Context, code: str) -> WaitingLinkChange | None:
    """The change of a link that waits. SocialcellError: there is no such link."""
    with db.reading(context.engine) as session:
        link = tracked_links.require_link(session, code)
        change = link_changes.waiting_change(session, link)
        return None if change is None else _describe(context, session, change, link)


def approve_change(context: Context, code: str, *, dry_run: bool = False) -> LinkResult:
    """Make the change that waits, as a second person. SocialcellError: none waits, or
    the link was changed since; errors of `second_approver.require_second`."""
    return run_entry(context, lambda session: _approve(context, session, code), dry_run)


def withdraw_change(context: Context, code: str) -> TrackedLink:
    """Take back the change that waits. SocialcellError: none waits."""

    def withdraw(session: Session) -> TrackedLink:
        link, change = _require_waiting(session, code)
        _decide(context, session, link, change, "withdrawn")
        detail = {"change": change.id}
        now = context.clock.now()
        audit.append(session, context.actor, "link.withdraw", link.code, detail, now)
        return link

    return run_entry(context, withdraw)


def _approve(context: Context, session: Session, code: str) -> LinkResult:
    link, change = _require_waiting(session, code)
    about = Message("doors.change_of_link", {"code": link.code})
    persons = second_approver.require_second(
        context, session, _making(session, link, change), about
    )
    if change.version != link.version:
        raise SocialcellError("doors.changed_meanwhile", code=link.code)
    draft, _ = tracked_links.check_change(context, link, _stated(change))
    _decide(context, session, link, change, "approved")
    detail = {
        "change": change.id,
        "version": change.version,
        "made_by_operator": persons["made_by_operator"],
    }
    now = context.clock.now()
    audit.append(session, context.actor, "link.approve", link.code, detail, now)
    return tracked_links.enter_change(
        context, session, link, draft, change.actor, change.reason
    )


def _require_waiting(session: Session, code: str) -> tuple[TrackedLink, LinkChange]:
    link = tracked_links.require_link(session, code)
    change = link_changes.waiting_change(session, link)
    if change is None:
        raise SocialcellError("doors.no_waiting_change", code=link.code)
    return link, change


def _decide(
    context: Context,
    session: Session,
    link: TrackedLink,
    change: LinkChange,
    state: str,
) -> None:
    now = context.clock.now()
    if not link_changes.decide(session, change, state, context.actor.name, now):
        raise SocialcellError("doors.no_waiting_change", code=link.code)


def _making(
    session: Session, link: TrackedLink, change: LinkChange
) -> audit.AuditRecord | None:
    actions, detail = (tracked_links.PROPOSED,), {"change": change.id}
    return second_approver.making_of(session, actions, link.code, detail)


def _stated(change: LinkChange) -> dict[str, str | None]:
    return {
        name: None if value is None else as_text(value)
        for name, value in change.said.items()
    }


def _describe(
    context: Context, session: Session, change: LinkChange, link: TrackedLink
) -> WaitingLinkChange:
    stated, now = _stated(change), tracked_link.stated_fields(link)
    return WaitingLinkChange(
        code=link.code,
        campaign=link.campaign,
        fields={name: (now[name], text or None) for name, text in stated.items()},
        reason=change.reason,
        actor=change.actor,
        made_at=change.made_at,
        maker=maker_of(context, _making(session, link, change)),
        is_stale=change.version != link.version,
    )
