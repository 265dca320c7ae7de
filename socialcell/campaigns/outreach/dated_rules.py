"""The rules of outreach with their dates of validity and their sources."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, TypedDict

import msgspec
import yaml

from socialcell.settings.campaigns import RateCard

_RULE_COLUMNS = ("id", "source", "valid_from", "valid_to")


class FilmStep(TypedDict, total=False):
    """Of a film no longer than `upto` seconds: how many `seconds`, or which `share`."""

    upto: float
    seconds: float
    share: float


class RuleParameters(TypedDict, total=False):
    """What rules say in numbers and words; each rule has those that it needs.

    `words` are labels by connection and language, `tools` labels of a platform's own.
    """

    words: dict[str, dict[str, list[str]]]
    within: int
    hashtags: int
    tools: dict[str, str]
    formats: list[str]
    steps: list[FilmStep]
    cool_off_days: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class DatedRule:
    """A rule with its parameters (`says`), from `valid_from` until before
    `valid_to`."""

    id: str
    source: str
    valid_from: date
    valid_to: date | None
    says: RuleParameters

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def all_rules() -> tuple[DatedRule, ...]:
    """All rules of data/rules.yaml, in its order."""
    return _rules()


def rule_on(id_: str, day: date) -> DatedRule | None:
    """The rule of this id that holds on a day; None: there is none then."""
    return next((rule for rule in _rules() if rule.id == id_ and rule.holds(day)), None)


def find_rate_card(
    id_: str | None, day: date, own: Iterable[RateCard] = ()
) -> RateCard | None:
    """The rate card of this id on a day; the workspace's `own` go before ours."""
    return next(
        (
            rate_card
            for rate_card in (*own, *_cards())
            if rate_card.id == id_
            and rate_card.valid_from <= day
            and (rate_card.valid_to is None or day < rate_card.valid_to)
        ),
        None,
    )


@cache
def _rules() -> tuple[DatedRule, ...]:
    return tuple(
        DatedRule(
            row["id"],
            row["source"],
            row["valid_from"],
            row.get("valid_to"),
            msgspec.convert(
                {
                    key: parameter
                    for key, parameter in row.items()
                    if key not in _RULE_COLUMNS
                },
                RuleParameters,
            ),
        )
        for row in _rules_document()["rules"]
    )


@cache
def _cards() -> tuple[RateCard, ...]:
    return tuple(
        RateCard.model_validate(row) for row in _rules_document()["rate_cards"]
    )


def _rules_document() -> Any:
    place = resources.files("socialcell.campaigns") / "data" / "rules.yaml"
    return yaml.safe_load(place.read_bytes())
