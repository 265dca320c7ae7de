# SPDX-License-Identifier: Apache-2.0
"""Made streams of civic mentions, for judging detectors of sudden crises.

A stream is the number of posts about one civic subject in one place, counted every
five minutes for six weeks. The true crises in it are written down, and so is
everything that looks like a crisis and is none. The author of this file had not
seen any detector that is to be judged with it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

__all__ = ["Disturbance", "Event", "Festival", "Stream", "make_streams"]

Counts: TypeAlias = NDArray[np.int64]
Rates: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Span: TypeAlias = tuple[datetime, datetime]
Kinds: TypeAlias = tuple[str, ...]

PLACE_TIME = ZoneInfo("Asia/Kolkata")
STEP = timedelta(minutes=5)
HOUR = 12  # steps
DAY = 24 * HOUR
WEEK = 7 * DAY
LENGTH = 6 * WEEK
WARM_UP = timedelta(days=14)  # no crisis begins in these days: detectors learn
LONGEST = 10 * HOUR  # of a crisis
MISSING = -1
SMALL = 3.0  # mentions an hour; at or below it a stream counts as small
STREAMS = 20

SUDDEN = "sudden crisis"
BUILDING = "building crisis"
LOW = "small crisis"
SECOND = "second wave"
REPOST = "viral repost"
BOTS = "bot flood"
CRICKET = "cricket evening"
CATCH_UP = "catch-up"

# Crises dealt out over the streams of a seed, 60 to the small ones and 60 to the
# larger ones: a pair stays together in one stream.
PAIRS: list[Kinds] = [(SUDDEN, SECOND), (BUILDING, SECOND)]
SMALL_CRISES = PAIRS * 4 + [(LOW,)] * 28 + [(SUDDEN,)] * 9 + [(BUILDING,)] * 7
LARGE_CRISES = PAIRS * 6 + [(SUDDEN,)] * 20 + [(BUILDING,)] * 16

FESTIVAL_DAYS = [
    ("Ganeshotsav", date(2023, 9, 19), date(2023, 9, 28)),
    ("Ganeshotsav", date(2024, 9, 7), date(2024, 9, 17)),
    ("Ganeshotsav", date(2025, 8, 27), date(2025, 9, 6)),
    ("Diwali", date(2023, 11, 10), date(2023, 11, 15)),
    ("Diwali", date(2024, 10, 29), date(2024, 11, 3)),
    ("Diwali", date(2025, 10, 18), date(2025, 10, 23)),
]


@dataclass(frozen=True)
class Event:
    """A true crisis: its clearest hour held `size` mentions more than usual.

    `multiple` is `size` divided by the usual mentions of that very hour.
    """

    kind: str
    begin: datetime
    end: datetime
    size: int
    multiple: float


@dataclass(frozen=True)
class Disturbance:
    """Something that looks like a crisis and is none; `size` is what it added."""

    kind: str
    begin: datetime
    end: datetime
    size: int


@dataclass(frozen=True)
class Festival:
    """A festival at days known beforehand; `end` is the midnight after its last."""

    name: str
    begin: datetime
    end: datetime


@dataclass(frozen=True, eq=False)
class Stream:
    """Mentions in each step of six weeks, and what truly happened in them.

    `counts` is -1 in the `silent` spans. `base` is the usual mentions an hour.
    `reposts` is true in the steps in which one post was repeated many times.
    """

    name: str
    start: datetime
    step: timedelta
    counts: Counts
    events: list[Event]
    silent: list[Span]
    base: float
    festivals: list[Festival] = field(default_factory=list)
    disturbances: list[Disturbance] = field(default_factory=list)
    reposts: Flags = field(default_factory=lambda: np.zeros(LENGTH, dtype=np.bool_))


def shape_day(chance: np.random.Generator) -> Rates:
    """Draw the daily and weekly wave of one week from Monday, with a mean of one."""
    hours = np.arange(DAY) / HOUR
    day = np.full(DAY, 0.12)
    morning, evening = chance.normal(9.5, 0.6), chance.normal(20.0, 0.6)
    for middle, width, height in ((morning, 2.2, 0.9), (evening, 2.8, 1.2)):
        distance = (hours - middle + 12) % 24 - 12
        day += (
            height * chance.uniform(0.8, 1.2) * np.exp(-0.5 * (distance / width) ** 2)
        )
    days = chance.uniform(0.92, 1.08, 7)
    days[5:] *= chance.uniform(0.65, 0.85)
    week = np.concatenate([day * level for level in days])
    return np.asarray(week / week.mean(), dtype=np.float64)


def draw_drift(chance: np.random.Generator) -> Rates:
    """Draw the slow drift over the weeks, smooth and with a mean of one."""
    walk = np.cumsum(chance.normal(0, 0.03, 43)) + np.linspace(
        0, chance.uniform(-0.4, 0.4), 43
    )
    drift = np.exp(np.interp(np.arange(LENGTH) / DAY, np.arange(43), walk))
    return np.asarray(drift / drift.mean(), dtype=np.float64)


def draw_festivals(chance: np.random.Generator) -> tuple[datetime, list[Festival]]:
    """Choose the first midnight of a stream and list the festivals of its weeks."""
    anchor = FESTIVAL_DAYS[int(chance.integers(len(FESTIVAL_DAYS)))][1]
    first = anchor - timedelta(days=int(chance.integers(5, 60)))
    start = datetime(first.year, first.month, first.day, tzinfo=PLACE_TIME)
    festivals = []
    for name, opening, closing in FESTIVAL_DAYS:
        begin = datetime(opening.year, opening.month, opening.day, tzinfo=PLACE_TIME)
        end = begin + timedelta(days=(closing - opening).days + 1)
        if begin < start + LENGTH * STEP and end > start:
            festivals.append(Festival(name, begin, end))
    return start, festivals


def draw_rates(
    chance: np.random.Generator,
    base: float,
    start: datetime,
    festivals: list[Festival],
) -> Rates:
    """Draw the usual mentions of each step, festivals included, crises left out."""
    week = np.roll(shape_day(chance), -start.weekday() * DAY)
    rates = base / HOUR * np.tile(week, LENGTH // WEEK) * draw_drift(chance)
    for festival in festivals:
        first = (festival.begin - start).days
        days = (festival.end - festival.begin).days
        levels = chance.uniform(1.3, 1.8, days)
        levels[-1] *= 1.25
        for day, level in enumerate(levels, first):
            rates[max(day, 0) * DAY : max(day + 1, 0) * DAY] *= level
    return np.asarray(rates, dtype=np.float64)


def draw_counts(chance: np.random.Generator, rates: Rates, base: float) -> Counts:
    """Draw negative binomial counts round the rates, moods of whole hours included."""
    shape = chance.uniform(10, 25)
    moods = np.repeat(chance.gamma(shape, 1 / shape, LENGTH // HOUR), HOUR)
    spread = chance.uniform(1.15, 1.35) if base <= SMALL else chance.uniform(1.3, 2.5)
    counts = chance.negative_binomial(rates * moods / (spread - 1), 1 / spread)
    return np.asarray(counts, dtype=np.int64)


def find_place(
    chance: np.random.Generator, taken: Flags, length: int, gap: int, weights: Rates
) -> int:
    """Choose the first step of a span that stays `gap` steps away from all others."""
    before = np.concatenate(([0], np.cumsum(taken)))
    first = np.arange(LENGTH)
    left = np.maximum(first - gap, 0)
    right = np.minimum(first + length + gap, LENGTH)
    free = (before[right] == before[left]) & (first + length + HOUR <= LENGTH)
    chances = np.where(free, weights, 0.0)
    return int(chance.choice(LENGTH, p=chances / chances.sum()))


def need_mentions(usual: Rates) -> Rates:
    """Give the fewest extra mentions in an hour that a careful reader would notice."""
    return np.maximum(5.0, np.ceil(3 + 2 * usual + np.sqrt(usual)))


def draw_profile(chance: np.random.Generator, kind: str) -> Rates:
    """Draw the course of a crisis in steps, as a share of its busiest level."""
    if kind == LOW:
        return np.ones(HOUR)
    ramp = int(chance.integers(HOUR, 3 * HOUR + 1)) if kind == BUILDING else 0
    fall = np.arange(int(chance.integers(2 * HOUR, 6 * HOUR + 1)))
    half = chance.uniform(1, 2) * HOUR
    rise = np.arange(1, ramp + 1) / (ramp + 1)
    return np.concatenate([rise, np.ones(HOUR), 0.5 ** (fall / half)])


def draw_extra(
    chance: np.random.Generator, kind: str, hours: Rates
) -> tuple[Counts, int, float]:
    """Draw the mentions a crisis adds in each step, and the size and the multiple.

    `hours` holds the usual mentions of the hour that begins with each step.
    """
    profile = draw_profile(chance, kind)
    hours = hours[: len(profile)]
    needed = need_mentions(hours)
    peak = int(needed[profile.argmax()])
    if kind == LOW:
        total = int(chance.integers(peak, peak + 5))
    else:
        strongest = 1.8 if kind == SECOND else 3.0
        strength = np.exp(chance.uniform(np.log(1.1), np.log(strongest)))
        total = round(peak * strength * profile.sum() / HOUR)
    while True:
        weights = profile * chance.gamma(3.0, 1 / 3, len(profile))
        extra = chance.multinomial(total, weights / weights.sum())
        sums = np.convolve(extra, np.ones(HOUR, dtype=np.int64))[HOUR - 1 :]
        clearest = int((sums / needed).argmax())
        if sums[clearest] >= needed[clearest]:
            size = int(sums[clearest])
            return extra.astype(np.int64), size, size / float(hours[clearest])


def deal_crises(
    chance: np.random.Generator, crises: list[Kinds], streams: list[int]
) -> dict[int, list[Kinds]]:
    """Deal the crises over the streams in chance order, as evenly as they go."""
    order = chance.permutation(streams).tolist()
    return {stream: crises[place :: len(order)] for place, stream in enumerate(order)}


class StreamMaker:
    """One stream in the making: usual counts first, then all that happens in it."""

    def __init__(self, chance: np.random.Generator, name: str, base: float) -> None:
        """Choose the weeks of the stream and draw its usual counts."""
        self.chance = chance
        self.name = name
        self.base = base
        self.start, self.festivals = draw_festivals(chance)
        self.rates = draw_rates(chance, base, self.start, self.festivals)
        self.counts = draw_counts(chance, self.rates, base)
        self.taken = np.zeros(LENGTH, dtype=np.bool_)
        self.reposts = np.zeros(LENGTH, dtype=np.bool_)
        self.events: list[Event] = []
        self.disturbances: list[Disturbance] = []
        self.silent: list[Span] = []

    def tell_span(self, first: int, length: int) -> Span:
        """Give the begin and the end of a run of steps."""
        return self.start + first * STEP, self.start + (first + length) * STEP

    def add_crises(self, kinds: Kinds) -> None:
        """Add a crisis, and a second wave on the next day where the kinds say so."""
        wait = int(self.chance.integers(20 * HOUR, 28 * HOUR + 1))
        length = wait * (len(kinds) - 1) + LONGEST
        waking = self.rates / self.rates.mean() + 0.3
        waking[: WARM_UP // STEP] = 0
        first = find_place(self.chance, self.taken, length, 10 * HOUR, waking)
        self.taken[first : first + length] = True
        hours = np.convolve(self.rates, np.ones(HOUR))[HOUR - 1 :]
        for place, kind in zip((first, first + wait), kinds, strict=False):
            extra, size, multiple = draw_extra(self.chance, kind, hours[place:])
            self.counts[place : place + len(extra)] += extra
            span = self.tell_span(place, len(extra))
            self.events.append(Event(kind, *span, size, multiple))

    def take_place(self, length: int, weights: Rates) -> int:
        """Choose and take a place for a disturbance, eight hours from all else."""
        first = find_place(self.chance, self.taken, length, 8 * HOUR, weights)
        self.taken[first : first + length] = True
        return first

    def add_disturbance(self, kind: str, first: int, extra: Counts) -> None:
        """Add the mentions of a disturbance and write it down."""
        self.counts[first : first + len(extra)] += extra
        span = self.tell_span(first, len(extra))
        self.disturbances.append(Disturbance(kind, *span, int(extra.sum())))

    def add_repost(self) -> None:
        """Add one post repeated many times, over within fifteen minutes."""
        first = self.take_place(3, self.rates)
        usual = float(self.rates[first : first + HOUR].sum())
        total = round(4 + usual * self.chance.uniform(0.8, 3.0))
        extra = self.chance.multinomial(total, [0.5, 0.35, 0.15])
        self.reposts[first : first + 3] = True
        self.add_disturbance(REPOST, first, np.asarray(extra, dtype=np.int64))

    def add_bots(self) -> None:
        """Add a flood of bots: the same number in every step of two hours."""
        first = self.take_place(2 * HOUR, self.rates)
        usual = float(self.rates[first : first + 2 * HOUR].mean())
        regular = max(1, round(usual * self.chance.uniform(1.0, 3.0)))
        extra = np.full(2 * HOUR, regular, dtype=np.int64)
        self.add_disturbance(BOTS, first, extra)

    def add_cricket(self) -> None:
        """Add the evening of a match: 19:30 to 23:00, higher towards the finish."""
        length = 7 * HOUR // 2
        evening = np.arange(LENGTH) % DAY == 39 * HOUR // 2
        first = self.take_place(length, evening.astype(np.float64))
        course = np.linspace(0.6, 1.2, length) * self.chance.uniform(0.4, 1.0)
        extra = self.chance.poisson(self.rates[first : first + length] * course)
        self.add_disturbance(CRICKET, first, np.asarray(extra, dtype=np.int64))

    def add_outage(self) -> None:
        """Silence the source for hours; what was missed comes in the step after."""
        length = int(self.chance.integers(HOUR, 6 * HOUR + 1))
        first = self.take_place(length + 1, np.ones(LENGTH))
        missed = self.counts[first : first + length].sum(keepdims=True)
        self.counts[first : first + length] = MISSING
        self.silent.append(self.tell_span(first, length))
        self.add_disturbance(CATCH_UP, first + length, missed)

    def make_stream(self, crises: list[Kinds]) -> Stream:
        """Add the crises and the disturbances, and give the finished stream."""
        for kinds in sorted(crises, key=len, reverse=True):
            self.add_crises(kinds)
        for add in [self.add_cricket] * 4 + [self.add_bots] + [self.add_repost] * 3:
            add()
        for _ in range(2):
            self.add_outage()
        return Stream(
            self.name,
            self.start,
            STEP,
            self.counts,
            sorted(self.events, key=lambda event: event.begin),
            sorted(self.silent),
            self.base,
            self.festivals,
            sorted(self.disturbances, key=lambda disturbance: disturbance.begin),
            self.reposts,
        )


def make_streams(seed: int) -> list[Stream]:
    """Make the twenty streams of a seed, from the quietest to the busiest.

    They hold 120 crises, 60 of them in streams of three mentions an hour or less.
    One small stream and two larger ones hold no crisis at all.
    """
    bases = np.geomspace(0.1, 400, STREAMS).round(2)
    chance = np.random.default_rng([seed, STREAMS])
    small = [index for index, base in enumerate(bases) if base <= SMALL]
    large = [index for index, base in enumerate(bases) if base > SMALL]
    crises: dict[int, list[Kinds]] = {}
    for group, empty, dealt in ((small, 1, SMALL_CRISES), (large, 2, LARGE_CRISES)):
        chosen = chance.permutation(group)[empty:].tolist()
        crises |= deal_crises(chance, dealt, chosen)
    return [
        StreamMaker(
            np.random.default_rng([seed, index]), f"{seed}-{index:02d}", float(base)
        ).make_stream(crises.get(index, []))
        for index, base in enumerate(bases)
    ]
