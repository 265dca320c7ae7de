"""Changes of links that wait for a second person: added, found, decided once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.campaigns.links.model import LinkChange, TrackedLink

CHANGE = db.table(LinkChange)
_WAITING = "waiting"


def add(
    session: Session,
    link: TrackedLink,
    fields: dict[str, str | None],
    actor: str,
    reason: str,
    now: datetime,
) -> LinkChange:
    """Add a change that waits, in the place of one that waits already."""
    session.execute(
        update(CHANGE)
        .where(CHANGE.c.link_id == link.id, CHANGE.c.state == _WAITING)
        .values(state="replaced", decided_by=actor, decided_at=now)
    )
    change = LinkChange(
        link_id=link.id or 0,
        version=link.version,
        said=dict(fields),
        actor=actor,
        reason=reason,
        made_at=now,
    )
    session.add(change)
    session.flush()
    return change


def waiting_change(session: Session, link: TrackedLink) -> LinkChange | None:
    """The change of a link that waits."""
    query = select(LinkChange).where(
        col(LinkChange.link_id) == link.id, col(LinkChange.state) == _WAITING
    )
    return session.scalars(query).first()


def list_waiting(session: Session) -> Sequence[tuple[LinkChange, TrackedLink]]:
    """Changes that wait, the oldest first, each with its link."""
    query = (
        select(LinkChange, TrackedLink)
        .join(TrackedLink, col(LinkChange.link_id) == col(TrackedLink.id))
        .where(col(LinkChange.state) == _WAITING)
        .order_by(col(LinkChange.id))
    )
    return [(change, link) for change, link in session.execute(query)]


def decide(
    session: Session, change: LinkChange, state: str, actor: str, now: datetime
) -> bool:
    """Whether it still waited, and is decided now: approved or withdrawn."""
    statement = (
        update(CHANGE)
        .where(CHANGE.c.id == change.id, CHANGE.c.state == _WAITING)
        .values(state=state, decided_by=actor, decided_at=now)
    )
    return bool(db.changed(session, statement))
