"""What people say below videos: threads, answers, closed videos, deletions."""

from datetime import timedelta
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
    RecordRelation,
    Refresh,
    Tombstone,
)
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector
from tests.connectors.conftest import Unlimited, connector_of
from tests.connectors.pulls import items, pull, records

COMMENTS = "youtube.comments"


@pytest.fixture
def youtube(served: Sandbox) -> Any:
    return served.platform("youtube")


def asked(served: Sandbox) -> list[str]:
    paths = [logged.request.path for logged in served.requests]
    return [path.removeprefix("/youtube/v3/") for path in paths]


def of_videos(connector_context: ConnectorContext, *ids: str) -> Any:
    settings = {"kind": "comments", "videos": list(ids)}
    return connectors.build("youtube", settings, connector_context)


def everything(connector: Any) -> list[Batch]:
    return list(connector.pull(None, Unlimited(), collector.never_stop))


def test_a_deleted_comment_is_told_by_recheck_and_on_the_way_of_a_refresh(
    served: Sandbox, connector_context: ConnectorContext, youtube: Any
) -> None:
    gone, kept = youtube.comment("delete me"), youtube.comment("keep me")
    answer = youtube.comment("an answer", to=kept)
    youtube.remove(gone)
    connector: Any = connector_of(served, COMMENTS, connector_context)
    ids = [gone, kept, answer]

    told = list(connector.recheck(ids, Unlimited(), collector.never_stop))
    counted = list(connector.refresh(ids, Unlimited(), collector.never_stop))

    stone = Tombstone("youtube", gone, "removed")
    assert [item for batch in told for item in batch.items] == [stone]
    found = [item for batch in counted for item in batch.items]
    assert stone in found
    fresh = {item.external_id for item in found if isinstance(item, Refresh)}
    assert fresh == {kept, answer}


def test_of_many_comments_that_are_there_none_is_taken_for_deleted(
    served: Sandbox, connector_context: ConnectorContext, youtube: Any
) -> None:
    ids = [youtube.comment(f"comment {n}") for n in range(45)]
    connector: Any = connector_of(served, COMMENTS, connector_context)

    told = list(connector.recheck(ids, Unlimited(), collector.never_stop))
    counted = list(connector.refresh(ids, Unlimited(), collector.never_stop))

    assert [item for batch in told for item in batch.items] == []
    found = [item for batch in counted for item in batch.items]
    assert {item.external_id for item in found} == set(ids)
    assert all(isinstance(item, Refresh) for item in found)


def test_a_thread_with_more_answers_than_a_page_shows_is_read_whole(
    served: Sandbox, connector_context: ConnectorContext, youtube: Any
) -> None:
    youtube.most = 100
    top = youtube.comment("who is responsible?")
    answers = {youtube.comment(f"answer {n}", to=top) for n in range(8)}

    batches = pull(served, COMMENTS, connector_context)

    found = {record.external_id: record for record in records(batches)}
    assert answers <= set(found)
    assert asked(served).count("comments") >= 1
    assert found[top].relations == (
        RecordRelation("reply", found[top].conversation or ""),
    )
    for id_ in answers:
        assert found[id_].relations == (RecordRelation("reply", top),)
        assert found[id_].conversation == found[top].conversation


def test_an_answer_to_a_comment_of_the_day_before_yesterday_is_found(
    served: Sandbox,
    connector_context: ConnectorContext,
    youtube: Any,
    city_clock: FixedClock,
) -> None:
    top = youtube.comment("an old question")
    city_clock.advance(timedelta(hours=1))
    for n in range(12):  # more than a page lies above it
        youtube.comment(f"something else {n}")
    city_clock.advance(timedelta(hours=46))
    first = pull(served, COMMENTS, connector_context)
    city_clock.advance(timedelta(hours=1))
    answer = youtube.comment("the answer at last", to=top)

    second = pull(served, COMMENTS, connector_context, first[-1].cursor)

    assert [record.text for record in items(second, answer)] == ["the answer at last"]


def test_comments_are_read_as_text_and_not_as_html(
    served: Sandbox, connector_context: ConnectorContext, youtube: Any
) -> None:
    id_ = youtube.comment("5 < 7 & पाणी\nnone")

    (record,) = items(pull(served, COMMENTS, connector_context), id_)

    assert record.text == "5 < 7 & पाणी\nnone"


def test_a_closed_account_leaves_a_comment_without_a_name(
    served: Sandbox, connector_context: ConnectorContext, youtube: Any
) -> None:
    id_ = youtube.comment("who was that?")
    youtube.forget_author(id_)

    (record,) = items(pull(served, COMMENTS, connector_context), id_)

    assert record.author is None
    assert record.missing == ("author",)


def test_a_video_that_takes_no_comments_does_not_end_the_run(
    served: Sandbox, connector_context: ConnectorContext, youtube: Any
) -> None:
    closed, open_, gone = (youtube.publish(f"video {n}") for n in range(3))
    said = youtube.comment("still open", on=open_)
    youtube.close_comments(closed)
    youtube.remove(gone)

    batches = everything(of_videos(connector_context, closed, open_, gone))

    assert [record.external_id for record in records(batches)] == [said]
    rules = {i.rule for b in batches for i in b.items if isinstance(i, Filtered)}
    assert rules == {f"no comments can be read of {id_}" for id_ in (closed, gone)}
    assert batches[-1].covered is not None


def test_a_source_all_of_whose_videos_are_closed_is_gone(
    connector_context: ConnectorContext, youtube: Any
) -> None:
    closed = youtube.publish("no comments please")
    youtube.close_comments(closed)

    with pytest.raises(ConnectorError, match="commentsDisabled") as caught:
        everything(of_videos(connector_context, closed))

    assert caught.value.kind is Kind.GONE
