"""The states of a tag, from the plan to its measure, and which may follow which."""

from socialcell.errors import UsageError

FIRST = "proposed"
NEXT: dict[str, tuple[str, ...]] = {
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

STATES = tuple(NEXT)
BY_HAND = ("contacted", "accepted", "declined", "scheduled", "posted")
"""What a person enters; a plan's approval and a campaign's measure enter the others."""

OPEN = ("proposed", "approved", "contacted", "accepted", "scheduled")
"""States of a tag that is still to come: rules can stand in its way."""


def require(now: str, then: str, what: str) -> None:
    """UsageError, naming what may follow, when `then` may not follow `now`."""
    if then in NEXT[now]:
        return
    may = [one for one in NEXT[now] if one in BY_HAND]
    how = {
        "proposed": "First the plan is approved: socialcell campaigns approve",
        "declined": "That is its end.",
        "measured": "That is its end.",
    }
    said = how.get(now) or f"It can become: {', '.join(may)}."
    raise UsageError(f"{what} is {now} and cannot become {then}. {said}")
