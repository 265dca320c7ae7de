"""The table of owners, and the owner of each mention that follows from it.

A mention's owner is a column of its row so that lists can filter by it. It is written
in the transaction that stores annotations or decisions of the mention, and looked for
again when the table of owners changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import bindparam, case, delete, func, insert, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.clock import IST
from socialcell.language.analysis import NO_TOPIC
from socialcell.language.classifiers.danger_kinds import LONGEST
from socialcell.listening.alerts import danger_topics
from socialcell.listening.areas import owner_table
from socialcell.listening.areas.owner_table import (
    DANGER,
    NOBODY,
    RESCUE,
    OwnedProblem,
    OwnerFinder,
)
from socialcell.listening.model import Annotation, Mention, Owner

MENTION = db.table(Mention)
ANNOTATION = db.table(Annotation)
KIND = "owner"  # of the annotation that holds a person's decision
_NO_PROBLEM = frozenset({"praise", "spam", "not_civic"})
_DANGER = frozenset({"high", "critical"})


class ReadMention(Protocol):
    """What the owner of a mention follows from, beside its annotations."""

    @property
    def authored_at(self) -> datetime | None: ...
    @property
    def stored_at(self) -> datetime: ...
    @property
    def intent(self) -> str | None: ...
    @property
    def urgency(self) -> str | None: ...
    @property
    def title(self) -> str | None: ...
    @property
    def text(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class OwnedMention:
    """A mention with the owner that its row names; its words where it is critical."""

    id: int
    authored_at: datetime | None
    stored_at: datetime
    intent: str | None
    urgency: str | None
    owner: str | None
    title: str | None
    text: str | None


def list_owners(
    session: Session, *, shipped: bool | None = None
) -> list[owner_table.OwnerRecord]:
    """Every row by topic, past ones too; those of the package, or the cell's own."""
    statement = select(Owner).order_by(col(Owner.topic), col(Owner.key), col(Owner.id))
    if shipped is not None:
        statement = statement.where(col(Owner.shipped) == shipped)
    return [_read(row) for row in session.scalars(statement)]


def owners_on(session: Session, day: date) -> list[owner_table.OwnerRecord]:
    """Who owned which kind of problem on a day, by topic."""
    return [owner for owner in list_owners(session) if owner.is_valid(day)]


def list_ids(session: Session) -> list[str]:
    """The ids of all who own anything."""
    return list(session.scalars(select(col(Owner.key)).distinct().order_by(Owner.key)))


def replace(
    session: Session,
    rows: Iterable[owner_table.OwnerRecord],
    *,
    shipped: bool | None = None,
) -> None:
    """Put these rows in place of all; or of those shipped, or the cell's own."""
    dropped = delete(Owner)
    if shipped is not None:
        dropped = dropped.where(col(Owner.shipped) == shipped)
    session.execute(dropped)
    added = [_row(row) | {"shipped": bool(shipped)} for row in rows]
    if added:
        session.execute(insert(db.table(Owner)), added)


def _row(owner: owner_table.OwnerRecord) -> dict[str, object]:
    row: dict[str, object] = {
        field.name: getattr(owner, field.name) for field in fields(owner)
    }
    row["key"] = row.pop("owner")
    row["places"], row["accepts"] = "|".join(owner.places), "|".join(owner.accepts)
    return row


def update_package_rows(
    session: Session, package: Sequence[owner_table.OwnerRecord]
) -> bool:
    """Bring the package's rows up to date; did anything change?

    A row of the cell's own stands in place of the package's of the same identity. A
    table without a row of the package is the cell's alone, and stays as it is.
    """
    before = list_owners(session, shipped=True)
    own = list_owners(session, shipped=False)
    if own and not before:
        return False
    own_identities = {row.identity for row in own}
    now = [row for row in package if row.identity not in own_identities]
    if _in_order(now) == _in_order(before):
        return False
    replace(session, now, shipped=True)
    return True


def forget(session: Session) -> None:
    """Let every mention's owner be looked for again."""
    stale = update(MENTION).where(MENTION.c.owner.is_not(None))
    session.execute(stale.values(owner=None))


def list_pending(session: Session, limit: int) -> list[int]:
    """Mentions that were read and whose owner is not looked for yet, by id."""
    c = MENTION.c
    return list(
        session.scalars(
            select(c.id)
            .where(c.owner.is_(None), c.tagged_at.is_not(None), c.state == "present")
            .order_by(c.id)
            .limit(limit)
        )
    )


def resolve(
    session: Session, ids: Sequence[int], finder: OwnerFinder | None = None
) -> None:
    """Write the owners of these mentions, by what is understood of them now.

    What a person decided about the owner is in force; but nobody does not own what is
    critical.
    """
    if not ids:
        return
    finder = finder or OwnerFinder(list_owners(session))
    changed = []
    for chunk in db.chunks(ids):
        understood = _understood(session, chunk)
        for row in _mentions(session, chunk):
            owner = _owner_of(row, understood.get(row.id, {}), finder)
            if owner != row.owner:
                changed.append({"b_id": row.id, "b_owner": owner})
    if changed:
        session.connection().execute(
            update(MENTION)
            .where(MENTION.c.id == bindparam("b_id"))
            .values(owner=bindparam("b_owner")),
            changed,
        )


def problem_of(
    mention: ReadMention, understood: Mapping[str, Sequence[str]]
) -> OwnedProblem:
    """What says whose a mention is; `understood` are its values in force by kind.

    Praise, advertising and what is not about the city are nobody's problem, unless
    somebody may be in danger. What is critical is first of whoever rescues people from
    it, and somebody's, whatever its topics; where no topic fits the danger best, of
    whoever is there for every danger.
    """
    topics = understood.get("topic", ())
    if mention.urgency == "critical":
        told = f"{mention.title or ''}\n{mention.text or ''}"
        topics = topics_of_rescue(topics, told)
    moment = mention.authored_at or mention.stored_at
    is_problem = mention.intent not in _NO_PROBLEM or mention.urgency in _DANGER
    return OwnedProblem(
        topics=topics if is_problem else (),
        named=understood.get("entity", ()) if is_problem else (),
        wards=understood.get("ward", ()),
        day=moment.astimezone(IST).date(),
    )


def topics_of_rescue(topics: Sequence[str], text: str) -> tuple[str, ...]:
    """What the rows may be of that say who rescues the people of a critical text, the
    most telling first: the kind of danger in its words, where none of its topics tells
    one; its topics; then whoever is there for every danger."""
    kinds = danger_topics.kinds_beside(topics, text)[:1]
    rescues = (f"{RESCUE}{told}" for told in (*kinds, *topics))
    named = (DANGER if topic == NO_TOPIC else topic for topic in topics)
    return (*rescues, *named, DANGER)


def suggested(session: Session, mention_id: int) -> str | None:
    """The owner that follows from what is understood; None where it was not read."""
    c = ANNOTATION.c
    decided = select(c.value).where(c.mention_id == mention_id, c.kind == KIND)
    stored = select(MENTION.c.owner).where(MENTION.c.id == mention_id)
    return session.scalar(decided) or session.scalar(stored)


def decide(
    session: Session, mention_id: int, owner: str, by: str, now: datetime
) -> None:
    """Put a person's decision in force: an owner's id, or `none`."""
    c = ANNOTATION.c
    own_decision = (c.mention_id == mention_id, c.kind == KIND)
    session.execute(delete(ANNOTATION).where(*own_decision))
    resolve(session, [mention_id])
    row = {
        "mention_id": mention_id,
        "kind": KIND,
        "value": suggested(session, mention_id) or NOBODY,
        "model": "owners",
        "model_version": "",
        "made_at": now,
        "decided_value": owner,
        "decided_by": by,
        "decided_at": now,
    }
    db.insert(session, ANNOTATION, [row])
    resolve(session, [mention_id])


def take_back(session: Session, mention_id: int) -> None:
    """What a person decided about the owner is in force no more."""
    c = ANNOTATION.c
    session.execute(
        delete(ANNOTATION).where(c.mention_id == mention_id, c.kind == KIND)
    )
    resolve(session, [mention_id])


def _owner_of(
    mention: ReadMention, understood: Mapping[str, Sequence[str]], finder: OwnerFinder
) -> str:
    (decided,) = understood.get(KIND) or (None,)
    is_left_alone = decided == NOBODY and mention.urgency == "critical"
    if decided is not None and not is_left_alone:
        return decided
    owner = finder.find(problem_of(mention, understood))
    return owner.owner if owner else NOBODY


def _mentions(session: Session, ids: Sequence[int]) -> list[OwnedMention]:
    c = MENTION.c
    is_critical = c.urgency == "critical"
    beginning = func.substr(c.text, 1, LONGEST)
    statement = select(
        c.id,
        c.authored_at,
        c.stored_at,
        c.intent,
        c.urgency,
        c.owner,
        case((is_critical, c.title)),
        case((is_critical, beginning)),
    )
    rows = session.execute(statement.where(c.id.in_(ids)))
    return [OwnedMention(*row) for row in rows]


def _understood(
    session: Session, ids: Sequence[int]
) -> dict[int, dict[str, list[str]]]:
    c = ANNOTATION.c
    rows = session.execute(
        select(c.mention_id, c.kind, c.value, c.decided_value)
        .where(c.mention_id.in_(ids), c.kind.in_(("topic", "entity", "ward", KIND)))
        .order_by(c.mention_id, c.id)
    )
    values_by_mention: dict[int, dict[str, list[str]]] = {}
    for mention_id, kind, suggested_value, decided in rows:
        values = values_by_mention.setdefault(mention_id, {}).setdefault(kind, [])
        if (decided or suggested_value) not in values:
            values.append(decided or suggested_value)
    return values_by_mention


def _read(row: Owner) -> owner_table.OwnerRecord:
    texts = ("topic", "name_en", "name_mr", "name_hi", "source")
    optional = ("scope", "referral_en", "referral_mr", "referral_hi")
    return owner_table.OwnerRecord(
        owner=row.key,
        places=_split(row.places),
        accepts=_split(row.accepts),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        **{name: getattr(row, name) for name in texts},
        **{name: getattr(row, name) or "" for name in optional},
    )


def _split(joined: str | None) -> tuple[str, ...]:
    return tuple(joined.split("|")) if joined else ()


def _in_order(rows: Iterable[owner_table.OwnerRecord]) -> list[owner_table.OwnerRecord]:
    return sorted(rows, key=repr)
