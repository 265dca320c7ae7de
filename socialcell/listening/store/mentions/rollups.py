"""Counts kept in step with what is understood, and rebuilt to the same numbers.

`contribution` says what a set of mentions adds to each cell. Whoever changes what is
understood of mentions takes their contribution away before, and adds it after.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST, as_utc
from socialcell.listening.model import (
    Annotation,
    Author,
    AuthorRollup,
    EntityRollup,
    HourRollup,
    Mention,
    RegistryAccount,
    WardRollup,
)

MENTION = db.table(Mention)
ANNOTATION = db.table(Annotation)
AUTHOR = db.table(Author)
REGISTRY = db.table(RegistryAccount)
TABLES = {
    name: db.table(model)
    for name, model in (
        ("hour", HourRollup),
        ("entity", EntityRollup),
        ("ward", WardRollup),
        ("author", AuthorRollup),
    )
}
EVERY = "*"

Key = tuple[str | int | date, ...]  # of a row, in the order of the columns; hours too
Cell = tuple[str, Key]  # which table, and its key


@dataclass(frozen=True, slots=True)
class CountedMention:
    """A mention that is counted; `registered` is its author's id in the registry."""

    id: int
    platform: str
    authored_at: datetime
    author_id: int | None
    registered: int | None


def take_turn(session: Session) -> None:
    """Wait until nobody else changes what is understood of mentions.

    Before their contribution is looked up: what another transaction adds meanwhile
    would be taken away by nobody.
    """
    db.take_turn(session, "tags")


def contribution(session: Session, ids: Sequence[int]) -> Counter[Cell]:
    """What these mentions add to each cell, as understood now. Undated: nothing."""
    cells: Counter[Cell] = Counter()
    for chunk in db.chunks(ids):
        counted = list(_mentions(session, chunk))
        values = _understood(session, [row.id for row in counted])
        for row in counted:
            cells.update(_cells(row, values.get(row.id, {})))
    return cells


def add(session: Session, cells: Counter[Cell]) -> None:
    """Add to the cells (negative: take away); cells that come to nothing go."""
    for name, table in TABLES.items():
        keys = [column.name for column in table.c if column.name != "n"]
        changed = [(key, n) for (which, key), n in cells.items() if which == name and n]
        rows = [
            dict(zip((*keys, "n"), (*key, n), strict=True))
            for key, n in sorted(changed)  # one lock order
        ]
        _add_to(session, name, keys, rows)


def subtract(session: Session, cells: Counter[Cell]) -> None:
    add(session, Counter({cell: -n for cell, n in cells.items()}))


def rebuild(session: Session) -> None:
    """Count everything anew from what is understood of each mention."""
    for table in TABLES.values():
        session.execute(delete(table))
    statement = select(MENTION.c.id).where(
        MENTION.c.state == "present", MENTION.c.language.is_not(None)
    )
    for chunk in db.chunks(session.scalars(statement).all(), 5000):
        add(session, contribution(session, chunk))


def everything(session: Session) -> dict[str, list[Key]]:
    """All cells of all rollups in order, to compare."""
    return {
        name: sorted(tuple(row) for row in session.execute(select(table)))
        for name, table in TABLES.items()
    }


def hour_of(moment: datetime) -> datetime:
    """The start of the hour on Indian clocks, which is half past an hour in UTC."""
    local = moment.astimezone(IST).replace(minute=0, second=0, microsecond=0)
    return as_utc(local)


def day_of(moment: datetime) -> date:
    return moment.astimezone(IST).date()


def _mentions(session: Session, ids: Sequence[int]) -> Iterator[CountedMention]:
    c = MENTION.c
    is_registered = (REGISTRY.c.platform == AUTHOR.c.platform) & (
        REGISTRY.c.handle == func.lower(AUTHOR.c.handle)
    )
    statement = (
        select(
            c.id,
            c.platform,
            c.authored_at,
            c.author_id,
            REGISTRY.c.id.label("registered"),
        )
        .select_from(
            MENTION.outerjoin(AUTHOR, c.author_id == AUTHOR.c.id).outerjoin(
                REGISTRY, is_registered
            )
        )
        .where(
            c.id.in_(ids),
            c.state == "present",
            c.language.is_not(None),
            c.authored_at.is_not(None),
        )
    )
    for row in session.execute(statement):
        yield CountedMention(*row)


def _understood(session: Session, ids: Sequence[int]) -> dict[int, dict[str, set[str]]]:
    if not ids:
        return {}
    c = ANNOTATION.c
    rows = session.execute(
        select(c.mention_id, c.kind, c.value, c.decided_value).where(
            c.mention_id.in_(ids),
            c.kind.in_(("topic", "sentiment", "entity", "ward")),
        )
    )
    values_by_mention: dict[int, dict[str, set[str]]] = {}
    for mention_id, kind, suggested, decided in rows:
        kinds = values_by_mention.setdefault(mention_id, {})
        kinds.setdefault(kind, set()).add(decided or suggested)
    return values_by_mention


def _cells(row: CountedMention, understood: dict[str, set[str]]) -> Iterator[Cell]:
    hour, day = hour_of(row.authored_at), day_of(row.authored_at)
    topics = {EVERY} | understood.get("topic", set())
    sentiment = next(iter(sorted(understood.get("sentiment", {"neutral"}))))
    for topic in topics:
        yield "hour", (hour, row.platform, topic, sentiment)
    for entity in understood.get("entity", set()):
        if ":" in entity:  # an id of the gazetteer; other names may be people's
            yield "entity", (day, entity)
    for ward in understood.get("ward", set()):
        for topic in topics:
            yield "ward", (day, ward, topic)
    if row.registered is not None and row.author_id is not None:
        yield "author", (day, row.author_id)


def _add_to(
    session: Session,
    name: str,
    keys: list[str],
    rows: list[dict[str, str | int | date]],
) -> None:
    if not rows:
        return
    table = TABLES[name]
    db.add_counts(session, table, keys, rows)
    session.execute(delete(table).where(table.c.n == 0))
