"""A first calendar, built greedily tag by tag, as the solver's hint."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from socialcell.campaigns.planning.calendar_problem import (
    Asset,
    CalendarProblem,
    CampaignSpeaker,
    Pair,
    Tag,
    reach_of,
)


def draft_calendar(problem: CalendarProblem) -> tuple[Tag, ...]:
    """Tags that keep caps, days and budget; demands may be left open.

    What assets and wards ask for comes first, by the cheapest creators; then whoever
    reaches most people for the money, until nobody can be added.
    """
    calendar = _CalendarDraft(problem)
    for ward, least in sorted(problem.wards.items()):
        local = [speaker for speaker in problem.speakers if ward in speaker.wards]
        for _ in range(least):
            calendar.add_one(
                sorted(local, key=calendar.cheapest), calendar.assets_by_need
            )
    lacking = [asset for asset in problem.assets for _ in range(asset.least)]
    for asset in lacking:
        if calendar.carried[asset.id] < asset.least:
            calendar.add_one(sorted(problem.speakers, key=calendar.cheapest), [asset])
    while calendar.add_one(
        sorted(problem.speakers, key=calendar.best_value), calendar.assets_by_need
    ):
        pass
    return tuple(sorted(calendar.tags))


class _CalendarDraft:
    def __init__(self, problem: CalendarProblem) -> None:
        self.problem = problem
        self.tags: list[Tag] = []
        self.carried: Counter[str] = Counter()
        self._used: set[tuple[str, str]] = set()
        self._language_counts: Counter[str] = Counter()
        self._days_by_creator: dict[str, list[date]] = defaultdict(list)
        self._own_days_by_creator: dict[str, list[date]] = defaultdict(list)
        self._city_days: list[date] = []
        self._spent = 0
        for speaker in problem.booked:
            self._count_tag(speaker.creator, speaker.day, speaker.ours)
        self._closed = {
            (creator, day)
            for closed in problem.closed
            for creator in (
                {speaker.id for speaker in problem.speakers}
                if closed.creators is None
                else closed.creators
            )
            for day in closed.days
        }
        self._costs: dict[str, int] = {}
        for (_, creator), pair in problem.pairs.items():
            self._costs[creator] = min(pair.cost, self._costs.get(creator, pair.cost))

    @property
    def assets_by_need(self) -> list[Asset]:
        """Assets in the order in which they need another creator."""
        return sorted(
            self.problem.assets,
            key=lambda a: (
                self.carried[a.id] >= a.least,
                self.carried[a.id],
                a.id,
            ),
        )

    def cheapest(self, speaker: CampaignSpeaker) -> tuple[int, int, str]:
        """Sort key: low cost and few tags so far."""
        cost = self._costs.get(speaker.id, 0)
        return (
            cost * (1 + self._tags_of(speaker.id)),
            self._tags_of(speaker.id),
            speaker.id,
        )

    def best_value(self, speaker: CampaignSpeaker) -> tuple[float, str]:
        """Sort key: most people added for the money."""
        n = self._tags_of(speaker.id)
        cost = self._costs.get(speaker.id, 0)
        return -(reach_of(speaker, n + 1) - reach_of(speaker, n)) / (
            cost + 1
        ), speaker.id

    def add_one(self, speakers: list[CampaignSpeaker], assets: list[Asset]) -> bool:
        """One more tag, of the first creator who can carry one of the assets."""
        for speaker in speakers:
            for asset in assets:
                pair = self.problem.pairs.get((asset.id, speaker.id))
                if pair is None or not self._can_carry(asset, speaker, pair):
                    continue
                days = sorted(self._days(asset, speaker), key=self._crowding)
                if days:
                    self._add_tag(asset, speaker, pair, days[0])
                    return True
        return False

    def _tags_of(self, creator: str) -> int:
        return sum(tag.creator == creator for tag in self.tags)

    def _can_carry(self, asset: Asset, speaker: CampaignSpeaker, pair: Pair) -> bool:
        budget = self.problem.budget
        return (
            (asset.id, speaker.id) not in self._used
            and self.carried[asset.id] < asset.most
            and (budget is None or self._spent + pair.cost <= budget)
        )

    def _days(self, asset: Asset, speaker: CampaignSpeaker) -> Iterator[date]:
        caps = self.problem.caps
        for day in self.problem.days:
            if (
                not asset.first <= day <= asset.last
                or (speaker.id, day) in self._closed
            ):
                continue
            mine = self._days_by_creator[speaker.id]
            if (
                _most_with(mine, day, 1) <= caps.creator_day
                and _most_with(mine, day, 7) <= caps.creator_week
                and _most_with(mine, day, 30) <= caps.creator_month
                and _most_with(self._city_days, day, 1) <= caps.city_day
                and (
                    caps.city_week is None
                    or _most_with(self._city_days, day, 7) <= caps.city_week
                )
                and (
                    caps.apart < 2
                    or _most_with(
                        self._own_days_by_creator[speaker.id], day, caps.apart
                    )
                    <= 1
                )
            ):
                yield day

    def _crowding(self, day: date) -> tuple[int, date]:
        return self._city_days.count(day), day

    def _add_tag(
        self, asset: Asset, speaker: CampaignSpeaker, pair: Pair, day: date
    ) -> None:
        every = sum(self._language_counts.values()) + 1

        def shortfall(language: str) -> float:
            share = self.problem.shares.get(language, 0)
            return share * every / 100 - self._language_counts[language]

        language = max(pair.languages, key=lambda lang: (shortfall(lang), lang))
        self.tags.append(Tag(day, speaker.id, asset.id, language))
        self._used.add((asset.id, speaker.id))
        self.carried[asset.id] += 1
        self._language_counts[language] += 1
        self._spent += pair.cost
        self._count_tag(speaker.id, day, ours=True)

    def _count_tag(self, creator: str, day: date, ours: bool) -> None:
        self._days_by_creator[creator].append(day)
        self._city_days.append(day)
        if ours:
            self._own_days_by_creator[creator].append(day)


def _most_with(days: list[date], day: date, length: int) -> int:
    """The most that any `length` days hold, if `day` is one more of them."""
    near = [near_day for near_day in days if abs((near_day - day).days) < length]
    starts = {day - timedelta(days=n) for n in range(length)} & {day, *near}
    return max(
        1 + sum(0 <= (near_day - start).days < length for near_day in near)
        for start in starts
    )
