"""The measures of listening, K1, K2 and K9: coverage, who asks, which anger grew."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlmodel import Session

from socialcell.listening import coverage
from socialcell.listening.coverage import Watch
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.store.mentions import mention_counts
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.mentions.rollups import EVERY
from socialcell.reports.compared_figures import WEEK, measure, share

ASKING = ("complaint", "question", "suggestion", "help")
EARLIER = 8
"""Weeks before this one that say what is usual."""
FEWEST = 3
"""Earlier weeks without which nothing is called usual."""
COMPARABLE = 0.95
"""The share of its hours that a week must have covered to be compared."""
_ONE_WEEK = timedelta(days=7)


def measured(
    session: Session,
    week: TimeSpan,
    watches: Sequence[Watch],
    mentions: Mapping[str, Any],
    intents: Sequence[Mapping[str, Any]],
) -> dict[str, dict[str, Any]]:
    """K1, K2 and K9, from the report's own figures and from the weeks before."""
    starts = [week.start - _ONE_WEEK * n for n in range(EARLIER, -1, -1)]
    weekly = mention_counts.by_week(session, starts, week.end)
    shares = [_covered(watches, start) for start in starts]
    return {
        "coverage": _coverage(weekly, shares),
        "anger": _anger(weekly, shares),
        **_asking(mentions, intents),
    }


def _asking(
    mentions: Mapping[str, Any], intents: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """K2: mentions that ask, over the hours that both weeks covered where they did."""
    if mentions["n"] is None:
        nothing = measure(why="unread")
        return {"asking": nothing, "asking_share": nothing}
    mine = [one for one in intents if one["id"] in ASKING]
    same, covered = mentions["same_hours"], mentions["coverage"]
    if same is None:
        n = sum(one["n"] or 0 for one in mine)
        now, before = (n, mentions["n"]), None
        rests = ["read", covered["covered"], covered["due"]]
    else:
        pairs = [one["same_hours"] for one in mine if one["same_hours"]]
        now, before = (
            (sum(pair[name] for pair in pairs), same[name])
            for name in ("now", "before")
        )
        rests = ["same", same["hours"], covered["due"]]
    return {
        "asking": measure(now[0], before and before[0], rests),
        "asking_share": measure(share(*now), before and share(*before), rests),
    }


def _coverage(
    weekly: Mapping[tuple[str, str, str], list[int]],
    shares: Sequence[Mapping[str, float]],
) -> dict[str, Any]:
    """K1: each platform weighs as much as its median share of the eight weeks."""
    sums: dict[str, list[int]] = {}
    for (platform, topic, _mood), cells in weekly.items():
        if topic == EVERY:
            had = sums.get(platform, [0] * len(cells))
            sums[platform] = [a + b for a, b in zip(had, cells, strict=True)]
    totals = [sum(column) for column in zip(*sums.values(), strict=True)]
    last_eight = range(1, len(shares))
    weights = {
        platform: median(cells[n] / totals[n] for n in last_eight if totals[n])
        for platform, cells in sums.items()
        if any(totals[n] for n in last_eight)
    }
    hours = WEEK * len(shares[-1])
    return measure(
        weighted_coverage(shares[-1], weights),
        weighted_coverage(shares[-2], weights),
        ["due", hours],
        why=None if hours else "sources",
    )


def _anger(
    weekly: Mapping[tuple[str, str, str], list[int]],
    shares: Sequence[Mapping[str, float]],
) -> dict[str, Any]:
    """K9: negative mentions of the topic that grew most beyond what is usual.

    Usual is the median of the earlier weeks of which 95 of 100 hours were covered.
    """
    whole = [bool(one) and sum(one.values()) / len(one) >= COMPARABLE for one in shares]
    earlier = [n for n in range(EARLIER) if whole[n]]
    if not whole[-1]:
        return measure(why="coverage")
    if len(earlier) < FEWEST:
        return measure(why="weeks")
    topics: dict[str, list[int]] = {}
    for (_platform, topic, mood), cells in weekly.items():
        if mood == "negative" and topic not in {EVERY, "other", *TOPICS}:
            had = topics.get(topic, [0] * len(cells))
            topics[topic] = [a + b for a, b in zip(had, cells, strict=True)]
    grown = [
        (cells[-1] - median(cells[n] for n in earlier), topic)
        for topic, cells in topics.items()
    ]
    more, topic = max(grown, default=(0, ""), key=lambda one: (one[0], one[1]))
    if more <= 0:
        return measure(why="calm")
    cells = topics[topic]
    usual = [cells[n] for n in earlier]
    return measure(
        cells[-1],
        cells[-2] if whole[-2] else None,
        ["usual", median(usual), min(usual), max(usual), len(usual)],
        of=topic,
    )


def weighted_coverage(
    shares: Mapping[str, float], weights: Mapping[str, float]
) -> float | None:
    """The mean of platforms' covered shares by their weights; alike without any.

    None without a platform.
    """
    known = {name: weights.get(name, 0.0) for name in shares}
    if not any(known.values()):
        known = dict.fromkeys(shares, 1.0)
    whole = sum(known.values())
    return sum(shares[name] * known[name] for name in shares) / whole if whole else None


def _covered(watches: Iterable[Watch], start: datetime) -> dict[str, float]:
    """The share of a week's hours that each watched platform covered."""
    held = coverage.covered_hours(watches, start, WEEK)
    return {platform: len(hours) / WEEK for platform, hours in held.items()}
