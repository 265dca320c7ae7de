"""A city's ads at Meta: what each did on each day, and what Meta says of it by when."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from socialcell.clock import IST
from socialcell.sandbox.city import City
from socialcell.sandbox.world.app_world import ripened

ACCOUNT = "771000000000042"
CURRENCY, ZONE = "INR", "Asia/Kolkata"


@dataclass(frozen=True, slots=True)
class MetaAd:
    """One ad and where it hangs. `seen`: impressions a day, on average."""

    id: str
    name: str
    adset: str
    adset_name: str
    campaign: str
    campaign_name: str
    seen: int
    installs: bool  # whether it leads to the app


@dataclass(frozen=True, slots=True)
class MetaAdFigures:
    """What one or more ads truly did on a day; money in hundredths of a rupee."""

    impressions: int = 0
    reach: int = 0
    clicks: int = 0
    link_clicks: int = 0
    spend: int = 0
    installs: int = 0
    plays: int = 0


def _ads() -> tuple[MetaAd, ...]:
    made = []
    for number, (name, seen, installs) in enumerate(
        (("Pune Care install", 3000, True), ("पावसाळा २०२६", 1800, False)), start=1
    ):
        for group in (1, 2):
            for one in (1, 2):
                made.append(
                    MetaAd(
                        f"12031{number}{group}{one}0000000",
                        f"{name} reel {group}.{one}",
                        f"12021{number}{group}00000000",
                        f"{name} wards {group}",
                        f"12011{number}000000000",
                        name,
                        seen // (group + one),
                        installs,
                    )
                )
    return tuple(made)


ADS = _ads()


class MetaAdsWorld:
    """Every day of every ad of a city, drawn once from the city's seed."""

    def __init__(self, city: City) -> None:
        self._seed = city.seed
        self.first = city.start.astimezone(IST).date()
        self.last = city.end.astimezone(IST).date()

    def done(self, ad: MetaAd, day: date) -> MetaAdFigures | None:
        """What an ad did on a day; None outside the world, and on its day off."""
        return _done(self._seed, ad, day) if self.first <= day < self.last else None

    def together(
        self, ads: tuple[MetaAd, ...], day: date, today: date
    ) -> MetaAdFigures | None:
        """What ads did together, as known `today`; None when none of them ran.

        Someone whom two ads reached is one person: reach does not add up. Installs
        are known late.
        """
        found = [done for ad in ads if (done := self.done(ad, day))]
        if not found:
            return None
        reach = sum(one.reach for one in found)
        return MetaAdFigures(
            sum(one.impressions for one in found),
            reach if len(found) == 1 else reach * 7 // 10,
            sum(one.clicks for one in found),
            sum(one.link_clicks for one in found),
            sum(one.spend for one in found),
            ripened(sum(one.installs for one in found), day, today),
            sum(one.plays for one in found),
        )

    def days(self, since: date, until: date) -> list[date]:
        return [since + timedelta(n) for n in range((until - since).days + 1)]


@cache
def _done(seed: int, ad: MetaAd, day: date) -> MetaAdFigures | None:
    rng = Random(f"{seed}:meta:{ad.id}:{day}")
    if rng.random() < 0.1:
        return None
    seen = round(ad.seen * rng.uniform(0.7, 1.3))
    clicks = rng.randint(seen // 80, seen // 40)
    links = clicks * 2 // 3
    return MetaAdFigures(
        seen,
        seen * 3 // 4,
        clicks,
        links,
        clicks * 450 + rng.randrange(100),
        rng.randint(0, links // 4) if ad.installs else 0,
        seen // 5,
    )
