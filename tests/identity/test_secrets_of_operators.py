"""Passwords, one-time codes and codes of authenticators as plain values."""

from datetime import datetime, timedelta

import pyotp
import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from socialcell.clock import IST
from socialcell.errors import ConfigError, UsageError
from socialcell.identity import codes, passwords, second_factor

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=IST)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = timedelta(seconds=30)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("x7!kQ2#vLp9", "operators.short_password"),
        ("lantern weir" * 11, "operators.long_password"),
        ("passwordpassword", "operators.guessable_password"),
        ("123456789012", "operators.guessable_password"),
        ("meerasample2026", "operators.name_in_password"),
        ("Meera Sample 1234", "operators.name_in_password"),
        ("nine quiet MEERA lanterns", "operators.name_in_password"),
        ("socialcellpune", "operators.guessable_password"),
    ],
)
def test_a_password_that_is_short_long_or_easily_guessed_is_refused(
    password: str, code: str
) -> None:
    with pytest.raises(UsageError) as error:
        passwords.require_good(password, "Meera Sample")

    assert error.value.message.code == code
    assert password not in str(error.value)


@pytest.mark.parametrize(
    "password", ["x7!kQ2#vLp9w", "कंदील पूल तळे डोंगर वारा", "nine quiet lanterns"]
)
def test_a_password_needs_no_particular_characters(password: str) -> None:
    passwords.require_good(password, "Meera Sample")


def test_a_password_is_hashed_by_argon2id_with_a_salt_of_its_own() -> None:
    first, second = passwords.hash_of("lantern"), passwords.hash_of("lantern")
    parameters = extract_parameters(first)

    assert first != second
    assert parameters.type is Type.ID
    # RFC 9106, section 4, the second recommended option: 64 MiB, three passes.
    assert (parameters.memory_cost, parameters.time_cost) == (65536, 3)
    assert passwords.is_right("lantern", first)
    assert not passwords.is_right("lantern ", first)


def test_a_password_is_the_same_however_a_keyboard_composes_its_letters() -> None:
    hash_ = passwords.hash_of("caf\u00e9 quiet weir")

    assert passwords.is_right("cafe\u0301 quiet weir", hash_)


@pytest.mark.parametrize("hash_", [None, "", "no hash", "$argon2id$v=19$broken"])
def test_no_password_is_right_without_a_hash(hash_: str | None) -> None:
    assert not passwords.is_right("nobody has this password", hash_)
    assert not passwords.is_right("", hash_)


def test_a_code_has_120_bits_and_each_half_60() -> None:
    code, half = codes.new_code(), codes.new_half()

    assert [len(group) for group in code.split("-")] == [4] * 6
    assert [len(group) for group in half.split("-")] == [4] * 3
    assert not set("01IO") & set("".join(codes.new_code() for _ in range(100)))
    assert codes.halves(half + half.lower()) == (half.replace("-", ""),) * 2
    assert codes.hash_of(f" {code.lower().replace('-', ' ')} ") == codes.hash_of(code)


def test_a_code_of_the_step_before_and_after_is_taken_and_no_other() -> None:
    at = int(NOON.timestamp())
    steps = [
        second_factor.step_of(SECRET, pyotp.TOTP(SECRET).at(at + 30 * n), NOON)
        for n in (-2, -1, 0, 1, 2)
    ]

    assert steps == [None, at // 30 - 1, at // 30, at // 30 + 1, None]


@pytest.mark.parametrize("code", ["", "0", "\udcff", "१२३४५६", "a" * 10_000, "\x00"])
def test_what_is_no_code_is_of_no_step(code: str) -> None:
    assert second_factor.step_of(SECRET, code, NOON) is None


def test_a_stored_secret_is_read_with_the_key_of_its_workspace_alone() -> None:
    key, other = second_factor.new_key(), second_factor.new_key()
    stored = second_factor.encrypt(SECRET, key)

    assert SECRET not in stored
    assert second_factor.decrypt(stored, key) == SECRET
    for wrong in (other, "no key", ""):
        with pytest.raises(ConfigError) as error:
            second_factor.decrypt(stored, wrong)
        assert error.value.message.code == "operators.other_key"
