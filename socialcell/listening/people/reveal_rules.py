"""When an operator may see who is behind a mention: inside an open case, with a reason,
for a limited time. Nothing else reveals anybody.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell.errors import UsageError

SHORTEST_REASON = 20
LONGEST = timedelta(hours=24)


@dataclass(frozen=True)
class Case:
    """What a reveal must know of a case: whether it is open, and what it is about."""

    id: str
    is_open: bool
    mentions: Set[int]


@dataclass(frozen=True)
class RevealRequest:
    """A named operator wants to know who wrote one mention of a case, and why."""

    operator: str
    mention_id: int
    reason: str
    lasts: timedelta


class RevealRefused(UsageError):  # noqa: N818 - named for what happened
    """A request that the law of people does not allow, with what is missing."""


def until(request: RevealRequest, case: Case, now: datetime) -> datetime:
    """When the permission ends. RevealRefused says what the request lacks."""
    if not request.operator.strip():
        raise RevealRefused("A reveal needs the name of who looks.")
    if not case.is_open:
        raise RevealRefused(f"Case {case.id} is closed: open it again first.")
    if request.mention_id not in case.mentions:
        raise RevealRefused(
            f"Mention {request.mention_id} is not part of case {case.id}."
        )
    if len(" ".join(request.reason.split())) < SHORTEST_REASON:
        raise RevealRefused(
            f"Say in at least {SHORTEST_REASON} characters why this person must be "
            "known."
        )
    if not timedelta() < request.lasts <= LONGEST:
        hours = LONGEST // timedelta(hours=1)
        raise RevealRefused(f"A reveal lasts at most {hours} hours, and not no time.")
    return now + request.lasts
