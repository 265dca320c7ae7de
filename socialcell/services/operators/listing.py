"""Operators with their roles, as they are listed."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

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


def list_operators(context: Context) -> list[OperatorLine]:
    """Every operator, in the order in which they were added."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        operators = store.all_operators(session)
        names = {operator.id: operator.name for operator in operators}
        return [_line(session, operator, names, now) for operator in operators]


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
    session: Session, operator: Operator, names: dict[int | None, str], now: datetime
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
        for grant in store.grants_of(session, id_)
    )
    return OperatorLine(
        id=id_,
        name=operator.name,
        state=_state(operator),
        second_factor=store.second_factor(session, id_) is not None,
        sessions=len(store.open_sessions(session, id_, now)),
        proposed_by=names.get(operator.added_by) if operator.added_by else None,
        confirmed_by=names.get(operator.confirmed_by)
        if operator.confirmed_by
        else None,
        grants=grants,
        reset_waits=bool(store.waiting_codes(session, id_, now)),
    )


def _state(operator: Operator) -> str:
    if operator.disabled_at is not None:
        return "disabled"
    if operator.confirmed_at is None:
        return "waits"
    return "active" if operator.password_hash else "no_password"
