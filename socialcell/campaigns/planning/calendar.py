"""A calendar that keeps every rule and reaches most, or what stands against one."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from socialcell.campaigns.creators.selection.upper_bounds import fractional_knapsack
from socialcell.campaigns.planning.calendar_model import UNIT, Model, Window, solver
from socialcell.campaigns.planning.calendar_problem import Problem, Rule, Tag, reach_of
from socialcell.campaigns.planning.draft_calendar import draft
from socialcell.errors import SocialcellError

SEED = 2026
EFFORT = 8.0  # of the solver's deterministic time, in which no clock has a part
NEARLY = 0.002  # a reach so close to its bound is not improved any further
CROWDING_EFFORT = 1.0
RELAXING_EFFORT = 6.0
ALTERNATIVES = 4
_RULE = 100  # the price of a rule: fewest rules first
# Of ways with as few rules, those come last that nobody in the house can set aside.
_LAW = {"election": 3, "cool_off": 2, "draw": 1}


@dataclass(frozen=True)
class Schedule:
    """The tags in order, the people they reach, and what no calendar can exceed.

    `proved`: no calendar within the rules reaches more.
    """

    tags: tuple[Tag, ...]
    reach: float
    bound: float
    proved: bool


@dataclass(frozen=True)
class Relaxation:
    """Rules which, set aside together, leave room for a calendar; by how much each."""

    by: tuple[tuple[Rule, int], ...]


class NoCalendar(SocialcellError):  # noqa: N818 - named for what is wrong
    """No calendar keeps all rules: `relaxations` says which stand against one."""


def calendar(problem: Problem) -> Schedule:
    """The tags that reach most within the rules, spread over the days.

    The same problem gives the same calendar: one worker, a fixed seed, and an end that
    is counted in the solver's own steps. NoCalendar when the rules allow none.
    """
    model = Model(problem)
    value = model.value()
    model.cp.maximize(value)
    found, bound = _solved(model, draft(problem), EFFORT)
    tags = _spread(model, value, found)
    reach = reach_of_all(problem, tags)
    # Each creator's value is rounded to a hundredth, and so is each step of it.
    rounding = sum(map(problem.most_tags, problem.speakers)) / UNIT
    most = min(bound / UNIT + rounding, _most_for_the_money(problem))
    reached = round(found.objective_value)
    return Schedule(tags, reach, max(most, reach), proved=bound < reached + 1)


def _solved(model: Model, first: Iterable[Tag], effort: float) -> tuple[Any, float]:
    """The solver that found the best, and the bound of the objective.

    The first calendar is tried by itself, since a search that begins with one may lose
    it on its way. NoCalendar, or SocialcellError when nothing was found in the time.
    """
    model.begin_with(first)
    as_it_is, search = _solver(effort), _solver(effort)
    as_it_is.parameters.fix_variables_to_their_hinted_value = True
    search.parameters.relative_gap_limit = NEARLY
    solved = (solver().OPTIMAL, solver().FEASIBLE)
    found = [as_it_is] if as_it_is.solve(model.cp) in solved else []
    status = search.solve(model.cp)
    if status in solved:
        found.append(search)
    if not found:
        if status == solver().INFEASIBLE:
            raise NoCalendar("No calendar keeps all rules.")
        raise SocialcellError(
            "No calendar was found in the time that a plan may take. Plan fewer "
            "assets, creators or days at once, or widen the caps."
        )
    upwards = model.cp.proto.objective.scaling_factor < 0
    best = (max if upwards else min)(found, key=lambda one: one.objective_value)
    return best, search.best_objective_bound if search in found else float("inf")


def reach_of_all(problem: Problem, tags: Iterable[Tag]) -> float:
    """The people whom these tags together reach, at the least that can be expected."""
    many = Counter(tag.creator for tag in tags)
    return sum(reach_of(one, many[one.id]) for one in problem.speakers)


def _most_for_the_money(problem: Problem) -> float:
    """What the budget could reach if tags could be split and no other rule held."""
    added, costs = [], []
    for one in problem.speakers:
        prices = [p.cost for (_, who), p in problem.pairs.items() if who == one.id]
        for n in range(1, problem.most_tags(one) + 1):
            added.append(reach_of(one, n) - reach_of(one, n - 1))
            costs.append(float(min(prices)))
    if problem.budget is None:
        return sum(added)
    return fractional_knapsack(np.array(added), np.array(costs), float(problem.budget))


def relaxations(problem: Problem) -> tuple[Relaxation, ...]:
    """Up to four smallest sets of rules that stand against a calendar.

    Each rule may be broken at a price; the cheapest way is found, then barred, and the
    next one looked for, as long as it needs no more rules.
    """
    model = Model(problem, slack=True)
    slack_of = model.slack_of or {}
    broken = {rule: model.cp.new_bool_var(f"{rule} broken") for rule in slack_of}
    for rule, slack in slack_of.items():
        model.cp.add(slack == 0).only_enforce_if(broken[rule].negated())
    price = sum((_RULE + _LAW.get(rule.kind, 0)) * one for rule, one in broken.items())
    found: list[Relaxation] = []
    fewest: int | None = None
    while len(found) < ALTERNATIVES:
        model.cp.minimize(price)
        cp = _solver(RELAXING_EFFORT)
        if cp.solve(model.cp) != solver().OPTIMAL:
            break
        rules = [rule for rule, one in broken.items() if cp.value(one)]
        if not rules or (fewest is not None and len(rules) > fewest):
            break
        fewest = len(rules)
        found.append(_measured(problem, rules))
        model.cp.add(sum(broken[rule] for rule in rules) <= len(rules) - 1)
    return tuple(found)


def _measured(problem: Problem, rules: list[Rule]) -> Relaxation:
    """How far each of these rules has to give way, all others being kept."""
    model = Model(problem, slack=True)
    slack_of = model.slack_of or {}
    for rule, slack in slack_of.items():
        if rule not in rules:
            model.cp.add(slack == 0)
    by = []
    for rule in sorted(rules):
        model.cp.minimize(slack_of[rule])
        cp = _solver(RELAXING_EFFORT)
        cp.solve(model.cp)
        least = round(cp.objective_value)
        model.cp.add(slack_of[rule] <= least)
        by.append((rule, least))
    return Relaxation(tuple(by))


def _spread(model: Model, value: Any, found: Any) -> tuple[Tag, ...]:
    """The same reach with the fewest tags that share a day."""
    model.cp.add(value >= round(found.objective_value))
    model.cp.minimize(model.crowding())
    better, _ = _solved(model, _tags(model, found), CROWDING_EFFORT)
    return _tags(model, better)


def _tags(model: Model, cp: Any) -> tuple[Tag, ...]:
    """What was decided; the assets of one window take its days in their order."""
    assets: dict[tuple[str, Window], list[tuple[str, str]]] = defaultdict(list)
    for (asset, creator, language), tag in sorted(model.used.items(), key=_first):
        if cp.value(tag):
            assets[creator, model.windows[asset]].append((asset, language))
    days: dict[tuple[str, Window], list[date]] = defaultdict(list)
    for (creator, window, day), many in sorted(model.carried.items(), key=_first):
        days[creator, window] += [day] * cp.value(many)
    tags = [
        Tag(day, creator, asset, language)
        for (creator, window), carried in assets.items()
        for (asset, language), day in zip(carried, days[creator, window], strict=True)
    ]
    return tuple(sorted(tags))


def _solver(effort: float) -> Any:
    cp = solver().CpSolver()
    cp.parameters.num_workers = 1
    cp.parameters.random_seed = SEED
    cp.parameters.max_deterministic_time = effort
    return cp


def _first(entry: tuple[Any, Any]) -> Any:
    return entry[0]
