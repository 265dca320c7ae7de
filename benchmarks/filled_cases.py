"""Cases of a year beside the mentions of a database, for measuring: rows as they stand.

One mention in ten has a case: eight of a hundred are open, in all states, the others
ended in the ways that cases end. Each has its citizen's conversation, the cell's
answer, its steps and its clocks; some open ones are worked on just now, or may be one
with another.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine, func, insert, select
from sqlmodel import Session, SQLModel, col

from benchmarks.corpus import END
from socialcell import db
from socialcell.desk.case_states import OPEN_STATES, CaseState
from socialcell.desk.model import (
    CaseClock,
    CaseContact,
    CaseLease,
    CaseMessage,
    CaseStep,
    CaseSuggestion,
    DeskCase,
)
from socialcell.listening.model import Mention

AT_ONCE = 5_000
MENTIONS_PER_CASE = 10
OPEN_OF_100 = 8
ENDS = (
    *[CaseState.CLOSED_CONFIRMED] * 12,
    *[CaseState.CLOSED_UNCONFIRMED] * 5,
    *[CaseState.DROPPED] * 2,
    CaseState.CANCELLED,
)
TOPICS = ("water", "roads", "waste", "drainage", "streetlights")
WAITING = (CaseState.RESOLVED_CLAIMED, CaseState.REFERRED)
AREAS = ("ward:kothrud-bavdhan", "ward:aundh-baner", "ward:kasba-vishrambaug")
BY = "the benchmark"
LEASED = 40  # open cases that an operator works on just now
Rows = dict[type[SQLModel], list[dict[str, Any]]]


def fill_cases(engine: Engine, operator: int) -> int:
    """Write the cases where there are none yet; how many stand there then."""
    with db.writing(engine) as session:
        cases = session.scalar(select(func.count()).select_from(DeskCase)) or 0
        if cases:
            return cases
        numbers = count(1)
        newest = session.scalar(select(func.max(col(Mention.id)))) or 0
        for first in range(1, newest + 1, AT_ONCE * MENTIONS_PER_CASE):
            last = first + AT_ONCE * MENTIONS_PER_CASE
            rows = _cases(session, first, last, numbers, operator)
            for table, values in rows.items():
                if values:
                    session.execute(insert(table), values)
        return next(numbers) - 1


def _cases(
    session: Session, first: int, last: int, numbers: Iterator[int], operator: int
) -> Rows:
    query = (
        select(col(Mention.id), col(Mention.authored_at))
        .where(
            col(Mention.id) >= first,
            col(Mention.id) < last,
            col(Mention.id) % MENTIONS_PER_CASE == 0,
        )
        .order_by(col(Mention.id))
    )
    rows: Rows = {}
    for mention in session.execute(query):
        n = next(numbers)
        for table, values in _case(n, mention.id, mention.authored_at, operator):
            rows.setdefault(table, []).append(dict(values))
    return rows


def _case(
    n: int, mention: int, at: datetime, operator: int
) -> Iterator[tuple[type[SQLModel], Mapping[str, Any]]]:
    """The rows of a case: an open one is at most five days old, an ended one older."""
    is_open = n % 100 < OPEN_OF_100
    state = OPEN_STATES[n // 100 % len(OPEN_STATES)] if is_open else ENDS[n % len(ENDS)]
    at = END - timedelta(minutes=n % 7_000) if is_open else at
    ended = None if is_open else at + timedelta(days=3)
    is_new = state == CaseState.NEW
    yield (
        DeskCase,
        {
            "id": n,
            "number": f"26-{n:06}",
            "kind": "complaint",
            "topic": TOPICS[n % len(TOPICS)],
            "priority": f"P{n % 3 + 1}",
            "suggested_priority": f"P{n % 3 + 1}",
            "area": AREAS[n % len(AREAS)],
            "place": "Kothrud",
            "summary": f"No water in lane {n % 90}",
            "state": state.value,
            "owner": f"dept:{TOPICS[n % len(TOPICS)]}",
            "assignee": operator if not is_new and n % 5 == 0 else None,
            "opened_by": BY,
            "opened_from": "mention",
            "opened_at": at,
            "first_contact_at": at,
            "closed_at": ended,
        },
    )
    yield (
        CaseContact,
        {
            "id": n,
            "case_id": n,
            "first_case_id": n,
            "channel": "x",
            "person": f"{n:032x}",
            "language": "mr",
            "script": "Deva",
            "last_heard_at": at,
            "closing": "yes" if state == CaseState.CLOSED_CONFIRMED else None,
            "added_at": at,
        },
    )
    message = {"case_id": n, "contact_id": n, "made_by": BY, "is_public": True}
    yield (
        CaseMessage,
        message
        | {"direction": "in", "mention_id": mention, "state": "received", "at": at},
    )
    if not is_new:
        yield (
            CaseMessage,
            message
            | {
                "direction": "out",
                "purpose": "answer",
                "text": "आपली तक्रार नोंदवली आहे.",
                "language": "mr",
                "state": "sent",
                "at": at + timedelta(hours=1),
                "sent_at": at + timedelta(hours=1),
            },
        )
    states = [CaseState.NEW] if is_new else [CaseState.NEW, CaseState.ASSIGNED, state]
    for k, (before, after) in enumerate(
        zip([*states[:1], *states], states, strict=False)
    ):
        yield (
            CaseStep,
            {
                "case_id": n,
                "kind": "state" if k else "open",
                "from_state": before.value,
                "to_state": after.value,
                "level": 0,
                "by": BY,
                "at": at + timedelta(hours=k),
                "detail": {},
            },
        )
    for kind, hours in (("first_answer", 4), ("total", 120)):
        runs = is_open and (is_new or (kind == "total" and state not in WAITING))
        yield (
            CaseClock,
            {
                "case_id": n,
                "kind": kind,
                "started_at": at,
                "due_at": at + timedelta(hours=hours),
                "stopped_at": None if runs else ended or at + timedelta(hours=1),
                "ending": None if runs else "done",
                "missed": False,
                "counts": "working",
                "span_seconds": hours * 3600,
                "escalates_at": at + timedelta(hours=hours / 2) if runs else None,
            },
        )
    if is_open and n % 100 == 1 and n // 100 <= LEASED:
        yield (
            CaseLease,
            {
                "case_id": n,
                "holder": operator,
                "since": END - timedelta(minutes=5),
                "until": END + timedelta(minutes=10),
            },
        )
    if is_open and n % 100 == 2:
        yield (
            CaseSuggestion,
            {
                "case_id": n,
                "other_id": n - 1,
                "reasons": {"same_place": True},
                "made_at": at,
            },
        )
