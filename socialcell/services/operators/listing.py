"""Operators with their roles, as they are listed."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.identity import store
from socialcell.identity.model import Operator, RoleGrant
from socialcell.services.context import Context


@dataclass(frozen=True)
class GrantLine:
    """A role of an operator. `state`: in_force, waits (for a second person), later,
    ended, revoked."""

    role: str
    scope: str
    starts_at: datetime
    ends_at: datetime | None
    state: str


@dataclass(frozen=True)
class OperatorLine:
    """An operator as listed. `state`: active, no_password, waits (for a second person),
    disabled."""

    id: int
    name: str
    state: str
    second_factor: bool
    sessions: int
    proposed_by: str | None
    confirmed_by: str | None
    grants: tuple[GrantLine, ...]
    reset_waits: bool


@dataclass(frozen=True)
class _OperatorRows:
    """What belongs to all operators: grants, and by number who has an authenticator,
    how many sessions, a code that waits."""

    grants: list[RoleGrant]
    with_factor: set[int]
    sessions: Counter[int]
    with_waiting_code: set[int]


def list_operators(context: Context) -> list[OperatorLine]:
    """Every operator, in the order in which they were added."""
    return _read_lines(context, None)


def find_operator(context: Context, operator_id: int) -> OperatorLine | None:
    """The operator of a number; None: there is none."""
    return next(iter(_read_lines(context, operator_id)), None)


def operator_number(context: Context, name: str) -> int | None:
    """The number of the operator of a name; None: there is none."""
    with db.reading(context.engine) as session:
        operator = store.find_operator(session, name)
        return None if operator is None else operator.id


def _read_lines(context: Context, operator_id: int | None) -> list[OperatorLine]:
    """The operator of a number, if there is one; None: everyone."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        opened = store.open_sessions(session, operator_id, now)
        waiting = store.waiting_codes(session, operator_id, now)
        rows = _OperatorRows(
            store.grants_of(session, operator_id),
            store.operators_with_factor(session),
            Counter(row.operator_id for row in opened),
            {row.operator_id for row in waiting},
        )
        operators = store.all_operators(session)
        names = {operator.id: operator.name for operator in operators}
        return [
            _line(operator, rows, names, now)
            for operator in operators
            if operator_id in (None, operator.id)
        ]


def grant_state(grant: RoleGrant, now: datetime) -> str:
    """The state of a grant at a moment, as of `GrantLine`."""
    if grant.revoked_at is not None:
        return "revoked"
    if grant.ends_at is not None and grant.ends_at <= now:
        return "ended"
    if grant.confirmed_at is None:
        return "waits"
    return "later" if grant.starts_at > now else "in_force"


def _line(
    operator: Operator, rows: _OperatorRows, names: dict[int | None, str], now: datetime
) -> OperatorLine:
    id_ = operator.id or 0
    grants = tuple(
        GrantLine(
            grant.role,
            grant.scope,
            grant.starts_at,
            grant.ends_at,
            grant_state(grant, now),
        )
        for grant in rows.grants
        if grant.operator_id == id_
    )
    return OperatorLine(
        id=id_,
        name=operator.name,
        state=_state(operator),
        second_factor=id_ in rows.with_factor,
        sessions=rows.sessions[id_],
        proposed_by=names.get(operator.added_by) if operator.added_by else None,
        confirmed_by=names.get(operator.confirmed_by)
        if operator.confirmed_by
        else None,
        grants=grants,
        reset_waits=id_ in rows.with_waiting_code,
    )


def _state(operator: Operator) -> str:
    if operator.disabled_at is not None:
        return "disabled"
    if operator.confirmed_at is None:
        return "waits"
    return "active" if operator.password_hash else "no_password"
