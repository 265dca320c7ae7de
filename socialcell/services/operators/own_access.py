"""An operator's own password and second factor."""

from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from socialcell import db
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.identity import codes, passwords, second_factor, store
from socialcell.identity.model import Operator, RecoveryCode, SecondFactor
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.operators import permissions, sign_in
from socialcell.services.operators.records import fingerprint, object_of

_RECOVERY_GROUPS = 6


@dataclass(frozen=True)
class NewFactor:
    """An authenticator that waits for its first code. `address` is for a QR code."""

    secret: str
    address: str


def set_password(
    context: Context,
    name: str,
    proof: str,
    password: str,
    factor_code: str | None = None,
) -> None:
    """Set a password with a one-time code or the present password as proof. Open
    sessions end, the code is used up. Audited.

    UsageError: the new password is too weak. SocialcellError: the proof is none or has
    ended; CodeNeeded: a code of the second factor must come with it.
    """
    passwords.require_good(password, name)
    operator = sign_in.reserve_attempt(context, name)
    kind = None if operator is None else _proof_kind(context, operator, proof)
    if operator is None or kind is None:
        raise sign_in.refused(context, operator)
    id_ = operator.id or 0
    if has_factor(context, id_):
        if not (factor_code or "").strip():
            sign_in.forget_attempt(context, operator)
            raise sign_in.CodeNeeded("operators.code_needed", name=operator.name)
        if not sign_in.use_code(context, id_, factor_code or ""):
            raise sign_in.refused(context, operator)
    code = proof if kind == "code" else None
    _store(context, operator, code, passwords.hash_of(password))


def has_factor(context: Context, operator_id: int) -> bool:
    """Whether an operator has a second factor."""
    with db.reading(context.engine) as session:
        return store.second_factor(session, operator_id) is not None


def begin_factor(context: Context) -> NewFactor:
    """A secret for the authenticator of the operator who acts, which counts from its
    first code on. One that is there already is replaced by then, and only by somebody
    who signed in with it or a recovery code. NeedsAPerson: nobody did. MissingSecret:
    the workspace has no key for factors."""
    actor = context.actor
    with db.reading(context.engine) as session:
        _require_own_factor(context, session)
    sign_in.factor_key(context)
    secret = second_factor.new_secret()
    return NewFactor(secret, second_factor.address(secret, actor.name))


def factor_of(context: Context, secret: str) -> NewFactor:
    """The authenticator of a secret that `begin_factor` made, once more."""
    return NewFactor(secret, second_factor.address(secret, context.actor.name))


def confirm_factor(context: Context, factor: NewFactor, code: str) -> list[str]:
    """The authenticator counts from now on; ten recovery codes, each good once, which
    are shown this once. Audited. UsageError: it is not this secret's code. Errors of
    `begin_factor`: another may have been set up since."""
    now = context.clock.now()
    step = second_factor.step_of(factor.secret, code, now)
    if step is None:
        raise UsageError("operators.wrong_first_code")
    encrypted = second_factor.encrypt(factor.secret, sign_in.factor_key(context))
    new_codes = [
        codes.new_code(_RECOVERY_GROUPS) for _ in range(second_factor.RECOVERY_CODES)
    ]
    with db.writing(context.engine) as session:
        id_ = _require_own_factor(context, session)
        store.drop_factor(session, id_)
        session.add(
            SecondFactor(
                operator_id=id_,
                secret=encrypted,
                made_at=now,
                confirmed_at=now,
                last_step=step,
            )
        )
        for new_code in new_codes:
            session.add(RecoveryCode(operator_id=id_, hash=codes.hash_of(new_code)))
        detail = {"factor": fingerprint(encrypted)}
        audit.append(
            session, context.actor, "operator.factor", object_of(id_), detail, now
        )
    return new_codes


def _proof_kind(
    context: Context, operator: Operator, proof: str
) -> Literal["password", "code"] | None:
    """What a text is of this operator; None: neither."""
    if passwords.is_right(proof, operator.password_hash):
        return "password"
    now = context.clock.now()
    with db.reading(context.engine) as session:
        code = store.usable_code(session, operator.id or 0, proof, now)
    return None if code is None else "code"


def _store(context: Context, checked: Operator, code: str | None, hash_: str) -> None:
    """Store a password whose proof was the code, or `checked`'s password without one.

    Two may bring the same proof at once, and a reset may come between: the proof is
    looked at again where nobody else can use it up. SocialcellError: it is none now.
    """
    now, operator_id = context.clock.now(), checked.id or 0
    with db.writing(context.engine) as session:
        operator = session.get_one(Operator, operator_id, with_for_update=True)
        is_proved = (
            operator.password_hash == checked.password_hash
            if code is None
            else store.usable_code(session, operator_id, code, now) is not None
        )
        if not (is_proved and operator.may_sign_in):
            raise SocialcellError("operators.wrong_sign_in")
        operator.password_hash = hash_
        operator.failed_sign_ins, operator.next_sign_in_at = 0, None
        store.cancel_codes(session, operator_id, now)
        sign_in.end_sessions(context, session, operator_id)
        detail = {"name": operator.name, "password": fingerprint(hash_)}
        audit.append(
            session,
            context.actor,
            "operator.password",
            object_of(operator_id),
            detail,
            now,
        )


def _require_own_factor(context: Context, session: Session) -> int:
    """The operator who acts, and signed in with the authenticator where one is."""
    id_, known_by = permissions.require_session(context, session)
    has_factor = store.second_factor(session, id_) is not None
    if has_factor and known_by != "second_factor":
        raise NeedsAPerson("operators.sign_in_with_factor")
    return id_
