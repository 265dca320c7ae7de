"""The person or account behind an act, as the audit log names it."""

import os
import pwd
from dataclasses import dataclass
from typing import Literal

KnownBy = Literal["password", "second_factor", "os_account"]


@dataclass(frozen=True)
class Actor:
    """Who acts, and how that is known.

    `id` is an operator's number; None: nobody has signed in, and `name` is the account
    of the operating system. `roles` are those that were granted when the session was
    opened; what may be done is asked of the database at each act (`session_id` is the
    session that must still be open then).
    """

    id: int | None
    name: str
    roles: frozenset[str] = frozenset()
    known_by: KnownBy = "os_account"
    session_id: int | None = None

    @property
    def is_signed_in(self) -> bool:
        return self.id is not None


def unsigned(name: str) -> Actor:
    """An actor who cannot sign in: a process, a telephone."""
    return Actor(None, name)


def os_account() -> Actor:
    """The actor of a process in which nobody has signed in."""
    return Actor(None, os_user())


def os_user() -> str:
    """The account of the operating system that this process runs under, by name.

    It is the process's real user, not $USER, $LOGNAME or $SUDO_USER, which anybody may
    set; `uid 1234` where the system has no name for it.
    """
    uid = os.getuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
