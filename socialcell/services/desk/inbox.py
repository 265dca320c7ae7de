"""The inbox: one page of a view, with the counts of all views."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlmodel import Session

from socialcell import db
from socialcell.desk.model import CaseClock
from socialcell.desk.store import case_details, cases, inbox_rows
from socialcell.desk.store.inbox_rows import (
    InboxPosition,
    InboxQuestion,
    InboxRow,
    InboxView,
)
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions import mention_queries
from socialcell.services.context import Context
from socialcell.views.desk.clock_view import ClockView, next_due, view_clock
from socialcell.views.desk.inbox_view import (
    InboxLine,
    InboxLineParts,
    InboxPage,
    view_line,
)

PAGE = 50


def read_inbox(
    context: Context, people: People, question: InboxQuestion, cursor: str = ""
) -> InboxPage:
    """A page of 50 cases. A cursor that is none of ours begins at the first page."""
    with db.reading(context.engine) as session:
        rows = inbox_rows.list_rows(session, question, PAGE + 1, _read(cursor))
        counts = inbox_rows.count_views(session, question)
        held, until = inbox_rows.own_leases(session, question)
        following = None
        if len(rows) > PAGE:
            following = _write(inbox_rows.position_of(question.view, rows[PAGE - 1]))
        return InboxPage(
            view_lines(session, rows[:PAGE], question, people),
            counts,
            following,
            held,
            until,
        )


def count_open(context: Context, question: InboxQuestion) -> int:
    """How many open cases whoever asks may see."""
    with db.reading(context.engine) as session:
        return inbox_rows.count_open(session, question)


def view_lines(
    session: Session,
    rows: Sequence[InboxRow],
    question: InboxQuestion,
    people: People,
) -> list[InboxLine]:
    """The lines of these rows; at most four statements."""
    if not rows:
        return []
    ids = [row.case.id or 0 for row in rows]
    channels: dict[int, list[str]] = defaultdict(list)
    for contact in cases.contacts_of(session, ids):
        channels[contact.case_id].append(contact.channel)
    clocks: dict[int, list[ClockView]] = defaultdict(list)
    for clock in _running(case_details.clocks_of(session, ids)):
        clocks[clock.case_id].append(view_clock(clock, question.now))
    messages = inbox_rows.last_heard(session, ids)
    mentions = mention_queries.mentions_by_id(
        session, [m.mention_id for m in messages.values() if m.mention_id is not None]
    )
    lines = []
    for row, id_ in zip(rows, ids, strict=True):
        message = messages.get(id_)
        parts = InboxLineParts(
            assignee=row.assignee,
            holder=row.holder,
            is_mine=question.operator_id in (row.case.assignee, row.holder_id),
            channels=channels[id_],
            message=message,
            mention=mentions.get(message.mention_id or 0) if message else None,
            clock=next_due(clocks[id_]),
        )
        lines.append(view_line(row.case, parts, people))
    return lines


def _running(clocks: Iterable[CaseClock]) -> Iterable[CaseClock]:
    return (clock for clock in clocks if clock.stopped_at is None)


def _write(position: InboxPosition) -> str:
    packed = json.dumps([position.key, position.id]).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _read(cursor: str) -> InboxPosition | None:
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        key, id_ = json.loads(packed)
        return InboxPosition(str(key), int(id_))
    except (ValueError, TypeError):
        return None
