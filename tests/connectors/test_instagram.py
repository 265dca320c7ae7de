"""What is special about Instagram: names for numbers, answers, a fleeting hashtag."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from socialcell import connectors
from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    Batch,
    ConnectorContext,
    ConnectorError,
    Kind,
    Metric,
    Record,
    RecordAuthor,
    RecordRelation,
    Refresh,
    Tombstone,
)
from socialcell.connectors.meta.instagram_connector import Instagram
from socialcell.connectors.meta.instagram_media import media_record
from socialcell.errors import ConfigError
from socialcell.sandbox import Sandbox
from socialcell.sandbox.world.instagram_world import ACCOUNT_ID, HASHTAG_ID, USERNAME
from socialcell.services.collection.collector import never_stop
from tests.connectors.conftest import CITY, TRUTH, Unlimited, connector_of, standing
from tests.connectors.pulls import expected_ids, pull, records
from tests.connectors.test_asked_again import ask

MEDIA, COMMENTS = "instagram.media", "instagram.comments"
TAGS, HASHTAG = "instagram.tags", "instagram.hashtag"
TRUE = {item["id"]: item for item in TRUTH["items"] if item["platform"] == "instagram"}


@pytest.fixture
def instagram(served: Sandbox) -> Any:
    return served.platform("instagram")


# Media and tags --------------------------------------------------------------------


def test_own_media_name_the_account_and_others_their_authors(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    own = records(pull(served, MEDIA, connector_context))
    tags = records(pull(served, TAGS, connector_context))

    assert {(r.author and r.author.handle, r.via) for r in own} == {(USERNAME, "own")}
    for record in tags:
        name = TRUE[record.external_id]["author"].lower()
        assert record.author == RecordAuthor(uid=f"@{name}", handle=name)
        assert record.via == "tag"
        assert (
            record.text == TRUE[record.external_id]["text"]
            or TRUE[record.external_id]["changed"]
        )


def test_an_old_page_of_tags_ends_the_visit(
    served: Sandbox,
    connector_context: ConnectorContext,
    instagram: Any,
    city_clock: FixedClock,
) -> None:
    instagram.most = 2
    first = pull(served, TAGS, connector_context)
    city_clock.advance(timedelta(hours=72))

    second = pull(served, TAGS, connector_context, first[-1].cursor)

    assert len(first) > 3
    assert len(second) < len(first)


def test_a_tag_that_is_put_on_a_medium_of_yesterday_is_found(
    served: Sandbox,
    connector_context: ConnectorContext,
    instagram: Any,
    city_clock: FixedClock,
) -> None:
    instagram.most = 1
    for hours in (10, 20, 30):
        instagram.publish("newer", city_clock.now() - timedelta(hours=hours))
    first = pull(served, TAGS, connector_context)
    late = instagram.publish("tagged later", city_clock.now() - timedelta(hours=40))

    second = pull(served, TAGS, connector_context, first[-1].cursor)

    assert late in {record.external_id for record in records(second)}


def test_counts_are_what_truly_happened_and_hidden_likes_are_not_nought(
    served: Sandbox,
    connector_context: ConnectorContext,
    instagram: Any,
    city_clock: FixedClock,
) -> None:
    (shy, *_) = standing(instagram, "own")
    instagram.hides_likes.add(shy)

    for record in records(pull(served, MEDIA, connector_context)):
        true = CITY.metrics(
            CITY.by_id["instagram", record.external_id], city_clock.now()
        )
        likes, comments = record.metrics
        below = [
            post
            for post in instagram.visible_posts()
            if post.conversation == record.external_id and post.group == "comment"
        ]
        assert comments == Metric("comments_count", len(below), "comments")
        hidden = Metric("like_count", None, "reactions", "hidden")
        shown = Metric("like_count", true["likes"], "reactions")
        assert likes == (hidden if record.external_id == shy else shown)


def test_a_medium_becomes_a_record() -> None:
    record = media_record(
        {
            "id": "17900000000000001",
            "caption": "नवे उद्यान #Pune",
            "timestamp": "2026-11-20T04:00:00+0000",
            "permalink": "https://www.instagram.com/p/ABC/",
            "like_count": 4,
            "comments_count": 2,
        },
        "hashtag",
    )

    assert record.authored_at == datetime(2026, 11, 20, 4, tzinfo=UTC)
    assert (record.author, record.missing) == (None, ("author",))
    assert record.url == "https://www.instagram.com/p/ABC/"
    assert record.text == "नवे उद्यान #Pune"


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": 5},
        {"timestamp": "noon"},
        {"timestamp": None},
        {"username": 7},
    ],
)
def test_a_medium_without_what_it_needs_is_none(changes: dict[str, Any]) -> None:
    node = {"id": "1", "timestamp": "2026-11-20T04:00:00+0000", **changes}

    with pytest.raises((ValueError, TypeError, KeyError)):
        media_record(node, "tag")


def test_what_is_kept_raw_is_read_again_alike(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    for name in (MEDIA, COMMENTS, TAGS, HASHTAG):
        for record in records(pull(served, name, connector_context)):
            again = Instagram.remap(record.raw)
            assert isinstance(again, Record)
            for part in ("external_id", "text", "author", "relations", "metrics"):
                assert getattr(again, part) == getattr(record, part)
            assert again.conversation == record.conversation


# Comments --------------------------------------------------------------------------


def test_answers_to_comments_come_with_them_and_say_whom_they_answer(
    served: Sandbox, connector_context: ConnectorContext, instagram: Any
) -> None:
    top = instagram.comment("When?")
    answer = instagram.comment("Tomorrow.", below=top)

    found = {
        r.external_id: r for r in records(pull(served, COMMENTS, connector_context))
    }

    medium = found[top].conversation
    assert found[top].relations == (RecordRelation("reply", str(medium)),)
    assert found[answer].relations == (RecordRelation("reply", top),)
    assert found[answer].conversation == medium
    for id_ in set(found) - {top, answer}:
        (relation,) = found[id_].relations
        assert relation.target == TRUE[id_]["reply_to"]


def test_a_new_answer_below_an_old_comment_is_found(
    served: Sandbox,
    connector_context: ConnectorContext,
    instagram: Any,
    city_clock: FixedClock,
) -> None:
    old = instagram.comment("When?", city_clock.now() - timedelta(days=4))
    first = pull(served, COMMENTS, connector_context)
    late = instagram.comment("Only now.", below=old)

    second = pull(served, COMMENTS, connector_context, first[-1].cursor)

    found = {record.external_id for record in records(second)}
    assert late in found
    assert old not in found  # far beyond the 48 hours that are read again


def test_more_comments_than_come_with_a_medium_are_asked_for(
    served: Sandbox, connector_context: ConnectorContext, instagram: Any
) -> None:
    written = {instagram.comment(f"And me, number {n}") for n in range(11)}

    found = {
        record.external_id
        for record in records(pull(served, COMMENTS, connector_context))
    }

    assert instagram.most < 11
    assert written <= found


# The hashtag -----------------------------------------------------------------------


def test_the_same_after_on_each_page_still_leads_on(
    served: Sandbox, connector_context: ConnectorContext, city_clock: FixedClock
) -> None:
    found = {
        record.external_id
        for record in records(pull(served, HASHTAG, connector_context))
    }

    pages = [
        log.request for log in served.requests if "recent_media" in log.request.path
    ]
    afters = [request.query.get("after") for request in pages]
    assert afters[0] is None
    assert len(afters) > 2
    assert len(set(afters[1:])) == 1
    assert found == expected_ids(HASHTAG, [city_clock.now()])


def test_the_number_of_a_hashtag_is_looked_for_once(
    served: Sandbox, connector_context: ConnectorContext, instagram: Any
) -> None:
    first = pull(served, HASHTAG, connector_context)
    pull(served, HASHTAG, connector_context, first[-1].cursor)

    paths = [logged.request.path for logged in served.requests]
    assert paths.count("/v26.0/ig_hashtag_search") == 1
    assert first[0].cursor["hashtag"] == {"name": "pune", "id": HASHTAG_ID}
    assert list(instagram.searched) == ["pune"]


def test_another_hashtag_is_looked_for_anew(
    connector_context: ConnectorContext,
) -> None:
    kept = {"hashtag": {"name": "pune", "id": HASHTAG_ID}}
    other = connectors.build(
        "instagram", settings(hashtag="kothrud"), connector_context
    )

    with pytest.raises(ConnectorError, match="does not exist") as caught:
        list(other.pull(kept, Unlimited(), never_stop))

    assert caught.value.kind is Kind.GONE


def test_the_thirty_first_hashtag_of_a_week_waits_a_day(
    served: Sandbox,
    connector_context: ConnectorContext,
    instagram: Any,
    city_clock: FixedClock,
) -> None:
    for n in range(30):
        instagram.searched[f"tag{n}"] = city_clock.now() - timedelta(days=6)

    with pytest.raises(ConnectorError, match="This week's hashtags") as caught:
        pull(served, HASHTAG, connector_context)

    assert caught.value.kind is Kind.QUOTA
    assert caught.value.until == city_clock.now() + timedelta(days=1)
    city_clock.advance(timedelta(days=1))
    assert records(pull(served, HASHTAG, connector_context))


def test_a_hashtag_does_not_say_who_wrote(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    found = records(pull(served, HASHTAG, connector_context))

    assert {(record.author, record.missing) for record in found} == {
        (None, ("author",))
    }
    assert "username" not in str([log.request.query for log in served.requests])


def test_who_comes_after_a_day_has_a_gap(
    served: Sandbox, connector_context: ConnectorContext, city_clock: FixedClock
) -> None:
    first = pull(served, HASHTAG, connector_context)
    before = city_clock.now()
    city_clock.advance(timedelta(hours=30))

    second = pull(served, HASHTAG, connector_context, first[-1].cursor)

    now = city_clock.now()
    assert first[-1].gap is None
    assert first[-1].covered == (before - timedelta(hours=24), before)
    assert second[-1].gap == (before, now - timedelta(hours=24))
    assert second[-1].covered == (now - timedelta(hours=24), now)


def test_what_a_broken_run_lost_lies_in_a_gap(
    served: Sandbox,
    connector_context: ConnectorContext,
    instagram: Any,
    city_clock: FixedClock,
) -> None:
    first = pull(served, HASHTAG, connector_context)
    city_clock.advance(timedelta(hours=20))
    lost, at = instagram.publish("nobody saw this", group="hashtag"), city_clock.now()
    for _ in range(4):
        instagram.publish("this was seen", group="hashtag")
    running = connector_of(served, HASHTAG, connector_context)
    broken = [next(running.pull(first[-1].cursor, Unlimited(), never_stop))]
    city_clock.advance(timedelta(hours=26))

    last = pull(served, HASHTAG, connector_context, broken[-1].cursor)

    assert lost not in {r.external_id for r in records([*broken, *last])}
    (gap,) = [batch.gap for batch in last if batch.gap]
    assert gap[0] <= at < gap[1]


# Asked again -----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "group"), [(MEDIA, "own"), (COMMENTS, "comment")])
def test_what_is_gone_is_named(
    name: str,
    group: str,
    served: Sandbox,
    connector_context: ConnectorContext,
    instagram: Any,
) -> None:
    held = standing(instagram, group)
    instagram.remove(held[0])

    items = ask(served, name, connector_context, held)

    assert Tombstone("instagram", held[0], "deleted") in items
    assert {i.external_id for i in items if isinstance(i, Tombstone)} < set(held)


def test_strangers_media_are_not_judged(
    served: Sandbox, connector_context: ConnectorContext, instagram: Any
) -> None:
    (tag, *_), (found, *_) = standing(instagram, "tag"), standing(instagram, "hashtag")
    for verb in ("recheck", "refresh"):
        assert ask(served, TAGS, connector_context, [tag], verb=verb) == []
        assert ask(served, HASHTAG, connector_context, [found], verb=verb) == []
    assert served.requests == []


def test_figures_are_asked_for_one_by_one(
    served: Sandbox,
    connector_context: ConnectorContext,
    instagram: Any,
    city_clock: FixedClock,
) -> None:
    instagram.retire("views")
    (own, *_) = standing(instagram, "own")

    (item,) = ask(served, MEDIA, connector_context, [own], verb="refresh")

    assert isinstance(item, Refresh)
    told = {metric.name: metric for metric in item.metrics}
    true = CITY.metrics(CITY.by_id["instagram", own], city_clock.now())
    assert told["like_count"].value == true["likes"]
    assert told["saved"] == Metric("saved", true["saved"], "saves")
    assert told["shares"] == Metric("shares", true["shares"], "shares")
    assert told["views"] == Metric("views", None, "views", "absent")
    assert len(served.requests) == 4


def test_without_the_permission_nothing_is_taken_for_deleted(
    served: Sandbox, connector_context: ConnectorContext, instagram: Any
) -> None:
    instagram.withdraw("instagram_manage_comments")
    gone = "17900000000000001"

    with pytest.raises(ConnectorError, match="nothing was removed") as caught:
        ask(served, COMMENTS, connector_context, [gone])

    assert caught.value.kind is Kind.ACCESS


# Settings and the check ------------------------------------------------------------


def settings(**changes: Any) -> dict[str, Any]:
    given = {"kind": "hashtag", "account_id": ACCOUNT_ID, "hashtag": "pune"} | changes
    return {key: value for key, value in given.items() if value is not None}


def test_each_kind_is_checked_with_a_small_read(
    served: Sandbox, connector_context: ConnectorContext, instagram: Any
) -> None:
    for name in (MEDIA, COMMENTS, TAGS, HASHTAG):
        assert connector_of(served, name, connector_context).check().ok
    instagram.withdraw("instagram_manage_comments")

    told = connector_of(served, TAGS, connector_context).check()

    assert (told.ok, told.kind) == (False, Kind.ACCESS)
    assert "instagram_manage_comments" in told.message


def test_a_hashtag_of_marathi_is_a_hashtag() -> None:
    checked = connectors.check_settings("instagram", settings(hashtag="पुणे"))

    assert checked["hashtag"] == "पुणे"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "media"},
        {"hashtag": None},
        {"hashtag": "#pune"},
        {"hashtag": "two words"},
        {"account_id": USERNAME},
        {"kind": "stories", "hashtag": None},
    ],
)
def test_settings_that_make_no_sense_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="Source settings of instagram"):
        connectors.check_settings("instagram", settings(**changes))


def test_a_batch_tells_what_it_cost(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    batches: list[Batch] = pull(served, HASHTAG, connector_context)

    # The first page with the search for the number.
    assert [batch.cost["calls"] for batch in batches][:2] == [2, 1]
