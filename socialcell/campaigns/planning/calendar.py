"""The calendar that keeps every rule and reaches most, or the rules that conflict."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from socialcell.campaigns.creators.selection.upper_bounds import fractional_knapsack
from socialcell.campaigns.planning.calendar_model import (
    UNIT,
    Amount,
    CalendarModel,
    Window,
    solver,
)
from socialcell.campaigns.planning.calendar_problem import (
    CalendarProblem,
    CalendarRule,
    Tag,
    reach_of,
)
from socialcell.campaigns.planning.draft_calendar import draft_calendar
from socialcell.errors import SocialcellError

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpSolver, IntVar

_Key = TypeVar("_Key")
SEED = 2026
MAX_EFFORT = 8.0  # of the solver's deterministic time, which no clock influences
RELATIVE_GAP = 0.002  # a reach so close to its bound is not improved any further
CROWDING_EFFORT = 1.0
RELAXING_EFFORT = 6.0
ALTERNATIVES = 4
_RULE_PRICE = 100  # the price of a rule: fewest rules first
# Among ways with equally few rules, those that the cell cannot change come last.
_RULE_SURCHARGES = {"election": 3, "cool_off": 2, "draw": 1}


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
    """Rules which, relaxed together, allow a calendar; and by how much each."""

    by: tuple[tuple[CalendarRule, int], ...]


class NoCalendar(SocialcellError):  # noqa: N818 - named for what is wrong
    """No calendar keeps all rules: `relaxations` says which stand against one."""


def solve_calendar(problem: CalendarProblem) -> Schedule:
    """The tags that reach most within the rules, spread over the days.

    The same problem gives the same calendar: one worker, a fixed seed, and an end that
    is counted in the solver's own steps. NoCalendar when the rules allow none.
    """
    model = CalendarModel(problem)
    objective = model.value()
    model.cp.maximize(objective)
    solution, bound = _solve(model, draft_calendar(problem), MAX_EFFORT)
    tags = _spread(model, objective, solution)
    reach = reach_of_all(problem, tags)
    # Each creator's value is rounded to a hundredth, and so is each step of it.
    rounding = sum(map(problem.most_tags, problem.speakers)) / UNIT
    most = min(bound / UNIT + rounding, _budget_bound(problem))
    reached = round(solution.objective_value)
    return Schedule(tags, reach, max(most, reach), proved=bound < reached + 1)


def _solve(
    model: CalendarModel, first: Iterable[Tag], effort: float
) -> "tuple[CpSolver, float]":
    """The solver that found the best, and the bound of the objective.

    The first calendar is tried by itself, since a search that begins with one may lose
    it on its way. NoCalendar, or SocialcellError when nothing was found in the time.
    """
    model.begin_with(first)
    hinted, search = _solver(effort), _solver(effort)
    hinted.parameters.fix_variables_to_their_hinted_value = True
    search.parameters.relative_gap_limit = RELATIVE_GAP
    solved = (solver().OPTIMAL, solver().FEASIBLE)
    solvers = [hinted] if hinted.solve(model.cp) in solved else []
    status = search.solve(model.cp)
    if status in solved:
        solvers.append(search)
    if not solvers:
        if status == solver().INFEASIBLE:
            raise NoCalendar("plans.no_calendar")
        raise SocialcellError("plans.no_calendar_in_time")
    upwards = model.cp.proto.objective.scaling_factor < 0
    best = (max if upwards else min)(solvers, key=lambda cp: cp.objective_value)
    return best, search.best_objective_bound if search in solvers else float("inf")


def reach_of_all(problem: CalendarProblem, tags: Iterable[Tag]) -> float:
    """The people whom these tags together reach, at the least that can be expected."""
    tag_counts = Counter(tag.creator for tag in tags)
    return sum(
        reach_of(speaker, tag_counts[speaker.id]) for speaker in problem.speakers
    )


def _budget_bound(problem: CalendarProblem) -> float:
    """What the budget could reach if tags could be split and no other rule held."""
    added, costs = [], []
    for speaker in problem.speakers:
        prices = [p.cost for (_, who), p in problem.pairs.items() if who == speaker.id]
        for n in range(1, problem.most_tags(speaker) + 1):
            added.append(reach_of(speaker, n) - reach_of(speaker, n - 1))
            costs.append(float(min(prices)))
    if problem.budget is None:
        return sum(added)
    return fractional_knapsack(np.array(added), np.array(costs), float(problem.budget))


def find_relaxations(problem: CalendarProblem) -> tuple[Relaxation, ...]:
    """Up to four smallest sets of rules that stand against a calendar.

    Each rule may be broken at a price; the cheapest way is found, then barred, and the
    next one looked for, as long as it needs no more rules.
    """
    model = CalendarModel(problem, slack=True)
    slack_of = model.slack_of or {}
    broken = {rule: model.cp.new_bool_var(f"{rule} broken") for rule in slack_of}
    for rule, slack in slack_of.items():
        model.cp.add(slack == 0).only_enforce_if(broken[rule].negated())
    price = sum(
        (_RULE_PRICE + _RULE_SURCHARGES.get(rule.kind, 0)) * is_broken
        for rule, is_broken in broken.items()
    )
    relaxations_found: list[Relaxation] = []
    fewest: int | None = None
    while len(relaxations_found) < ALTERNATIVES:
        model.cp.minimize(price)
        cp = _solver(RELAXING_EFFORT)
        if cp.solve(model.cp) != solver().OPTIMAL:
            break
        rules = [rule for rule, is_broken in broken.items() if cp.value(is_broken)]
        if not rules or (fewest is not None and len(rules) > fewest):
            break
        fewest = len(rules)
        relaxations_found.append(_measure(problem, rules))
        model.cp.add(sum(broken[rule] for rule in rules) <= len(rules) - 1)
    return tuple(relaxations_found)


def _measure(problem: CalendarProblem, rules: list[CalendarRule]) -> Relaxation:
    """How far each of these rules has to give way, all others being kept."""
    model = CalendarModel(problem, slack=True)
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


def _spread(
    model: CalendarModel, objective: Amount, solution: "CpSolver"
) -> tuple[Tag, ...]:
    """The same reach with the fewest tags that share a day."""
    model.cp.add(objective >= round(solution.objective_value))
    model.cp.minimize(model.crowding())
    better, _ = _solve(model, _tags(model, solution), CROWDING_EFFORT)
    return _tags(model, better)


def _tags(model: CalendarModel, cp: "CpSolver") -> tuple[Tag, ...]:
    """The tags of a solution; the assets of one window take its days in their order."""
    assets: dict[tuple[str, Window], list[tuple[str, str]]] = defaultdict(list)
    for (asset, creator, language), tag in sorted(model.used.items(), key=_key):
        if cp.value(tag):
            assets[creator, model.windows[asset]].append((asset, language))
    days: dict[tuple[str, Window], list[date]] = defaultdict(list)
    for (creator, window, day), many in sorted(model.carried.items(), key=_key):
        days[creator, window] += [day] * cp.value(many)
    tags = [
        Tag(day, creator, asset, language)
        for (creator, window), carried in assets.items()
        for (asset, language), day in zip(carried, days[creator, window], strict=True)
    ]
    return tuple(sorted(tags))


def _solver(effort: float) -> "CpSolver":
    cp: CpSolver = solver().CpSolver()
    cp.parameters.num_workers = 1
    cp.parameters.random_seed = SEED
    cp.parameters.max_deterministic_time = effort
    # Else nothing of ours hears Ctrl-C any more once it has solved.
    cp.parameters.catch_sigint_signal = False
    return cp


def _key(entry: tuple[_Key, "IntVar"]) -> _Key:
    return entry[0]
