"""The calendar as a constraint model of OR-Tools; rules may be given slack.

Assets with the same days are alike to a day, so a day knows only how many of them a
creator carries on it: `carried[creator, window, day]`; which pair of asset and creator
is used, and in which language, is `used[asset, creator, language]`.
"""

import importlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, TypeAlias

from socialcell.campaigns.planning.calendar_problem import (
    CalendarProblem,
    CalendarRule,
    Tag,
    reach_of,
    span,
)
from socialcell.errors import ConfigError

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr

UNIT = 100
"""Values in the model are whole hundredths of a person."""
Window = tuple[date, date]
Amount: TypeAlias = "LinearExpr | int"
"""A sum of variables with their factors; a number where there is no variable."""


def solver() -> ModuleType:
    """The module of CP-SAT. ConfigError when OR-Tools is not installed."""
    try:
        return importlib.import_module("ortools.sat.python.cp_model")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "ortools":
            raise
        raise ConfigError("plans.solver_missing") from None


class CalendarModel:
    """All rules of a problem in one model.

    With `slack` each rule may be broken: `slack_of[rule]` says by how much at most one
    of its bounds is passed. Then all days of the problem are open to every asset.
    """

    def __init__(self, problem: CalendarProblem, *, slack: bool = False) -> None:
        self.problem = problem
        self.cp: CpModel = solver().CpModel()
        self.slack_of: dict[CalendarRule, IntVar] | None = {} if slack else None
        self.windows = {asset.id: (asset.first, asset.last) for asset in problem.assets}
        self.used: dict[tuple[str, str, str], IntVar] = {}
        self.carried: dict[tuple[str, Window, date], IntVar] = {}
        self.tags: dict[tuple[str, date], IntVar] = {}
        self._steps: dict[tuple[str, int], IntVar] = {}
        self._most = {
            speaker.id: problem.most_tags(speaker) for speaker in problem.speakers
        }
        if slack:
            by_creator: dict[str, int] = defaultdict(int)
            for _, creator in problem.pairs:
                by_creator[creator] += 1
            self._most = {
                speaker.id: by_creator[speaker.id] for speaker in problem.speakers
            }
        self._variables()
        self._creators()
        self._city()
        self._assets()
        self._balance()
        self._days()

    # Bounds ----------------------------------------------------------------------

    def at_most(self, rule: CalendarRule, amount: Amount, bound: int) -> None:
        if self.slack_of is not None:
            amount = amount - self._slack(rule)
        self.cp.add(amount <= bound)

    def at_least(self, rule: CalendarRule, amount: Amount, bound: int) -> None:
        if self.slack_of is not None:
            amount = amount + self._slack(rule)
        self.cp.add(amount >= bound)

    def _slack(self, rule: CalendarRule) -> "IntVar":
        assert self.slack_of is not None
        if rule not in self.slack_of:
            self.slack_of[rule] = self.cp.new_int_var(0, self._widest(), str(rule))
        return self.slack_of[rule]

    def _widest(self) -> int:
        costs = sum(pair.cost for pair in self.problem.pairs.values())
        return max(costs, 100 * len(self.problem.pairs), 1)

    # What is decided ---------------------------------------------------------------

    def _variables(self) -> None:
        shut = self._shut()
        for (asset, creator), pair in sorted(self.problem.pairs.items()):
            for language in pair.languages:
                name = f"{asset}/{creator}/{language}"
                self.used[asset, creator, language] = self.cp.new_bool_var(name)
        of_window: dict[tuple[str, Window], list[IntVar]] = defaultdict(list)
        for (asset, creator, _), tag in self.used.items():
            of_window[creator, self.windows[asset]].append(tag)
        for (creator, window), uses in sorted(of_window.items(), key=lambda o: o[0]):
            open_days = [
                day for day in self._open(window) if (creator, day) not in shut
            ]
            most = self._most[creator]
            for day in open_days:
                self.carried[creator, window, day] = self.cp.new_int_var(
                    0, most, f"{creator}/{window[0]}/{day}"
                )
            days = [self.carried[creator, window, day] for day in open_days]
            self.cp.add(sum(uses) == sum(days))
        per_day: dict[tuple[str, date], list[IntVar]] = defaultdict(list)
        for (creator, _, day), many in self.carried.items():
            per_day[creator, day].append(many)
        for (creator, day), parts in sorted(per_day.items(), key=lambda o: o[0]):
            total = self.cp.new_int_var(0, self._most[creator], f"{creator}/{day}")
            self.cp.add(total == sum(parts))
            self.tags[creator, day] = total
        for asset, creator in sorted(self.problem.pairs):
            self.cp.add(sum(self._of_pair(asset, creator)) <= 1)

    def _open(self, window: Window) -> Iterable[date]:
        if self.slack_of is not None:
            return self.problem.days
        return [day for day in self.problem.days if window[0] <= day <= window[1]]

    def _shut(self) -> set[tuple[str, date]]:
        """Days that need no variable: with slack there are none."""
        if self.slack_of is not None:
            return set()
        everybody = {speaker.id for speaker in self.problem.speakers}
        return {
            (creator, day)
            for closed in self.problem.closed
            for creator in (everybody if closed.creators is None else closed.creators)
            for day in closed.days
        }

    def _of_pair(self, asset: str, creator: str) -> "list[IntVar]":
        pair = self.problem.pairs[asset, creator]
        return [self.used[asset, creator, language] for language in pair.languages]

    # Rules -------------------------------------------------------------------------

    def _creators(self) -> None:
        caps = self.problem.caps
        for speaker in self.problem.speakers:
            mine = {
                day: tag for (who, day), tag in self.tags.items() if who == speaker.id
            }
            booked = _count_by_day(
                b.day for b in self.problem.booked if b.creator == speaker.id
            )
            ours = _count_by_day(
                b.day for b in self.problem.booked if b.creator == speaker.id and b.ours
            )
            self._rolling(
                CalendarRule("creator_day"), mine, booked, 1, caps.creator_day
            )
            self._rolling(
                CalendarRule("creator_week"), mine, booked, 7, caps.creator_week
            )
            self._rolling(
                CalendarRule("creator_month"), mine, booked, 30, caps.creator_month
            )
            if caps.apart > 1:
                self._rolling(CalendarRule("apart"), mine, ours, caps.apart, 1)

    def _city(self) -> None:
        caps = self.problem.caps
        per_day: dict[date, Amount] = {}
        for (_, day), tag in self.tags.items():
            per_day[day] = per_day.get(day, 0) + tag
        booked = _count_by_day(booking.day for booking in self.problem.booked)
        self._rolling(CalendarRule("city_day"), per_day, booked, 1, caps.city_day)
        if caps.city_week is not None:
            self._rolling(CalendarRule("city_week"), per_day, booked, 7, caps.city_week)

    def _rolling(
        self,
        rule: CalendarRule,
        tags: Mapping[date, Amount],
        booked: Mapping[date, int],
        length: int,
        most: int,
    ) -> None:
        """In any `length` days there are `most` at most, those of other plans with."""
        tag_days = sorted({*tags, *booked})
        if not tags:
            return
        for first in tag_days:
            days = span(first, date.fromordinal(first.toordinal() + length - 1))
            amounts = [tags[day] for day in days if day in tags]
            already = sum(booked.get(day, 0) for day in days)
            if amounts:
                self.at_most(rule, sum(amounts), max(most - already, 0))

    def _assets(self) -> None:
        for asset in self.problem.assets:
            uses = [tag for key, tag in self.used.items() if key[0] == asset.id]
            if asset.least:
                self.at_least(
                    CalendarRule("asset_least", asset.id), sum(uses), asset.least
                )
            if len(uses) > asset.most:
                self.at_most(
                    CalendarRule("asset_most", asset.id), sum(uses), asset.most
                )

    def _balance(self) -> None:
        all_tags = sum(self.used.values())
        for language, share in sorted(self.problem.shares.items()):
            tags_in_language = [
                tag for key, tag in self.used.items() if key[2] == language
            ]
            least = 100 * sum(tags_in_language) - share * all_tags
            self.at_least(CalendarRule("language", language), least, 0)
        for ward, least in sorted(self.problem.wards.items()):
            local = {
                speaker.id for speaker in self.problem.speakers if ward in speaker.wards
            }
            near = [tag for key, tag in self.used.items() if key[1] in local]
            self.at_least(CalendarRule("ward", ward), sum(near), least)
        if self.problem.budget is not None:
            self.at_most(CalendarRule("budget"), self.cost, self.problem.budget)

    def _days(self) -> None:
        """With slack: tags on days that are closed, or outside of an asset's window."""
        if self.slack_of is None:
            return
        for closed in self.problem.closed:
            barred = [
                tag
                for (creator, day), tag in self.tags.items()
                if day in closed.days
                and (closed.creators is None or creator in closed.creators)
            ]
            if barred:
                self.at_most(closed.rule, sum(barred), 0)
        outside: dict[Window, list[IntVar]] = defaultdict(list)
        for (_, window, day), many in self.carried.items():
            if not window[0] <= day <= window[1]:
                outside[window].append(many)
        for window, manies in sorted(outside.items(), key=lambda o: o[0]):
            about = f"{window[0]}/{window[1]}"
            self.at_most(CalendarRule("window", about), sum(manies), 0)

    # What is wanted ----------------------------------------------------------------

    @property
    def cost(self) -> Amount:
        """What all tags cost, in micros."""
        return sum(
            self.problem.pairs[asset, creator].cost * tag
            for (asset, creator, _), tag in self.used.items()
        )

    def value(self) -> Amount:
        """The people reached, in hundredths: each next tag of a creator adds less."""
        terms = []
        for speaker in self.problem.speakers:
            mine = [tag for (who, _), tag in self.tags.items() if who == speaker.id]
            if not mine:
                continue
            steps = [
                self.cp.new_bool_var(f"{speaker.id} is tagged {n}")
                for n in range(1, self._most[speaker.id] + 1)
            ]
            self.cp.add(sum(steps) == sum(mine))
            for n, step in enumerate(steps, 1):
                self._steps[speaker.id, n] = step
                added = reach_of(speaker, n) - reach_of(speaker, n - 1)
                terms.append(round(UNIT * added) * step)
        return sum(terms)

    def begin_with(self, tags: Iterable[Tag]) -> None:
        """Let the solver begin with these tags; they need not keep every rule."""
        self.cp.model_proto.clear_solution_hint()
        tags = list(tags)
        used = {(tag.asset, tag.creator, tag.language) for tag in tags}
        carried = Counter((t.creator, self.windows[t.asset], t.day) for t in tags)
        per_day = Counter((tag.creator, tag.day) for tag in tags)
        of = Counter(tag.creator for tag in tags)
        for key, variable in self.used.items():
            self.cp.add_hint(variable, key in used)
        for place, variable in self.carried.items():
            self.cp.add_hint(variable, carried[place])
        for day, variable in self.tags.items():
            self.cp.add_hint(variable, per_day[day])
        for (creator, n), variable in self._steps.items():
            self.cp.add_hint(variable, of[creator] >= n)

    def crowding(self) -> Amount:
        """Pairs of tags that fall on one day."""
        per_day: dict[date, list[IntVar]] = defaultdict(list)
        for (_, day), tag in self.tags.items():
            per_day[day].append(tag)
        terms = []
        for day, tags in sorted(per_day.items(), key=lambda o: o[0]):
            most = min(self.problem.caps.city_day, len(self.problem.pairs))
            steps = [self.cp.new_bool_var(f"{day} has {n}") for n in range(1, most + 1)]
            self.cp.add(sum(steps) == sum(tags))
            terms += [n * step for n, step in enumerate(steps)]
        return sum(terms)


def _count_by_day(days: Iterable[date]) -> dict[date, int]:
    counts: dict[date, int] = {}
    for day in days:
        counts[day] = counts.get(day, 0) + 1
    return counts
