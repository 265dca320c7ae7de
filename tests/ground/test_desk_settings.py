"""Office hours, closed days and readers of late cases, and mistakes in them."""

from pathlib import Path
from typing import Any

import pytest

from socialcell import config
from socialcell.errors import ConfigError
from socialcell.settings.desk import Desk


def test_a_day_may_have_several_shifts_and_end_at_midnight() -> None:
    desk = Desk.model_validate({"hours": {"mon": ["09:45-13:00", "20:00-00:00"]}})

    assert desk.hours.by_weekday[0] == ((585, 780), (1200, 1440))
    assert desk.hours.by_weekday[1] == ((585, 1095),)
    assert desk.hours.by_weekday[6] == ()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"hours": {"mon": ["9:45-18:15"]}}, "9:45-18:15 is no span"),
        ({"hours": {"mon": ["09:45-24:00"]}}, "09:45-24:00 is no span"),
        ({"hours": {"mon": ["18:15-09:45"]}}, "ends before it begins"),
        ({"hours": {"mon": ["09:00-13:00", "13:00-14:00"]}}, "Put them in order"),
        ({"hours": {"mon": ["14:00-18:00", "09:00-13:00"]}}, "Put them in order"),
        (
            {"hours": {day: [] for day in ("mon", "tue", "wed", "thu", "fri")}},
            "No weekday has working time",
        ),
        ({"closed": [["2027-01-05", "2027-01-04", "Count"]]}, "2027-01-05"),
        ({"closed": [["2027-01-05", "2030-01-04", "Count"]]}, "longer than a year"),
        ({"hours": {"tues": ["09:00-13:00"]}}, "did you mean 'tue'"),
        ({"holidays": []}, "holidays"),
        (
            {"escalation": [{"function": "engineer", "who": ["room"]}]},
            "'deputy_engineer'",
        ),
        (
            {"escalation": [{"function": "deputy_engineer", "who": ["room"]}]},
            "desk.escalation names room",
        ),
    ],
)
def test_what_is_no_office_hour_is_refused_with_its_line(
    tmp_path: Path, given: dict[str, Any], reason: str
) -> None:
    place = tmp_path / "config.yaml"
    place.write_text(f"desk: {given}\n".replace("'", '"'), encoding="utf-8")

    with pytest.raises(ConfigError) as refusal:
        config.load(place)

    assert reason in str(refusal.value)
    assert "config.yaml" in str(refusal.value)


def test_readers_are_names_of_alerts(tmp_path: Path) -> None:
    place = tmp_path / "config.yaml"
    place.write_text(
        "alerts: {recipients: {mr: [roads@city.example]}}\n"
        "desk: {escalation: [{function: cell_lead, who: [roads@city.example]}]}\n",
        encoding="utf-8",
    )

    (readers,) = config.load(place).config.desk.escalation

    assert readers.who == ("roads@city.example",)
    assert readers.of == ()
