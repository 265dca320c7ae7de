"""A city's ads at Meta: the figures of each day, and when Meta reports them."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from socialcell.clock import IST
from socialcell.sandbox.city import City
from socialcell.sandbox.world.app_world import reported_conversions

ACCOUNT = "771000000000042"
CURRENCY, ZONE = "INR", "Asia/Kolkata"


@dataclass(frozen=True, slots=True)
class MetaAd:
    """One ad with its ad set and campaign. `impressions`: a day, on average."""

    id: str
    name: str
    adset: str
    adset_name: str
    campaign: str
    campaign_name: str
    impressions: int
    installs: bool  # whether it leads to the app


@dataclass(frozen=True, slots=True)
class MetaAdFigures:
    """The true figures of one or more ads on a day; money in hundredths of a rupee."""

    impressions: int = 0
    reach: int = 0
    clicks: int = 0
    link_clicks: int = 0
    spend: int = 0
    installs: int = 0
    plays: int = 0


def _ads() -> tuple[MetaAd, ...]:
    ads = []
    for number, (name, impressions, installs) in enumerate(
        (("Pune Care install", 3000, True), ("पावसाळा २०२६", 1800, False)), start=1
    ):
        for group in (1, 2):
            for position in (1, 2):
                ads.append(
                    MetaAd(
                        f"12031{number}{group}{position}0000000",
                        f"{name} reel {group}.{position}",
                        f"12021{number}{group}00000000",
                        f"{name} wards {group}",
                        f"12011{number}000000000",
                        name,
                        impressions // (group + position),
                        installs,
                    )
                )
    return tuple(ads)


ADS = _ads()


class MetaAdsWorld:
    """Every day of every ad of a city, drawn once from the city's seed."""

    def __init__(self, city: City) -> None:
        self._seed = city.seed
        self.first = city.start.astimezone(IST).date()
        self.last = city.end.astimezone(IST).date()

    def figures(self, ad: MetaAd, day: date) -> MetaAdFigures | None:
        """An ad's figures on a day; None outside the world, and when it did not run."""
        return (
            _draw_figures(self._seed, ad, day)
            if self.first <= day < self.last
            else None
        )

    def combined_figures(
        self, ads: tuple[MetaAd, ...], day: date, today: date
    ) -> MetaAdFigures | None:
        """The figures of several ads, as known `today`; None when none of them ran.

        A person whom two ads reached counts once, so reach does not add up. Installs
        are reported late.
        """
        per_ad = [figures for ad in ads if (figures := self.figures(ad, day))]
        if not per_ad:
            return None
        reach = sum(ad_figures.reach for ad_figures in per_ad)
        return MetaAdFigures(
            sum(ad_figures.impressions for ad_figures in per_ad),
            reach if len(per_ad) == 1 else reach * 7 // 10,
            sum(ad_figures.clicks for ad_figures in per_ad),
            sum(ad_figures.link_clicks for ad_figures in per_ad),
            sum(ad_figures.spend for ad_figures in per_ad),
            reported_conversions(
                sum(ad_figures.installs for ad_figures in per_ad), day, today
            ),
            sum(ad_figures.plays for ad_figures in per_ad),
        )

    def days(self, since: date, until: date) -> list[date]:
        return [since + timedelta(n) for n in range((until - since).days + 1)]


@cache
def _draw_figures(seed: int, ad: MetaAd, day: date) -> MetaAdFigures | None:
    rng = Random(f"{seed}:meta:{ad.id}:{day}")
    if rng.random() < 0.1:
        return None
    impressions = round(ad.impressions * rng.uniform(0.7, 1.3))
    clicks = rng.randint(impressions // 80, impressions // 40)
    links = clicks * 2 // 3
    return MetaAdFigures(
        impressions,
        impressions * 3 // 4,
        clicks,
        links,
        clicks * 450 + rng.randrange(100),
        rng.randint(0, links // 4) if ad.installs else 0,
        impressions // 5,
    )
