"""Areas and incidents by the API: those of the commands, and of a place its own."""

import json
from typing import Any

import pytest

from socialcell.listening.areas import area_table
from socialcell.services.alerts.incident_documents import (
    IncidentDocument,
    NoticeFields,
)
from socialcell.services.areas import AreaDocument
from socialcell.services.context import Context
from socialcell.web.api.area_answers import AreaAnswer, AreaKind
from socialcell.web.api.incident_answers import IncidentDetailAnswer, NoticeAnswer
from tests.running import inside
from tests.web.api.conftest import AUNDH, KOTHRUD, WATER, Client, open_incident
from tests.web.api.test_mentions import answer_of, at_same_moment

pytestmark = pytest.mark.swept_on_postgresql


def area_ids(document: dict[str, Any]) -> list[str]:
    return [area["id"] for area in document["areas"]]


def incident_ids(document: dict[str, Any]) -> list[int]:
    return [incident["id"] for incident in document["incidents"]]


def test_areas_are_those_of_the_command(city: Context, make_client: Client) -> None:
    config = city.workspace.folder / "config.yaml"

    listed = json.loads(inside("areas", "list", "--json", "--config", config))
    answer = answer_of(make_client(), "areas")

    assert answer == {"on": "2026-11-23", **listed}
    assert AreaAnswer.model_fields.keys() == AreaDocument.__annotations__.keys()


def test_every_kind_of_area_has_its_word_in_the_document() -> None:
    kinds = {kind for tree in area_table._TREES.values() for kind in tree}

    assert set(AreaKind.__args__) == kinds


def test_areas_of_a_kind_and_a_day(make_client: Client) -> None:
    client = make_client()

    wards = answer_of(client, "areas", kind="ward_office")
    assert KOTHRUD in area_ids(wards)
    assert {area["kind"] for area in wards["areas"]} == {"ward_office"}
    assert area_ids(answer_of(client, "areas", on="1940-01-01")) != area_ids(
        answer_of(client, "areas")
    )
    assert client.get("areas?kind=planet").status_code == 422
    assert client.get("areas?on=someday").status_code == 422
    assert client.get(f"areas/{KOTHRUD}?on=9999-12-31").status_code == 422
    assert client.get(f"areas/{KOTHRUD}?on=%00").status_code == 422


def test_an_area_has_those_around_it_and_in_it(make_client: Client) -> None:
    client = make_client()

    kothrud = answer_of(client, f"areas/{KOTHRUD}")
    assert [area["kind"] for area in kothrud["around"]] == ["zone", "city"]
    assert "place:kothrud" in {area["id"] for area in kothrud["parts"]}
    assert client.get("areas/ward:atlantis").status_code == 404
    assert client.get("areas/कोथरूड").status_code == 404, "a name is no id"


def test_a_ward_sees_itself_and_what_lies_in_it(make_client: Client) -> None:
    client = make_client(place=KOTHRUD)

    listed = answer_of(client, "areas")
    own = answer_of(client, f"areas/{KOTHRUD}")
    locality = answer_of(client, "areas/place:kothrud")
    assert set(area_ids(listed)) == {KOTHRUD, *(area["id"] for area in own["parts"])}
    assert own["around"] == []
    assert [area["id"] for area in locality["around"]] == [KOTHRUD]
    for other in (AUNDH, "zone:2", "place:pune", "place:baner"):
        assert client.get(f"areas/{other}").status_code == 404


def test_a_department_sees_the_whole_map(make_client: Client) -> None:
    every, own = make_client(), make_client(place=WATER)

    assert answer_of(own, "areas") == answer_of(every, "areas")


@pytest.fixture
def incidents(city: Context) -> dict[str, int]:
    """Water in the whole city, roads, a danger in Aundh alone, a silent source, and of
    nothing by itself."""
    return {
        "water": open_incident(city, "topic:water", [1, 2, 11]),
        "roads": open_incident(city, "topic:roads", [11, 15]),
        "ward": open_incident(city, f"ward:{KOTHRUD}", [4]),
        "danger": open_incident(city, "critical:12", [12], kind="critical"),
        "source": open_incident(city, "source:x.mentions", [], kind="source"),
        "over": open_incident(city, "topic:water", [9], state="over"),
        "vague": open_incident(city, "all", [3]),
    }


def test_incidents_are_those_of_the_command_without_recipients(
    city: Context, make_client: Client, incidents: dict[str, int]
) -> None:
    config = city.workspace.folder / "config.yaml"
    client = make_client()

    for id_ in incidents.values():
        shown = json.loads(
            inside("alerts", "show", str(id_), "--json", "--config", config)
        )
        answer = answer_of(client, f"incidents/{id_}")
        for notice in shown["told"]:
            del notice["recipient"]
        expected = {key: shown[key] for key in answer}
        assert at_same_moment(answer) == at_same_moment(expected)
    keys = IncidentDocument.__annotations__.keys()
    assert IncidentDetailAnswer.model_fields.keys() == keys
    notice_keys = NoticeFields.__annotations__.keys()
    assert notice_keys - NoticeAnswer.model_fields.keys() == {"recipient"}


def test_incidents_come_in_pages_the_last_opened_first(
    make_client: Client, incidents: dict[str, int]
) -> None:
    client = make_client()

    first = answer_of(client, "incidents", limit="4")
    second = answer_of(client, "incidents", limit="4", before=str(first["next"]))
    assert (incident_ids(first), incident_ids(second)) == ([7, 6, 5, 4], [3, 2, 1])
    assert second["next"] is None
    assert incident_ids(answer_of(client, "incidents", state="over")) == [6]
    assert client.get("incidents?state=closed").status_code == 422
    assert client.get("incidents?before=0").status_code == 422
    assert client.get("incidents/8").status_code == 404
    assert client.get(f"incidents/{2**63 - 1}").status_code == 404
    assert client.get(f"incidents/{2**63}").status_code == 422


@pytest.mark.parametrize(
    ("place", "own"),
    [
        (KOTHRUD, ["water", "ward", "over"]),
        (AUNDH, ["roads", "danger"]),
        (WATER, ["water", "ward", "over"]),
        ("dept:roads", ["roads", "danger"]),
    ],
)
def test_a_place_sees_the_incidents_that_concern_it(
    make_client: Client, incidents: dict[str, int], place: str, own: list[str]
) -> None:
    client = make_client(place=place)

    listed = answer_of(client, "incidents")
    assert sorted(incident_ids(listed)) == [incidents[name] for name in own]
    for name, id_ in incidents.items():
        status = client.get(f"incidents/{id_}").status_code
        assert status == (200 if name in own else 404)


def test_an_incident_of_a_ward_names_no_ward_and_mention_of_another(
    make_client: Client, incidents: dict[str, int]
) -> None:
    whole = answer_of(make_client(), f"incidents/{incidents['roads']}")
    own = answer_of(make_client(place=AUNDH), f"incidents/{incidents['roads']}")
    water = answer_of(make_client(place=KOTHRUD), f"incidents/{incidents['water']}")

    assert {ward["id"] for ward in whole["numbers"]["wards"]} == {KOTHRUD, AUNDH}
    assert [ward["id"] for ward in own["numbers"]["wards"]] == [AUNDH]
    assert own["alerts"][0]["mentions"] == [11, 15]
    assert water["alerts"][0]["mentions"] == [1, 2]


def test_a_page_of_a_place_may_be_empty_and_have_a_next_one(
    make_client: Client, incidents: dict[str, int]
) -> None:
    page = answer_of(make_client(place="dept:health"), "incidents", limit="2")

    assert (page["incidents"], page["next"]) == ([], 6)


def test_an_incident_says_its_coverage_and_when(
    make_client: Client, incidents: dict[str, int]
) -> None:
    answer = answer_of(make_client(), f"incidents/{incidents['water']}")

    assert answer["alerts"][0]["coverage"] == 0.5
    assert answer["opened_at"] == "2026-11-22T13:00:00+05:30"
