"""What is special about Mastodon: the way up, late arrivals, Mastodon.py's habits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from socialcell import connectors
from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    Batch,
    ConnectorContext,
    ConnectorError,
    Filtered,
    Kind,
    Metric,
    RecordAuthor,
    RecordRelation,
)
from socialcell.connectors.mastodon.mastodon_connector import id_at, to_record
from socialcell.errors import ConfigError
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector
from socialcell.settings.platforms import MastodonSection
from tests.connectors.conftest import TRUTH, Unlimited, connector_of
from tests.connectors.pulls import expected_ids, pull, records

TAG = "mastodon.pune"


@pytest.fixture
def server(served: Sandbox) -> Any:
    return served.platform("mastodon")


def min_ids(served: Sandbox) -> list[int]:
    return [int(logged.request.query["min_id"]) for logged in served.requests]


def test_nothing_is_asked_but_the_timeline(
    served: Sandbox, connector_context: ConnectorContext, server: Any
) -> None:
    server.instance_broken()

    batches = pull(served, TAG, connector_context)

    paths = {logged.request.path for logged in served.requests}
    assert paths == {"/api/v1/timelines/tag/Pune"}
    assert len(served.requests) == len(batches) > 3


def test_pages_lead_upward_and_each_is_a_place_to_go_on_from(
    served: Sandbox, connector_context: ConnectorContext, city_clock: FixedClock
) -> None:
    stopped = pull(served, TAG, connector_context, stop=lambda: True)
    assert len(stopped) == 1

    rest = pull(served, TAG, connector_context, stopped[-1].cursor)

    assert min_ids(served) == sorted(min_ids(served))
    assert min_ids(served)[1] == max(int(r.external_id) for r in records(stopped))
    found = [record.external_id for record in records(stopped + rest)]
    assert len(found) == len(set(found))
    assert set(found) == expected_ids(TAG, [city_clock.now()])
    assert [batch.covered for batch in stopped + rest][:-1] == [None] * len(rest)
    assert rest[-1].covered == (city_clock.now() - timedelta(days=14), city_clock.now())


def test_a_status_of_another_server_that_arrives_late_is_found(
    served: Sandbox,
    connector_context: ConnectorContext,
    server: Any,
    city_clock: FixedClock,
) -> None:
    server.publish("already here #Pune")
    first = pull(served, TAG, connector_context)
    late = server.publish("slow server #Pune", city_clock.now() - timedelta(minutes=50))
    city_clock.advance(timedelta(minutes=15))

    second = pull(served, TAG, connector_context, first[-1].cursor)

    assert late in {record.external_id for record in records(second)}


def test_a_broken_off_run_finds_late_arrivals_as_well(
    served: Sandbox,
    connector_context: ConnectorContext,
    server: Any,
    city_clock: FixedClock,
) -> None:
    for minutes in (55, 50, 45, 40, 35, 30, 25):
        moment = city_clock.now() - timedelta(minutes=minutes)
        server.publish(f"{minutes} #Pune", moment)
    first = pull(served, TAG, connector_context)
    late = server.publish("late #Pune", city_clock.now() - timedelta(minutes=28))

    broken = pull(served, TAG, connector_context, first[-1].cursor, stop=lambda: True)
    assert late not in {record.external_id for record in records(broken)}
    rest = pull(served, TAG, connector_context, broken[-1].cursor)

    assert late in {record.external_id for record in records(rest)}


def test_a_limit_in_the_middle_keeps_the_pages_before_it(
    served: Sandbox, connector_context: ConnectorContext, server: Any
) -> None:
    server.limit(after=2)
    batches: list[Batch] = []
    running = connector_of(served, TAG, connector_context).pull(
        None, Unlimited(), collector.never_stop
    )

    with pytest.raises(ConnectorError) as caught:
        batches.extend(running)

    assert caught.value.kind is Kind.RATE
    assert len(batches) == 2
    assert len(served.requests) == 3  # and not asked again

    limits = batches[-1].limits
    assert limits is not None
    assert limits.remaining == 298


def test_kindred_servers_say_in_epoch_seconds_when_to_come_back(
    served: Sandbox,
    connector_context: ConnectorContext,
    server: Any,
    city_clock: FixedClock,
) -> None:
    server.odd_reset()
    server.limit()

    with pytest.raises(ConnectorError) as caught:
        pull(served, TAG, connector_context)

    assert caught.value.until == city_clock.now() + server.window


def test_an_answer_that_cannot_be_read_is_not_quoted(
    served: Sandbox, connector_context: ConnectorContext, server: Any
) -> None:
    server.html_instead_of_json()

    with pytest.raises(ConnectorError) as caught:
        pull(served, TAG, connector_context)

    assert "Checking your browser" not in str(caught.value)
    assert "text/html" in str(caught.value)


def test_what_only_followers_may_see_is_left_out(
    served: Sandbox, connector_context: ConnectorContext, server: Any
) -> None:
    id_ = server.publish("for friends #Pune")
    server.hide(id_)

    batches = pull(served, TAG, connector_context)

    assert id_ not in {record.external_id for record in records(batches)}
    left = [i for batch in batches for i in batch.items if isinstance(i, Filtered)]
    assert [item.rule for item in left] == ["not public: private"]


def test_the_words_are_those_that_were_written(
    served: Sandbox, connector_context: ConnectorContext, city_clock: FixedClock
) -> None:
    truth = {item["id"]: item for item in TRUTH["items"]}
    now = city_clock.now().isoformat(timespec="milliseconds")

    found = records(pull(served, "mastodon.pune-mr", connector_context))

    assert found
    for record in found:
        item = truth[record.external_id]
        changed = item["changed"]
        text = changed["text"] if changed and changed["at"] <= now else item["text"]
        assert record.text == text
        assert (record.edited_at is not None) == (text != item["text"])
        assert record.authored_at == datetime.fromisoformat(item["at"])
        assert record.url == item["url"]
    assert any("पुणे" in record.text for record in found)


def test_the_check_says_what_is_wrong(
    served: Sandbox, connector_context: ConnectorContext, server: Any
) -> None:
    connector = connector_of(served, TAG, connector_context)
    assert connector.check().ok
    server.login_required()

    told = connector.check()

    assert not told.ok
    assert "(422)" in told.message


@pytest.mark.parametrize("hashtag", ["#pune", "pune pmc", "pune/../x", "", "a?b=c"])
def test_a_hashtag_that_is_none_is_refused(hashtag: str) -> None:
    with pytest.raises(ConfigError, match="hashtag"):
        connectors.check_settings("mastodon", {"hashtag": hashtag})


@pytest.mark.parametrize(
    "instance",
    [
        "http://mastodon.social",
        "https://mastodon.social/",
        "https://user@mastodon.social",
        "https://mastodon.social:8443",
        "mastodon.social",
    ],
)
def test_only_the_plain_origin_of_a_server_gets_the_token(instance: str) -> None:
    with pytest.raises(ValueError, match="is not of the form"):
        MastodonSection(instance=instance)


def test_ids_are_milliseconds_and_sixteen_bits() -> None:
    # 2026-01-01 is 1,767,225,600 s after the epoch; times 1000, times 65,536.
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert id_at(moment) == "115816896921600000"


def status(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": "105",
        "content": '<p>No water, see <a href="https://example.org/a">'
        '<span class="invisible">https://</span><span>example.org/a</span></a>.</p>'
        '<p><a href="https://x.example/tags/pune">#<span>Pune</span></a></p>',
        "created_at": "2026-11-20T04:00:00.250Z",
        "edited_at": "2026-11-20T04:05:00.000Z",
        "spoiler_text": "dry taps",
        "url": "https://nagar.example/@asha/105",
        "language": "en",
        "in_reply_to_id": "99",
        "replies_count": 1,
        "reblogs_count": 2,
        "favourites_count": 3,
        "visibility": "public",
        "account": {
            "id": "7",
            "acct": "asha@nagar.example",
            "display_name": "Asha",
            "followers_count": 5,
            "statuses_count": 6,
        },
    }
    return made | changes


def test_a_status_becomes_a_record() -> None:
    record = to_record(status())

    assert record.external_id == "105"
    assert record.title == "dry taps"
    assert record.text == "No water, see https://example.org/a.\n#Pune"
    assert record.links == ("https://example.org/a",)
    assert record.authored_at == datetime(2026, 11, 20, 4, 0, 0, 250_000, UTC)
    assert record.edited_at == datetime(2026, 11, 20, 4, 5, tzinfo=UTC)
    assert record.author == RecordAuthor(
        uid="7", handle="asha@nagar.example", name="Asha", followers=5, posts=6
    )
    assert record.relations == (RecordRelation("reply", "99"),)
    assert record.metrics == (
        Metric("replies_count", 1, "comments"),
        Metric("reblogs_count", 2, "shares"),
        Metric("favourites_count", 3, "reactions"),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"id": {"not": "an id"}},
        {"content": None},
        {"created_at": "yesterday"},
        {"created_at": "2026-11-20T04:00:00"},
        {"account": {}},
    ],
)
def test_a_status_without_what_it_needs_is_none(changes: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        to_record(status(**changes))
