"""The map beside what it would be by two other ways of counting."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from socialcell.participation.memory import Memory
from socialcell.participation.opinion import OpinionMap, opinion_map
from socialcell.participation.votes import Votes


@dataclass(frozen=True)
class Comparison:
    """`plain` is the map; `varied` is the map without the people who gave every
    statement the same answer, None if nobody did; `weighted` has weighted counts, None
    if no weights are known."""

    plain: OpinionMap
    varied: OpinionMap | None
    weighted: OpinionMap | None


def compare(
    votes: Votes,
    *,
    moderated_out: Collection[str] = (),
    banned: Collection[str] = (),
    weights: Mapping[str, float] | None = None,
    earlier: Memory | None = None,
) -> Comparison:
    """Make the map, and both variants where there is a reason to."""
    cast = votes.without(banned)

    def mapped(these: Votes, weights: Mapping[str, float] | None = None) -> OpinionMap:
        return opinion_map(
            these, moderated_out=moderated_out, weights=weights, earlier=earlier
        )

    plain = mapped(cast)
    straight = plain.straight_liners
    return Comparison(
        plain=plain,
        varied=mapped(cast.without(straight)) if straight else None,
        weighted=None if weights is None else mapped(cast, weights),
    )
