"""Tracked links in the database: added, changed with their history, found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.campaigns.links import short_codes
from socialcell.campaigns.links.model import TrackedLink, TrackedLinkVersion
from socialcell.campaigns.links.tracked_link import LinkDraft
from socialcell.errors import SocialcellError

LINK = db.table(TrackedLink)
VERSION = db.table(TrackedLinkVersion)
_MAX_TRIES = 8


@dataclass(frozen=True, slots=True)
class LinkVersion:
    """A row of the table `tracked_link_version`; `said` are the columns of a draft."""

    link_id: int
    version: int
    said: dict[str, str | None]
    actor: str
    reason: str
    changed_at: datetime


def add(
    session: Session,
    draft: LinkDraft,
    actor: str,
    now: datetime,
    draw: Callable[[], str] = short_codes.new_code,
) -> TrackedLink:
    """Add a link under a random code; the database ensures that the code is new."""
    for _ in range(_MAX_TRIES):
        code = draw()
        row = {
            **draft.values(),
            "code": code,
            "version": 1,
            "created_at": now,
            "changed_at": now,
        }
        if db.insert_new(session, LINK, [row]):
            link = by_code(session, code)
            assert link is not None
            _add_version(session, link, draft, actor, "made", now)
            return link
    raise SocialcellError("links.no_free_code", tries=_MAX_TRIES)


def change_link(
    session: Session,
    link: TrackedLink,
    draft: LinkDraft,
    actor: str,
    reason: str,
    now: datetime,
) -> tuple[str, ...]:
    """Change a link to the draft; returns the columns that differ. None differ: no new
    version."""
    values = draft.values()
    changed = tuple(key for key in values if values[key] != getattr(link, key))
    if changed:
        session.execute(
            update(LINK)
            .where(LINK.c.id == link.id)
            .values(**values, version=link.version + 1, changed_at=now)
        )
        session.refresh(link)
        _add_version(session, link, draft, actor, reason, now)
    return changed


def by_code(session: Session, code: str) -> TrackedLink | None:
    return session.scalars(
        select(TrackedLink).where(col(TrackedLink.code) == code.lower())
    ).first()


def find_same(session: Session, draft: LinkDraft) -> TrackedLink | None:
    """The oldest link with exactly these values."""
    conditions = [
        LINK.c[key].is_not_distinct_from(text) for key, text in draft.values().items()
    ]
    query = (
        select(TrackedLink).where(*conditions).order_by(col(TrackedLink.id)).limit(1)
    )
    return session.scalars(query).first()


def find_links(
    session: Session, filters: Mapping[str, str | None] | None = None
) -> Sequence[TrackedLink]:
    """Links whose columns match the filters (None: any), the newest first."""
    query = select(TrackedLink).order_by(col(TrackedLink.id).desc())
    for key, text in (filters or {}).items():
        if text is not None:
            query = query.where(LINK.c[key] == text)
    return session.scalars(query).all()


def links_before(
    session: Session,
    filters: Mapping[str, str | None],
    before: int | None,
    limit: int,
) -> list[TrackedLink]:
    """At most `limit` links whose columns match the filters (None: any) with an id
    below `before` (None: any), the newest first."""
    query = select(TrackedLink).order_by(col(TrackedLink.id).desc()).limit(limit)
    for key, text in filters.items():
        if text is not None:
            query = query.where(LINK.c[key] == text)
    if before is not None:
        query = query.where(col(TrackedLink.id) < before)
    return list(session.scalars(query))


def campaigns(session: Session) -> list[str]:
    return list(session.scalars(select(LINK.c.campaign).distinct()))


def versions(session: Session, link: TrackedLink) -> list[LinkVersion]:
    """The versions of a link, the oldest first."""
    query = select(VERSION).where(VERSION.c.link_id == link.id)
    return db.records(session, query.order_by(VERSION.c.version), LinkVersion)


def change_mark(session: Session) -> tuple[int, int]:
    """Two numbers that change with every new link and every change of one."""
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(LINK.c.version), 0)).select_from(
            LINK
        )
    ).one()
    return int(row[0]), int(row[1])


def _add_version(
    session: Session,
    link: TrackedLink,
    draft: LinkDraft,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    columns = draft.values()
    if draft.expires_at is not None:
        columns["expires_at"] = draft.expires_at.isoformat()
    session.execute(
        insert(VERSION).values(
            link_id=link.id,
            version=link.version,
            said=columns,
            actor=actor,
            reason=reason,
            changed_at=now,
        )
    )
