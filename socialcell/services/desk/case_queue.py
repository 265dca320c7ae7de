"""The queue of cases: whoever takes some has them for five minutes, longer by work."""

from collections.abc import Sequence

from sqlmodel import Session

from socialcell import db
from socialcell.desk.case_states import OPEN_STATES, CaseState
from socialcell.desk.store import case_queue as store
from socialcell.desk.store import cases, leases
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk import case_access, case_leases, case_steps
from socialcell.services.operators import permissions

TAKEN = 25
MOST = 100


def take_next(context: Context, n: int = TAKEN) -> list[str]:
    """Take the next cases that nobody works on and that are nobody else's, P0 first,
    then those with the least time left; their numbers in that order.

    UsageError: a number that is no number of cases. Errors of `permissions.require`:
    the role has no part of the queue.
    """
    if not 1 <= n <= MOST:
        raise UsageError("deskcases.no_number_of_cases", number=n, most=MOST)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        operator = _operator(context, session)
        scopes = permissions.scopes(context, session, Permission.TRIAGE)
        taken: dict[int, str] = {}
        while len(taken) < n:
            waiting = store.next_cases(
                session, operator, scopes, now, n - len(taken), set(taken)
            )
            if not waiting:
                break
            ids = leases.take_leases(session, list(waiting), operator, now)
            taken |= {id_: waiting[id_] for id_ in ids}
        return list(taken.values())


def take(context: Context, numbers: Sequence[str]) -> None:
    """Take cases by their numbers: they are assigned to whoever takes them, unless they
    are somebody else's already. All of them, or none.

    UsageError: no such case, or it has ended. CaseHeldError: somebody works on it.
    Errors of `case_access.require_case`.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        for number in sorted(dict.fromkeys(numbers)):
            case = cases.lock_case(session, number)
            operator = case_access.require_case(
                context, session, Permission.TRIAGE, case
            )
            if CaseState(case.state) not in OPEN_STATES:
                raise UsageError(
                    "deskcases.not_open", number=case.number, state=case.state
                )
            assert case.id is not None
            while not leases.take_leases(session, [case.id], operator, now):
                lease = leases.holder_of(session, case.id, now)
                if lease is not None:
                    raise case_leases.held_error(session, case.number, lease)
                # It was given back in between.
            fresh = CaseState(case.state) in (CaseState.NEW, CaseState.ACKNOWLEDGED)
            if case.assignee is None:
                case.assignee = operator
                detail: JsonObject = {"assignee": operator}
                step = StepDraft(
                    "take",
                    context.actor.name,
                    to=CaseState.ASSIGNED if fresh else None,
                    detail=detail,
                )
                case_steps.enter_step(context, session, case, step)


def give_back(context: Context, numbers: Sequence[str] = ()) -> list[str]:
    """Give back cases that are held, or all of them; their numbers. Whose they are
    stays as it is. UsageError: no such case."""
    with db.writing(context.engine) as session:
        operator = _operator(context, session)
        now = context.clock.now()
        held = set(leases.held_by(session, operator, now))
        if numbers:
            named = [cases.find_case(session, number) for number in numbers]
            held &= {case.id for case in named if case.id is not None}
        leases.give_back(session, operator, held)
        return store.numbers_of(session, held)


def list_taken(context: Context) -> list[str]:
    """The numbers of the cases that whoever acts holds now."""
    with db.reading(context.engine) as session:
        operator = _operator(context, session)
        held = leases.held_by(session, operator, context.clock.now())
        return store.numbers_of(session, held)


def _operator(context: Context, session: Session) -> int:
    return permissions.require_session(context, session)[0]
