"""Files that came with messages: noted, worked off later, and let go of.

The caller brings the session and owns the commit. `digest` names a file in media/.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.connectors.meta.meta_push import Media
from socialcell.listening.attachment_model import Attachment
from socialcell.listening.model import Mention

ATTACHMENT = db.table(Attachment)
MENTION = db.table(Mention)
A, M = ATTACHMENT.c, MENTION.c


@dataclass(frozen=True, slots=True)
class DueAttachment:
    """A file that is to be fetched now, and how often that was tried."""

    id: int
    ref: str
    attempts: int


def queue_attachments(
    session: Session,
    source_id: int,
    platform: str,
    media: Sequence[Media],
    now: datetime,
) -> int:
    """Note files that are to be fetched; how many are new.

    A file of a message that is not held (its writer asked to be forgotten) is not.
    """
    ids_by_native_id = _present(session, platform, {file.external_id for file in media})
    rows = {
        (ids_by_native_id[file.external_id], file.ref): {
            "mention_id": ids_by_native_id[file.external_id],
            "source_id": source_id,
            "ref": file.ref,
            "kind": file.kind,
            "content_type": file.content_type,
            "state": "waiting",
            "noted_at": now,
            "attempts": 0,
        }
        for file in media
        if file.external_id in ids_by_native_id
    }
    return db.insert_new(session, ATTACHMENT, list(rows.values()))


def due(
    session: Session, source_id: int, now: datetime, limit: int, after: int = 0
) -> list[DueAttachment]:
    """Files of a source that may be fetched now, in the order in which they came."""
    rows = session.execute(
        select(A.id, A.ref, A.attempts)
        .where(
            A.source_id == source_id,
            A.state == "waiting",
            A.id > after,
            or_(A.not_before.is_(None), A.not_before <= now),
        )
        .order_by(A.id)
        .limit(limit)
    )
    return [DueAttachment(row.id, row.ref, row.attempts) for row in rows]


def mark_fetched(
    session: Session,
    id_: int,
    *,
    digest: str,
    size: int,
    content_type: str,
    now: datetime,
) -> bool:
    """Note that the file is in media/ under its digest; False when it is not wanted."""
    type_values = {"content_type": content_type} if content_type else {}
    changed_rows = db.changed(
        session,
        update(ATTACHMENT)
        .where(A.id == id_, A.state == "waiting")
        .values(
            sha256=digest, size=size, state="fetched", fetched_at=now, **type_values
        ),
    )
    return changed_rows > 0


def settle(session: Session, id_: int, state: str, reason: str) -> None:
    """The file will not come: refused, gone or failed, with why."""
    session.execute(
        update(ATTACHMENT).where(A.id == id_).values(state=state, reason=reason)
    )


def postpone(session: Session, id_: int, until: datetime, reason: str) -> None:
    session.execute(
        update(ATTACHMENT)
        .where(A.id == id_)
        .values(attempts=A.attempts + 1, not_before=until, reason=reason)
    )


def forget_bare(session: Session) -> int:
    """Forget files of messages that are no longer held or whose text is kept no
    longer; how many."""
    bare = select(M.id).where(_is_bare())
    return db.changed(session, delete(ATTACHMENT).where(A.mention_id.in_(bare)))


def count_bare(session: Session) -> int:
    """How many files `forget_bare` would forget."""
    statement = select(func.count()).where(
        A.mention_id.in_(select(M.id).where(_is_bare()))
    )
    return int(session.execute(statement).scalar_one())


def bare_digests(session: Session) -> set[str]:
    """The digests of the files that `forget_bare` would forget."""
    statement = select(A.sha256).where(
        A.sha256.is_not(None), A.mention_id.in_(select(M.id).where(_is_bare()))
    )
    return set(session.scalars(statement))


def digests(session: Session) -> set[str]:
    """The digests of all files that are held."""
    statement = select(A.sha256).where(A.sha256.is_not(None)).distinct()
    return set(session.scalars(statement))


def kept_digests(session: Session) -> set[str]:
    """The digests of files of messages that are still held with their words."""
    bare = select(M.id).where(_is_bare())
    statement = select(A.sha256).where(A.sha256.is_not(None), A.mention_id.not_in(bare))
    return set(session.scalars(statement))


def by_state(session: Session, source_id: int) -> dict[str, int]:
    statement = (
        select(A.state, func.count().label("n"))
        .where(A.source_id == source_id)
        .group_by(A.state)
        .order_by(A.state)
    )
    return {row.state: int(row.n) for row in session.execute(statement)}


def _is_bare() -> ColumnElement[bool]:
    return or_(M.state == "deleted", M.text.is_(None))


def _present(
    session: Session, platform: str, external: Collection[str]
) -> dict[str, int]:
    ids_by_native_id: dict[str, int] = {}
    for chunk in db.chunks(sorted(external)):
        rows = session.execute(
            select(M.external_id, M.id).where(
                M.platform == platform,
                M.external_id.in_(chunk),
                M.state == "present",
            )
        )
        ids_by_native_id.update((row.external_id, row.id) for row in rows)
    return ids_by_native_id
