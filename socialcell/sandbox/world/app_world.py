"""The city's app in the sandbox: who installs it, through which ad or creator.

Every figure is drawn once for its day, so the truth of a day never changes; the
figures that a network reports rise for a week, as conversions arrive late.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from math import exp
from random import Random
from zoneinfo import ZoneInfo

from socialcell.clock import IST

PACKAGE = "org.example.punecare"
APPLE_ID = "1500000007"
APP_NAME = "Pune Care"
ACCOUNT = "1112223333"
PACIFIC = ZoneInfo("America/Los_Angeles")
RIPE = 7  # days until a network has seen all conversions of a day


@dataclass(frozen=True, slots=True)
class AppAd:
    """One ad with its group and campaign; money is in micros of a rupee."""

    id: int
    name: str
    group: int
    group_name: str
    campaign: int
    campaign_name: str
    store: str | None  # play | apple: whose installs it brings; None: none
    impressions: float  # a day, on average
    click_rate: float
    install_rate: float  # of clicks


@dataclass(frozen=True, slots=True)
class AppAdDay:
    """The true figures of an ad on a day."""

    ad: AppAd
    day: date
    impressions: int
    clicks: int
    cost_micros: int
    installs: int


@dataclass(frozen=True, slots=True)
class Outreach:
    """A creator's link: its tokens, and the installs a day it brings on average."""

    token: str
    source: str
    play: float
    apple: float


def _ads() -> tuple[AppAd, ...]:
    ads = []
    plans = (
        (11, "Pune Care Android", "play", 4000.0, 0.02, 0.12),
        (12, "Pune Care iOS", "apple", 1500.0, 0.015, 0.08),
        (13, "पावसाळी हेल्पलाइन", None, 2500.0, 0.03, 0.0),
    )
    for campaign, name, store, impressions, clicks, installs in plans:
        for group in (1, 2):
            for ad in (1, 2):
                number = campaign * 100 + group * 10 + ad
                ads.append(
                    AppAd(
                        number,
                        f"{name} {group}.{ad}",
                        campaign * 10 + group,
                        f"{name} group {group}",
                        campaign,
                        name,
                        store,
                        impressions / (ad + group),
                        clicks,
                        installs,
                    )
                )
    return tuple(ads)


ADS = _ads()
OUTREACH = (
    Outreach("monsoon26", "instagram", 9.0, 4.0),
    Outreach("ward-walk", "youtube", 5.0, 7.0),
    Outreach("small-token", "facebook", 1.2, 0.8),
)


class AppWorld:
    """Installs and ads of a seed from the day of `start` to that of `end`."""

    def __init__(self, seed: int, start: datetime, end: datetime) -> None:
        self.seed = seed
        self.first, self.last = start.astimezone(IST).date(), end.astimezone(IST).date()

    def ad_day(self, ad: AppAd, day: date) -> AppAdDay | None:
        """The figures of an ad on a day; None outside the world's days."""
        if not self.first <= day < self.last:
            return None
        return _ad_day(self.seed, ad, day)

    def organic(self, store: str, day: date) -> int:
        """Installs of people who came by no ad and no creator."""
        base = {"play": 60.0, "apple": 18.0}[store]
        weekend = 1.25 if day.weekday() >= 5 else 1.0
        return _drawn_count(self.seed, f"organic {store}", day, base * weekend)

    def outreach(self, store: str, link: Outreach, day: date) -> int:
        """Installs that a creator's link brought on a day."""
        mean = link.play if store == "play" else link.apple
        return _drawn_count(self.seed, f"{link.token} {store}", day, mean)

    def paid(self, store: str, day: date) -> int:
        """Installs that ads brought on a day."""
        ad_days = (self.ad_day(ad, day) for ad in ADS if ad.store == store)
        return sum(ad_day.installs for ad_day in ad_days if ad_day)

    def installs(self, store: str, day: date) -> int:
        """All installs of a day: `play` or `apple`."""
        creators = sum(self.outreach(store, link, day) for link in OUTREACH)
        return self.organic(store, day) + self.paid(store, day) + creators

    def days(self, until: date) -> list[date]:
        """The world's days before `until`."""
        end = min(self.last, until)
        return [self.first + timedelta(n) for n in range((end - self.first).days)]


def reported_conversions(final: int, day: date, today: date) -> int:
    """The conversions of a day as reported `today`: 60 % at once, all after a week.

    Whole numbers, never falling as time goes on.
    """
    age = min(max((today - day).days, 0), RIPE)
    return final * (6 * RIPE + 4 * age) // (10 * RIPE)


@cache
def _ad_day(seed: int, ad: AppAd, day: date) -> AppAdDay:
    rng = _random(seed, f"ad {ad.id}", day)
    shown = round(ad.impressions * rng.uniform(0.7, 1.3))
    clicks = poisson(rng, shown * ad.click_rate)
    installs = poisson(rng, clicks * ad.install_rate)
    cost = clicks * 6_000_000 + rng.randrange(1_000_000)
    return AppAdDay(ad, day, shown, clicks, cost, installs)


@cache
def _drawn_count(seed: int, what: str, day: date, mean: float) -> int:
    return poisson(_random(seed, what, day), mean)


def _random(seed: int, what: str, day: date) -> Random:
    return Random(f"{seed}:app:{what}:{day}")


def poisson(rng: Random, mean: float) -> int:
    """A Poisson draw by Knuth's method, in parts of 30: exp would underflow else."""
    total = 0
    while mean > 0:
        part = min(mean, 30.0)
        mean -= part
        product, bound = rng.random(), exp(-part)
        while product > bound:
            total += 1
            product *= rng.random()
    return total
