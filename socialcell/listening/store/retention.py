"""What has been kept long enough goes: raw JSON, then text; counts stay as they are.

A mention without its text is still counted: what was understood of it stays without
any of its words, so that a rebuild of the rollups comes to the same numbers.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.json_types import JsonObject
from socialcell.listening.model import Annotation, Link, Mention, RawItem
from socialcell.listening.store.mentions import rollups
from socialcell.listening.store.pages import raw_payloads

MENTION = db.table(Mention)
ANNOTATION = db.table(Annotation)
LINK = db.table(Link)
RAW = db.table(RawItem)
# Details of an annotation that hold no words of the text.
_NOT_WORDS = frozenset({"label", "mixed", "script", "probabilities"})


def old_raws(session: Session, before: datetime, limit: int) -> dict[int, str]:
    """Raw items received before a moment: id → mapped or quarantined."""
    statement = select(RAW.c.id, RAW.c.state).where(RAW.c.received_at < before)
    rows = session.execute(statement.order_by(RAW.c.id).limit(limit))
    return {row.id: row.state for row in rows}


def drop_raws(session: Session, ids: Sequence[int]) -> None:
    raw_payloads.drop(session, ids)


def old_texts(
    session: Session, platform: str, before: datetime, limit: int
) -> list[int]:
    """Mentions of a platform whose text was fetched before a moment."""
    m = MENTION.c
    fetched = func.coalesce(m.fetched_at, m.stored_at)
    return list(
        session.scalars(
            select(m.id)
            .where(m.platform == platform, m.text.is_not(None), fetched < before)
            .order_by(m.id)
            .limit(limit)
        )
    )


def drop_texts(session: Session, ids: Sequence[int]) -> None:
    """Texts, titles, links and quoted words of these mentions; counts stay."""
    rollups.take_turn(session)
    rollups.subtract(session, rollups.contribution(session, ids))
    for chunk in db.chunks(ids):
        _drop_words(session, chunk)
        session.execute(delete(LINK).where(LINK.c.mention_id.in_(chunk)))
        for id_, missing in session.execute(
            select(MENTION.c.id, MENTION.c.missing).where(MENTION.c.id.in_(chunk))
        ).all():
            session.execute(
                update(MENTION)
                .where(MENTION.c.id == id_)
                .values(
                    text=None,
                    title=None,
                    folded=None,
                    missing=sorted({*missing, "text"}),
                )
            )
    rollups.add(session, rollups.contribution(session, ids))


def counts(
    session: Session, raw_before: datetime, text_before: dict[str, datetime]
) -> Counter[str]:
    """How much is old enough to go, by kind: raw states, and `text <platform>`."""
    m = MENTION.c
    count_by_kind: Counter[str] = Counter()
    by_state = select(RAW.c.state, func.count()).where(RAW.c.received_at < raw_before)
    for state, n in session.execute(by_state.group_by(RAW.c.state)):
        count_by_kind[state] = n
    fetched = func.coalesce(m.fetched_at, m.stored_at)
    for platform, before in text_before.items():
        count_by_kind[f"text {platform}"] = session.execute(
            select(func.count()).where(
                m.platform == platform, m.text.is_not(None), fetched < before
            )
        ).scalar_one()
    return count_by_kind


def _drop_words(session: Session, ids: Sequence[int]) -> None:
    a = ANNOTATION.c
    rows = session.execute(
        select(a.id, a.kind, a.value, a.detail).where(a.mention_id.in_(ids))
    ).all()
    # A name that is in no list of ours stands as it was written: it goes whole.
    bare = [row.id for row in rows if row.kind == "entity" and ":" not in row.value]
    session.execute(delete(ANNOTATION).where(a.id.in_(bare)))
    for row in rows:
        detail = _without_words(row.detail)
        if detail != row.detail:
            session.execute(
                update(ANNOTATION).where(a.id == row.id).values(detail=detail)
            )


def _without_words(detail: JsonObject | None) -> JsonObject | None:
    if detail is None:
        return None
    return {key: part for key, part in detail.items() if key in _NOT_WORDS}
