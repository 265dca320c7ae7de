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


def require_transition(now: str, then: str, tag: int, campaign: str) -> None:
    """UsageError, naming what may follow, when `then` may not follow `now` for a tag,
    by its number, of a campaign."""
    if then in NEXT_STATES[now]:
        return
    step: dict[str, str | int] = {
        "tag": tag,
        "campaign": campaign,
        "now": now,
        "then": then,
    }
    if now == FIRST_STATE:
        raise UsageError("outreach.not_yet_approved", **step)
    states = [state for state in NEXT_STATES[now] if state in MANUAL_STATES]
    if not states:
        raise UsageError("outreach.at_its_end", **step)
    raise UsageError("outreach.no_such_transition", **step, states=states)
