"""What was collected in a week and what was not, in platform-hours, as plain JSON."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from socialcell.clock import IST
from socialcell.listening import coverage
from socialcell.listening.coverage import Watch
from socialcell.reports.compared_figures import WEEK, Held


def counted(
    watches: Sequence[Watch], held: Held, start: datetime, heard: Iterable[str]
) -> dict[str, Any]:
    """Hours due, covered and comparable, by platform, with what is missing and why.

    `heard` are the platforms of which there is a mention in the week from `start`.
    """
    return {
        "unit": "platform-hours",
        "due": WEEK * len(held.now),
        "covered": sum(map(len, held.now.values())),
        "common": sum(len(held.common(platform)) for platform in held.now),
        "platforms": [
            {
                "id": platform,
                "due": WEEK,
                "covered": len(held.now[platform]),
                "covered_before": len(held.before[platform]),
                "common": len(held.common(platform)),
                "missing": _missing(watches, platform, start),
            }
            for platform in sorted(held.now)
        ],
        "unchecked": [watch.name for watch in watches if watch.unchecked],
        "not_watched": sorted(set(heard) - set(held.now)),
    }


def _missing(
    watches: Sequence[Watch], platform: str, start: datetime
) -> list[dict[str, Any]]:
    return [
        {
            "from": one.start.astimezone(IST).isoformat(),
            "to": one.end.astimezone(IST).isoformat(),
            "hours": one.hours,
            "causes": dict(one.causes),
        }
        for one in coverage.missing(watches, platform, start, WEEK)
    ]
