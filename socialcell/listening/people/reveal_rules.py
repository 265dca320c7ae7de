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
        raise RevealRefused("privacy.reveal_without_operator")
    if not case.is_open:
        raise RevealRefused("privacy.closed_case", case=case.id)
    if request.mention_id not in case.mentions:
        raise RevealRefused(
            "privacy.mention_not_in_case", mention=request.mention_id, case=case.id
        )
    if len(" ".join(request.reason.split())) < SHORTEST_REASON:
        raise RevealRefused("privacy.short_reveal_reason", limit=SHORTEST_REASON)
    if not timedelta() < request.lasts <= LONGEST:
        hours = LONGEST // timedelta(hours=1)
        raise RevealRefused("privacy.reveal_duration", hours=hours)
    return now + request.lasts
