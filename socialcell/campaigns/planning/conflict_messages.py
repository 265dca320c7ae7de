"""Messages on rules that allow no calendar: what to change, and by how much."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from socialcell.campaigns.planning.calendar import Relaxation, find_relaxations
from socialcell.campaigns.planning.calendar_problem import CalendarProblem, CalendarRule
from socialcell.errors import SocialcellError
from socialcell.message_catalog import Message, Parameter

_MAX_NAMED = 5  # creators named in a message; the rest are counted


def conflict_error(
    problem: CalendarProblem, missing_rates: Mapping[str, Sequence[str]]
) -> SocialcellError:
    """The message for a person: rates that are missing (creator → formats), since no
    rule need give way for them; then the fewest rules to change, and other ways."""
    relaxations = find_relaxations(problem)
    if not relaxations:
        message = Message("plans.no_calendar_unexplained")
    else:
        message = _changes(problem, relaxations)
    return error_after_rates(missing_rates, message)


def error_after_rates(
    missing_rates: Mapping[str, Sequence[str]], message: Message
) -> SocialcellError:
    """The error with this message, after the one on missing rates where some are."""
    if missing_rates:
        return SocialcellError(
            "plans.after_rates", rates=_rates_missing(missing_rates), problem=message
        )
    return SocialcellError(message.code, **message.parameters)


def _rates_missing(missing_rates: Mapping[str, Sequence[str]]) -> Message:
    creators = sorted(missing_rates)
    named = [
        f"{key} ({', '.join(missing_rates[key])})" for key in creators[:_MAX_NAMED]
    ]
    parameters: dict[str, Parameter] = {
        "creators": named,
        "creator": creators[0],
        "format": missing_rates[creators[0]][0],
    }
    if len(creators) > _MAX_NAMED:
        more = len(creators) - _MAX_NAMED
        return Message("plans.many_rates_missing", {**parameters, "more": more})
    return Message("plans.rates_missing", {**parameters})


def _changes(problem: CalendarProblem, relaxations: Sequence[Relaxation]) -> Message:
    """The first way with the fewest rules to change, and the others."""
    first, *others = (_way(problem, relaxation) for relaxation in relaxations)
    return reduce(
        lambda message, way: Message(
            "plans.or_change_rules", {"before": message, "way": way}
        ),
        others,
        Message("plans.change_rules", {"way": first}),
    )


def _way(problem: CalendarProblem, relaxation: Relaxation) -> Message:
    changes = [rule_change(problem, rule, by) for rule, by in relaxation.by]
    return reduce(
        lambda message, change: Message(
            "plans.and_change", {"before": message, "change": change}
        ),
        changes,
    )


def rule_change(problem: CalendarProblem, rule: CalendarRule, by: int) -> Message:
    """What to change about one rule, which is passed `by` so much."""
    if hasattr(problem.caps, rule.kind) and rule.kind != "apart":
        now = getattr(problem.caps, rule.kind)
        return Message(
            "plans.change_cap", {"cap": rule.kind, "more": now + by, "now": now}
        )
    return _CHANGES[rule.kind](rule.about, by)


def _change_window(about: str, by: int) -> Message:
    first, _, last = about.partition("/")
    return Message("plans.change_window", {"first": first, "last": last, "by": by})


def _change_election(about: str, _by: int) -> Message:
    first, _, last = about.partition("/")
    return Message("plans.change_election", {"first": first, "last": last})


_CHANGES: dict[str, Callable[[str, int], Message]] = {
    "apart": lambda _, by: Message("plans.change_apart"),
    "asset_least": lambda about, by: Message(
        "plans.change_asset_least", {"asset": about, "by": by}
    ),
    "asset_most": lambda about, by: Message(
        "plans.change_asset_most", {"asset": about, "by": by}
    ),
    "window": _change_window,
    "language": lambda about, _: Message("plans.change_language", {"language": about}),
    "ward": lambda about, by: Message("plans.change_ward", {"ward": about, "by": by}),
    "budget": lambda _, by: Message(
        "plans.change_budget", {"rupees": f"{by / 1_000_000:,.2f}"}
    ),
    "festival": lambda about, by: Message(
        "plans.change_special_day", {"day": about, "by": by}
    ),
    "blackout": lambda about, by: Message(
        "plans.change_blackout", {"day": about, "by": by}
    ),
    "election": _change_election,
    "cool_off": lambda about, _: Message("plans.change_refusal", {"creator": about}),
    "draw": lambda about, by: Message("plans.change_draw", {"draw": about, "by": by}),
}
