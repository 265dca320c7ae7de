"""Lists of cases for commands, console and API, and one case with what belongs to it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlmodel import Session

from socialcell import db
from socialcell.clock import as_utc
from socialcell.desk.model import CaseContact, CaseMessage, CaseStep, DeskCase
from socialcell.desk.store import case_lists, cases, duplicates, leases
from socialcell.desk.store.case_lists import CaseCursor, CaseFilter, CaseRow
from socialcell.desk.store.duplicates import SuggestedPair
from socialcell.errors import UsageError
from socialcell.identity import store as operators
from socialcell.identity.model import Operator
from socialcell.listening.areas.owner_table import OWN
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.roles import ALL, Permission
from socialcell.services.context import Context
from socialcell.services.desk.case_access import places_of
from socialcell.services.desk.case_triage import CELL
from socialcell.services.operators import permissions

VIEWS = (*case_lists.VIEWS, case_lists.ALL_OPEN, case_lists.EVERY)
_MOMENT = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True)
class CaseList:
    """A page of cases with the mentions that were written last, how many each view has,
    and the text of the cursor of the next page; None: this is the last."""

    rows: Sequence[CaseRow]
    mentions: dict[int, MentionRow]
    counts: dict[str, int]
    cursor: str | None


@dataclass(frozen=True)
class CaseRecord:
    """A case and what belongs to it, as it is stored; nothing is masked yet."""

    case: DeskCase
    assignee: str | None
    holder: str | None
    held_since: datetime | None
    merged_into: str | None
    merged: Sequence[str]
    contacts: Sequence[CaseContact]
    messages: Sequence[CaseMessage]
    mentions: dict[int, MentionRow]
    steps: Sequence[CaseStep]
    suggestions: Sequence[SuggestedPair]


def list_cases(
    context: Context,
    wanted: CaseFilter,
    *,
    assignee: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> CaseList:
    """A page of the cases that whoever asks may see. The operator of `mine` and the
    teams of `team` are theirs; `assignee` is a name.

    UsageError: an unknown view, a wrong cursor, or no such operator.
    """
    if wanted.view not in VIEWS:
        raise UsageError("deskcases.no_such_view", view=wanted.view, views=VIEWS)
    cursor = None if after is None else read_cursor(after)
    now = context.clock.now()
    with db.reading(context.engine) as session:
        wanted = _of_reader(context, session, wanted)
        if assignee is not None:
            wanted = replace(wanted, assignee=_operator(session, assignee))
        rows, following = case_lists.list_cases(
            session, wanted, now, after=cursor, limit=limit
        )
        ids = [row.last_mention for row in rows if row.last_mention is not None]
        return CaseList(
            rows,
            mention_queries.mentions_by_id(session, ids),
            case_lists.count_by_view(session, wanted, now),
            cursor_text(following),
        )


def read_case(
    context: Context, number: str, scopes: Collection[str] | None = None
) -> CaseRecord:
    """A case and what belongs to it. `scopes`: it must be in one of them, beside what
    whoever asks may see. UsageError: there is no such case, which is not told apart from
    one that may not be seen."""
    with db.reading(context.engine) as session:
        case = cases.find_case(session, number)
        for seen in (scopes, _scopes(context, session)):
            if seen is not None and ALL not in seen and not places_of(case) & set(seen):
                raise UsageError("desk.no_such_case", number=number)
        assert case.id is not None
        messages = cases.messages_of(session, case.id)
        ids = [row.mention_id for row in messages if row.mention_id is not None]
        lease = leases.holder_of(session, case.id, context.clock.now())
        record = CaseRecord(
            case,
            _name(session, case.assignee),
            _name(session, None if lease is None else lease.holder),
            None if lease is None else lease.since,
            _number(session, case.merged_into),
            cases.merged_into(session, case.id),
            cases.contacts_of(session, [case.id]),
            messages,
            mention_queries.mentions_by_id(session, ids),
            cases.steps_of(session, case.id),
            duplicates.undecided(session, case.id),
        )
        session.expunge_all()
        return record


def read_cursor(text: str) -> CaseCursor:
    """The cursor that a text names. UsageError when it is none."""
    try:
        priority, at, id_ = text.split("_")
        moment = datetime.strptime(at, _MOMENT).replace(tzinfo=UTC)
        if not (id_.isascii() and id_.isdecimal() and len(id_) < 19):
            raise ValueError(id_)
        return CaseCursor(priority, moment, int(id_))
    except ValueError:
        raise UsageError("deskcases.wrong_cursor") from None


def cursor_text(cursor: CaseCursor | None) -> str | None:
    """A cursor as it stands in an address."""
    if cursor is None:
        return None
    return f"{cursor.priority}_{as_utc(cursor.due_at):{_MOMENT}}_{cursor.id}"


def _of_reader(context: Context, session: Session, wanted: CaseFilter) -> CaseFilter:
    scopes = _scopes(context, session)
    teams = {scope for scope in scopes or () if scope.startswith(OWN)}
    if scopes is None or ALL in scopes:
        teams.add(CELL)
    if wanted.view == "mine":
        permissions.require_session(context, session)
    return replace(
        wanted,
        operator=context.actor.id,
        teams=sorted(teams),
        scopes=wanted.scopes if scopes is None else scopes,
    )


def _scopes(context: Context, session: Session) -> frozenset[str] | None:
    """In which scopes whoever asks may read; None: somebody at the workspace's own
    files, who has not signed in."""
    if not context.actor.is_signed_in:
        return None
    return permissions.scopes(context, session, Permission.READ)


def _operator(session: Session, name: str) -> int:
    row = operators.find_operator(session, name)
    if row is None or row.id is None:
        raise UsageError("deskcases.no_such_operator", name=name)
    return row.id


def _name(session: Session, operator_id: int | None) -> str | None:
    return None if operator_id is None else session.get_one(Operator, operator_id).name


def _number(session: Session, case_id: int | None) -> str | None:
    return None if case_id is None else session.get_one(DeskCase, case_id).number
