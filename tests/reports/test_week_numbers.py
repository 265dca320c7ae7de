"""The types of the frozen numbers: all keys that are counted, and older documents."""

import json
from datetime import date

import msgspec
import pytest

from socialcell.json_types import JsonObject
from socialcell.reports.week_numbers import WeekNumbers, read_week
from socialcell.reports.weekly import frozen_week
from socialcell.strategy import Goal, GoalTexts, Strategy, Target
from tests.reports.around import SUNDAY, ad, alert, incident, promise, searched
from tests.reports.world import MADE, MONDAY, World


def counted(world: World) -> JsonObject:
    """The numbers of a week in which much has happened, as the database has them."""
    world.covered()
    mention = world.mention(MONDAY)
    alert(world, incident(world, "topic:flood"), "topic:flood", mentions=[mention])
    promise(world, MONDAY)
    ad(world)
    searched(world, SUNDAY, 50)
    searched(world, SUNDAY, 20, "water tanker")
    texts = GoalTexts(mr="पाणी", hi="पानी", en="Water")
    goal = Goal(title=texts, owner=texts, targets={"coverage": Target(at_least=95)})
    goals = Strategy(agreed=date(2026, 11, 1), goals={"water": goal})
    week = frozen_week.period(MADE, MADE)
    numbers = frozen_week.numbers_of_week(world.engine, week, MADE, goals)
    document: JsonObject = json.loads(json.dumps(numbers))
    return document


def test_every_key_that_is_counted_has_a_type(world: World) -> None:
    numbers = counted(world)
    # Keys without a type are dropped by the conversion.
    assert msgspec.convert(numbers, WeekNumbers) == numbers


def test_a_key_of_another_version_stays_in_the_document(world: World) -> None:
    numbers = {**counted(world), "weather": "rain"}
    assert read_week(numbers) == numbers


def test_numbers_of_a_first_version_are_read(world: World) -> None:
    later = {"ads", "audit", "campaigns", "incidents", "measures", "messages"}
    later |= {"outreach", "promises", "search", "strategy", "voices", "whole_hours"}
    numbers = {key: part for key, part in counted(world).items() if key not in later}
    assert read_week(numbers) == numbers


def test_a_part_of_another_type_is_named(world: World) -> None:
    numbers = {**counted(world), "undated": "many"}
    with pytest.raises(msgspec.ValidationError, match=r"\$\.undated"):
        read_week(numbers)
