"""The performance of the city's site in Google's search: by day, query and page.

Every figure is drawn once for its day, so the truth of a day never changes.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from socialcell.sandbox.world.app_world import PACIFIC

SITE = "https://www.punecity.example/"
# What people search for: words, how often a day, share of clicks, mean position.
QUERIES = (
    ("pune property tax", 900.0, 0.21, 1.8),
    ("पुणे महानगरपालिका", 620.0, 0.30, 1.2),
    ("pune care app", 340.0, 0.42, 1.1),
    ("पाणी कधी येणार पुणे", 150.0, 0.18, 3.4),
    ("pune birth certificate", 280.0, 0.24, 2.2),
    ("kothrud water supply today", 75.0, 0.15, 4.6),
    ("pmc complaint number", 130.0, 0.35, 1.5),
    ("पुणे मालमत्ता कर", 210.0, 0.26, 1.9),
    ("गड्ढे की शिकायत पुणे", 24.0, 0.12, 6.8),
    ("paani kab aayega pune", 31.0, 0.11, 7.1),
)
PAGES = ("", "property-tax/", "app/", "water/", "certificates/", "mr/water/")
_HIDDEN = 0.3  # of impressions, by queries so rare that Google does not name them


@dataclass(frozen=True, slots=True)
class SearchPerformance:
    """Impressions, clicks and mean position of a query, a page or the site."""

    impressions: int
    clicks: int
    position: float


class SearchWorld:
    """The days of a seed from that of `start` to that of `end`, in California."""

    def __init__(self, seed: int, start: datetime, end: datetime) -> None:
        self.seed = seed
        self.first = start.astimezone(PACIFIC).date()
        self.last = end.astimezone(PACIFIC).date()

    def days(self) -> list[date]:
        return [self.first + timedelta(n) for n in range((self.last - self.first).days)]

    def queries(self, day: date) -> dict[str, SearchPerformance]:
        """The queries that Google names."""
        return {
            words: self._draw_performance(f"query {words}", day, often, rate, place)
            for words, often, rate, place in QUERIES
        }

    def pages(self, day: date) -> dict[str, SearchPerformance]:
        """By page. One search may show several of them."""
        whole = self.total(day).impressions
        return {
            f"{SITE}{page}": self._draw_performance(
                f"page {page}", day, whole / n, 0.2, n + 0.5
            )
            for n, page in enumerate(PAGES, start=1)
        }

    def total(self, day: date) -> SearchPerformance:
        """The whole site, with the queries that are not named."""
        named = self.queries(day).values()
        rng = self._random("hidden", day)
        shown = sum(performance.impressions for performance in named)
        hidden = round(shown * _HIDDEN * rng.uniform(0.8, 1.2))
        weighted = (
            sum(performance.position * performance.impressions for performance in named)
            + 9.0 * hidden
        )
        clicks = sum(performance.clicks for performance in named) + round(hidden * 0.05)
        return SearchPerformance(
            shown + hidden, clicks, round(weighted / (shown + hidden), 6)
        )

    def _draw_performance(
        self, what: str, day: date, often: float, rate: float, place: float
    ) -> SearchPerformance:
        rng = self._random(what, day)
        weekend = 0.7 if day.weekday() >= 5 else 1.0
        shown = round(often * weekend * rng.uniform(0.75, 1.25))
        clicks = round(shown * rate * rng.uniform(0.8, 1.2))
        return SearchPerformance(shown, clicks, round(place * rng.uniform(0.9, 1.1), 6))

    def _random(self, what: str, day: date) -> Random:
        return Random(f"{self.seed}:search:{what}:{day}")
