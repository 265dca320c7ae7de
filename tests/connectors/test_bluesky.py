"""What is special about Bluesky: its sessions, its pages, its odd posts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcell import connectors
from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    ConnectorContext,
    ConnectorError,
    Kind,
    Metric,
    RecordAuthor,
    RecordRelation,
    Refresh,
    Reject,
    Tombstone,
)
from socialcell.connectors.bluesky.bluesky_connector import Bluesky
from socialcell.connectors.bluesky.bluesky_post import to_record
from socialcell.errors import ConfigError
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector
from socialcell.services.platform_sessions import SessionFiles
from tests.connectors.conftest import Unlimited, connector_of
from tests.connectors.pulls import expected_ids, items, pull, records

PUNE, MARATHI = "bluesky.pune", "bluesky.pune-mr"
SIGN_IN, RENEW, SEARCH, BY_URI = (
    "com.atproto.server.createSession",
    "com.atproto.server.refreshSession",
    "app.bsky.feed.searchPosts",
    "app.bsky.feed.getPosts",
)


@pytest.fixture
def bluesky(served: Sandbox) -> Any:
    return served.platform("bluesky")


def asked(served: Sandbox) -> list[str]:
    return [logged.request.path.removeprefix("/xrpc/") for logged in served.requests]


def test_a_pull_is_one_sign_in_and_its_pages(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    budget = Unlimited()

    batches = list(
        connector_of(served, PUNE, connector_context).pull(
            None, budget, collector.never_stop
        )
    )

    assert len(batches) > 2
    assert asked(served) == [SIGN_IN, *[SEARCH] * len(batches)]
    assert budget.taken[0] == ("logins", 1)
    assert batches[0].cost == {"logins": 1, "calls": 1}
    assert batches[1].cost == {"calls": 1}
    limits = batches[-1].limits
    assert limits is not None
    assert limits.remaining == 3000 - len(served.requests)


@pytest.fixture
def kept(connector_context: ConnectorContext, secrets: Path) -> ConnectorContext:
    """With a place in which sessions outlive a run."""
    return replace(connector_context, sessions=SessionFiles(secrets))


def test_the_next_run_goes_on_with_the_session_of_the_last(
    served: Sandbox, kept: ConnectorContext, secrets: Path
) -> None:
    pull(served, PUNE, kept)
    pull(served, MARATHI, kept)

    assert asked(served).count(SIGN_IN) == 1
    assert asked(served)[1:] == [SEARCH] * (len(served.requests) - 1)
    place = secrets / "bluesky.session"
    assert place.stat().st_mode & 0o777 == 0o600
    assert served.secrets["bluesky_app_password"] not in place.read_text()


def test_a_session_that_ran_out_between_two_runs_is_renewed_without_the_password(
    served: Sandbox, kept: ConnectorContext, bluesky: Any
) -> None:
    pull(served, MARATHI, kept)
    bluesky.expire_session()

    pull(served, MARATHI, kept)
    pull(served, MARATHI, kept)

    assert (asked(served).count(SIGN_IN), asked(served).count(RENEW)) == (1, 1)


def test_a_session_that_is_not_renewed_is_begun_anew(
    served: Sandbox, kept: ConnectorContext, bluesky: Any
) -> None:
    pull(served, MARATHI, kept)
    bluesky.revoke_session()

    pull(served, MARATHI, kept)
    pull(served, MARATHI, kept)

    assert (asked(served).count(SIGN_IN), asked(served).count(RENEW)) == (2, 1)


def test_another_password_begins_another_session(
    served: Sandbox, kept: ConnectorContext, secrets: Path
) -> None:
    pull(served, MARATHI, kept)
    (secrets / "bluesky_app_password").write_text("wrong-wrong")

    with pytest.raises(ConnectorError, match="does not let us sign in"):
        pull(served, MARATHI, kept)


def test_a_session_that_another_process_renewed_is_taken_up(
    served: Sandbox, kept: ConnectorContext, bluesky: Any
) -> None:
    pull(served, MARATHI, kept)
    first = connector_of(served, PUNE, kept).pull(
        None, Unlimited(), collector.never_stop
    )
    next(first)
    bluesky.expire_session()
    pull(served, MARATHI, kept)

    rest = list(first)

    assert rest
    assert (asked(served).count(SIGN_IN), asked(served).count(RENEW)) == (1, 1)


def test_where_no_session_can_be_kept_each_run_signs_in(
    served: Sandbox, connector_context: ConnectorContext, tmp_path: Path
) -> None:
    nowhere = replace(connector_context, sessions=SessionFiles(tmp_path / "missing"))

    pull(served, MARATHI, nowhere)
    pull(served, MARATHI, nowhere)

    assert asked(served).count(SIGN_IN) == 2


def test_sign_ins_of_a_day_are_counted() -> None:
    found = {one.name: one for one in connectors.buckets("bluesky")}

    assert (found["logins"].period, found["logins"].cap) == ("day", 300)


def test_a_marathi_word_is_searched_too(
    served: Sandbox, connector_context: ConnectorContext, city_clock: FixedClock
) -> None:
    found = {
        record.external_id
        for record in records(pull(served, MARATHI, connector_context))
    }

    assert found == expected_ids(MARATHI, [city_clock.now()])
    assert len(found) > 2


def test_a_language_is_asked_for_when_it_is_set(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    settings = {"query": "pune", "language": "mr"}
    connector = connectors.build("bluesky", settings, connector_context)

    batches = list(connector.pull(None, Unlimited(), collector.never_stop))

    assert {record.language for record in records(batches)} == {"mr"}
    assert served.requests[-1].request.query["lang"] == "mr"


def test_one_odd_post_does_not_lose_its_page(
    served: Sandbox,
    connector_context: ConnectorContext,
    bluesky: Any,
    city_clock: FixedClock,
) -> None:
    odd = bluesky.publish("odd in #Pune")
    bluesky.spoil(odd)

    batches = pull(served, PUNE, connector_context)

    (record,) = items(batches, odd)
    assert record.author is not None
    assert record.author.handle is None
    assert record.authored_at == city_clock.now()
    assert record.metrics[0] == Metric("likeCount", None, "reactions", "absent")
    assert [i for b in batches for i in b.items if isinstance(i, Reject)] == []
    found = {one.external_id for one in records(batches)}
    assert found == {odd} | expected_ids(PUNE, [city_clock.now()])


def test_a_token_that_runs_out_in_the_middle_is_renewed_once(
    served: Sandbox,
    connector_context: ConnectorContext,
    bluesky: Any,
    city_clock: FixedClock,
) -> None:
    budget = Unlimited()
    running = connector_of(served, PUNE, connector_context).pull(
        None, budget, collector.never_stop
    )
    batches = [next(running)]
    bluesky.expire_session()
    batches += running

    found = {record.external_id for record in records(batches)}
    assert found == expected_ids(PUNE, [city_clock.now()])
    assert (asked(served).count(SIGN_IN), asked(served).count(RENEW)) == (1, 1)
    assert len(budget.taken) == len(served.requests)


def test_a_token_that_is_taken_back_at_once_needs_a_person(
    served: Sandbox, connector_context: ConnectorContext, bluesky: Any
) -> None:
    bluesky.expire_session(times=9)

    with pytest.raises(ConnectorError, match="app password") as caught:
        pull(served, PUNE, connector_context)

    assert caught.value.kind is Kind.AUTH
    assert asked(served) == [SIGN_IN, SEARCH, RENEW, SEARCH]


def test_an_accounts_own_password_is_told_from_a_wrong_one(
    served: Sandbox, connector_context: ConnectorContext, bluesky: Any
) -> None:
    bluesky.second_factor()

    with pytest.raises(ConnectorError, match="second factor") as caught:
        pull(served, PUNE, connector_context)

    assert caught.value.kind is Kind.AUTH


def test_where_only_first_pages_are_given_the_rest_is_asked_for_by_time(
    served: Sandbox,
    connector_context: ConnectorContext,
    bluesky: Any,
    city_clock: FixedClock,
) -> None:
    bluesky.refuse_pages()

    batches = pull(served, PUNE, connector_context)

    found = [record.external_id for record in records(batches)]
    assert set(found) == expected_ids(PUNE, [city_clock.now()])
    assert len(found) > bluesky.most
    queries = [logged.request.query for logged in served.requests]
    assert sum("cursor" in query for query in queries) == 1
    assert batches[-1].cursor == {"covered": city_clock.now().isoformat()}


def test_posts_of_the_same_moment_are_all_found_by_time(
    served: Sandbox,
    connector_context: ConnectorContext,
    bluesky: Any,
    city_clock: FixedClock,
) -> None:
    bluesky.refuse_pages()
    moment = city_clock.now() - timedelta(seconds=1)
    same = {bluesky.publish(f"{n} in #Pune", moment) for n in range(3)}
    newer = {bluesky.publish(f"newer {n} in #Pune") for n in range(2)}
    assert bluesky.most == 4  # the first page ends between the three

    found = {
        record.external_id for record in records(pull(served, PUNE, connector_context))
    }

    assert same | newer <= found


def test_a_post_that_reaches_the_index_late_is_found(
    served: Sandbox,
    connector_context: ConnectorContext,
    bluesky: Any,
    city_clock: FixedClock,
) -> None:
    late = bluesky.publish("late in #Pune")
    bluesky.hide_from_search(late)
    city_clock.advance(timedelta(minutes=30))
    first = pull(served, PUNE, connector_context)
    assert items(first, late) == []
    bluesky.show_in_search(late)

    second = pull(served, PUNE, connector_context, first[-1].cursor)

    assert [record.text for record in items(second, late)] == ["late in #Pune"]


def test_what_is_gone_is_told_by_its_absence_from_an_answer_by_id(
    served: Sandbox, connector_context: ConnectorContext, bluesky: Any
) -> None:
    ids = [bluesky.publish(f"{n} in #Pune") for n in range(60)]
    bluesky.remove(ids[7])
    bluesky.hide_from_search(ids[8])
    bluesky.spoil(ids[9])
    connector: Any = connector_of(served, PUNE, connector_context)

    told = list(connector.recheck(ids, Unlimited(), collector.never_stop))
    counted = list(connector.refresh(ids, Unlimited(), collector.never_stop))

    stone = Tombstone("bluesky", ids[7], "removed")
    assert [item for batch in told for item in batch.items] == [stone]
    found = [item for batch in counted for item in batch.items]
    assert [item for item in found if isinstance(item, Tombstone)] == [stone]
    fresh = {item.external_id for item in found if isinstance(item, Refresh)}
    assert fresh == set(ids) - {ids[7]}
    # Twenty-five a call, and one session.
    assert asked(served) == [SIGN_IN, *[BY_URI] * 6]


def test_an_answer_without_a_list_is_not_taken_for_deletions(
    served: Sandbox, connector_context: ConnectorContext, bluesky: Any
) -> None:
    id_ = bluesky.publish("here")
    connector: Any = connector_of(served, PUNE, connector_context)
    running = connector.recheck([id_], Unlimited(), collector.never_stop)
    bluesky.html_instead_of_json()

    with pytest.raises(ConnectorError) as caught:
        list(running)

    assert caught.value.kind is Kind.DRIFT


def test_the_password_goes_to_the_sign_in_alone(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    pull(served, PUNE, connector_context)

    password = served.secrets["bluesky_app_password"]
    first, *others = [logged.request for logged in served.requests]
    assert password.encode() in first.body
    for request in others:
        assert password not in f"{request.path} {request.query} {request.headers}"


def test_the_check_says_what_is_wrong(
    served: Sandbox, connector_context: ConnectorContext, bluesky: Any
) -> None:
    assert connector_of(served, PUNE, connector_context).check().ok
    bluesky.expire_token()

    told = connector_of(served, PUNE, connector_context).check()

    assert not told.ok
    assert "app password" in told.message


@pytest.mark.parametrize(
    "settings", [{}, {"query": ""}, {"query": "pune", "language": "Marathi"}]
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="Source settings of bluesky"):
        connectors.check_settings("bluesky", settings)


URI = "at://did:plc:asha/app.bsky.feed.post/3kabc"


def a_view(said: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    record = {
        "$type": "app.bsky.feed.post",
        "text": "पाणी नाही example.org/m…",
        "createdAt": "2026-11-20T04:00:00.250Z",
        "langs": ["mr", "en"],
        "reply": {"root": {"uri": "at://r/p/1"}, "parent": {"uri": "at://r/p/2"}},
        "facets": [
            {
                "features": [
                    {
                        "$type": "app.bsky.richtext.facet#link",
                        "uri": "https://example.org/map",
                    },
                    {"$type": "app.bsky.richtext.facet#mention", "did": "did:x"},
                ]
            }
        ],
        "embed": {
            "$type": "app.bsky.embed.recordWithMedia",
            "record": {"record": {"uri": "at://q/p/9", "cid": "c"}},
        },
    }
    made: dict[str, Any] = {
        "uri": URI,
        "author": {
            "did": "did:plc:asha",
            "handle": "asha.example",
            "displayName": "Asha",
            "verification": {"verifiedStatus": "valid"},
        },
        "record": record | (said or {}),
        "likeCount": 3,
        "replyCount": 1,
        "repostCount": 2,
        "quoteCount": 0,
        "indexedAt": "2026-11-20T04:00:01.000Z",
    }
    return made | changes


def test_a_post_becomes_a_record() -> None:
    record = to_record(a_view())

    assert record.external_id == URI
    assert record.url == "https://bsky.app/profile/did:plc:asha/post/3kabc"
    assert record.authored_at == datetime(2026, 11, 20, 4, 0, 0, 250_000, UTC)
    assert record.author == RecordAuthor(
        uid="did:plc:asha", handle="asha.example", name="Asha", verified="verified"
    )
    assert record.language == "mr"
    assert record.conversation == "at://r/p/1"
    assert record.relations == (
        RecordRelation("reply", "at://r/p/2"),
        RecordRelation("quote", "at://q/p/9"),
    )
    assert record.links == ("https://example.org/map",)
    assert record.metrics == (
        Metric("likeCount", 3, "reactions"),
        Metric("replyCount", 1, "comments"),
        Metric("repostCount", 2, "shares"),
        Metric("quoteCount", 0, None),
        Metric("bookmarkCount", None, "saves", "absent"),
    )


def test_a_post_from_the_future_was_written_when_it_was_first_seen() -> None:
    record = to_record(a_view({"createdAt": "2031-01-01T00:00:00Z"}))

    assert record.authored_at == datetime(2026, 11, 20, 4, 0, 1, tzinfo=UTC)


def test_a_plain_quotation_and_a_card_are_read() -> None:
    quoted = to_record(a_view({"embed": {"record": {"uri": "at://q/p/8"}}}))
    assert RecordRelation("quote", "at://q/p/8") in quoted.relations
    card = {"external": {"uri": "https://paper.example/news"}}
    linked = to_record(a_view({"embed": card}))
    assert "https://paper.example/news" in linked.links


@pytest.mark.parametrize(
    "view",
    [
        a_view(uri=None),
        a_view(author={}),
        a_view({"text": 7}),
        a_view({"createdAt": "yesterday"}),
        a_view({"createdAt": "2026-11-20T04:00:00"}),
        {},
    ],
)
def test_a_post_without_what_it_needs_is_none(view: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        to_record(view)


def test_what_is_stored_can_be_read_again_by_itself(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    found = records(pull(served, PUNE, connector_context))

    assert found
    assert [Bluesky.remap(record.raw) for record in found] == found
