"""The point that somebody shares on WhatsApp."""

import pytest

from socialcell.connectors.whatsapp.whatsapp_location import point_of
from socialcell.json_types import JsonValue


def message(**place: JsonValue) -> JsonValue:
    return {"messages": [{"type": "location", "location": place}]}


def test_a_shared_place_is_its_latitude_and_longitude() -> None:
    assert point_of(message(latitude=18.5074, longitude=73)) == (18.5074, 73.0)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {"messages": []},
        {"messages": ["x"]},
        {"messages": [{"type": "text", "text": {"body": "18.5, 73.8"}}]},
        message(latitude="18.5", longitude=73.8),
        message(latitude=True, longitude=73.8),
        message(latitude=18.5),
        message(latitude=90.1, longitude=73.8),
        message(latitude=18.5, longitude=-180.1),
        message(latitude=float("nan"), longitude=73.8),
    ],
)
def test_anything_else_is_no_point(raw: JsonValue) -> None:
    assert point_of(raw) is None
