"""Posts and comments of a Facebook page: whose page it is, and what is kept back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from socialcell import connectors
from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    ConnectorContext,
    ConnectorError,
    Kind,
    Metric,
    Record,
    RecordAuthor,
    RecordRelation,
)
from socialcell.connectors.meta.facebook_connector import Facebook
from socialcell.connectors.meta.facebook_post import comment_record, post_record
from socialcell.errors import ConfigError
from socialcell.redact import redact
from socialcell.sandbox import Sandbox
from socialcell.sandbox.world.facebook_world import PAGE_ID
from tests.connectors.conftest import CITY, TRUTH, standing
from tests.connectors.pulls import pull, records

FEED, COMMENTS = "facebook.feed", "facebook.comments"
TRUE = {item["id"]: item for item in TRUTH["items"] if item["platform"] == "facebook"}


def newest_own(facebook: Any) -> str:
    """The newest own post that stays: what the sandbox comments on by itself."""
    return str(facebook._newest_own(facebook.clock.now()).id)


def test_a_person_s_post_comes_without_its_author_and_the_city_s_own_with_it(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    found = {
        record.external_id: record
        for record in records(pull(served, FEED, connector_context))
    }

    own = [found[id_] for id_ in standing(facebook, "own")]
    others = [found[id_] for id_ in standing(facebook, "visitor")]
    assert {(r.author and r.author.uid, r.via, r.missing) for r in own} == {
        (PAGE_ID, "own", ())
    }
    assert {(r.author, r.via, r.missing) for r in others} == {
        (None, "feed", ("author",))
    }


def test_comments_bring_answers_to_comments_and_say_where_they_belong(
    served: Sandbox,
    connector_context: ConnectorContext,
    facebook: Any,
    city_clock: FixedClock,
) -> None:
    top = facebook.comment("When will the water come?")
    answer = facebook.publish(
        "At six.",
        group="comment",
        conversation=newest_own(facebook),
        reply_to=top,
    )

    found = {
        r.external_id: r for r in records(pull(served, COMMENTS, connector_context))
    }

    assert found[top].relations == (RecordRelation("reply", newest_own(facebook)),)
    assert found[answer].relations == (RecordRelation("reply", top),)
    assert found[answer].conversation == newest_own(facebook)
    for id_ in set(found) - {top, answer}:
        (relation,) = found[id_].relations
        assert relation.target == TRUE[id_]["reply_to"]
        assert found[id_].author is not None


def test_more_comments_than_come_with_a_post_are_asked_for(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    written = {facebook.comment(f"And me, number {n}") for n in range(11)}

    found = {
        record.external_id
        for record in records(pull(served, COMMENTS, connector_context))
    }

    assert facebook.most < 11
    assert written <= found
    paths = [logged.request.path for logged in served.requests]
    assert f"/v26.0/{newest_own(facebook)}/comments" in paths


def test_old_comments_are_not_asked_for_again(
    served: Sandbox,
    connector_context: ConnectorContext,
    facebook: Any,
    city_clock: FixedClock,
) -> None:
    old = city_clock.now() - timedelta(hours=49)
    busy = facebook._newest_own(old).id
    for n in range(11):
        facebook.comment(f"And me, number {n}", old)
    first = pull(served, COMMENTS, connector_context)
    before = len(served.requests)
    late = facebook.comment("A word more", below=busy)

    second = pull(served, COMMENTS, connector_context, first[-1].cursor)

    found = {record.external_id for record in records(second)}
    assert late in found
    paths = [logged.request.path for logged in served.requests]
    below = f"/v26.0/{busy}/comments"
    assert paths[:before].count(below) >= 3  # eleven, three at a time
    # Down to what was read before, and no further.
    assert paths[before:].count(below) <= 1


def test_a_comment_on_a_post_of_last_week_is_found(
    served: Sandbox,
    connector_context: ConnectorContext,
    facebook: Any,
    city_clock: FixedClock,
) -> None:
    first = pull(served, COMMENTS, connector_context)
    old = standing(facebook, "own")[0]
    late = facebook.comment("Only now I saw this", below=old)

    second = pull(served, COMMENTS, connector_context, first[-1].cursor)

    age = city_clock.now() - facebook._find_post(old).at
    assert age > timedelta(days=5)  # far beyond the 48 hours that are read again
    assert late in {record.external_id for record in records(second)}


def test_edges_within_a_page_that_repeat_for_ever_are_drift(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    for n in range(5):
        facebook.comment(f"Round {n}")
    honest = facebook.paged

    def stuck(posts: Any, args: Any, *rest: Any, **more: Any) -> Any:
        return honest(posts, {**args, "after": ""}, *rest, **more)

    facebook.paged = stuck

    with pytest.raises(ConnectorError, match="again and again") as caught:
        pull(served, COMMENTS, connector_context)

    assert caught.value.kind is Kind.DRIFT


def test_counts_are_what_truly_happened(
    served: Sandbox,
    connector_context: ConnectorContext,
    facebook: Any,
    city_clock: FixedClock,
) -> None:
    now = city_clock.now()
    for record in records(pull(served, FEED, connector_context)):
        post = CITY.by_id["facebook", record.external_id]
        true = CITY.metrics(post, now)
        told = {metric.name: metric for metric in record.metrics}
        assert told["reactions"].value == true["reactions"]
        comments = [p for p in facebook.visible_posts() if p.conversation == post.id]
        assert told["comments"].value == len(comments) - 1  # the post itself
        # Facebook leaves a nought of shares out.
        state = "observed" if true["shares"] else "absent"
        assert (told["shares"].value or 0, told["shares"].state) == (
            true["shares"],
            state,
        )


def post(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": f"{PAGE_ID}_122000000000000001",
        "created_time": "2026-11-20T04:00:00+0000",
        "message": "बाणेर येथे आज पाणी नाही.",
        "permalink_url": f"https://www.facebook.com/{PAGE_ID}/posts/1",
        "reactions": {"data": [], "summary": {"total_count": 4}},
        "comments": {"data": [], "summary": {"total_count": 2}},
        "shares": {"count": 1},
        "attachments": {
            "data": [
                {"unshimmed_url": "https://example.org/notice"},
                {"unshimmed_url": "https://www.facebook.com/photo/1"},
                {"title": "no address"},
            ]
        },
    }
    return made | changes


def test_a_post_becomes_a_record() -> None:
    record = post_record(post(), PAGE_ID, "feed")

    assert record.external_id == f"{PAGE_ID}_122000000000000001"
    assert record.text == "बाणेर येथे आज पाणी नाही."
    assert record.authored_at == datetime(2026, 11, 20, 4, tzinfo=UTC)
    assert record.author is None
    assert record.missing == ("author",)
    assert record.links == ("https://example.org/notice",)
    assert record.conversation == record.external_id
    assert record.metrics == (
        Metric("reactions", 4, "reactions"),
        Metric("comments", 2, "comments"),
        Metric("shares", 1, "shares"),
    )


def test_a_post_without_words_shows_its_story() -> None:
    shared = post(message=None, story="Pune City Demo updated their cover photo.")

    assert post_record(shared, PAGE_ID, "feed").text == shared["story"]
    assert post_record(post(message=None), PAGE_ID, "feed").text == ""


def test_another_page_that_tags_ours_is_named() -> None:
    other = {"id": "555000111", "name": "Sample Media"}

    record = post_record(post(**{"from": other}), PAGE_ID, "tagged")

    assert record.author == RecordAuthor(uid="555000111", name="Sample Media")
    assert record.via == "tagged"


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": 7},
        {"created_time": "2026-11-20T04:00:00"},
        {"created_time": 1_795_000_000},
        {"created_time": None},
        {"from": {"name": "no id"}},
        {"from": "a word"},
    ],
)
def test_a_post_without_what_it_needs_is_none(changes: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        post_record(post(**changes), PAGE_ID, "feed")


def test_what_is_kept_raw_is_read_again_alike(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    for name in (FEED, COMMENTS):
        for record in records(pull(served, name, connector_context)):
            again = Facebook.remap(record.raw)
            assert isinstance(again, Record)
            for part in ("external_id", "text", "author", "relations", "metrics"):
                assert getattr(again, part) == getattr(record, part)
            assert again.conversation == record.conversation


def test_settings_with_parts_may_be_written_as_json() -> None:
    given = {"kind": "insights", "page_id": "12345", "insights": '{"seen": ["a", "b"]}'}

    checked = connectors.check_settings("facebook", given)

    assert checked["insights"] == {"seen": ["a", "b"]}
    with pytest.raises(ConfigError, match="insights"):
        connectors.check_settings("facebook", {**given, "insights": "{seen"})


def test_a_comment_without_its_post_is_none() -> None:
    with pytest.raises(KeyError):
        comment_record({"id": "1_2", "created_time": "2026-11-20T04:00:00+0000"})


def test_the_page_s_own_token_is_hidden_as_well(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    pull(served, FEED, connector_context)

    assert facebook.page_token not in redact(f"it was {facebook.page_token} here")
