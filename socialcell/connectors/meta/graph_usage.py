"""How much of an allowance at Meta is used, by its headers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from socialcell.connectors import strict_json
from socialcell.json_types import JsonObject, JsonValue

_SLOW, _FULL = 75, 90  # percent
_HEADERS = (
    "x-business-use-case-usage",
    "x-app-usage",
    "x-page-usage",
    "x-ad-account-usage",
    "x-fb-ads-insights-throttle",
)
_LONGEST = 7 * 24 * 60  # minutes; more than this is no credible wait


@dataclass(frozen=True, slots=True)
class GraphUsage:
    """The fullest of the allowances, in percent, and how long until it is free."""

    percent: float = 0.0
    regain: timedelta | None = None

    @property
    def is_high(self) -> bool:
        """A run should end with this page and leave the rest to the next one."""
        return self.percent >= _SLOW

    @property
    def is_full(self) -> bool:
        return self.percent >= _FULL


def usage_of(headers: Mapping[str, str]) -> GraphUsage:
    """The usage in an answer's headers; zero when there are none.

    Shapes: developers.facebook.com/docs/graph-api/overview/rate-limiting. Percent are
    counted per call, processor time and total time; the largest decides.
    """
    percent, minutes = 0.0, 0.0
    for name in _HEADERS:
        for figures in _figures(headers.get(name)):
            percent = max(percent, *_percents(figures), 0.0)
            minutes = max(minutes, _minutes(figures))
    return GraphUsage(percent, timedelta(minutes=minutes) if minutes else None)


def _figures(header: str | None) -> Iterator[JsonObject]:
    """The objects with figures: one, or a list of them for each id."""
    try:
        document = strict_json.parse(header or "{}")
    except ValueError:
        return
    if not isinstance(document, dict):
        return
    yield document
    for entries in document.values():
        if isinstance(entries, list):
            yield from (entry for entry in entries if isinstance(entry, dict))


def _percents(figures: JsonObject) -> list[float]:
    names = ("call_count", "total_cputime", "total_time")
    utilised = [name for name in figures if str(name).endswith("_util_pct")]
    return [0.0, *(_number(figures.get(name)) for name in (*names, *utilised))]


def _minutes(figures: JsonObject) -> float:
    seconds = _number(figures.get("reset_time_duration"))
    minutes = max(_number(figures.get("estimated_time_to_regain_access")), seconds / 60)
    return minutes if minutes <= _LONGEST else 0.0


def _number(figure: JsonValue) -> float:
    if not isinstance(figure, int | float) or isinstance(figure, bool):
        return 0.0
    return float(figure) if figure > 0 else 0.0
