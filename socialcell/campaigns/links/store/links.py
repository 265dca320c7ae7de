"""Tracked links in the database: made, changed with their history, found."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.campaigns.links import short_codes
from socialcell.campaigns.links.model import TrackedLink, TrackedLinkVersion
from socialcell.campaigns.links.tracked_link import Draft
from socialcell.errors import SocialcellError

LINK = db.table(TrackedLink)
VERSION = db.table(TrackedLinkVersion)
_TRIES = 8


def add(
    session: Session,
    draft: Draft,
    actor: str,
    now: datetime,
    draw: Callable[[], str] = short_codes.new_code,
) -> TrackedLink:
    """A new link under a code that is drawn; the database decides that it is new."""
    for _ in range(_TRIES):
        row = {
            **draft.values(),
            "code": draw(),
            "version": 1,
            "created_at": now,
            "changed_at": now,
        }
        if db.insert_new(session, LINK, [row]):
            link = by_code(session, row["code"])
            assert link is not None
            _note(session, link, draft, actor, "made", now)
            return link
    raise SocialcellError(f"No free code was found in {_TRIES} tries. Try again.")


def change(
    session: Session,
    link: TrackedLink,
    draft: Draft,
    actor: str,
    reason: str,
    now: datetime,
) -> tuple[str, ...]:
    """Let a link say what the draft says; the columns that differ. None: no new
    version."""
    values = draft.values()
    said = saying(link)
    changed = tuple(key for key in values if values[key] != said[key])
    if changed:
        session.execute(
            update(LINK)
            .where(LINK.c.id == link.id)
            .values(**values, version=link.version + 1, changed_at=now)
        )
        session.refresh(link)
        _note(session, link, draft, actor, reason, now)
    return changed


def by_code(session: Session, code: str) -> TrackedLink | None:
    return session.scalars(
        select(TrackedLink).where(col(TrackedLink.code) == code.lower())
    ).first()


def same(session: Session, draft: Draft) -> TrackedLink | None:
    """The oldest link that says just this."""
    wanted = [LINK.c[key].is_not_distinct_from(value) for key, value in _plain(draft)]
    asked = select(TrackedLink).where(*wanted).order_by(col(TrackedLink.id)).limit(1)
    return session.scalars(asked).first()


def some(
    session: Session, wanted: Mapping[str, str | None] | None = None
) -> Sequence[TrackedLink]:
    """Links whose columns have the wanted values (None: any), the newest first."""
    asked = select(TrackedLink).order_by(col(TrackedLink.id).desc())
    for key, value in (wanted or {}).items():
        if value is not None:
            asked = asked.where(LINK.c[key] == value)
    return session.scalars(asked).all()


def campaigns(session: Session) -> list[str]:
    return list(session.scalars(select(LINK.c.campaign).distinct()))


def versions(session: Session, link: TrackedLink) -> Sequence[Row[Any]]:
    """What a link has said, the oldest first."""
    asked = select(VERSION).where(VERSION.c.link_id == link.id)
    return session.execute(asked.order_by(VERSION.c.version)).all()


def mark(session: Session) -> tuple[int, int]:
    """Two numbers that change with every new link and every change of one."""
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(LINK.c.version), 0)).select_from(
            LINK
        )
    ).one()
    return int(row[0]), int(row[1])


def saying(link: TrackedLink) -> dict[str, Any]:
    """All that a link says: column → value."""
    return {key: getattr(link, key) for key in Draft.__dataclass_fields__}


def _plain(draft: Draft) -> list[tuple[str, Any]]:
    return list(draft.values().items())


def _note(
    session: Session,
    link: TrackedLink,
    draft: Draft,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    said = draft.values()
    if draft.expires_at is not None:
        said["expires_at"] = draft.expires_at.isoformat()
    session.execute(
        insert(VERSION).values(
            link_id=link.id,
            version=link.version,
            said=said,
            actor=actor,
            reason=reason,
            changed_at=now,
        )
    )
