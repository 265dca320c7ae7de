"""What is special about Facebook: whose page, what is kept back, comments, insights."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import connectors
from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    Author,
    Batch,
    ConnectorError,
    Item,
    Kind,
    Metric,
    Record,
    Refresh,
    Reject,
    Relation,
    StoreFact,
    Surroundings,
    Tombstone,
)
from socialcell.connectors.facebook import Facebook
from socialcell.connectors.facebook_insights import day_before
from socialcell.connectors.facebook_post import comment_record, post_record
from socialcell.errors import ConfigError
from socialcell.jobs.collect import never
from socialcell.sandbox import Sandbox, facebook_shape
from socialcell.sandbox.facebook_world import PAGE_ID
from tests.connectors.conftest import CITY, TRUTH, Unlimited, connector_of, source_named
from tests.connectors.test_contract import pull, records

FEED, COMMENTS, TAGGED = "facebook.feed", "facebook.comments", "facebook.tagged"
INSIGHTS = "facebook.insights"
TRUE = {item["id"]: item for item in TRUTH["items"] if item["platform"] == "facebook"}


@pytest.fixture
def facebook(served: Sandbox) -> Any:
    return served.platform("facebook")


def standing(facebook: Any, group: str) -> list[str]:
    return [post.id for post in facebook.standing() if post.group == group]


def asked(
    served: Sandbox, name: str, around: Surroundings, verb: str, ids: list[str]
) -> list[Item]:
    connector: Any = connector_of(served, name, around)
    batches = getattr(connector, verb)(ids, Unlimited(), never)
    return [item for batch in batches for item in batch.items]


# Posts and comments ----------------------------------------------------------------


def test_a_person_s_post_comes_without_its_author_and_the_city_s_own_with_it(
    served: Sandbox, around: Surroundings, facebook: Any
) -> None:
    found = {
        record.external_id: record for record in records(pull(served, FEED, around))
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
    served: Sandbox, around: Surroundings, facebook: Any, city_clock: FixedClock
) -> None:
    top = facebook.comment("When will the water come?")
    answer = facebook.publish(
        "At six.",
        group="comment",
        conversation=newest_own(facebook),
        reply_to=top,
    )

    found = {r.external_id: r for r in records(pull(served, COMMENTS, around))}

    assert found[top].relations == (Relation("reply", newest_own(facebook)),)
    assert found[answer].relations == (Relation("reply", top),)
    assert found[answer].conversation == newest_own(facebook)
    for id_ in set(found) - {top, answer}:
        (relation,) = found[id_].relations
        assert relation.target == TRUE[id_]["reply_to"]
        assert found[id_].author is not None


def newest_own(facebook: Any) -> str:
    """The newest own post that stays: what the sandbox comments on by itself."""
    return str(facebook._newest_own(facebook.clock.now()).id)


def test_more_comments_than_come_with_a_post_are_asked_for(
    served: Sandbox, around: Surroundings, facebook: Any
) -> None:
    written = {facebook.comment(f"And me, number {n}") for n in range(11)}

    found = {record.external_id for record in records(pull(served, COMMENTS, around))}

    assert facebook.most < 11
    assert written <= found
    paths = [logged.request.path for logged in served.requests]
    assert f"/v26.0/{newest_own(facebook)}/comments" in paths


def test_old_comments_are_not_asked_for_again(
    served: Sandbox, around: Surroundings, facebook: Any, city_clock: FixedClock
) -> None:
    old = city_clock.now() - timedelta(hours=49)
    busy = facebook._newest_own(old).id
    for n in range(11):
        facebook.comment(f"And me, number {n}", old)
    first = pull(served, COMMENTS, around)
    before = len(served.requests)
    late = facebook.comment("A word more", below=busy)

    second = pull(served, COMMENTS, around, first[-1].cursor)

    found = {record.external_id for record in records(second)}
    assert late in found
    paths = [logged.request.path for logged in served.requests]
    below = f"/v26.0/{busy}/comments"
    assert paths[:before].count(below) >= 3  # eleven, three at a time
    # Down to what was read before, and no further.
    assert paths[before:].count(below) <= 1


def test_a_comment_on_a_post_of_last_week_is_found(
    served: Sandbox, around: Surroundings, facebook: Any, city_clock: FixedClock
) -> None:
    first = pull(served, COMMENTS, around)
    old = standing(facebook, "own")[0]
    late = facebook.comment("Only now I saw this", below=old)

    second = pull(served, COMMENTS, around, first[-1].cursor)

    age = city_clock.now() - facebook._found(old).at
    assert age > timedelta(days=5)  # far beyond the 48 hours that are read again
    assert late in {record.external_id for record in records(second)}


def test_edges_within_a_page_that_repeat_for_ever_are_drift(
    served: Sandbox, around: Surroundings, facebook: Any
) -> None:
    for n in range(5):
        facebook.comment(f"Round {n}")
    honest = facebook.paged

    def stuck(posts: Any, args: Any, *rest: Any, **more: Any) -> Any:
        return honest(posts, {**args, "after": ""}, *rest, **more)

    facebook.paged = stuck

    with pytest.raises(ConnectorError, match="again and again") as caught:
        pull(served, COMMENTS, around)

    assert caught.value.kind is Kind.DRIFT


def test_counts_are_what_truly_happened(
    served: Sandbox, around: Surroundings, facebook: Any, city_clock: FixedClock
) -> None:
    now = city_clock.now()
    for record in records(pull(served, FEED, around)):
        post = CITY.by_id["facebook", record.external_id]
        true = CITY.metrics(post, now)
        told = {metric.name: metric for metric in record.metrics}
        assert told["reactions"].value == true["reactions"]
        comments = [p for p in facebook.standing() if p.conversation == post.id]
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

    assert record.author == Author(uid="555000111", name="Sample Media")
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
    served: Sandbox, around: Surroundings
) -> None:
    for name in (FEED, COMMENTS):
        for record in records(pull(served, name, around)):
            again = Facebook.mapped(record.raw)
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


# Asked again -----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "group"), [(FEED, "own"), (COMMENTS, "comment")])
def test_what_is_gone_is_named_and_nothing_else(
    name: str, group: str, served: Sandbox, around: Surroundings, facebook: Any
) -> None:
    held = standing(facebook, group)
    stays = [id_ for id_ in held if facebook._found(id_).ends is None]
    facebook.remove(stays[0])
    before = len(served.requests)

    items = asked(served, name, around, "recheck", held)

    gone = {item.external_id: item for item in items if isinstance(item, Tombstone)}
    assert gone[stays[0]] == Tombstone("facebook", stays[0], "deleted")
    # What stood below it went with it; all else is there.
    assert {id_ for id_ in gone if id_ != stays[0]} <= {
        post.id for post in facebook.standing() if post.conversation == stays[0]
    }
    # The page's token, one batch, and the token's permissions once.
    assert len(served.requests) - before == 3


def test_a_comment_goes_with_its_post(
    served: Sandbox, around: Surroundings, facebook: Any
) -> None:
    id_ = facebook.comment("Will this stay?")
    facebook.remove(newest_own(facebook))

    items = asked(served, COMMENTS, around, "recheck", [id_])

    assert items == [Tombstone("facebook", id_, "deleted")]


def test_without_the_permission_nothing_is_taken_for_deleted(
    served: Sandbox, around: Surroundings, facebook: Any
) -> None:
    held = standing(facebook, "own")
    facebook.withdraw("pages_read_user_content")

    with pytest.raises(ConnectorError, match="nothing was removed") as caught:
        asked(served, FEED, around, "recheck", held)

    assert caught.value.kind is Kind.ACCESS


def test_other_people_s_posts_are_not_judged(
    served: Sandbox, around: Surroundings, facebook: Any
) -> None:
    (first, *_) = standing(facebook, "tagged")
    facebook.remove(first)

    assert asked(served, TAGGED, around, "recheck", [first]) == []
    assert asked(served, TAGGED, around, "refresh", [first]) == []


def test_a_hundred_and_twenty_are_asked_for_in_three_requests(
    served: Sandbox, around: Surroundings, facebook: Any
) -> None:
    (first, *_) = standing(facebook, "own")
    budget = Unlimited()
    connector: Any = connector_of(served, FEED, around)

    batches: list[Batch] = list(connector.recheck([first] * 120, budget, never))
    again: list[Batch] = list(connector.recheck([first], Unlimited(), never))

    assert [batch.cost["calls"] for batch in batches] == [51, 50, 20]
    assert sum(n for _bucket, n in budget.taken) == 121
    assert len(served.requests) == 4 + 2
    assert again[0].cost["calls"] == 2  # what was counted before is not counted again


@pytest.mark.parametrize("verb", ["recheck", "refresh"])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("expire_token", Kind.AUTH),
        ("limit", Kind.RATE),
        ("server_error", Kind.TRANSIENT),
        ("drop_connection", Kind.TRANSIENT),
        ("html_instead_of_json", Kind.DRIFT),
    ],
)
def test_a_failure_is_named_here_too(
    verb: str,
    fault: str,
    kind: Kind,
    served: Sandbox,
    around: Surroundings,
    facebook: Any,
) -> None:
    held = standing(facebook, "own")
    getattr(facebook, fault)()

    with pytest.raises(ConnectorError) as caught:
        asked(served, FEED, around, verb, held)

    assert caught.value.kind is kind


def test_figures_are_observed_again_with_how_often_a_post_was_seen(
    served: Sandbox, around: Surroundings, facebook: Any, city_clock: FixedClock
) -> None:
    (own, *_), (visitor, *_) = standing(facebook, "own"), standing(facebook, "visitor")
    city_clock.advance(timedelta(hours=5))

    items = asked(served, FEED, around, "refresh", [own, visitor])

    now = city_clock.now()
    told = {item.external_id: item for item in items if isinstance(item, Refresh)}
    ours = {metric.name: metric for metric in told[own].metrics}
    theirs = {metric.name: metric for metric in told[visitor].metrics}
    true = CITY.by_id["facebook", own]
    assert ours["reactions"].value == CITY.metrics(true, now)["reactions"]
    seen = facebook_shape.views(CITY, true, now)
    assert ours["post_media_view"] == Metric("post_media_view", seen, "views")
    # Of other people's posts there are no insights: not seen, not nought.
    assert theirs["post_media_view"].value is None
    assert theirs["post_media_view"].state == "absent"


def test_a_retired_figure_of_posts_takes_no_count_with_it(
    served: Sandbox, around: Surroundings, facebook: Any
) -> None:
    facebook.retire("post_media_view")
    (own, *_) = standing(facebook, "own")

    (item,) = asked(served, FEED, around, "refresh", [own])

    assert isinstance(item, Refresh)
    states = {metric.name: metric.state for metric in item.metrics}
    assert states["reactions"] == "observed"
    assert states["post_media_view"] == "absent"


def test_comments_are_counted_again(
    served: Sandbox, around: Surroundings, facebook: Any, city_clock: FixedClock
) -> None:
    held = standing(facebook, "comment")[:3]

    items = asked(served, COMMENTS, around, "refresh", held)

    told = {item.external_id: item for item in items if isinstance(item, Refresh)}
    for id_ in held:
        likes = CITY.metrics(CITY.by_id["facebook", id_], city_clock.now())["likes"]
        assert told[id_].metrics[0] == Metric("like_count", likes, "reactions")


# Insights --------------------------------------------------------------------------


def facts(batches: list[Batch]) -> list[StoreFact]:
    return [i for b in batches for i in b.items if isinstance(i, StoreFact)]


def test_insights_are_a_call_a_family_and_a_fact_a_day(
    served: Sandbox, around: Surroundings, city_clock: FixedClock
) -> None:
    batches = pull(served, INSIGHTS, around)

    paths = [logged.request.path for logged in served.requests]
    assert paths == [f"/v26.0/{PAGE_ID}", *[f"/v26.0/{PAGE_ID}/insights"] * 5]
    found = facts(batches)
    views = {f.day: f.value for f in found if f.definition == "page_media_view"}
    # The clock stands at 03:30 UTC of the 21st: in California it is the 20th still.
    assert max(views) == date(2026, 11, 19)
    assert len(views) > 5
    for day, value in views.items():
        assert value == facebook_shape.figure(CITY, "page_media_view", day)
    assert {(f.store, f.app, f.zone, f.dimension) for f in found} == {
        ("facebook", PAGE_ID, "America/Los_Angeles", "total")
    }


def test_a_retired_metric_stops_its_own_family_and_no_other(
    served: Sandbox, around: Surroundings, facebook: Any
) -> None:
    facebook.retire("page_follows")

    batches = pull(served, INSIGHTS, around)

    rejects = [i for b in batches for i in b.items if isinstance(i, Reject)]
    assert len(rejects) == 1
    assert "page_follows" in rejects[0].reason
    assert "insights.followers" in rejects[0].reason
    assert {fact.metric for fact in facts(batches)} == {
        "views",
        "viewers",
        "engagement",
        "visits",
    }
    assert batches[-1].cursor["covered"] is not None


def test_when_every_family_is_retired_the_source_needs_a_person(
    served: Sandbox, around: Surroundings, facebook: Any
) -> None:
    for metric in facebook_shape.METRICS:
        facebook.retire(metric)

    with pytest.raises(ConnectorError, match="valid insights metric") as caught:
        pull(served, INSIGHTS, around)

    assert caught.value.kind is Kind.CONFIG


def test_a_metric_that_is_cut_gives_a_fact_for_each_part(
    served: Sandbox, around: Surroundings
) -> None:
    settings = {
        "kind": "insights",
        "page_id": PAGE_ID,
        "insights": {"kinds": ["page_actions_post_reactions_total"]},
    }
    connector = connectors.build("facebook", settings, around)

    found = facts(list(connector.pull(None, Unlimited(), never)))

    day = found[0].day
    parts = {f.key: f.value for f in found if f.day == day}
    assert parts == facebook_shape.figure(
        CITY, "page_actions_post_reactions_total", day
    )
    assert {f.dimension for f in found} == {"part"}


def test_the_last_week_is_read_again_and_no_more(
    served: Sandbox, around: Surroundings, city_clock: FixedClock
) -> None:
    first = pull(served, INSIGHTS, around)
    city_clock.advance(timedelta(days=1))

    second = pull(served, INSIGHTS, around, first[-1].cursor)

    oldest = min(fact.day for fact in facts(second))
    assert max(fact.day for fact in facts(second)) == date(2026, 11, 20)
    assert oldest >= date(2026, 11, 13)
    assert len({fact.day for fact in facts(second)}) >= 7


def test_a_stopped_run_of_insights_is_done_again(
    served: Sandbox, around: Surroundings, facebook: Any
) -> None:
    running = connector_of(served, INSIGHTS, around).pull(None, Unlimited(), never)
    first = next(running)
    facebook.server_error()

    with pytest.raises(ConnectorError):
        next(running)

    assert first.cursor == {"covered": None}


def test_a_day_of_meta_s_ends_at_midnight_in_california() -> None:
    assert day_before("2026-11-20T08:00:00+0000") == date(2026, 11, 19)
    assert day_before("2026-07-20T07:00:00+0000") == date(2026, 7, 19)  # summer


def test_the_page_s_own_token_is_hidden_as_well(
    served: Sandbox, around: Surroundings, facebook: Any, engine: Engine
) -> None:
    from socialcell.redact import redact

    pull(served, FEED, around)

    assert facebook.page_token not in redact(f"it was {facebook.page_token} here")
    assert source_named(served, FEED)["connector"] == "facebook"
