"""What was collected in a week and what was not, in platform-hours, as plain JSON."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from socialcell.clock import IST
from socialcell.listening import coverage
from socialcell.listening.coverage import Watch
from socialcell.reports.compared_figures import WEEK, CoveredHours
from socialcell.reports.week_numbers import CoverageGap, CoverageNumbers


def count_coverage(
    watches: Sequence[Watch],
    covered_hours: CoveredHours,
    start: datetime,
    platforms_with_mentions: Iterable[str],
    hours: int = WEEK,
) -> CoverageNumbers:
    """Hours due, covered and comparable, by platform, with what is missing and why.

    `hours` of a week, or of another span from `start`; `platforms_with_mentions`: those
    with a mention in it.
    """
    return {
        "unit": "platform-hours",
        "due": hours * len(covered_hours.now),
        "covered": sum(map(len, covered_hours.now.values())),
        "common": sum(
            len(covered_hours.common(platform)) for platform in covered_hours.now
        ),
        "platforms": [
            {
                "id": platform,
                "due": hours,
                "covered": len(covered_hours.now[platform]),
                "covered_before": len(covered_hours.before[platform]),
                "common": len(covered_hours.common(platform)),
                "missing": _missing(watches, platform, start, hours),
            }
            for platform in sorted(covered_hours.now)
        ],
        "unchecked": [watch.name for watch in watches if watch.unchecked],
        "not_watched": sorted(set(platforms_with_mentions) - set(covered_hours.now)),
    }


def _missing(
    watches: Sequence[Watch], platform: str, start: datetime, hours: int
) -> list[CoverageGap]:
    return [
        {
            "from": gap.start.astimezone(IST).isoformat(),
            "to": gap.end.astimezone(IST).isoformat(),
            "hours": gap.hours,
            "causes": dict(gap.causes),
        }
        for gap in coverage.missing(watches, platform, start, hours)
    ]
