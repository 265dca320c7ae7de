"""API tokens: an administrator makes one for a program, until a day, and revokes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from sqlmodel import Session

from socialcell import db, roles
from socialcell.errors import UsageError
from socialcell.identity import codes, store, token_store
from socialcell.identity.model import ApiToken, Operator
from socialcell.ops import audit
from socialcell.redact import remember
from socialcell.roles import Permission, TokenScope
from socialcell.services.context import Context
from socialcell.services.operators import permissions
from socialcell.services.operators.accounts import scope_exists
from socialcell.services.operators.records import token_detail, token_object
from socialcell.text import clean_text, displayed, one_line

LONGEST = timedelta(days=366)
"""A token ends after a year: nobody remembers what an older one is for."""

PREFIX = "socialcell_"
"""How each token begins: programs that look for leaked secrets know it by that."""

_LONGEST_NAME = 80
_TURN = "api tokens"


@dataclass(frozen=True)
class IssuedToken:
    """A token that was made; `token` is shown this once."""

    name: str
    token: str
    scopes: tuple[str, ...]
    place: str
    ends_at: datetime


@dataclass(frozen=True)
class TokenLine:
    """A token as listed. `state`: in_force, ended, revoked, maker_disabled."""

    name: str
    state: str
    scopes: tuple[str, ...]
    place: str
    made_by: str
    made_at: datetime
    ends_at: datetime
    last_used_on: date | None


def make_token(
    context: Context,
    name: str,
    scopes: Iterable[TokenScope],
    ends_at: datetime,
    place: str = roles.ALL,
) -> IssuedToken:
    """Make a token that reads what `scopes` name, of one ward office or department, or
    of the whole city. Audited.

    UsageError: the name is taken, there is no scope or no such place, or the end is not
    within a year from now; errors of `permissions.require`.
    """
    now = context.clock.now()
    named_scopes = tuple(sorted({scope.value for scope in scopes}))
    text = PREFIX + codes.new_token()
    remember(text)  # no log line of this process shows it
    with db.writing(context.engine) as session:
        db.take_turn(session, _TURN)
        actor_id = _require_manager(context, session, place)
        if not named_scopes:
            raise UsageError("tokens.no_scope", scopes=[*TokenScope])
        if not roles.is_scope(place) or not scope_exists(session, place):
            raise UsageError("operators.no_such_scope", scope=place)
        if not now < ends_at <= now + LONGEST:
            raise UsageError("tokens.wrong_end", days=LONGEST.days)
        shown = _checked_name(session, name)
        row = ApiToken(
            name=shown,
            name_key=store.name_key(shown),
            token_hash=codes.token_hash(text),
            scopes=list(named_scopes),
            place=place,
            made_by=actor_id,
            made_at=now,
            ends_at=ends_at,
        )
        session.add(row)
        session.flush()
        _note(context, session, "token.add", row, token_detail(row))
    return IssuedToken(shown, text, named_scopes, place, ends_at)


def revoke_token(context: Context, name: str) -> None:
    """A token is good no more, from now on. Audited.

    UsageError: there is none of this name, or it was revoked before.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        db.take_turn(session, _TURN)
        row = token_store.find_token(session, name)
        if row is None:
            raise UsageError("tokens.no_such_token", name=name)
        actor_id = _require_manager(context, session, row.place)
        if row.revoked_at is not None:
            raise UsageError("tokens.revoked_before", name=row.name)
        row.revoked_by, row.revoked_at = actor_id, now
        _note(context, session, "token.revoke", row, {})


def renew_token(
    context: Context, session: Session, old: ApiToken, actor_id: int
) -> IssuedToken:
    """Revoke a token and make its successor, of the same rights and end, in the
    caller's transaction, who has asked whether the actor may. Audited."""
    now = context.clock.now()
    text = PREFIX + codes.new_token()
    remember(text)
    old.revoked_by, old.revoked_at = actor_id, now
    _note(context, session, "token.revoke", old, {})
    taken = {token.name_key for token in token_store.all_tokens(session)}
    names = (f"{old.name} {n}" for n in count(2))
    name = next(name for name in names if store.name_key(name) not in taken)
    row = ApiToken(
        name=name,
        name_key=store.name_key(name),
        token_hash=codes.token_hash(text),
        scopes=list(old.scopes),
        place=old.place,
        made_by=actor_id,
        made_at=now,
        ends_at=old.ends_at,
    )
    session.add(row)
    session.flush()
    _note(context, session, "token.add", row, token_detail(row))
    return IssuedToken(name, text, tuple(row.scopes), row.place, row.ends_at)


def list_tokens(context: Context) -> list[TokenLine]:
    """Every token, in the order in which they were made, also those that are over."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        makers = {row.id: row for row in store.all_operators(session)}
        return [
            _line(row, makers[row.made_by], now)
            for row in token_store.all_tokens(session)
        ]


def _line(row: ApiToken, maker: Operator, now: datetime) -> TokenLine:
    return TokenLine(
        name=row.name,
        state=_state(row, maker, now),
        scopes=tuple(row.scopes),
        place=row.place,
        made_by=maker.name,
        made_at=row.made_at,
        ends_at=row.ends_at,
        last_used_on=row.last_used_on,
    )


def _state(row: ApiToken, maker: Operator, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.ends_at <= now:
        return "ended"
    return "in_force" if maker.disabled_at is None else "maker_disabled"


def _require_manager(context: Context, session: Session, place: str) -> int:
    places = () if place == roles.ALL else (place,)
    return permissions.require(context, session, Permission.MANAGE_TOKENS, places)


def _checked_name(session: Session, name: str) -> str:
    shown = one_line(displayed(clean_text(name)), _LONGEST_NAME + 1).strip()
    if not store.name_key(shown) or len(shown) > _LONGEST_NAME:
        raise UsageError("operators.bad_name", longest=_LONGEST_NAME)
    if token_store.find_token(session, shown) is not None:
        raise UsageError("tokens.name_taken", name=shown)
    return shown


def _note(
    context: Context,
    session: Session,
    action: str,
    row: ApiToken,
    detail: audit.AuditDetail,
) -> None:
    full = {"name": row.name, **detail}
    now = context.clock.now()
    audit.append(session, context.actor, action, token_object(row.id), full, now)
