"""Operators are proposed by one administrator and confirmed by another."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import db, roles
from socialcell.errors import SocialcellError, UsageError
from socialcell.identity import codes, store
from socialcell.identity.model import (
    OneTimeCode,
    Operator,
    RoleGrant,
)
from socialcell.json_types import JsonObject
from socialcell.listening.store import areas, owners
from socialcell.ops import audit
from socialcell.roles import Permission, Role
from socialcell.services.context import Context
from socialcell.services.operators import permissions, sign_in
from socialcell.services.operators.records import grant_detail, object_of
from socialcell.text import clean_text, displayed, one_line

FIRST_ROLES = (Role.LEAD, Role.ADMIN, Role.DPO)
_LONGEST_NAME = 80
_TURN = "operators"
_WAITS = timedelta(days=7)  # for a second person
_CODE_LASTS = timedelta(days=3)


@dataclass(frozen=True)
class RoleRequest:
    """A role that is asked for: whose it is, where it counts, from when until when."""

    role: Role
    scope: str = roles.ALL
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class IssuedCode:
    """A code, or the half of one, that is shown once to whoever acts."""

    name: str
    code: str
    is_half: bool
    ends_at: datetime


@dataclass(frozen=True)
class Confirmation:
    """What a second person's yes put into force: codes' second halves and grants."""

    name: str
    codes: tuple[IssuedCode, ...] = ()
    grants: tuple[str, ...] = field(default=())


def begin(context: Context, names: Sequence[str]) -> list[IssuedCode]:
    """Make the first two operators of a workspace, each with a code to set a password.

    UsageError: not two different names, or there are operators already.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        db.take_turn(session, _TURN)
        if store.all_operators(session):
            raise UsageError("operators.begun_before")
        shown = [_checked_name(session, name) for name in names]
        if len({store.name_key(name) for name in shown}) != 2:
            raise UsageError("operators.two_names")
        issued = []
        for name in shown:
            operator = _new_operator(session, name, None, now)
            operator.confirmed_at = now
            grants = [
                _new_grant(session, operator, RoleRequest(role), None, now, now)
                for role in FIRST_ROLES
            ]
            issued.append(_issue_code(session, operator, None, now, has_halves=False))
            detail = {"roles": [grant_detail(grant) for grant in grants]}
            note_change(context, session, "operator.begin", operator, detail)
    return issued


def add(
    context: Context, name: str, requests: Sequence[RoleRequest] = ()
) -> IssuedCode:
    """Propose an operator with roles; another administrator confirms it. Audited.

    The answer is the first half of the code. UsageError: the name is taken, a scope or
    dates are none; errors of `permissions.require`.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        actor_id = require_admin(context, session)
        operator = _new_operator(session, _checked_name(session, name), actor_id, now)
        for request in requests:
            _require_usable(session, request, now)
        grants = [
            _new_grant(session, operator, request, actor_id, now, None)
            for request in requests
        ]
        detail = {"roles": [grant_detail(grant) for grant in grants]}
        note_change(context, session, "operator.add", operator, detail)
        return _issue_code(session, operator, actor_id, now, has_halves=True)


def grant(context: Context, name: str, request: RoleRequest) -> None:
    """Propose a role for an operator; another administrator confirms it. Audited."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        actor_id = require_admin(context, session)
        operator = require_operator(session, name)
        _require_usable(session, request, now)
        row = _new_grant(session, operator, request, actor_id, now, None)
        note_change(context, session, "operator.grant", operator, grant_detail(row))


def revoke(context: Context, name: str, role: Role) -> int:
    """End every grant of a role at once; how many there were. Audited.

    UsageError: there is none. SocialcellError: too few administrators would be left.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        actor_id = require_admin(context, session)
        operator = require_operator(session, name)
        ended = [
            row
            for row in store.grants_of(session, operator.id or 0)
            if row.role == role and row.revoked_at is None
        ]
        if not ended:
            raise UsageError("operators.no_such_grant", name=operator.name, role=role)
        for row in ended:
            row.revoked_by, row.revoked_at = actor_id, now
        session.flush()
        require_two_admins(session, now)
        detail = {"grants": [row.id for row in ended], "role": str(role)}
        note_change(context, session, "operator.revoke", operator, detail)
        return len(ended)


def reset(context: Context, name: str, *, drop_factor: bool = False) -> IssuedCode:
    """Give an operator a new code to set a password. Audited.

    Who has a second factor needs it with the code, so one administrator's act is
    enough, and the old password ends now. Without one, or when it is lost
    (`drop_factor`), another administrator confirms it first, and each sees one half of
    the code. UsageError: oneself, as `set_password` is for that.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        actor_id = require_admin(context, session)
        operator = require_operator(session, name)
        if operator.id == actor_id:
            raise UsageError("operators.reset_oneself")
        has_factor = store.second_factor(session, operator.id or 0) is not None
        has_halves = drop_factor or not has_factor
        issued = _issue_code(session, operator, actor_id, now, has_halves=has_halves)
        if not has_halves:
            _end_access(context, session, operator)
        note_change(context, session, "operator.reset", operator, {"waits": has_halves})
        return issued


def confirm(context: Context, name: str) -> Confirmation:
    """Confirm what another administrator proposed about an operator: the operator,
    roles, a reset. Audited.

    UsageError: nothing waits; SocialcellError: one's own proposal, or about oneself.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        actor_id = require_admin(context, session)
        operator = require_operator(session, name)
        if operator.id == actor_id:
            raise SocialcellError("operators.confirm_oneself")
        rows = _waiting(session, operator, now)
        if not rows:
            raise UsageError("operators.nothing_waits", name=operator.name)
        others = [row for row in rows if row.made_by != actor_id]
        if not others or (operator.added_by == actor_id and not operator.confirmed_at):
            raise SocialcellError("operators.own_proposal", name=operator.name)
        if operator.confirmed_at is None:
            operator.confirmed_by, operator.confirmed_at = actor_id, now
        halves, grants = [], []
        for row in others:
            row.confirmed_by, row.confirmed_at = actor_id, now
            if isinstance(row, OneTimeCode):
                halves.append(_second_half(context, session, operator, row))
            else:
                grants.append(row)
        detail: JsonObject = {
            "grants": [row.id for row in grants],
            "resets": len(halves),
        }
        note_change(context, session, "operator.confirm", operator, detail)
        shown = tuple(f"{row.role} ({row.scope})" for row in grants)
        return Confirmation(operator.name, tuple(halves), shown)


def disable(context: Context, name: str) -> None:
    """An operator signs in no more, from now on; sessions end. Audited.

    SocialcellError: fewer than two administrators would be left.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        actor_id = require_admin(context, session)
        operator = require_operator(session, name)
        if operator.disabled_at is not None:
            raise UsageError("operators.disabled_before", name=operator.name)
        operator.disabled_by, operator.disabled_at = actor_id, now
        session.flush()
        require_two_admins(session, now)
        ended = sign_in.end_sessions(context, session, operator.id or 0)
        note_change(context, session, "operator.disable", operator, {"sessions": ended})


def end(context: Context, name: str) -> int:
    """End every open session of an operator; how many there were. Audited."""
    with db.writing(context.engine) as session:
        operator = require_operator(session, name)
        if operator.id != context.actor.id:
            require_admin(context, session)
        ended = sign_in.end_sessions(context, session, operator.id or 0)
        note_change(context, session, "operator.end", operator, {"sessions": ended})
        return ended


def require_operator(session: Session, name: str) -> Operator:
    """UsageError when there is no operator of that name."""
    operator = store.find_operator(session, name)
    if operator is None:
        names = [row.name for row in store.all_operators(session)]
        raise UsageError("operators.no_such_operator", name=name, names=names)
    return operator


def require_admin(context: Context, session: Session) -> int:
    """Also that nobody else changes operators until this is committed: two who take a
    role from each other at once would leave one administrator."""
    db.take_turn(session, _TURN)
    return permissions.require(context, session, Permission.MANAGE_OPERATORS, ())


def require_two_admins(session: Session, now: datetime) -> None:
    """Two must stay who can propose and confirm, or nothing could be changed again."""
    admins = roles.roles_with(Permission.MANAGE_OPERATORS)
    if len(store.lasting_holders(session, admins, now)) < 2:
        raise SocialcellError("operators.too_few_admins")


def _checked_name(session: Session, name: str) -> str:
    shown = one_line(displayed(clean_text(name)), _LONGEST_NAME + 1).strip()
    if not store.name_key(shown) or len(shown) > _LONGEST_NAME:
        raise UsageError("operators.bad_name", longest=_LONGEST_NAME)
    if store.find_operator(session, shown) is not None:
        raise UsageError("operators.name_taken", name=shown)
    return shown


def _require_usable(session: Session, request: RoleRequest, now: datetime) -> None:
    if not roles.is_scope(request.scope) or not scope_exists(session, request.scope):
        raise UsageError("operators.no_such_scope", scope=request.scope)
    starts_at = request.starts_at or now
    if request.ends_at is not None and request.ends_at <= max(starts_at, now):
        raise UsageError("operators.ended_grant", role=request.role)


def scope_exists(session: Session, scope: str) -> bool:
    """Whether a scope is `all`, or a ward office or department that is there."""
    if scope == roles.ALL:
        return True
    if scope.startswith("ward:"):
        return any(area.id == scope for area in areas.all_areas(session))
    return scope in owners.list_ids(session)


def _new_operator(
    session: Session, name: str, actor_id: int | None, now: datetime
) -> Operator:
    operator = Operator(
        name=name, name_key=store.name_key(name), added_by=actor_id, added_at=now
    )
    session.add(operator)
    session.flush()
    return operator


def _new_grant(
    session: Session,
    operator: Operator,
    request: RoleRequest,
    actor_id: int | None,
    now: datetime,
    confirmed_at: datetime | None,
) -> RoleGrant:
    row = RoleGrant(
        operator_id=operator.id or 0,
        role=request.role.value,
        scope=request.scope,
        starts_at=request.starts_at or now,
        ends_at=request.ends_at,
        made_by=actor_id,
        made_at=now,
        confirmed_at=confirmed_at,
    )
    session.add(row)
    session.flush()
    return row


def _issue_code(
    session: Session,
    operator: Operator,
    actor_id: int | None,
    now: datetime,
    *,
    has_halves: bool,
) -> IssuedCode:
    store.cancel_codes(session, operator.id or 0, now)
    code = codes.new_half() if has_halves else codes.new_code()
    ends_at = now + (_WAITS if has_halves else _CODE_LASTS)
    row = OneTimeCode(
        operator_id=operator.id or 0,
        hash=codes.hash_of(code),
        has_halves=has_halves,
        made_by=actor_id,
        made_at=now,
        confirmed_at=None if has_halves else now,
        ends_at=ends_at,
    )
    session.add(row)
    session.flush()
    return IssuedCode(operator.name, code, has_halves, ends_at)


def _second_half(
    context: Context, session: Session, operator: Operator, row: OneTimeCode
) -> IssuedCode:
    """Make the second half of a code, and end the password and the factor before."""
    half = codes.new_half()
    row.second_hash = codes.hash_of(half)
    row.ends_at = context.clock.now() + _CODE_LASTS
    _end_access(context, session, operator)
    store.drop_factor(session, operator.id or 0)
    return IssuedCode(operator.name, half, True, row.ends_at)


def _end_access(context: Context, session: Session, operator: Operator) -> None:
    operator.password_hash = None
    sign_in.end_sessions(context, session, operator.id or 0)


def _waiting(
    session: Session, operator: Operator, now: datetime
) -> list[OneTimeCode | RoleGrant]:
    grants = [
        row
        for row in store.grants_of(session, operator.id or 0)
        if row.confirmed_at is None and row.revoked_at is None
    ]
    return [*store.waiting_codes(session, operator.id or 0, now), *grants]


def note_change(
    context: Context,
    session: Session,
    action: str,
    operator: Operator,
    detail: JsonObject | None = None,
) -> None:
    """Enter what was done to an operator into the audit log."""
    session.flush()
    full = {"name": operator.name, **(detail or {})}
    now = context.clock.now()
    audit.append(session, context.actor, action, object_of(operator.id), full, now)
