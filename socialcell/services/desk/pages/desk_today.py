"""The part of the desk in what a day begins with: the first cases, and what waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from socialcell import db
from socialcell.desk.store import case_details
from socialcell.desk.store.case_lists import CaseFilter
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.desk.pages import inbox
from socialcell.views.desk.inbox_view import InboxLine

_FIRST = 6


@dataclass(frozen=True)
class DeskToday:
    """The cases to work on first, how many each view has, how many open cases were
    reopened, and how many answers wait for a second person."""

    first: Sequence[InboxLine]
    counts: Mapping[str, int]
    reopened: int
    answers: int


def read_today(context: Context) -> DeskToday:
    """What of the desk needs a decision now, in the whole city."""
    people = pseudonyms.load_people(context)
    wanted = CaseFilter(operator=context.actor.id, teams=("cell",))
    with db.reading(context.engine) as session:
        reopened, answers = case_details.count_decisions(session)
    return DeskToday(
        inbox.read_first(context, people, wanted, _FIRST),
        inbox.count_views(context, wanted),
        reopened,
        answers,
    )
