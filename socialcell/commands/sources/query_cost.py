"""What a search will cost, as commands that add or change a source say it."""

from typing import TYPE_CHECKING

from socialcell.json_types import DocumentValue

if TYPE_CHECKING:
    from socialcell.services.collection.query_estimate import QueryEstimate


def sentence(estimate: "QueryEstimate") -> str:
    """What a search will cost in 30 days, for people."""
    if estimate.posts is None or estimate.cost_micros is None:
        return f"What it will cost is not known: {estimate.basis}."
    money = f"{estimate.cost_micros / 1_000_000:.2f} {estimate.currency}"
    return f"In 30 days at least {estimate.posts} posts, {money}: {estimate.basis}."


def document(cost_estimate: "QueryEstimate | None") -> dict[str, DocumentValue] | None:
    """The same as JSON; None where a search costs nothing."""
    if cost_estimate is None:
        return None
    money = {
        "amount_micros": cost_estimate.cost_micros,
        "currency": cost_estimate.currency,
    }
    return {
        "posts_in_30_days": cost_estimate.posts,
        "cost": None if cost_estimate.cost_micros is None else money,
        "basis": cost_estimate.basis,
    }
