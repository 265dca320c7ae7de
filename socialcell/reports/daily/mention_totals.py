"""Mentions of a span by value, without their hours and platforms."""

from collections.abc import Mapping

from socialcell.listening.store.mentions.mention_counts import Cells


def totals(cells: Mapping[str, Cells]) -> list[tuple[str, int]]:
    """(value, mentions), the most first."""
    counts = [(id_, sum(own.values())) for id_, own in cells.items()]
    return sorted(counts, key=lambda count: (-count[1], count[0]))
