"""Reads and writes of operators, codes, sessions, factors and grants."""

import unicodedata
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.identity import codes
from socialcell.identity.actor import Actor
from socialcell.identity.model import (
    BROWSER,
    OneTimeCode,
    Operator,
    OperatorSession,
    RecoveryCode,
    RoleGrant,
    SecondFactor,
)
from socialcell.roles import Role
from socialcell.text import clean_text

IDLE = timedelta(minutes=30)
"""After so long without use a browser's session is over."""


def name_key(name: str) -> str:
    """The form in which names are compared: one person's name is nobody else's in
    other letters, widths or spaces, or with characters that nobody sees."""
    visible = "".join(
        char for char in clean_text(name) if unicodedata.category(char) != "Cf"
    )
    folded = unicodedata.normalize("NFKC", visible).casefold()
    return unicodedata.normalize("NFKC", " ".join(folded.split()))


def find_operator(session: Session, name: str) -> Operator | None:
    query = select(Operator).where(col(Operator.name_key) == name_key(name))
    return session.execute(query).scalar_one_or_none()


def all_operators(session: Session) -> list[Operator]:
    """By number: in the order in which they were added."""
    query = select(Operator).order_by(col(Operator.id))
    return list(session.execute(query).scalars())


def has_operators(session: Session) -> bool:
    """Whether this workspace has any operator at all."""
    return session.scalars(select(col(Operator.id)).limit(1)).first() is not None


def grants_of(session: Session, operator_id: int | None) -> list[RoleGrant]:
    """All grants, also those that wait, have ended or were revoked, by number; None:
    of every operator."""
    query = select(RoleGrant).order_by(col(RoleGrant.id))
    if operator_id is not None:
        query = query.where(col(RoleGrant.operator_id) == operator_id)
    return list(session.execute(query).scalars())


def effective_grants(
    session: Session, operator_id: int, now: datetime
) -> list[RoleGrant]:
    """The grants that count at a moment: confirmed, begun, not ended, not revoked, of
    an operator who is confirmed and not disabled."""
    query = (
        select(RoleGrant)
        .join(Operator, col(Operator.id) == col(RoleGrant.operator_id))
        .where(col(RoleGrant.operator_id) == operator_id, *_counts(now))
        .order_by(col(RoleGrant.id))
    )
    return list(session.execute(query).scalars())


def lasting_holders(
    session: Session, roles: Collection[Role], now: datetime
) -> list[int]:
    """The operators with a password who hold one of these roles now and for good, by
    number."""
    query = (
        select(col(Operator.id))
        .join(RoleGrant, col(Operator.id) == col(RoleGrant.operator_id))
        .where(
            col(RoleGrant.role).in_([role.value for role in roles]),
            col(RoleGrant.ends_at).is_(None),
            col(Operator.password_hash).is_not(None),
            *_counts(now),
        )
        .distinct()
        .order_by(col(Operator.id))
    )
    return list(session.execute(query).scalars())


def names_of_holders(
    session: Session, roles: Collection[Role], now: datetime
) -> list[str]:
    """The names of the operators who hold one of these roles now, sorted."""
    query = (
        select(col(Operator.name))
        .join(RoleGrant, col(Operator.id) == col(RoleGrant.operator_id))
        .where(col(RoleGrant.role).in_([role.value for role in roles]), *_counts(now))
        .distinct()
        .order_by(col(Operator.name))
    )
    return list(session.execute(query).scalars())


def _counts(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What makes a grant count at a moment. It ends at `ends_at`, which is the first
    moment without it."""
    return (
        col(Operator.confirmed_at).is_not(None),
        col(Operator.disabled_at).is_(None),
        col(RoleGrant.confirmed_at).is_not(None),
        col(RoleGrant.revoked_at).is_(None),
        col(RoleGrant.starts_at) <= now,
        or_(col(RoleGrant.ends_at).is_(None), col(RoleGrant.ends_at) > now),
    )


def open_session(
    session: Session, now: datetime, *, token: str | None = None, id_: int | None = None
) -> OperatorSession | None:
    """A session that is open at a moment, of an operator who is not disabled, by its
    token or number."""
    which = (
        col(OperatorSession.token_hash) == codes.token_hash(token)
        if token is not None
        else col(OperatorSession.id) == id_
    )
    query = (
        select(OperatorSession)
        .join(Operator, col(Operator.id) == col(OperatorSession.operator_id))
        .where(which, _is_open(now), col(Operator.disabled_at).is_(None))
    )
    return session.execute(query).scalar_one_or_none()


def browser_owner(session: Session, token: str) -> int | None:
    """The number of the operator whose browser had this token, also when its session
    has ended; None: it is that of no session."""
    query = select(col(OperatorSession.operator_id)).where(
        col(OperatorSession.token_hash) == codes.token_hash(token),
        col(OperatorSession.shell) == BROWSER,
    )
    return session.execute(query).scalar_one_or_none()


def session_with_grants(
    session: Session, now: datetime, token: str, number: Select[int]
) -> tuple[OperatorSession, Operator, list[RoleGrant], int] | None:
    """An open session by its token, as `open_session`, with its operator, the grants of
    `effective_grants` and the number that a query asks for, in one statement: each page
    begins with it."""
    own_grants = and_(
        col(RoleGrant.operator_id) == col(Operator.id),
        *_counts(now),
    )
    query = (
        select(OperatorSession, Operator, RoleGrant, number.scalar_subquery())
        .join(Operator, col(Operator.id) == col(OperatorSession.operator_id))
        .outerjoin(RoleGrant, own_grants)
        .where(
            col(OperatorSession.token_hash) == codes.token_hash(token),
            _is_open(now),
            col(Operator.disabled_at).is_(None),
        )
        .order_by(col(RoleGrant.id))
    )
    rows = session.execute(query).all()
    if not rows:
        return None
    opened, operator, _grant, count = rows[0]
    grants = [grant for _opened, _operator, grant, _count in rows if grant is not None]
    return opened, operator, grants, count


def open_sessions(
    session: Session, operator_id: int | None, now: datetime
) -> list[OperatorSession]:
    """An operator's sessions that are open at a moment, by number; None: everyone's."""
    query = (
        select(OperatorSession).where(_is_open(now)).order_by(col(OperatorSession.id))
    )
    if operator_id is not None:
        query = query.where(col(OperatorSession.operator_id) == operator_id)
    return list(session.execute(query).scalars())


def all_sessions(session: Session, operator_id: int) -> list[OperatorSession]:
    """An operator's sessions, also those that have ended, by number."""
    query = (
        select(OperatorSession)
        .where(col(OperatorSession.operator_id) == operator_id)
        .order_by(col(OperatorSession.id))
    )
    return list(session.execute(query).scalars())


def note_session_use(session: Session, session_id: int | None, now: datetime) -> None:
    """Note that a session was used; one that has ended stays as it is."""
    session.execute(
        update(OperatorSession)
        .where(
            col(OperatorSession.id) == session_id,
            col(OperatorSession.ended_at).is_(None),
        )
        .values(used_at=now)
    )


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(
        col(OperatorSession.ended_at).is_(None),
        col(OperatorSession.ends_at) > now,
        or_(
            col(OperatorSession.used_at).is_(None),
            col(OperatorSession.used_at) > now - IDLE,
        ),
    )


def actor_of(session: Session, opened: OperatorSession, now: datetime) -> Actor:
    """The operator of an open session, with the roles that count now."""
    operator = session.get_one(Operator, opened.operator_id)
    grants = effective_grants(session, opened.operator_id, now)
    return make_actor(operator, opened, grants)


def make_actor(
    operator: Operator, opened: OperatorSession, grants: Iterable[RoleGrant]
) -> Actor:
    """Who acts in a session, with the roles of these grants."""
    return Actor(
        id=operator.id,
        name=operator.name,
        roles=frozenset(grant.role for grant in grants),
        known_by="second_factor" if opened.known_by == "second_factor" else "password",
        session_id=opened.id,
    )


def usable_code(
    session: Session, operator_id: int, code: str, now: datetime
) -> OneTimeCode | None:
    """The unused, confirmed, unended code of an operator that this text is."""
    query = select(OneTimeCode).where(
        col(OneTimeCode.operator_id) == operator_id,
        col(OneTimeCode.confirmed_at).is_not(None),
        col(OneTimeCode.used_at).is_(None),
        col(OneTimeCode.ends_at) > now,
    )
    rows = session.execute(query).scalars()
    return next((row for row in rows if _is_code(row, code)), None)


def _is_code(row: OneTimeCode, code: str) -> bool:
    if not row.has_halves:
        return row.hash == codes.hash_of(code)
    first, second = codes.halves(code)
    is_first = row.hash == codes.hash_of(first)
    return row.second_hash == codes.hash_of(second) and is_first


def waiting_codes(
    session: Session, operator_id: int | None, now: datetime
) -> list[OneTimeCode]:
    """The codes of an operator that wait for a second person; None: everyone's."""
    query = (
        select(OneTimeCode)
        .where(
            col(OneTimeCode.confirmed_at).is_(None),
            col(OneTimeCode.used_at).is_(None),
            col(OneTimeCode.ends_at) > now,
        )
        .order_by(col(OneTimeCode.id))
    )
    if operator_id is not None:
        query = query.where(col(OneTimeCode.operator_id) == operator_id)
    return list(session.execute(query).scalars())


def cancel_codes(session: Session, operator_id: int, now: datetime) -> None:
    """Older codes of an operator are good no more."""
    session.execute(
        update(OneTimeCode)
        .where(
            col(OneTimeCode.operator_id) == operator_id,
            col(OneTimeCode.used_at).is_(None),
        )
        .values(used_at=now)
    )


def use_step(session: Session, operator_id: int, step: int) -> bool:
    """Use an authenticator's code up; False: it, or a later one, was used before."""
    query = (
        update(SecondFactor)
        .where(
            col(SecondFactor.operator_id) == operator_id,
            col(SecondFactor.last_step) < step,
        )
        .values(last_step=step)
    )
    return db.changed(session, query) == 1


def use_recovery_code(
    session: Session, operator_id: int, code: str, now: datetime
) -> bool:
    """Use a recovery code up; False: it is none, or was used."""
    query = (
        update(RecoveryCode)
        .where(
            col(RecoveryCode.operator_id) == operator_id,
            col(RecoveryCode.hash) == codes.hash_of(code),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=now)
    )
    return db.changed(session, query) == 1


def drop_factor(session: Session, operator_id: int) -> None:
    """Delete the authenticator and the recovery codes of an operator."""
    for table in (SecondFactor, RecoveryCode):
        session.execute(delete(table).where(col(table.operator_id) == operator_id))


def second_factor(session: Session, operator_id: int) -> SecondFactor | None:
    """The confirmed authenticator of an operator."""
    factor = session.get(SecondFactor, operator_id)
    return factor if factor is not None and factor.confirmed_at else None


def operators_with_factor(session: Session) -> set[int]:
    """The numbers of the operators who have a confirmed authenticator."""
    query = select(col(SecondFactor.operator_id)).where(
        col(SecondFactor.confirmed_at).is_not(None)
    )
    return set(session.execute(query).scalars())
