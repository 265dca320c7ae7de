"""The rules of outreach as dated data: what holds on a day, and where it is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from socialcell.settings.campaigns import RateCard

_ABOUT = ("id", "source", "valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with what it says (`says`), from `valid_from` until before `valid_to`."""

    id: str
    source: str
    valid_from: date
    valid_to: date | None
    says: dict[str, Any]

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def every() -> tuple[Rule, ...]:
    """All rules of data/rules.yaml, in its order."""
    return _rules()


def on(id_: str, day: date) -> Rule | None:
    """The rule of this id that holds on a day; None: there is none then."""
    return next((one for one in _rules() if one.id == id_ and one.holds(day)), None)


def card(id_: str | None, day: date, own: Iterable[RateCard] = ()) -> RateCard | None:
    """The rate card of this id on a day; the workspace's `own` go before ours."""
    return next(
        (
            one
            for one in (*own, *_cards())
            if one.id == id_
            and one.valid_from <= day
            and (one.valid_to is None or day < one.valid_to)
        ),
        None,
    )


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(
            row["id"],
            row["source"],
            row["valid_from"],
            row.get("valid_to"),
            {key: value for key, value in row.items() if key not in _ABOUT},
        )
        for row in _data()["rules"]
    )


@cache
def _cards() -> tuple[RateCard, ...]:
    return tuple(RateCard.model_validate(row) for row in _data()["rate_cards"])


def _data() -> Any:
    place = resources.files("socialcell.campaigns") / "data" / "rules.yaml"
    return yaml.safe_load(place.read_bytes())
