"""Operators for tests, with a session that is open; no password is hashed."""

from dataclasses import replace
from datetime import timedelta

from sqlmodel import select

from socialcell import db
from socialcell.identity import codes, login_session, session_file, store
from socialcell.identity.actor import Actor, os_user
from socialcell.identity.model import Operator, OperatorSession, RoleGrant
from socialcell.roles import ALL, Role
from socialcell.services.context import Context

LASTS = timedelta(days=3650)


def operator(
    context: Context, name: str, *roles: Role, known_by: str = "second_factor"
) -> Actor:
    """An operator of this name with these roles (a lead without any), signed in."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        row = store.find_operator(session, name) or _add(session, name, now)
        held = {grant.role for grant in store.grants_of(session, row.id)}
        for role in set(roles or (Role.LEAD,)) - held:
            session.add(
                RoleGrant(
                    operator_id=row.id,
                    role=role.value,
                    scope=ALL,
                    starts_at=now,
                    made_at=now,
                    confirmed_at=now,
                )
            )
        token = f"{name}'s token"
        query = select(OperatorSession).where(
            OperatorSession.token_hash == codes.token_hash(token)
        )
        opened = session.scalars(query).first()
        if opened is None:
            opened = OperatorSession(
                operator_id=row.id,
                token_hash=codes.token_hash(token),
                shell=login_session.current(),
                os_user=os_user(),
                known_by=known_by,
                opened_at=now,
                ends_at=now + LASTS,
            )
            session.add(opened)
        session.flush()
        return store.actor_of(session, opened, now)


def acting(context: Context, name: str, *roles: Role) -> Context:
    """The same workspace with this operator signed in."""
    return replace(context, actor=operator(context, name, *roles))


def sign_in_shell(context: Context, name: str, *roles: Role) -> None:
    """Sign an operator in for the commands that this test starts from now on."""
    operator(context, name, *roles)
    session_file.save(context.workspace.folder, f"{name}'s token")


def _add(session, name: str, now) -> Operator:
    row = Operator(
        name=name, name_key=store.name_key(name), added_at=now, confirmed_at=now
    )
    session.add(row)
    session.flush()
    return row
