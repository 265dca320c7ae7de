"""A first calendar made by hand, tag by tag: where the solver begins."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from socialcell.campaigns.planning.calendar_problem import (
    Asset,
    Pair,
    Problem,
    Speaker,
    Tag,
    reach_of,
)


def draft(problem: Problem) -> tuple[Tag, ...]:
    """Tags that keep caps, days and budget; demands may be left open.

    What assets and wards ask for comes first, by the cheapest creators; then whoever
    reaches most people for the money, until nobody can be added.
    """
    made = _Draft(problem)
    for ward, least in sorted(problem.wards.items()):
        local = [one for one in problem.speakers if ward in one.wards]
        for _ in range(least):
            made.add_one(sorted(local, key=made.cheapest), made.wanted)
    lacking = [asset for asset in problem.assets for _ in range(asset.least)]
    for asset in lacking:
        if made.carried[asset.id] < asset.least:
            made.add_one(sorted(problem.speakers, key=made.cheapest), [asset])
    while made.add_one(sorted(problem.speakers, key=made.dearest), made.wanted):
        pass
    return tuple(sorted(made.tags))


class _Draft:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.tags: list[Tag] = []
        self.carried: Counter[str] = Counter()
        self._used: set[tuple[str, str]] = set()
        self._spoken: Counter[str] = Counter()
        self._of: dict[str, list[date]] = defaultdict(list)
        self._ours: dict[str, list[date]] = defaultdict(list)
        self._city: list[date] = []
        self._spent = 0
        for one in problem.booked:
            self._note(one.creator, one.day, one.ours)
        self._closed = {
            (creator, day)
            for closed in problem.closed
            for creator in (
                {one.id for one in problem.speakers}
                if closed.creators is None
                else closed.creators
            )
            for day in closed.days
        }
        self._costs: dict[str, int] = {}
        for (_, creator), pair in problem.pairs.items():
            self._costs[creator] = min(pair.cost, self._costs.get(creator, pair.cost))

    @property
    def wanted(self) -> list[Asset]:
        """Assets in the order in which they need another creator."""
        return sorted(
            self.problem.assets,
            key=lambda a: (
                self.carried[a.id] >= a.least,
                self.carried[a.id],
                a.id,
            ),
        )

    def cheapest(self, one: Speaker) -> tuple[int, int, str]:
        """Costs little, and has not been asked for much."""
        cost = self._costs.get(one.id, 0)
        return cost * (1 + self._tags_of(one.id)), self._tags_of(one.id), one.id

    def dearest(self, one: Speaker) -> tuple[float, str]:
        """Adds most people for the money."""
        n = self._tags_of(one.id)
        cost = self._costs.get(one.id, 0)
        return -(reach_of(one, n + 1) - reach_of(one, n)) / (cost + 1), one.id

    def add_one(self, speakers: list[Speaker], assets: list[Asset]) -> bool:
        """One more tag, of the first creator who can carry one of the assets."""
        for one in speakers:
            for asset in assets:
                pair = self.problem.pairs.get((asset.id, one.id))
                if pair is None or not self._room(asset, one, pair):
                    continue
                days = sorted(self._days(asset, one), key=self._crowd)
                if days:
                    self._take(asset, one, pair, days[0])
                    return True
        return False

    def _tags_of(self, creator: str) -> int:
        return sum(tag.creator == creator for tag in self.tags)

    def _room(self, asset: Asset, one: Speaker, pair: Pair) -> bool:
        budget = self.problem.budget
        return (
            (asset.id, one.id) not in self._used
            and self.carried[asset.id] < asset.most
            and (budget is None or self._spent + pair.cost <= budget)
        )

    def _days(self, asset: Asset, one: Speaker) -> Iterator[date]:
        caps = self.problem.caps
        for day in self.problem.days:
            if not asset.first <= day <= asset.last or (one.id, day) in self._closed:
                continue
            mine = self._of[one.id]
            if (
                _most_with(mine, day, 1) <= caps.creator_day
                and _most_with(mine, day, 7) <= caps.creator_week
                and _most_with(mine, day, 30) <= caps.creator_month
                and _most_with(self._city, day, 1) <= caps.city_day
                and (
                    caps.city_week is None
                    or _most_with(self._city, day, 7) <= caps.city_week
                )
                and (
                    caps.apart < 2
                    or _most_with(self._ours[one.id], day, caps.apart) <= 1
                )
            ):
                yield day

    def _crowd(self, day: date) -> tuple[int, date]:
        return self._city.count(day), day

    def _take(self, asset: Asset, one: Speaker, pair: Pair, day: date) -> None:
        every = sum(self._spoken.values()) + 1

        def lack(language: str) -> float:
            share = self.problem.shares.get(language, 0)
            return share * every / 100 - self._spoken[language]

        language = max(pair.languages, key=lambda one: (lack(one), one))
        self.tags.append(Tag(day, one.id, asset.id, language))
        self._used.add((asset.id, one.id))
        self.carried[asset.id] += 1
        self._spoken[language] += 1
        self._spent += pair.cost
        self._note(one.id, day, ours=True)

    def _note(self, creator: str, day: date, ours: bool) -> None:
        self._of[creator].append(day)
        self._city.append(day)
        if ours:
            self._ours[creator].append(day)


def _most_with(days: list[date], day: date, length: int) -> int:
    """The most that any `length` days hold, if `day` is one more of them."""
    near = [one for one in days if abs((one - day).days) < length]
    starts = {day - timedelta(days=n) for n in range(length)} & {day, *near}
    return max(
        1 + sum(0 <= (one - start).days < length for one in near) for start in starts
    )
