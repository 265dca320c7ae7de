"""What a request of a person may be: kinds, states, who may ask, and why it may be
refused."""

from datetime import timedelta
from typing import Literal, get_args

RequestKind = Literal[
    "access", "correction", "erasure", "grievance", "nomination", "withdrawal"
]
OnBehalf = Literal["self", "guardian", "nominee"]
Channel = Literal["letter", "mail", "phone", "counter", "platform", "portal"]
Refusal = Literal[
    "not_identified",  # nobody could show that the account is theirs
    "nothing_held",
    "not_ours",  # another body holds it
    "law_requires",  # that it is kept
    "no_authority",  # no guardianship shown, no nomination on file
    "repeated",
]

KINDS: tuple[RequestKind, ...] = get_args(RequestKind)
REFUSALS: tuple[Refusal, ...] = get_args(Refusal)

IDENTIFIED: frozenset[str] = frozenset(
    ("access", "correction", "erasure", "nomination")
)
"""Kinds for which it must be known that the account is theirs. Taking back a consent is
as easy as giving it, and anybody may complain."""

OF_ACCOUNTS: frozenset[str] = frozenset(
    ("access", "erasure", "nomination", "withdrawal")
)
"""Kinds that are carried out account by account."""

OF_A_CHILD: frozenset[str] = frozenset(("erasure", "withdrawal", "grievance"))
"""What a child may ask alone: it only protects. For the rest a parent or guardian asks
and shows that they are (section 9; Rule 10)."""

SOON = timedelta(days=3)
"""How long before it is due a request counts as due soon."""
