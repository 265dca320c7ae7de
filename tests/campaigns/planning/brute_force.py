"""Calendars of tiny problems by trying them all: rules read one by one, no solver."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import product

from socialcell.campaigns.planning.calendar_problem import CalendarProblem, Tag


def broken(problem: CalendarProblem, tags: Iterable[Tag]) -> list[str]:
    """Every rule that these tags break, in words."""
    tags = list(tags)
    caps = problem.caps
    found = []
    windows = {one.id: (one.first, one.last) for one in problem.assets}
    for tag in tags:
        if (tag.asset, tag.creator) not in problem.pairs:
            found.append(f"{tag} cannot be carried")
            continue
        if tag.language not in problem.pairs[tag.asset, tag.creator].languages:
            found.append(f"{tag} is not spoken")
        first, last = windows[tag.asset]
        if tag.day not in problem.days or not first <= tag.day <= last:
            found.append(f"{tag} is outside of its window")
        for closed in problem.closed:
            barred = closed.creators is None or tag.creator in closed.creators
            if barred and tag.day in closed.days:
                found.append(f"{tag} is on a closed day")
    if max(Counter((t.asset, t.creator) for t in tags).values(), default=0) > 1:
        found.append("a pair is repeated")
    everything = [(t.creator, t.day, True) for t in tags]
    everything += [(one.creator, one.day, one.ours) for one in problem.booked]
    limits = [(1, caps.creator_day), (7, caps.creator_week), (30, caps.creator_month)]
    for who in {t.creator for t in tags}:
        mine = [day for creator, day, _ in everything if creator == who]
        ours = [day for creator, day, own in everything if creator == who and own]
        fresh = [t.day for t in tags if t.creator == who]
        for length, most in limits:
            if crowded(mine, fresh, length, most):
                found.append(f"{who} is tagged too often in {length} days")
        if caps.apart > 1 and crowded(ours, fresh, caps.apart, 1):
            found.append(f"{who} is tagged again too soon")
    city = [day for _, day, _ in everything]
    fresh = [t.day for t in tags]
    if crowded(city, fresh, 1, caps.city_day):
        found.append("too many on a day")
    if caps.city_week is not None and crowded(city, fresh, 7, caps.city_week):
        found.append("too many in a week")
    many = Counter(tag.asset for tag in tags)
    for asset in problem.assets:
        if not asset.least <= many[asset.id] <= asset.most:
            found.append(f"{asset.id} is said {many[asset.id]} times")
    spoken = Counter(tag.language for tag in tags)
    for language, share in problem.shares.items():
        if 100 * spoken[language] < share * len(tags):
            found.append(f"too little {language}")
    wards = {one.id: one.wards for one in problem.speakers}
    for ward, least in problem.wards.items():
        if sum(ward in wards[tag.creator] for tag in tags) < least:
            found.append(f"{ward} is left out")
    if problem.budget is not None and cost(problem, tags) > problem.budget:
        found.append("it costs too much")
    return found


def crowded(days: list[date], fresh: list[date], length: int, most: int) -> bool:
    """Does a span of days that holds a fresh tag hold more than allowed?"""
    for first in days:
        within = [d for d in days if 0 <= (d - first).days < length]
        if len(within) > most and any(0 <= (d - first).days < length for d in fresh):
            return True
    return False


def cost(problem: CalendarProblem, tags: Iterable[Tag]) -> int:
    return sum(problem.pairs[tag.asset, tag.creator].cost for tag in tags)


def reach(problem: CalendarProblem, tags: Iterable[Tag]) -> float:
    """Each creator's people, of whom every tag misses the same share again."""
    many = Counter(tag.creator for tag in tags)
    return sum(
        one.gain - one.gain * (1 - one.reach_share) ** many[one.id]
        for one in problem.speakers
    )


def calendars(problem: CalendarProblem) -> Iterator[list[Tag]]:
    """Every way to tag: each pair on no day, or on one of them in one language."""
    ways = []
    for (asset, creator), pair in sorted(problem.pairs.items()):
        some: list[Tag | None] = [None]
        some += [
            Tag(day, creator, asset, language)
            for day in problem.days
            for language in pair.languages
        ]
        ways.append(some)
    for picked in product(*ways):
        yield [tag for tag in picked if tag is not None]


def best(problem: CalendarProblem) -> float | None:
    """The largest reach that keeps every rule; None: nothing keeps them."""
    found = [
        reach(problem, tags) for tags in calendars(problem) if not broken(problem, tags)
    ]
    return max(found, default=None)


def days(n: int) -> tuple[date, ...]:
    return tuple(date(2026, 11, 30) + timedelta(days=k) for k in range(n))
