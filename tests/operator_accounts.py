"""Operators made by the services themselves: codes, passwords, factors, sign-ins.

`tests.operators` is quicker, where only somebody who has signed in is needed.
"""

from dataclasses import dataclass, field, replace

import pyotp
import pytest
from argon2 import PasswordHasher

from socialcell.identity import passwords, second_factor
from socialcell.services.context import Context
from socialcell.services.operators import accounts, own_access, sign_in

ASHA, MEERA, RAVI = "Asha Sample", "Meera Sample", "Ravi Sample"
PASSWORD = "nine quiet lanterns over the weir"
OTHER_PASSWORD = "seven copper ladders beside a mill"


@dataclass
class Person:
    """An operator with what only that person has."""

    name: str
    password: str = PASSWORD
    secret: str | None = None
    recovery: list[str] = field(default_factory=list)

    def sign_in(self, context: Context) -> Context:
        """The same workspace with this person signed in."""
        code = self.recovery.pop() if self.recovery else None
        opened = sign_in.sign_in(context, self.name, self.password, code)
        return replace(context, actor=opened.actor)

    def set_up_factor(self, context: Context) -> Context:
        """An authenticator and recovery codes; signed in with one of them."""
        acting = self.sign_in(context)
        factor = own_access.begin_factor(acting)
        self.secret = factor.secret
        now = pyotp.TOTP(factor.secret).at(int(context.clock.now().timestamp()))
        self.recovery = own_access.confirm_factor(acting, factor, now)
        return self.sign_in(context)


def hash_cheaply(patch: pytest.MonkeyPatch) -> None:
    """Hash passwords with the least that argon2id takes: a test makes many."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    patch.setattr(passwords, "_hasher", lambda: hasher)
    passwords._no_ones_hash.cache_clear()


def add_factor_key(context: Context) -> None:
    """The key of authenticators, as `init` makes it."""
    path = context.workspace.folder / "secrets" / second_factor.KEY_NAME
    path.write_text(second_factor.new_key())
    path.chmod(0o600)


def begin(context: Context) -> tuple[Person, Person]:
    """The first two operators, each with a password and no authenticator."""
    for code in accounts.begin(context, (ASHA, MEERA)):
        own_access.set_password(context, code.name, code.code, PASSWORD)
    return Person(ASHA), Person(MEERA)


def administrators(context: Context) -> tuple[Context, Context]:
    """The first two, signed in with authenticators: they may manage operators."""
    add_factor_key(context)
    asha, meera = begin(context)
    return asha.set_up_factor(context), meera.set_up_factor(context)


def add_operator(
    first: Context, second: Context, name: str, *requests: accounts.RoleRequest
) -> Person:
    """An operator whom one proposed and another confirmed, with a password."""
    half = accounts.add(first, name, requests)
    confirmation = accounts.confirm(second, name)
    code = half.code + confirmation.codes[0].code
    own_access.set_password(first, name, code, PASSWORD)
    return Person(name)
