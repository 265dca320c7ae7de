"""The states of a case, and which may follow which."""

from enum import StrEnum


class CaseState(StrEnum):
    """Where a case stands."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    ACTION_SCHEDULED = "action_scheduled"
    RESOLVED_CLAIMED = "resolved_claimed"
    REFERRED = "referred"
    CLOSED_CONFIRMED = "closed_confirmed"
    CLOSED_UNCONFIRMED = "closed_unconfirmed"
    DUPLICATE = "duplicate"
    DROPPED = "dropped"
    CANCELLED = "cancelled"


_S = CaseState
OPEN_STATES = (
    _S.NEW,
    _S.ACKNOWLEDGED,
    _S.ASSIGNED,
    _S.IN_PROGRESS,
    _S.ACTION_SCHEDULED,
    _S.RESOLVED_CLAIMED,
    _S.REFERRED,
)
"""States in which something is still to be done, by the city or by another body."""
WORKING_STATES = OPEN_STATES[:5]
"""States in which the corporation itself works on it."""
CLOSED_STATES = (_S.CLOSED_CONFIRMED, _S.CLOSED_UNCONFIRMED)
END_STATES = (*CLOSED_STATES, _S.DUPLICATE, _S.DROPPED, _S.CANCELLED)

_ANY_TIME = frozenset({_S.REFERRED, _S.DUPLICATE, _S.DROPPED, _S.CANCELLED})
_FORWARD: dict[CaseState, frozenset[CaseState]] = {
    _S.NEW: frozenset({_S.ACKNOWLEDGED, _S.ASSIGNED, _S.IN_PROGRESS}),
    _S.ACKNOWLEDGED: frozenset({_S.ASSIGNED, _S.IN_PROGRESS}),
    _S.ASSIGNED: frozenset({_S.IN_PROGRESS, _S.ACTION_SCHEDULED, _S.RESOLVED_CLAIMED}),
    _S.IN_PROGRESS: frozenset({_S.ASSIGNED, _S.ACTION_SCHEDULED, _S.RESOLVED_CLAIMED}),
    _S.ACTION_SCHEDULED: frozenset({_S.ASSIGNED, _S.IN_PROGRESS, _S.RESOLVED_CLAIMED}),
    # A denial, or a call that contradicts, reopens.
    _S.RESOLVED_CLAIMED: frozenset({*CLOSED_STATES, _S.ASSIGNED}),
    # It may come back, or the body says that it is done.
    _S.REFERRED: frozenset({_S.ASSIGNED, _S.RESOLVED_CLAIMED}),
    _S.CLOSED_CONFIRMED: frozenset({_S.ASSIGNED}),
    # A late yes counts.
    _S.CLOSED_UNCONFIRMED: frozenset({_S.ASSIGNED, _S.CLOSED_CONFIRMED}),
    # A merge that is undone gives back the state before it.
    _S.DUPLICATE: frozenset(OPEN_STATES),
    _S.DROPPED: frozenset({_S.ACKNOWLEDGED}),
    _S.CANCELLED: frozenset({_S.ACKNOWLEDGED}),
}


def next_states(state: CaseState) -> frozenset[CaseState]:
    """The states that may follow one; everything else is refused."""
    any_time = _ANY_TIME - {state} if state in OPEN_STATES else frozenset()
    return _FORWARD[state] | any_time
