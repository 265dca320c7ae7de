"""The states of a tag, from the plan to its measure, and their transitions."""

from socialcell.errors import UsageError

FIRST_STATE = "proposed"
NEXT_STATES: dict[str, tuple[str, ...]] = {
    "proposed": ("approved",),
    "approved": ("contacted",),
    "contacted": ("accepted", "declined"),
    "accepted": ("scheduled", "declined"),
    "scheduled": ("posted", "declined"),
    # Again: when a post was corrected, or looked at more closely.
    "posted": ("posted", "measured"),
    "declined": (),
    "measured": (),
}
"""State → those that may follow."""

STATES = tuple(NEXT_STATES)
MANUAL_STATES = ("contacted", "accepted", "declined", "scheduled", "posted")
"""States that a person enters; approvals and measures enter the others."""

OPEN_STATES = ("proposed", "approved", "contacted", "accepted", "scheduled")
"""States of a tag that is still to come: rules can stand in its way."""


def require_transition(now: str, then: str, what: str) -> None:
    """UsageError, naming what may follow, when `then` may not follow `now`."""
    if then in NEXT_STATES[now]:
        return
    next_states = [state for state in NEXT_STATES[now] if state in MANUAL_STATES]
    how = {
        "proposed": "First the plan is approved: socialcell campaigns approve",
        "declined": "That is its end.",
        "measured": "That is its end.",
    }
    hint = how.get(now) or f"It can become: {', '.join(next_states)}."
    raise UsageError(f"{what} is {now} and cannot become {then}. {hint}")
