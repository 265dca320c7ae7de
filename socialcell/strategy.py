"""The workspace's strategy.yaml: the city's goals and their targets."""

import difflib
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field, model_validator

from socialcell.config import read_as
from socialcell.errors import UnreadableValue
from socialcell.settings.section import ConfigSection
from socialcell.text import clean_text, one_line

NAME = "strategy.yaml"
_LONGEST = 120


class MeasureDefinition(NamedTuple):
    """A figure of the weekly report: the number of its KPI, and its unit.

    Units: share (a target is in percent), minutes, mentions, cases, people.
    """

    kpi: str
    unit: str


MEASURES = {
    "coverage": MeasureDefinition("K1", "share"),
    "asking": MeasureDefinition("K2", "mentions"),
    "asking_share": MeasureDefinition("K2", "share"),
    "cases_opened": MeasureDefinition("K2", "cases"),
    "first_answer": MeasureDefinition("K3", "minutes"),
    "registered": MeasureDefinition("K4", "share"),
    "confirmed": MeasureDefinition("K5", "share"),
    "overdue": MeasureDefinition("K6", "cases"),
    "false_closure": MeasureDefinition("K7", "share"),
    "referred": MeasureDefinition("K8", "share"),
    "anger": MeasureDefinition("K9", "mentions"),
    "alerted": MeasureDefinition("K10", "minutes"),
    "acknowledged": MeasureDefinition("K10", "minutes"),
    "first_statement": MeasureDefinition("K10", "minutes"),
    "explained": MeasureDefinition("K11", "share"),
    "campaigns_told": MeasureDefinition("K12", "share"),
    "activated": MeasureDefinition("K13", "people"),
    "rating": MeasureDefinition("K13", "stars"),
    "uninstalled": MeasureDefinition("K13", "share"),
    "took_part": MeasureDefinition("K14", "people"),
    "promises_kept": MeasureDefinition("K14", "share"),
    "marathi_first": MeasureDefinition("K15", "share"),
    "deleted_in_time": MeasureDefinition("K15", "share"),
}
"""What a target may name; the definitions are in docs/strategy.md."""


def _known(measure: str) -> str:
    if measure not in MEASURES:
        near = difflib.get_close_matches(measure, MEASURES, n=1, cutoff=0.5)
        if near:
            raise UnreadableValue(
                "config.no_such_measure_near", measure=measure, near=near[0]
            )
        raise UnreadableValue(
            "config.no_such_measure", measure=measure, measures=list(MEASURES)
        )
    return measure


def _line(text: str) -> str:
    return one_line(clean_text(text), _LONGEST)


Line = Annotated[str, Field(min_length=1), AfterValidator(_line)]


class GoalTexts(ConfigSection):
    """The same in the three languages of the report."""

    mr: Line
    hi: Line
    en: Line


class Target(ConfigSection):
    """A bound that a measure is to keep from a day on; of a share in percent."""

    at_least: float | None = Field(default=None, ge=0)
    at_most: float | None = Field(default=None, ge=0)
    by: date | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> "Target":
        if (self.at_least is None) == (self.at_most is None):
            raise UnreadableValue("config.target_needs_one_bound")
        return self


class Goal(ConfigSection):
    """What the city wants to reach, the office that answers for it, how it is seen."""

    title: GoalTexts
    owner: GoalTexts
    targets: dict[Annotated[str, AfterValidator(_known)], Target] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _shares_are_percent(self) -> "Goal":
        for name, target in self.targets.items():
            bound = target.at_least if target.at_most is None else target.at_most
            if MEASURES[name].unit == "share" and (bound or 0) > 100:
                raise UnreadableValue("config.target_is_percentage", measure=name)
        return self


class Strategy(ConfigSection):
    """The whole file. Without a day in `agreed` its goals are proposals."""

    agreed: date | None = None
    goals: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")], Goal] = (
        Field(default_factory=dict)
    )

    @model_validator(mode="after")
    def _one_target_a_measure(self) -> "Strategy":
        owners: dict[str, str] = {}
        for id_, goal in self.goals.items():
            for name in goal.targets:
                if name in owners:
                    raise UnreadableValue(
                        "config.two_targets",
                        measure=name,
                        goal=owners[name],
                        other_goal=id_,
                    )
                owners[name] = id_
        return self


def load(workspace: Path) -> Strategy | None:
    """The goals of the workspace in a folder; None where there is no strategy.yaml.

    ConfigError lists every problem with its line.
    """
    place = workspace / NAME
    return read_as(place, Strategy) if place.exists() else None


def shipped() -> str:
    """The commented strategy.yaml that comes with the package."""
    return resources.files("socialcell").joinpath(NAME).read_text("utf-8")
