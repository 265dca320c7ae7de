"""The measures of listening, K1, K2 and K9: coverage, who asks, which anger grew."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from sqlmodel import Session

from socialcell.language.analysis import ASKING
from socialcell.listening import coverage
from socialcell.listening.coverage import Watch
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.store.mentions import mention_counts
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.mentions.rollups import EVERY
from socialcell.reports.compared_figures import (
    WEEK,
    Figure,
    IdFigure,
    Measure,
    measure,
    share,
)

EARLIER_WEEKS = 8
"""Weeks before this one from which the usual count is derived."""
MIN_WEEKS = 3
"""Fewest earlier weeks from which a usual count is derived."""
MIN_COVERAGE = 0.95
"""The share of its hours that a week must have covered to be compared."""
_ONE_WEEK = timedelta(days=7)


def measure_listening(
    session: Session,
    week: TimeSpan,
    watches: Sequence[Watch],
    mentions: Figure,
    intents: Sequence[IdFigure],
) -> dict[str, Measure]:
    """K1, K2 and K9, from the report's own figures and from the weeks before."""
    starts = [
        week.start - _ONE_WEEK * weeks_back
        for weeks_back in range(EARLIER_WEEKS, -1, -1)
    ]
    weekly = mention_counts.by_week(session, starts, week.end)
    shares = [_covered_shares(watches, start) for start in starts]
    return {
        "coverage": _coverage(weekly, shares),
        "anger": _anger(weekly, shares),
        **_asking(mentions, intents),
    }


def _asking(mentions: Figure, intents: Sequence[IdFigure]) -> dict[str, Measure]:
    """K2: mentions that ask, over the hours that both weeks covered where they did."""
    if mentions["n"] is None:
        unread = measure(reason="unread")
        return {"asking": unread, "asking_share": unread}
    asking = [intent for intent in intents if intent["id"] in ASKING]
    basis: list[str | float]
    same_hours, hours_covered = mentions["same_hours"], mentions["coverage"]
    if same_hours is None:
        count = sum(intent["n"] or 0 for intent in asking)
        now, before = (count, mentions["n"]), None
        basis = ["read", hours_covered["covered"], hours_covered["due"]]
    else:
        pairs = [intent["same_hours"] for intent in asking if intent["same_hours"]]
        now = (sum(pair["now"] for pair in pairs), same_hours["now"])
        before = (sum(pair["before"] for pair in pairs), same_hours["before"])
        basis = ["same", same_hours["hours"], hours_covered["due"]]
    return {
        "asking": measure(now[0], before and before[0], basis),
        "asking_share": measure(share(*now), before and share(*before), basis),
    }


def _coverage(
    weekly: Mapping[tuple[str, str, str], list[int]],
    shares: Sequence[Mapping[str, float]],
) -> Measure:
    """K1: each platform weighs as much as its median share of the eight weeks."""
    sums: dict[str, list[int]] = {}
    for (platform, topic, _mood), cells in weekly.items():
        if topic == EVERY:
            platform_cells = sums.get(platform, [0] * len(cells))
            sums[platform] = [a + b for a, b in zip(platform_cells, cells, strict=True)]
    totals = [sum(column) for column in zip(*sums.values(), strict=True)]
    last_eight = range(1, len(shares))
    weights = {
        platform: median(
            cells[week_number] / totals[week_number]
            for week_number in last_eight
            if totals[week_number]
        )
        for platform, cells in sums.items()
        if any(totals[week_number] for week_number in last_eight)
    }
    hours_due = WEEK * len(shares[-1])
    return measure(
        weighted_coverage(shares[-1], weights),
        weighted_coverage(shares[-2], weights),
        ["due", hours_due],
        reason=None if hours_due else "sources",
    )


def _anger(
    weekly: Mapping[tuple[str, str, str], list[int]],
    shares: Sequence[Mapping[str, float]],
) -> Measure:
    """K9: negative mentions of the topic that grew most beyond what is usual.

    Usual is the median of the earlier weeks of which 95 of 100 hours were covered.
    """
    is_comparable = [
        bool(by_platform)
        and sum(by_platform.values()) / len(by_platform) >= MIN_COVERAGE
        for by_platform in shares
    ]
    earlier = [
        week_number
        for week_number in range(EARLIER_WEEKS)
        if is_comparable[week_number]
    ]
    if not is_comparable[-1]:
        return measure(reason="coverage")
    if len(earlier) < MIN_WEEKS:
        return measure(reason="weeks")
    topics: dict[str, list[int]] = {}
    for (_platform, topic, mood), cells in weekly.items():
        if mood == "negative" and topic not in {EVERY, "other", *TOPICS}:
            sums = topics.get(topic, [0] * len(cells))
            topics[topic] = [a + b for a, b in zip(sums, cells, strict=True)]
    growths = [
        (cells[-1] - median(cells[week_number] for week_number in earlier), topic)
        for topic, cells in topics.items()
    ]
    growth, topic = max(growths, default=(0, ""))
    if growth <= 0:
        return measure(reason="calm")
    cells = topics[topic]
    usual_counts = [cells[week_number] for week_number in earlier]
    return measure(
        cells[-1],
        cells[-2] if is_comparable[-2] else None,
        [
            "usual",
            median(usual_counts),
            min(usual_counts),
            max(usual_counts),
            len(usual_counts),
        ],
        topic=topic,
    )


def weighted_coverage(
    shares: Mapping[str, float], weights: Mapping[str, float]
) -> float | None:
    """The mean of platforms' covered shares by their weights; alike without any.

    None without a platform.
    """
    known_weights = {name: weights.get(name, 0.0) for name in shares}
    if not any(known_weights.values()):
        known_weights = dict.fromkeys(shares, 1.0)
    weight_sum = sum(known_weights.values())
    return (
        sum(shares[name] * known_weights[name] for name in shares) / weight_sum
        if weight_sum
        else None
    )


def _covered_shares(watches: Iterable[Watch], start: datetime) -> dict[str, float]:
    """The share of a week's hours that each watched platform covered."""
    covered_hours = coverage.covered_hours(watches, start, WEEK)
    return {platform: len(hours) / WEEK for platform, hours in covered_hours.items()}
