"""What waits at this moment: for a second person, to be sent, to be read."""

from collections.abc import Mapping
from dataclasses import dataclass

from socialcell import db
from socialcell.campaigns.publishing import store as publishing_store
from socialcell.desk.routing_table import CELL
from socialcell.desk.store import case_details, case_lists
from socialcell.desk.store.case_lists import CaseFilter
from socialcell.listening.store.mentions import reply_drafts, tags
from socialcell.listening.store.mentions.tags import TaggingBacklog
from socialcell.ops import outbox_store
from socialcell.ops.outbox_store import Backlog
from socialcell.registers.store import breaches as breach_store
from socialcell.registers.store import requests as request_store
from socialcell.registers.store.breaches import BreachClocks
from socialcell.registers.store.requests import RequestClocks
from socialcell.services.context import Context
from socialcell.services.messaging.sending_times import SENDING


@dataclass(frozen=True)
class WaitingWork:
    """Posts and answers that wait for a second person, answers in doubt, the outbox and
    its mode, mentions that are not read yet, requests of persons, what must be told of
    breaches; and of cases how many each view of the inbox has, how many were reopened,
    and how many answers wait."""

    posts: int
    answers: int
    doubts: int
    mode: str
    outbox: Backlog
    tagging: TaggingBacklog
    cases: Mapping[str, int]
    reopened: int
    case_answers: int
    requests: RequestClocks
    breaches: BreachClocks


def read_waiting(context: Context) -> WaitingWork:
    """All that waits now, counted in one statement."""
    own_cases = CaseFilter(operator=context.actor.id, teams=(CELL,))
    now = context.clock.now()
    with db.reading(context.engine) as session:
        rows = db.ask_together(
            session,
            publishing_store.drafts_query(),
            reply_drafts.waiting_query(now - SENDING),
            outbox_store.mode_query(),
            outbox_store.backlog_query(now),
            tags.backlog_query(),
            case_details.decisions_query(),
            case_lists.by_view_query(own_cases, now),
            request_store.clocks_query(now),
            breach_store.clocks_query(now),
        )
        (posts,), (answers, doubts), (mode,), outbox, tagging, *others = rows
        (reopened, case_answers), views, requests, breaches = others
        return WaitingWork(
            posts,
            answers,
            doubts,
            mode,
            Backlog(*outbox),
            TaggingBacklog(*tagging),
            case_lists.views_of_row(views),
            reopened,
            case_answers,
            RequestClocks(*requests),
            BreachClocks(*breaches),
        )
