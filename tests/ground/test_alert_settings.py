"""Who is called when: the usual ladder, a ladder of the cell's own, and mistakes."""

from typing import Any

import pytest

from socialcell.settings.notifications import Alerts, OfficeRecipients

ROOM = {"kind": "slack", "url": {"secret": "room"}}
BOTH = {
    "recipients": {"mr": ["desk@city.example"], "en": ["lead@city.example"]},
    "channels": {"room": ROOM},
    "phone": {"officer": {"command": ["/bin/call"]}, "head": {"url": {"secret": "h"}}},
}


def steps(**given: Any) -> list[tuple[int, tuple[str, ...]]]:
    made = Alerts.model_validate(given)
    return [(step.after, step.who) for step in made.steps]


def test_without_a_ladder_everybody_is_told_at_once_and_the_phones_in_their_order() -> (
    None
):
    everybody = ("desk@city.example", "lead@city.example", "room")
    assert steps(**BOTH) == [
        (0, (*everybody, "officer")),
        (5, ("room", "officer")),
        (10, ("head",)),
        (20, (*everybody, "officer", "head")),
    ]


def test_mail_alone_is_repeated_too() -> None:
    desk = {"recipients": {"mr": ["desk@city.example"]}}

    assert steps(**desk) == [
        (0, ("desk@city.example",)),
        (20, ("desk@city.example",)),
    ]


def test_whoever_stands_in_no_step_is_told_with_the_first() -> None:
    ladder = [{"after": 15, "who": ["head"]}, {"after": 0, "who": ["room", "officer"]}]

    assert steps(**BOTH, ladder=ladder) == [
        (0, ("room", "officer", "desk@city.example", "lead@city.example")),
        (15, ("head",)),
    ]


def test_one_phone_needs_no_name() -> None:
    made = Alerts.model_validate({"phone": {"command": ["/bin/call", "98"]}})

    assert made.names == ("phone",)
    assert made.phone["phone"].command == ("/bin/call", "98")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ladder": [{"after": 0, "who": ["nobody"]}]}, "ladder calls 'nobody'"),
        ({"ladder": [{"after": 5, "who": ["room"]}]}, "first step of ladder"),
        ({"ladder": []}, "an empty ladder"),
        ({"phone": {"room": {"command": ["/bin/call"]}}}, "a channel and a phone"),
        ({"phone": {"command": ["call"]}}, "whole path of a program"),
        ({"phone": {"command": []}}, "whole path of a program"),
        (
            {"phone": {"a": {"command": ["/x"], "url": {"secret": "h"}}}},
            "a phone takes",
        ),
        ({"phone": {"a": {"seconds": 5}}}, "a phone takes"),
    ],
)
def test_what_cannot_be_called_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Alerts.model_validate({"channels": {"room": ROOM}, **given})


@pytest.mark.parametrize(
    "offices", [{}, {"ward": "ward:aundh-baner", "owner": "dept:water"}]
)
def test_a_letter_is_of_a_ward_office_or_of_an_owner(offices: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="one of the two"):
        OfficeRecipients.model_validate({"to": ["desk@city.example"], **offices})


def test_a_letter_of_an_office_names_it() -> None:
    row = {"to": ["desk@city.example"], "owner": "dept:water"}
    assert OfficeRecipients.model_validate(row).office == "dept:water"


def test_what_is_no_mail_address_is_said_in_plain_words() -> None:
    with pytest.raises(ValueError, match="'desk at city' is no mail address such as"):
        Alerts.model_validate({"recipients": {"en": ["desk at city"]}})
