"""The inbox: one page of a view, with the counts of all views."""

import base64
import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.clock import as_utc
from socialcell.desk.store import case_details, case_lists
from socialcell.desk.store.case_lists import CaseCursor, CaseFilter, CaseRow
from socialcell.errors import UsageError
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions import mention_queries
from socialcell.services.context import Context
from socialcell.views.desk.clock_view import ClockView, next_due, view_clock
from socialcell.views.desk.inbox_view import InboxLine, InboxPage, view_line

PAGE = 50
_LARGEST_ID = 2**63 - 1  # of a column of ids


def read_inbox(
    context: Context,
    people: People,
    case_filter: CaseFilter,
    cursor: str = "",
    *,
    limit: int = PAGE,
) -> InboxPage:
    """A page of cases. A cursor that is none of ours begins at the first page."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        rows, following = case_lists.list_cases(
            session, case_filter, now, after=_read(cursor), limit=limit
        )
        counts = case_lists.count_by_view(
            session,
            CaseFilter(
                operator=case_filter.operator,
                teams=case_filter.teams,
                scopes=case_filter.scopes,
            ),
            now,
        )
        held, until = case_details.own_leases(session, case_filter.operator or 0, now)
        return InboxPage(
            _lines(session, rows, people, now),
            counts,
            None if following is None else _write(following),
            held,
            until,
        )


def require_cursor(cursor: str) -> None:
    """UsageError for a cursor that is none of ours; none at all is the first page."""
    if cursor and _read(cursor) is None:
        raise UsageError("deskcases.wrong_after", after=cursor)


def count_open(context: Context, scopes: Collection[str] | None) -> int:
    """How many cases are open in these ward offices and departments (None: in the whole
    city). One statement."""
    with db.reading(context.engine) as session:
        return case_lists.count_open(session, scopes)


def _lines(
    session: Session, rows: Sequence[CaseRow], people: People, now: datetime
) -> list[InboxLine]:
    if not rows:
        return []
    clocks: dict[int, list[ClockView]] = defaultdict(list)
    for clock in case_details.clocks_of(session, [row.id for row in rows]):
        clocks[clock.case_id].append(view_clock(clock, now))
    mentions = mention_queries.mentions_by_id(
        session, [row.last_mention for row in rows if row.last_mention is not None]
    )
    return [
        view_line(
            row, mentions.get(row.last_mention or 0), next_due(clocks[row.id]), people
        )
        for row in rows
    ]


def _write(cursor: CaseCursor) -> str:
    packed = json.dumps([cursor.priority, cursor.due_at.isoformat(), cursor.id])
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _read(cursor: str) -> CaseCursor | None:
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        priority, due_at, id_ = json.loads(packed)
        moment = datetime.fromisoformat(due_at)
        if moment.tzinfo is None or not 0 < int(id_) <= _LARGEST_ID:
            return None
        return CaseCursor(str(priority), as_utc(moment), int(id_))
    except (ValueError, TypeError, OverflowError):
        return None
