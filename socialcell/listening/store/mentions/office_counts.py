"""How many mentions ward offices and owners of problems have, and about what."""

from collections.abc import Collection, Iterable
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.areas.owner_table import NOBODY
from socialcell.listening.store.mentions.mention_counts import (
    ANNOTATION,
    MENTION,
    A,
    M,
    TimeSpan,
    within,
)

Office: TypeAlias = Literal["ward", "owner"]
_WARD = ANNOTATION.alias("ward_annotation")
W = _WARD.c


def by_office(
    session: Session,
    span: TimeSpan,
    office: Office,
    kind: str,
    *,
    intents: Iterable[str] = (),
    values: Collection[str] = (),
) -> dict[str, list[tuple[str, int]]]:
    """Office → (id of a topic, ward or detail, mentions), the most first.

    A mention may have several ids of a kind. `intents` keep mentions of these only,
    `values` these ids only.
    """
    column = M.owner if office == "owner" else func.coalesce(W.decided_value, W.value)
    value = func.coalesce(A.decided_value, A.value)
    source = MENTION.join(ANNOTATION, A.mention_id == M.id)
    rules: list[ColumnElement[bool]] = [within(span), A.kind == kind]
    if office == "owner":
        rules += [M.owner.is_not(None), M.owner != NOBODY]
    else:
        source = source.join(_WARD, W.mention_id == M.id)
        rules.append(W.kind == "ward")
    if intents:
        rules.append(M.intent.in_(list(intents)))
    if values:
        rules.append(value.in_(list(values)))
    count = func.count(M.id.distinct())
    rows = session.execute(
        select(column, value, count)
        .select_from(source)
        .where(*rules)
        .group_by(column, value)
        .order_by(column, count.desc(), value)
    )
    counts: dict[str, list[tuple[str, int]]] = {}
    for office_id, id_, n in rows:
        counts.setdefault(office_id, []).append((id_, n))
    return counts


def owners_within(
    session: Session, condition: ColumnElement[bool]
) -> list[tuple[str, int]]:
    """(owner, mentions) of the mentions of a condition, the most first."""
    count = func.count()
    rows = session.execute(
        select(M.owner, count)
        .where(condition, M.owner.is_not(None), M.owner != NOBODY)
        .group_by(M.owner)
        .order_by(count.desc(), M.owner)
    )
    return [(owner, n) for owner, n in rows]


def owners_of(session: Session, ids: Collection[int]) -> list[tuple[str, int]]:
    """(owner, mentions) of these mentions, the most first."""
    counts: dict[str, int] = {}
    for chunk in db.chunks(sorted(ids)):
        for owner, n in owners_within(session, M.id.in_(chunk)):
            counts[owner] = counts.get(owner, 0) + n
    return sorted(counts.items(), key=lambda count: (-count[1], count[0]))
