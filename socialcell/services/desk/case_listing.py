"""What whoever asks at the command line or through the API may see of the cases."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.connectors import PLATFORMS
from socialcell.desk.case_states import CaseState
from socialcell.desk.model import HAND, PORTAL
from socialcell.desk.routing_table import CELL
from socialcell.desk.store import case_lists, opening_queue
from socialcell.desk.store.case_lists import CaseFilter
from socialcell.errors import UsageError
from socialcell.identity import store as operators
from socialcell.listening.areas.owner_table import OWN
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions import mention_queries
from socialcell.roles import ALL, Permission
from socialcell.services.context import Context
from socialcell.services.desk import case_reading
from socialcell.services.operators import permissions
from socialcell.views.desk import case_view

VIEWS = (*case_lists.VIEWS, case_lists.ALL_OPEN, case_lists.EVERY)
CHANNELS = (*PLATFORMS, *HAND, PORTAL)


@dataclass(frozen=True)
class CaseReader:
    """Who asks: the number of an operator, None: nobody has signed in, at the
    workspace's own files; the places that are seen (None: all); their teams."""

    operator: int | None
    places: frozenset[str] | None
    teams: tuple[str, ...]


@dataclass(frozen=True)
class UnclearMention:
    """A mention that may ask for something; its words are masked."""

    id: int
    platform: str
    at: datetime
    intent: str | None
    words: str | None


def reader_of(context: Context) -> CaseReader:
    """Who asks, and what their roles let them see. Errors of `permissions.scopes`."""
    if not context.actor.is_signed_in:
        return CaseReader(None, None, (CELL,))
    with db.reading(context.engine) as session:
        return _signed_in(context, session)


def filter_of(
    context: Context, case_filter: CaseFilter, *, assignee: str | None = None
) -> CaseFilter:
    """What somebody wants, within what they may see. `assignee` is a name.

    UsageError: an unknown view, value or operator. NeedsAPerson: nobody has signed in,
    whose own cases are asked for.
    """
    if case_filter.view not in VIEWS:
        raise UsageError("deskcases.no_such_view", view=case_filter.view, views=VIEWS)
    reader = reader_of(context)
    with db.reading(context.engine) as session:
        _require_known(session, case_filter)
        if case_filter.view == "mine":
            permissions.require_session(context, session)
        if assignee is not None:
            case_filter = replace(case_filter, assignee=_operator(session, assignee))
    return replace(
        case_filter,
        operator=reader.operator,
        teams=reader.teams,
        scopes=_both(case_filter.scopes, reader.places),
    )


def list_unclear(
    context: Context, people: People, limit: int = 50
) -> list[UnclearMention]:
    """The newest mentions that may ask for something, of which the reader is not sure:
    a person opens a case of them, or says what they are."""
    own = context.workspace.config.publishing.account_numbers
    with db.reading(context.engine) as session:
        ids = opening_queue.list_unclear(session, own, limit)
        rows = mention_queries.mentions_by_id(session, ids)
    return [
        UnclearMention(
            id_,
            rows[id_].platform,
            rows[id_].authored_at or rows[id_].stored_at,
            rows[id_].intent,
            case_view.words_of_mention(rows[id_], people)[0],
        )
        for id_ in ids
    ]


def _require_known(session: Session, case_filter: CaseFilter) -> None:
    """UsageError for a value that no case has, with those that there are."""
    case_reading.require_words(
        case_filter.kind, case_filter.topic, case_filter.priority
    )
    case_reading.require_places(session, case_filter.area, case_filter.owner)
    state, channel = case_filter.state, case_filter.channel
    if state is not None and state not in list(CaseState):
        raise UsageError("deskcases.no_state", state=state, states=list(CaseState))
    if channel is not None and channel not in CHANNELS:
        raise UsageError(
            "deskcases.no_such_channel", channel=channel, channels=CHANNELS
        )


def _signed_in(context: Context, session: Session) -> CaseReader:
    scopes = permissions.scopes(context, session, Permission.READ)
    teams = sorted(scope for scope in scopes if scope.startswith(OWN))
    if ALL in scopes:
        return CaseReader(context.actor.id, None, (CELL, *teams))
    return CaseReader(context.actor.id, scopes, tuple(teams))


def _both(
    scopes: Collection[str] | None, places: frozenset[str] | None
) -> Collection[str] | None:
    if scopes is None or places is None:
        return places if scopes is None else scopes
    return places.intersection(scopes)


def _operator(session: Session, name: str) -> int:
    row = operators.find_operator(session, name)
    if row is None or row.id is None:
        raise UsageError("deskcases.no_such_operator", name=name)
    return row.id
