"""Who is told when a clock of a case has run to a share of its time: escalation.csv."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class EscalationRule:
    """At `percent` of the time of a `clock`, or when a case is reopened for the
    `reopened`th time (one of them at most), the case rises to `level` (None: it stays)
    and a `function` is told."""

    clock: str
    percent: int | None
    reopened: int | None
    level: int | None
    function: str
    name_en: str
    name_mr: str
    name_hi: str

    def name(self, lang: str) -> str:
        """The function's name in a language: mr, hi or en."""
        names = {"mr": self.name_mr, "hi": self.name_hi}
        return names.get(lang, self.name_en)


@cache
def escalation_rules() -> tuple[EscalationRule, ...]:
    """All rules, in the order of the file."""
    place = resources.files("socialcell.desk") / "data" / "escalation.csv"
    rows = csv.DictReader(place.read_text(encoding="utf-8").splitlines())
    return tuple(
        EscalationRule(
            clock=row["clock"],
            percent=_whole(row["percent"]),
            reopened=_whole(row["reopened"]),
            level=_whole(row["level"]),
            function=row["function"],
            name_en=row["name_en"],
            name_mr=row["name_mr"],
            name_hi=row["name_hi"],
        )
        for row in rows
    )


@cache
def percentages_of(clock: str) -> tuple[int, ...]:
    """The shares of its time at which a clock escalates, in order."""
    return tuple(
        sorted(
            rule.percent
            for rule in escalation_rules()
            if rule.clock == clock and rule.percent is not None
        )
    )


def rules_at(clock: str, percent: int) -> list[EscalationRule]:
    """Who is told at a share of a clock's time."""
    return [
        rule
        for rule in escalation_rules()
        if (rule.clock, rule.percent) == (clock, percent)
    ]


def rules_of_reopening(level: int, reopened: int) -> list[EscalationRule]:
    """Who is told when a case is reopened and rises to a level: whoever has that level,
    and whoever this reopening is for."""
    return [
        rule
        for rule in escalation_rules()
        if rule.reopened == reopened or (rule.level == level and rule.reopened is None)
    ]


def functions() -> frozenset[str]:
    """The functions that config.yaml may name readers for."""
    return frozenset(rule.function for rule in escalation_rules())


def _whole(text: str) -> int | None:
    return int(text) if text else None
