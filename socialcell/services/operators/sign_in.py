"""Sign in with a password and, where there is one, a second factor; sessions end."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session

from socialcell import db
from socialcell.errors import MissingSecret, SocialcellError
from socialcell.identity import codes, login_session, passwords, second_factor, store
from socialcell.identity.actor import Actor, os_user
from socialcell.identity.model import BROWSER, Operator, OperatorSession
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.operators.records import (
    fingerprint,
    object_of,
    session_detail,
)
from socialcell.text import clean_text, displayed, one_line

LASTS = timedelta(hours=12)
LASTS_FOR_ONE_ACT = timedelta(minutes=5)
_FREE_FAILURES = 5
_LONGEST_WAIT = 900  # seconds
_LONGEST_CLIENT = 200


class CodeNeeded(SocialcellError):  # noqa: N818 - named for what to do
    """The password is right, and a code of the second factor must follow."""


@dataclass(frozen=True)
class SignedIn:
    """A session that was opened: its token, which only the person's file holds."""

    actor: Actor
    token: str
    ends_at: datetime


def sign_in(
    context: Context,
    name: str,
    password: str,
    code: str | None = None,
    *,
    lasts: timedelta = LASTS,
    browser: str | None = None,
) -> SignedIn:
    """Open a session of this shell, or of a `browser` that calls itself so. Audited,
    failures too.

    After five failures in a row each further one makes that operator, and nobody else,
    wait: 1 s, 2 s, 4 s … up to 15 minutes. SocialcellError: the wait is not over, or
    name, password or code is wrong; CodeNeeded: a code must follow.
    """
    operator = reserve_attempt(context, name)
    is_right = passwords.is_right(
        password, operator.password_hash if operator else None
    )
    if operator is None or not is_right:
        raise refused(context, operator)
    known_by: Literal["password", "second_factor"] = "password"
    with db.reading(context.engine) as session:
        factor = store.second_factor(session, operator.id or 0)
    if factor is not None:
        if not (code or "").strip():
            forget_attempt(context, operator)
            raise CodeNeeded("operators.code_needed", name=operator.name)
        if not use_code(context, operator.id or 0, code or ""):
            raise refused(context, operator)
        known_by = "second_factor"
    return _open_session(context, operator, known_by, lasts, browser)


def use_code(context: Context, operator_id: int, code: str) -> bool:
    """Whether a code is the authenticator's or a recovery code, and was unused."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        factor = store.second_factor(session, operator_id)
        if factor is None:
            return False
        secret = second_factor.decrypt(factor.secret, factor_key(context))
        step = second_factor.step_of(secret, code, now)
        if step is not None:
            return store.use_step(session, operator_id, step)
        return store.use_recovery_code(session, operator_id, code, now)


def factor_key(context: Context) -> str:
    """The key of second factors, which `init` makes, also in a folder that is a
    workspace already. MissingSecret when it is nowhere."""
    if context.workspace.find_secret(second_factor.KEY_NAME) is None:
        folder = context.workspace.folder
        raise MissingSecret("operators.no_factor_key", folder=folder)
    return context.workspace.secret(second_factor.KEY_NAME).get_secret_value()


def end_sessions(context: Context, session: Session, operator_id: int) -> int:
    """End every open session of an operator; how many there were."""
    now = context.clock.now()
    opened = store.open_sessions(session, operator_id, now)
    for row in opened:
        row.ended_at = now
    return len(opened)


def end_own_session(context: Context) -> None:
    """End the session that acts. Audited."""
    actor, now = context.actor, context.clock.now()
    if actor.session_id is None:
        return
    with db.writing(context.engine) as session:
        opened = store.open_session(session, now, id_=actor.session_id)
        if opened is None:
            return
        opened.ended_at = now
        detail = {"session": opened.id}
        audit.append(session, actor, "operator.end", object_of(actor.id), detail, now)


def reserve_attempt(context: Context, name: str) -> Operator | None:
    """The operator of a name, the attempt counted as failed before the password is
    looked at, so that many at once are counted too."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        operator = store.find_operator(session, name)
        if operator is None:
            return None
        session.refresh(operator, with_for_update=True)
        if operator.next_sign_in_at is not None and operator.next_sign_in_at > now:
            seconds = (operator.next_sign_in_at - now).total_seconds()
            raise SocialcellError("operators.wait", n=math.ceil(seconds))
        operator.failed_sign_ins += 1
        operator.next_sign_in_at = _wait_until(operator.failed_sign_ins, now)
        session.flush()
        session.expunge(operator)
    return operator


def _wait_until(failures: int, now: datetime) -> datetime | None:
    """When the next sign-in is looked at, after so many failures in a row."""
    further = failures - _FREE_FAILURES
    if further < 0:
        return None
    return now + timedelta(seconds=min(_LONGEST_WAIT, 2 ** min(further, 20)))


def forget_attempt(context: Context, operator: Operator) -> None:
    """The password was right: the attempt goes on with the code and counts there."""
    with db.writing(context.engine) as session:
        row = session.get_one(Operator, operator.id)
        row.failed_sign_ins = max(0, row.failed_sign_ins - 1)
        row.next_sign_in_at = None


def refused(context: Context, operator: Operator | None) -> SocialcellError:
    """The error of a sign-in that failed, the same whatever was wrong. Audited."""
    if operator is not None:
        now = context.clock.now()
        detail = {"in_a_row": operator.failed_sign_ins}
        with db.writing(context.engine) as session:
            audit.append(
                session,
                context.actor,
                "operator.sign_in_failed",
                object_of(operator.id),
                detail,
                now,
            )
    return SocialcellError("operators.wrong_sign_in")


def _open_session(
    context: Context,
    operator: Operator,
    known_by: Literal["password", "second_factor"],
    lasts: timedelta,
    browser: str | None,
) -> SignedIn:
    now, token = context.clock.now(), codes.new_token()
    id_ = operator.id or 0
    with db.writing(context.engine) as session:
        row = session.get_one(Operator, id_)
        # A reset may have come since the password was looked at.
        if not row.may_sign_in or row.password_hash != operator.password_hash:
            raise SocialcellError("operators.wrong_sign_in")
        row.failed_sign_ins, row.next_sign_in_at = 0, None
        opened = OperatorSession(
            operator_id=id_,
            token_hash=codes.token_hash(token),
            shell=login_session.current() if browser is None else BROWSER,
            os_user=os_user(),
            known_by=known_by,
            opened_at=now,
            ends_at=now + lasts,
            used_at=None if browser is None else now,
            client=one_line(displayed(clean_text(browser or "")), _LONGEST_CLIENT),
        )
        session.add(opened)
        session.flush()
        actor = store.actor_of(session, opened, now)
        detail = {
            **session_detail(opened),
            "password": fingerprint(row.password_hash or ""),
        }
        audit.append(session, actor, "operator.sign_in", object_of(id_), detail, now)
    return SignedIn(actor, token, now + lasts)
