"""What people decided about cases, and the mention that each of them opened with."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.desk.model import CaseContact, CaseMessage, CaseStep, DeskCase
from socialcell.json_types import JsonObject

CASE, STEP = db.table(DeskCase), db.table(CaseStep)
CONTACT, MESSAGE = db.table(CaseContact), db.table(CaseMessage)
S = STEP.c
_OPEN = "open"
_BY_PEOPLE = ("triage", "refer", "come_back")  # steps that a person's decision enters


@dataclass(frozen=True, slots=True)
class DecisionStep:
    """A step that opened a case, or by which a person decided what it is."""

    case_id: int
    kind: str
    at: datetime
    detail: JsonObject


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """A case that people decided about: the mention that it opened with, and those of
    its steps that count, in their order."""

    number: str
    mention_id: int
    steps: Sequence[DecisionStep]


@dataclass(frozen=True, slots=True)
class _Opening:
    """The first message of a conversation: a mention, or words (None)."""

    contact_id: int
    case_id: int
    first_case_id: int
    message_id: int
    mention_id: int | None


def decided_cases(session: Session) -> list[DecidedCase]:
    """Every case of a mention that people decided about, by its number.

    A case that opened with words (by telephone, on paper) is not among them; neither is
    one whose first conversation was made a case of its own.
    """
    steps: dict[int, list[DecisionStep]] = {}
    for step in _steps(session):
        steps.setdefault(step.case_id, []).append(step)
    numbers: dict[int, tuple[str, bool]] = {}
    openings: dict[int, list[_Opening]] = {}
    for chunk in db.chunks(steps):
        columns = (CASE.c.id, CASE.c.number, CASE.c.merged_into.is_not(None))
        for id_, number, is_merged in session.execute(
            select(*columns).where(CASE.c.id.in_(chunk))
        ):
            numbers[id_] = number, is_merged
        split = [id_ for case_id in chunk for id_ in _split_contacts(steps[case_id])]
        for opening in _openings(session, chunk, split):
            openings.setdefault(opening.first_case_id, []).append(opening)
            if opening.contact_id in split:
                openings.setdefault(opening.case_id, []).append(opening)
    cases = []
    for case_id, (number, is_merged) in numbers.items():
        split = _split_contacts(steps[case_id])
        first = _first(openings.get(case_id, ()), split)
        if first is None or first.mention_id is None:
            continue
        # A merge moves a conversation, and its case's own decisions stay true of it.
        if is_merged or first.case_id == case_id:
            cases.append(DecidedCase(number, first.mention_id, steps[case_id]))
    return sorted(cases, key=lambda case: case.number)


def _steps(session: Session) -> Iterable[DecisionStep]:
    decides = or_(
        S.kind.in_(_BY_PEOPLE),
        (S.kind == _OPEN) & cast(S.detail, String).like('%"decided"%'),
    )
    decided = select(S.case_id).where(decides)
    query = (
        select(S.case_id, S.kind, S.at, S.detail)
        .where(S.case_id.in_(decided), S.kind.in_((_OPEN, *_BY_PEOPLE)))
        .order_by(S.id)
    )
    return (DecisionStep(*row) for row in session.execute(query))


def _split_contacts(steps: Sequence[DecisionStep]) -> list[int]:
    """The conversations that a case began with, taken out of another one."""
    for step in steps:
        contacts = step.detail.get("contacts")
        if step.kind == _OPEN and isinstance(contacts, list):
            return [id_ for id_ in contacts if isinstance(id_, int)]
    return []


def _openings(
    session: Session, case_ids: Collection[int], contact_ids: Collection[int]
) -> list[_Opening]:
    c = CONTACT.c
    contacts = select(c.id).where(
        or_(c.first_case_id.in_(case_ids), c.id.in_(contact_ids))
    )
    first = (
        select(func.min(MESSAGE.c.id))
        .where(MESSAGE.c.direction == "in", MESSAGE.c.contact_id.in_(contacts))
        .group_by(MESSAGE.c.contact_id)
    )
    query = (
        select(
            c.id,
            c.case_id,
            c.first_case_id,
            MESSAGE.c.id.label("message_id"),
            MESSAGE.c.mention_id,
        )
        .join(MESSAGE, MESSAGE.c.contact_id == c.id)
        .where(MESSAGE.c.id.in_(first))
        .order_by(MESSAGE.c.id)
    )
    return [_Opening(*row) for row in session.execute(query)]


def _first(openings: Iterable[_Opening], split: Collection[int]) -> _Opening | None:
    """The first message of all; of a case that was split off, of what was split off."""
    own = [each for each in openings if not split or each.contact_id in split]
    return min(own, key=lambda each: each.message_id, default=None)
