"""Operators for tests, with a session that is open; no password is hashed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session, select

from socialcell import db
from socialcell.identity import codes, login_session, session_file, store
from socialcell.identity.actor import Actor, os_user
from socialcell.identity.model import (
    BROWSER,
    Operator,
    OperatorSession,
    RoleGrant,
)
from socialcell.roles import ALL, Role
from socialcell.services.context import Context

LASTS = timedelta(days=3650)


def operator(
    context: Context,
    name: str,
    *roles: Role,
    scope: str = ALL,
    known_by: Literal["password", "second_factor"] = "second_factor",
) -> Actor:
    """An operator of this name with these roles, signed in.

    Whoever is new, with no role named, is a lead.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        row = store.find_operator(session, name)
        if row is None:
            row, roles = _add(session, name, now), roles or (Role.LEAD,)
        _grant(session, row, roles, scope, now)
        opened = _session_of(session, row) or _open(session, row, known_by, now)
        return store.actor_of(session, opened, now)


def acting(context: Context, name: str, *roles: Role, scope: str = ALL) -> Context:
    """The same workspace with this operator signed in."""
    return replace(context, actor=operator(context, name, *roles, scope=scope))


def officer(context: Context) -> Context:
    """The same workspace with a data protection officer signed in."""
    return acting(context, "Dina Sample", Role.DPO)


def browser_token(context: Context, name: str, *roles: Role, scope: str = ALL) -> str:
    """The token of a browser's session of this operator, which is open from now on."""
    actor = operator(context, name, *roles, scope=scope)
    now = context.clock.now()
    token = f"{name}'s browser of {now.isoformat()}"  # an earlier one may have ended
    with db.writing(context.engine) as session:
        if store.open_session(session, now, token=token) is None:
            row = _session_row(actor.id or 0, token, "second_factor", now)
            row.shell, row.used_at = BROWSER, now
            session.add(row)
    return token


def sign_in_shell(context: Context, name: str, *roles: Role) -> None:
    """Sign an operator in for the commands that this test starts from now on."""
    operator(context, name, *roles)
    session_file.save(context.workspace.folder, _token(name))


def sign_out_shell(context: Context) -> None:
    """Nobody is signed in for the commands that this test starts from now on."""
    session_file.delete(context.workspace.folder)


def _token(name: str) -> str:
    return f"{name}'s token"


def _add(session: Session, name: str, now: datetime) -> Operator:
    row = Operator(
        name=name, name_key=store.name_key(name), added_at=now, confirmed_at=now
    )
    session.add(row)
    session.flush()
    return row


def end_grants(context: Context, name: str) -> None:
    """Every grant of an operator ends at this moment."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        row = store.find_operator(session, name)
        for grant in store.grants_of(session, row.id or 0) if row else ():
            grant.ends_at = now


def _grant(
    session: Session, row: Operator, roles: Sequence[Role], scope: str, now: datetime
) -> None:
    grants = store.grants_of(session, row.id or 0)
    present = {(grant.role, grant.scope) for grant in grants}
    for role in dict.fromkeys(roles):
        if (role.value, scope) in present:
            continue
        grant = RoleGrant(
            operator_id=row.id or 0,
            role=role.value,
            scope=scope,
            starts_at=now,
            made_at=now,
            confirmed_at=now,
        )
        session.add(grant)
    session.flush()


def _session_of(session: Session, row: Operator) -> OperatorSession | None:
    query = select(OperatorSession).where(
        OperatorSession.token_hash == codes.token_hash(_token(row.name))
    )
    return session.scalars(query).first()


def _open(
    session: Session,
    row: Operator,
    known_by: Literal["password", "second_factor"],
    now: datetime,
) -> OperatorSession:
    opened = _session_row(row.id or 0, _token(row.name), known_by, now)
    session.add(opened)
    session.flush()
    return opened


def _session_row(
    operator_id: int,
    token: str,
    known_by: Literal["password", "second_factor"],
    now: datetime,
) -> OperatorSession:
    return OperatorSession(
        operator_id=operator_id,
        token_hash=codes.token_hash(token),
        shell=login_session.current(),
        os_user=os_user(),
        known_by=known_by,
        opened_at=now,
        ends_at=now + LASTS,
    )
