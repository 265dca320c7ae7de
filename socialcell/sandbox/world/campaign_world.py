"""The true effect of campaigns in the sandbox city: activated users by ward and day.

Every user is drawn once, either for the baseline or as an effect of a campaign, so the
effect of each campaign is known exactly.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import exp
from random import Random
from typing import TypedDict

from socialcell.clock import IST
from socialcell.sandbox.world.app_world import AppWorld, Outreach, poisson

OUTCOME = "activated_users"
HISTORY = 84  # days before the campaign that the city's file holds
DAYS = 14  # of a campaign
# As the corporation's app writes them, not as any list of ours does.
WARDS = (
    *("Aundh-Baner", "Bhavani Peth", "Bibwewadi", "Dhankawadi-Sahakarnagar"),
    *("Dhole Patil Road", "Ghole Road-Shivajinagar", "Hadapsar-Mundhwa"),
    *("Kasba-Vishrambaugwada", "Kondhwa-Yewalewadi", "Kothrud-Bavdhan"),
    *("Nagar Road-Vadgaon Sheri", "Sinhagad Road", "Wanawadi-Ramtekdi"),
    *("Warje-Karvenagar", "Yerawada-Kalas-Dhanori"),
)
OTHER_CITIES = ("Nashik", "Nagpur", "Thane")
_WEEKDAYS = (1.0, 0.97, 0.95, 0.98, 1.02, 1.14, 1.2)


@dataclass(frozen=True, slots=True)
class SandboxCampaign:
    """A campaign as planned. `lift`: the true added share of users in its wards."""

    name: str
    initiative: str
    wards: tuple[str, ...]
    start: date
    end: date  # the last day
    budget: int  # rupees
    lift: float


@dataclass(frozen=True, slots=True)
class WardDay:
    """Users of a ward on a day: the baseline, and what the campaign added."""

    ward: str
    day: date
    baseline: int
    incremental: int


class CampaignTruth(TypedDict):
    """What is true of a campaign: its days (ISO 8601), and the users it added."""

    name: str
    initiative: str
    outcome: str
    wards: list[str]
    start: str
    end: str
    lift: float
    incremental: int
    direct: dict[str, int]  # installs through the campaign's own link, by store


class CampaignWorld:
    """One campaign of the city of `seed`, whose last day is the one before `end`."""

    def __init__(self, seed: int, end: datetime) -> None:
        self.seed = seed
        last = end.astimezone(IST).date() - timedelta(days=1)
        rng = Random(f"{seed}:campaign")
        self.campaign = SandboxCampaign(
            name="monsoon26",
            initiative="pmc_care",
            wards=tuple(sorted(rng.sample(WARDS, 5))),
            start=last - timedelta(days=DAYS - 1),
            end=last,
            budget=60_000,
            lift=rng.uniform(0.15, 0.5),
        )
        self.first = self.campaign.start - timedelta(days=HISTORY)
        span = (last - self.first).days + 1
        self.days = [self.first + timedelta(n) for n in range(span)]
        self.ward_days = tuple(self._draw_ward_days())
        self.elsewhere = {city: self._draw_other_city(city) for city in OTHER_CITIES}

    def incremental_users(self) -> int:
        """The users added by the campaign: true, not estimated."""
        return sum(ward_day.incremental for ward_day in self.ward_days)

    def file(self) -> bytes:
        """The users of each ward and day, and of other cities, as the app's team
        exports them: CSV."""
        page = io.StringIO()
        rows = csv.writer(page)
        rows.writerow(("date", "outcome", "ward", "count"))
        for ward_day in self.ward_days:
            rows.writerow(
                (
                    ward_day.day,
                    OUTCOME,
                    ward_day.ward,
                    ward_day.baseline + ward_day.incremental,
                )
            )
        for city, counts in self.elsewhere.items():
            for day, n in zip(self.days, counts, strict=True):
                rows.writerow((day, OUTCOME, f"elsewhere: {city}", n))
        return page.getvalue().encode()

    def truth(self, apps: AppWorld, link: Outreach) -> CampaignTruth:
        """What is true of the campaign, ready for JSON. `link` is the one of its name."""
        campaign = self.campaign
        days = [
            day
            for day in apps.days(campaign.end + timedelta(1))
            if day >= campaign.start
        ]
        return {
            "name": campaign.name,
            "initiative": campaign.initiative,
            "outcome": OUTCOME,
            "wards": list(campaign.wards),
            "start": campaign.start.isoformat(),
            "end": campaign.end.isoformat(),
            "lift": campaign.lift,
            "incremental": self.incremental_users(),
            "direct": {
                store: sum(apps.outreach(store, link, day) for day in days)
                for store in ("play", "apple")
            },
        }

    def _draw_ward_days(self) -> Iterator[WardDay]:
        """Each ward has a size; a level of the city and one of the ward vary by day."""
        city = _random_path(self._random("city"), len(self.days), 0.8, 0.05)
        for ward in WARDS:
            rng = self._random(ward)
            size = 14.0 * exp(rng.gauss(0.0, 0.4))
            own = _random_path(rng, len(self.days), 0.6, 0.06)
            reached = ward in self.campaign.wards
            for n, day in enumerate(self.days):
                mean = size * _WEEKDAYS[day.weekday()] * exp(city[n] + own[n])
                during = reached and day >= self.campaign.start
                yield WardDay(
                    ward,
                    day,
                    poisson(rng, mean),
                    poisson(rng, mean * self.campaign.lift) if during else 0,
                )

    def _draw_other_city(self, city: str) -> list[int]:
        """The users of the app in another city, which follow the same shared level."""
        rng = self._random(city)
        shared = _random_path(self._random("city"), len(self.days), 0.8, 0.05)
        size = 600.0 * exp(rng.gauss(0.0, 0.3))
        own = _random_path(rng, len(self.days), 0.6, 0.03)
        return [
            poisson(rng, size * _WEEKDAYS[day.weekday()] * exp(shared[n] + own[n]))
            for n, day in enumerate(self.days)
        ]

    def _random(self, what: str) -> Random:
        return Random(f"{self.seed}:campaign:{self.campaign.start}:{what}")


def _random_path(rng: Random, length: int, memory: float, spread: float) -> list[float]:
    """A path that returns to 0: each step keeps `memory` of the last; standard
    deviation `spread`."""
    step = spread * (1 - memory**2) ** 0.5
    path = [rng.gauss(0.0, spread)]
    while len(path) < length:
        path.append(memory * path[-1] + rng.gauss(0.0, step))
    return path
