"""Mentions by the API: the views and queries of the commands, in pages."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from socialcell.services.context import Context
from socialcell.views.mentions.mention_detail import MentionDetail
from socialcell.web.api.mention_answers import MentionDetailAnswer
from tests.builders import make_author, make_record, store_records
from tests.running import inside
from tests.web.api.api_client import ApiClient
from tests.web.api.conftest import AUNDH, KOTHRUD, WATER, Client, read_as

pytestmark = pytest.mark.swept_on_postgresql


def pages(client: ApiClient, path: str) -> list[dict[str, Any]]:
    """Every page from an address on."""
    collected = [answer_of(client, path)]
    while (cursor := collected[-1]["next"]) is not None:
        collected.append(answer_of(client, f"{path}&cursor={cursor}"))
    return collected


def answer_of(client: ApiClient, path: str, **parameters: str) -> dict[str, Any]:
    """The JSON of an answer that is one."""
    answer = client.get(path, params=parameters or None)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def ids(answer: dict[str, Any]) -> list[int]:
    return [mention["id"] for mention in answer["mentions"]]


def at_same_moment(document: Any) -> Any:
    """A document whose moments are compared as moments."""
    if isinstance(document, dict):
        return {key: at_same_moment(part) for key, part in document.items()}
    if isinstance(document, list):
        return list(map(at_same_moment, document))
    try:
        return datetime.fromisoformat(document)
    except (TypeError, ValueError):
        return document


def test_mentions_are_those_of_the_command_masked_alike(
    city: Context, make_client: Client
) -> None:
    config = city.workspace.folder / "config.yaml"

    listed = json.loads(inside("mentions", "list", "--json", "--config", config))
    answer = make_client().get("mentions").json()

    assert at_same_moment(answer["mentions"]) == at_same_moment(listed["mentions"])
    assert answer["total"] == listed["total"] == 16
    assert "9822012345" not in str(answer)
    assert "neighbour" not in str(answer)
    assert "नागरिक-" in str(answer)


def test_one_mention_is_that_of_the_command(city: Context, make_client: Client) -> None:
    config = city.workspace.folder / "config.yaml"

    shown = json.loads(inside("mentions", "show", "3", "--json", "--config", config))
    answer = make_client().get("mentions/3").json()

    assert at_same_moment(answer) == at_same_moment(shown)


def test_an_answer_has_the_keys_of_the_document() -> None:
    assert (
        MentionDetailAnswer.model_fields.keys() == MentionDetail.__annotations__.keys()
    )


def test_pages_hold_every_mention_once_newest_first(make_client: Client) -> None:
    found = pages(make_client(), "mentions?limit=4")

    assert [ids(page) for page in found] == [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
        [9, 10, 11, 12],
        [13, 14, 15, 16],
    ]
    assert [page["total"] for page in found] == [16, None, None, None]


def test_mentions_of_one_moment_and_undated_ones_are_on_one_page_each(
    city: Context, make_client: Client
) -> None:
    moment = city.clock.now() - timedelta(days=3)
    store_records(
        city.engine,
        *(make_record(str(300 + n), authored_at=moment) for n in range(3)),
        *(make_record(str(400 + n), authored_at=None) for n in range(3)),
    )

    found = pages(make_client(), "mentions?limit=1")

    assert [id_ for page in found for id_ in ids(page)] == [
        *range(1, 16),
        19,
        18,
        17,
        22,
        21,
        20,
        16,
    ]


def test_what_comes_in_between_two_pages_moves_nothing(
    city: Context, make_client: Client
) -> None:
    client = make_client()
    first = client.get("mentions?limit=3").json()
    newest = make_record("900", authored_at=city.clock.now(), author=make_author("new"))
    store_records(city.engine, newest)

    second = client.get(f"mentions?limit=3&cursor={first['next']}").json()

    assert (ids(first), ids(second)) == ([1, 2, 3], [4, 5, 6])


def test_the_query_language_and_the_filters_hold_together(make_client: Client) -> None:
    client = make_client()

    def found(**parameters: str) -> list[int]:
        return ids(answer_of(client, "mentions", **parameters))

    assert found(q="topic:roads NOT ward:kothrud-bavdhan") == [11, 12, 13, 14]
    assert found(topic="roads", ward=KOTHRUD) == [15]
    assert found(urgency="high") == [1]
    assert found(urgency="high,critical") == [1]
    assert found(q="water", owner=WATER, since="3h") == [1, 2, 3]
    assert found(since="2026-11-22", until="2026-11-22", topic="roads") == [
        *range(11, 16)
    ]
    assert found(platform="reddit") == []


def test_a_query_that_finds_nothing_says_which_spelling_would(
    make_client: Client,
) -> None:
    answer = make_client().get("mentions", params={"q": "pani"}).json()

    assert answer["total"] == 0
    assert answer["suggestion"] == {"query": "~pani", "total": 16}


def test_a_removed_mention_is_there_no_more(city: Context, make_client: Client) -> None:
    read_as(city.engine, 3, state="deleted")
    client = make_client()

    assert client.get("mentions/3").status_code == 404
    assert 3 not in ids(client.get("mentions").json())


@pytest.mark.parametrize(
    ("place", "own"),
    [
        (KOTHRUD, [*range(1, 11), 15]),
        (AUNDH, [*range(11, 16)]),
        (WATER, [*range(1, 11)]),
    ],
)
def test_a_token_of_a_place_reads_the_mentions_of_that_place_alone(
    make_client: Client, place: str, own: list[int]
) -> None:
    client = make_client(place=place)

    answer = client.get("mentions").json()
    assert (ids(answer), answer["total"]) == (own, len(own))
    listed = pages(client, "mentions?limit=2")
    assert [id_ for page in listed for id_ in ids(page)] == own
    assert ids(client.get("mentions?q=water OR NOT water").json()) == own
    statuses = {id_: client.get(f"mentions/{id_}").status_code for id_ in range(1, 17)}
    assert [id_ for id_, status in statuses.items() if status == 200] == own
    assert set(statuses.values()) == {200, 404}


def test_the_suggestion_of_a_ward_counts_its_own_mentions(make_client: Client) -> None:
    answer = make_client(place=AUNDH).get("mentions", params={"q": "pani"}).json()

    assert answer["suggestion"]["total"] == 5


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=(", "q"),
        ("q=colour:red", "q"),
        ("q=" + "(" * 900, "q"),
        ("q=" + "a" * 1001, "q"),
        ("q=since:0001-01-01", "q"),
        ("q=%00", "q"),
        ("since=soon", "since"),
        ("since=2026-11-23&until=2026-11-22", "until"),
        ("since=0001-01-01", "since"),
        ("since=9999-12-31T23:59:59-12:00", "since"),
        ("until=9999-12-31", "until"),
        ("until=a%00b", "until"),
        ("ward=%ED%A0%80", None),
        ("topic=%FF", None),
        ("platform=telegraph", "platform"),
        ("urgency=", "urgency"),
        ("intent=rage", "intent"),
        ("owner=nobody-at-all", "owner"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=1e3", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("cursor=!", "cursor"),
        ("cursor=_", "cursor"),
        ("cursor=99991231T235959.999999Z_1", "cursor"),
        ("cursor=20261123T000000_1", "cursor"),
        ("cursor=_9999999999999999999", "cursor"),
        ("wrad=x", "wrad"),
        ("limit=5&limit=6", "limit"),
    ],
)
def test_what_cannot_be_read_is_named(
    make_client: Client, query: str, field: str | None
) -> None:
    answer = make_client().get(f"mentions?{query}")

    assert answer.status_code == (400 if field is None else 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    errors = answer.json()["errors"]
    assert [error["field"] for error in errors] == ([] if field is None else [field])


@pytest.mark.parametrize("id_", ["0", "-1", "x", "9223372036854775808", "1%00", "１"])
def test_an_id_that_is_none_is_refused(make_client: Client, id_: str) -> None:
    answer = make_client().get(f"mentions/{id_}")

    assert answer.status_code in (404, 422)


def test_as_many_negations_as_a_query_is_long_are_read(make_client: Client) -> None:
    client = make_client()

    even = answer_of(client, "mentions", q="-" * 996 + "days")
    odd = answer_of(client, "mentions", q="-" * 995 + "days")
    assert (len(ids(even)), ids(odd)) == (15, [16])
