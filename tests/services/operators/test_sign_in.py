"""Passwords, codes and authenticators: wrong ones lock nobody else out, none is good
twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pyotp
import pytest

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.errors import NeedsAPerson, SocialcellError
from socialcell.identity import passwords, store
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.operators import accounts, own_access, sign_in
from socialcell.services.operators.accounts import RoleRequest
from tests.operator_accounts import (
    ASHA,
    MEERA,
    OTHER_PASSWORD,
    PASSWORD,
    RAVI,
    Person,
    add_factor_key,
    add_operator,
    administrators,
    begin,
)

pytestmark = pytest.mark.swept_on_postgresql
WRONG = "nine quiet lanterns over the moor"


def refusal(act: Callable[[], object]) -> str | None:
    """The code of the error of an act; None: it was done."""
    try:
        act()
    except SocialcellError as error:
        return error.message.code
    return None


def attempt(
    context: Context, name: str, password: str = WRONG, code: str | None = None
) -> str | None:
    return refusal(lambda: sign_in.sign_in(context, name, password, code))


def failures_of(context: Context, name: str) -> int:
    with db.reading(context.engine) as session:
        operator = store.find_operator(session, name)
        assert operator is not None
        return operator.failed_sign_ins


def at_once(acts: list[Callable[[], object]]) -> list[str | None]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(refusal, acts))


def totp(context: Context, person: Person, after: timedelta = timedelta()) -> str:
    assert person.secret is not None
    moment = context.clock.now() + after
    return pyotp.TOTP(person.secret).at(int(moment.timestamp()))


def test_a_thousand_wrong_passwords_make_nobody_else_wait(
    context: Context, clock: FixedClock
) -> None:
    begin(context)

    outcomes = [attempt(context, ASHA) for _ in range(1000)]

    assert outcomes == ["operators.wrong_sign_in"] * 5 + ["operators.wait"] * 995
    assert attempt(context, MEERA, PASSWORD) is None
    assert attempt(context, ASHA, PASSWORD) == "operators.wait"
    clock.advance(timedelta(seconds=1))
    assert attempt(context, ASHA, PASSWORD) is None
    assert failures_of(context, ASHA) == 0


def test_the_wait_doubles_up_to_a_quarter_of_an_hour_and_then_the_right_one_works(
    context: Context, clock: FixedClock
) -> None:
    begin(context)
    waits = []
    for _ in range(20):
        attempt(context, ASHA)
        with db.reading(context.engine) as session:
            operator = store.find_operator(session, ASHA)
            assert operator is not None
            until = operator.next_sign_in_at
        waits.append(0 if until is None else (until - clock.now()).seconds)
        if until is not None:
            clock.set(until - timedelta(microseconds=1))
            assert attempt(context, ASHA, PASSWORD) == "operators.wait"
            clock.set(until)

    assert waits == [0] * 4 + [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] + [900] * 6
    assert attempt(context, ASHA, PASSWORD) is None


def test_wrong_passwords_that_come_at_once_are_all_counted(context: Context) -> None:
    begin(context)

    outcomes = at_once([lambda: attempt_or_raise(context, ASHA)] * 12)

    assert outcomes.count("operators.wrong_sign_in") == 5
    assert outcomes.count("operators.wait") == 7
    assert failures_of(context, ASHA) == 5


def attempt_or_raise(context: Context, name: str) -> object:
    return sign_in.sign_in(context, name, WRONG)


def test_an_unknown_name_gets_the_message_of_a_wrong_password(context: Context) -> None:
    begin(context)
    messages = set()
    for name in (ASHA, "Nobody Sample", "", "\x00", "a" * 10_000, "\udcff", "'; --"):
        with pytest.raises(SocialcellError) as error:
            sign_in.sign_in(context, name, WRONG)
        messages.add(str(error.value))

    assert messages == {
        "The name, the password or the code is wrong, or the operator may not sign in."
    }


@pytest.mark.parametrize(
    "password",
    ["", "\udcff\udc80 " * 4, "a" * 1_000_000, "\x00"],
    ids=["empty", "no text", "long", "NUL"],
)
def test_what_no_keyboard_writes_is_a_wrong_password(
    context: Context, password: str
) -> None:
    begin(context)

    assert attempt(context, ASHA, password) == "operators.wrong_sign_in"


def test_who_is_disabled_or_not_confirmed_signs_in_no_more(context: Context) -> None:
    asha, meera = administrators(context)
    ravi = add_operator(asha, meera, RAVI)
    acting = ravi.sign_in(context)
    half = accounts.add(asha, "Om Sample", (RoleRequest(Role.ADMIN),))

    accounts.disable(asha, RAVI)

    assert attempt(context, RAVI, PASSWORD) == "operators.wrong_sign_in"
    for code in (half.code, half.code * 2):
        outcome = refusal(
            partial(own_access.set_password, context, "Om Sample", code, PASSWORD)
        )
        assert outcome == "operators.wrong_sign_in"
    with pytest.raises(NeedsAPerson):
        own_access.begin_factor(acting)


def test_a_code_of_an_authenticator_is_never_good_twice_nor_an_older_one(
    context: Context, clock: FixedClock
) -> None:
    add_factor_key(context)
    asha, _ = begin(context)
    asha.set_up_factor(context)
    step = timedelta(seconds=30)
    at_set_up = totp(context, asha)
    clock.advance(2 * step)
    older, newer = totp(context, asha, -step), totp(context, asha)

    outcomes = [
        attempt(context, ASHA, PASSWORD, code)
        for code in (at_set_up, newer, newer, older)
    ]

    wrong = "operators.wrong_sign_in"
    assert outcomes == [wrong, None, wrong, wrong]
    clock.advance(step)
    later = totp(context, asha)
    assert refusal(lambda: sign_in.sign_in(context, ASHA, PASSWORD, later)) is None


def test_the_code_of_the_set_up_signs_nobody_in(context: Context) -> None:
    add_factor_key(context)
    asha, _ = begin(context)
    asha.set_up_factor(context)
    code = totp(context, asha)

    outcome = refusal(lambda: sign_in.sign_in(context, ASHA, PASSWORD, code))

    assert outcome == "operators.wrong_sign_in"


def test_of_two_who_bring_one_code_at_once_one_signs_in(
    context: Context, clock: FixedClock
) -> None:
    add_factor_key(context)
    asha, _ = begin(context)
    asha.set_up_factor(context)
    clock.advance(timedelta(minutes=1))
    for code in (totp(context, asha), asha.recovery[0]):
        outcomes = at_once(
            [partial(sign_in.sign_in, context, ASHA, PASSWORD, code)] * 4
        )
        assert outcomes.count(None) == 1, outcomes


def test_each_recovery_code_is_good_once(context: Context) -> None:
    add_factor_key(context)
    asha, _ = begin(context)
    asha.set_up_factor(context)
    assert len(asha.recovery) == 9  # the tenth signed in after the set-up

    for code in asha.recovery:
        outcomes = [
            attempt(context, ASHA, PASSWORD, text)
            for text in (code.lower().replace("-", " "), code)
        ]
        assert outcomes == [None, "operators.wrong_sign_in"]


def test_new_recovery_codes_end_the_old_ones(context: Context) -> None:
    add_factor_key(context)
    asha, _ = begin(context)
    acting = asha.set_up_factor(context)
    old = asha.recovery[0]
    factor = own_access.begin_factor(acting)
    code = pyotp.TOTP(factor.secret).at(int(context.clock.now().timestamp()))

    own_access.confirm_factor(acting, factor, code)

    outcome = refusal(lambda: sign_in.sign_in(context, ASHA, PASSWORD, old))
    assert outcome == "operators.wrong_sign_in"


def test_the_right_password_alone_does_not_clear_wrong_codes(
    context: Context, clock: FixedClock
) -> None:
    add_factor_key(context)
    asha, _ = begin(context)
    asha.set_up_factor(context)
    outcomes = []
    for _ in range(10):
        outcomes.append(attempt(context, ASHA, PASSWORD))
        outcomes.append(
            refusal(lambda: sign_in.sign_in(context, ASHA, PASSWORD, "000 000"))
        )

    assert outcomes.count("operators.wrong_sign_in") == 5
    assert failures_of(context, ASHA) == 5


def test_a_session_with_a_password_alone_does_not_replace_an_authenticator(
    context: Context,
) -> None:
    add_factor_key(context)
    asha, _ = begin(context)
    by_password = Person(ASHA).sign_in(context)
    prepared = own_access.begin_factor(by_password)
    asha.set_up_factor(context)
    code = pyotp.TOTP(prepared.secret).at(int(context.clock.now().timestamp()))

    with pytest.raises(NeedsAPerson):
        own_access.confirm_factor(by_password, prepared, code)
    with pytest.raises(NeedsAPerson):
        own_access.begin_factor(by_password)

    assert refusal(lambda: asha.sign_in(context)) is None


def test_a_one_time_code_is_good_once_until_its_end_and_for_its_operator(
    context: Context, clock: FixedClock
) -> None:
    first, second = accounts.begin(context, (ASHA, MEERA))

    def use(name: str, code: str) -> str | None:
        return refusal(lambda: own_access.set_password(context, name, code, PASSWORD))

    wrong = "operators.wrong_sign_in"
    assert use(MEERA, first.code) == wrong
    assert use(ASHA, first.code) is None
    assert use(ASHA, first.code) == wrong
    clock.set(second.ends_at)
    assert use(MEERA, second.code) == wrong
    clock.set(second.ends_at - timedelta(microseconds=1))
    assert use(MEERA, second.code) is None


def test_of_two_who_bring_one_one_time_code_at_once_one_sets_a_password(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = accounts.begin(context, (ASHA, MEERA))
    texts = [f"{word} {PASSWORD}" for word in ("one", "two", "three", "four")]

    outcomes = at_once(
        [
            partial(own_access.set_password, context, ASHA, first.code, text)
            for text in texts
        ]
    )

    assert outcomes.count(None) == 1, outcomes
    right = [text for text in texts if attempt(context, ASHA, text) is None]
    assert right == [texts[outcomes.index(None)]]


@pytest.mark.parametrize("by_code", [True, False])
def test_a_proof_that_was_used_up_while_the_new_password_was_hashed_is_none(
    context: Context, monkeypatch: pytest.MonkeyPatch, by_code: bool
) -> None:
    first, _ = accounts.begin(context, (ASHA, MEERA))
    proof = first.code
    if not by_code:
        proof = f"five {PASSWORD}"
        own_access.set_password(context, ASHA, first.code, proof)
    hash_of = passwords.hash_of

    def hash_late(password: str) -> str:
        """What another process does while this one hashes."""
        monkeypatch.setattr(passwords, "hash_of", hash_of)
        own_access.set_password(context, ASHA, proof, OTHER_PASSWORD)
        return hash_of(password)

    monkeypatch.setattr(passwords, "hash_of", hash_late)
    outcome = refusal(lambda: own_access.set_password(context, ASHA, proof, PASSWORD))

    assert outcome == "operators.wrong_sign_in"
    assert attempt(context, ASHA, OTHER_PASSWORD) is None


def test_the_halves_of_a_code_are_good_together_only_and_in_their_order(
    context: Context,
) -> None:
    asha, meera = administrators(context)
    first = accounts.add(asha, RAVI).code
    second = accounts.confirm(meera, RAVI).codes[0].code

    def use(code: str) -> str | None:
        return refusal(lambda: own_access.set_password(context, RAVI, code, PASSWORD))

    halves = (first, second, second + first, first + first, second + second, "")
    outcomes = [use(code) for code in halves[:4]]

    assert outcomes == ["operators.wrong_sign_in"] * 4
    assert use(f" {first.lower()} {second}") is None
    assert use(first + second) == "operators.wrong_sign_in"


def test_a_password_that_was_reset_while_it_was_looked_at_opens_no_session(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha, meera = administrators(context)
    ravi = add_operator(asha, meera, RAVI)
    is_right = passwords.is_right

    def look(password: str, hash_: str | None) -> bool:
        """What two administrators do while the password is compared."""
        monkeypatch.setattr(passwords, "is_right", is_right)
        accounts.reset(asha, RAVI)
        accounts.confirm(meera, RAVI)
        return is_right(password, hash_)

    monkeypatch.setattr(passwords, "is_right", look)

    assert refusal(lambda: ravi.sign_in(context)) == "operators.wrong_sign_in"


def test_a_new_password_ends_every_session(context: Context) -> None:
    add_factor_key(context)
    asha, _ = begin(context)
    before = asha.sign_in(context)

    own_access.set_password(context, ASHA, PASSWORD, OTHER_PASSWORD)

    with pytest.raises(NeedsAPerson, match="is over"):
        own_access.begin_factor(before)
    assert attempt(context, ASHA, PASSWORD) == "operators.wrong_sign_in"


def test_a_session_ends_after_twelve_hours(context: Context, clock: FixedClock) -> None:
    add_factor_key(context)
    asha, _ = begin(context)
    acting = asha.sign_in(context)

    clock.advance(timedelta(hours=12) - timedelta(microseconds=1))
    assert own_access.begin_factor(acting).secret
    clock.advance(timedelta(microseconds=1))

    with pytest.raises(NeedsAPerson, match="is over"):
        own_access.begin_factor(acting)


def test_failed_sign_ins_stand_in_the_audit_log_without_what_was_typed(
    context: Context,
) -> None:
    begin(context)
    attempt(context, ASHA)
    attempt(context, "Nobody Sample")

    with db.reading(context.engine) as session:
        rows = audit.entries_about(session, "operator.sign_in_failed", "operator 1")

    assert [row.detail for row in rows] == [{"in_a_row": 1}]
