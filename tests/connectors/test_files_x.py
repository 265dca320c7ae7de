"""Files of X's API answers become the same records as the API's own pages."""

import json
from datetime import UTC, datetime

import pytest

from socialcell.connectors.base import (
    Filtered,
    Metric,
    Record,
    RecordAuthor,
    RecordRelation,
    Reject,
)
from socialcell.connectors.x import x_connector
from tests.connectors.exports import (
    FIRST_ID,
    items,
    page,
    post,
    reasons,
    records,
    rules,
    user,
    write,
)
from tests.shared import shared


def test_a_page_on_a_line_gives_its_posts_with_their_author(tmp_path):
    (first, second) = records(write(tmp_path / "x.jsonl", page(post(1), post(2))))
    assert first.external_id == str(FIRST_ID + 1)
    assert first.text == "कोथरूडमध्ये पाणी नाही 1"
    assert first.authored_at == datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
    assert first.author == RecordAuthor(
        "900000001", "asha_sample", "Asha Sample", followers=120, posts=40
    )
    assert Metric("like_count", 3, "reactions") in first.metrics
    assert second.external_id == str(FIRST_ID + 2)


def test_one_post_in_data_and_a_bare_post_are_read_too(tmp_path):
    path = write(tmp_path / "x.jsonl", page() | {"data": post(1)}, post(2))
    assert [record.external_id for record in records(path)] == [
        str(FIRST_ID + 1),
        str(FIRST_ID + 2),
    ]


def test_a_flattened_post_brings_its_author_along(tmp_path):
    (record,) = records(write(tmp_path / "x.jsonl", post(1, author=user())))
    assert record.author.handle == "asha_sample"


def test_a_file_and_the_api_make_the_same_record(tmp_path):
    body = page(post(1, referenced_tweets=[{"type": "quoted", "id": "17"}]))
    (from_file,) = records(write(tmp_path / "x.jsonl", body))
    from_api = x_connector.post_or_reject(
        body["data"][0], x_connector.users_of(body), "file"
    )
    assert from_file == from_api
    assert from_file.relations == (RecordRelation("quote", "17"),)


def test_an_edit_keeps_the_id_of_the_first_version(tmp_path):
    ids = [str(FIRST_ID + 1), str(FIRST_ID + 2)]
    edited = post(2, edit_history_tweet_ids=ids)
    (record,) = records(write(tmp_path / "x.jsonl", page(edited)))
    assert record.external_id == str(FIRST_ID + 1)
    assert record.edited_at == datetime(2026, 11, 24, 5, 30, tzinfo=UTC)


def test_posts_that_only_came_along_as_context_are_not_counted(tmp_path):
    found = items(write(tmp_path / "x.jsonl", page(post(1))))
    assert len(found) == 1


def test_users_compliance_errors_and_counts_are_filtered_by_name(tmp_path):
    path = write(
        tmp_path / "x.jsonl",
        {"data": [user("1"), user("2")], "includes": {"tweets": [post(5)]}},
        user("3"),
        {"id": "12", "action": "delete", "reason": "deleted"},
        {"data": {"delete": {"tweet": {"id": "12"}}}},
        {"errors": [{"title": "operational-disconnect"}]},
        {"title": "ConnectionException", "type": "about:blank", "detail": "late"},
        {"data": [{"start": "a", "end": "b", "tweet_count": 3}], "meta": {}},
    )
    assert rules(path, "x-jsonl") == [
        *("users", "users", "users", "compliance", "compliance"),
        *("error", "error", "counts"),
    ]


def test_a_page_without_posts_holds_nothing(tmp_path):
    path = write(tmp_path / "x.jsonl", {"meta": {"result_count": 0}}, page(post(1)))
    assert len(records(path, "x-jsonl")) == 1


def test_partial_errors_beside_posts_do_not_hide_the_posts(tmp_path):
    body = page(post(1), errors=[{"resource_id": "5", "title": "Not Found Error"}])
    assert len(records(write(tmp_path / "x.jsonl", body))) == 1


def test_a_cut_last_line_is_one_reject_and_the_others_stay(tmp_path):
    path = write(tmp_path / "x.jsonl", page(post(1)), json.dumps(page(post(2)))[:80])
    good, bad = items(path)
    assert isinstance(good, Record)
    assert isinstance(bad, Reject)
    assert bad.row == 2
    assert "not JSON" in bad.reason


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"id": 1991000000000000001}, "digits in quotes"),
        ({"id": "1.991E+18"}, "digits in quotes"),
        ({"id": "9" * 20}, "too large"),
        ({"id": None}, "without id"),
        ({"id": "\ud800"}, "digits in quotes"),
        ({"text": None}, "without 'text'"),
        ({"text": 5}, "without 'text'"),
        ({"lang": {"a": 1}}, "language is an object"),
        ({"conversation_id": 7}, "conversation is a number"),
        ({"created_at": "yesterday"}, "yesterday"),
        ({"created_at": "2026-11-24T05:30:00"}, "no time zone"),
        ({"public_metrics": {"like_count": "3"}}, "like_count is text"),
        ({"public_metrics": {"like_count": 10**30}}, "out of range"),
        ({"public_metrics": {"like_count": True}}, "true or false"),
        ({"public_metrics": [1]}, "another form"),
        ({"edit_history_tweet_ids": "12"}, "no list"),
        ({"referenced_tweets": [{"type": ["quoted"], "id": "1"}]}, "another form"),
        ({"referenced_tweets": [{"type": None, "id": "1"}]}, "relation is null"),
        ({"referenced_tweets": [{"type": "quoted", "id": "x"}]}, "digits in quotes"),
        ({"entities": {"urls": [{"expanded_url": 5}]}}, "another form"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_field_of_the_wrong_form_rejects_its_post_only(tmp_path, damage, reason):
    path = write(tmp_path / "x.jsonl", json.dumps(page(post(1), post(2, **damage))))
    good, bad = items(path, "x-jsonl")
    assert isinstance(good, Record)
    assert isinstance(bad, Reject)
    assert reason in bad.reason
    assert bad.reason.encode()
    assert bad.row == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": NaN}', "NaN is no number"),
        ('{"id": 1e999}', "out of range"),
        ("[" * 5000 + "]" * 5000, "nested"),
        ('{"data": ' + "[" * 150 + "]" * 150 + "}", "deeper than 100"),
        ('{"data": 5}', "holds no posts"),
        ('{"data": [], "includes": {"users": 7}}', "no list of users"),
        ('"words"', "neither a response nor a post"),
        ('{"data": []} x', "Extra data"),
    ],
    ids=lambda value: value[:20],
)
def test_a_line_of_the_wrong_form_is_rejected_by_its_number(tmp_path, line, reason):
    path = write(tmp_path / "x.jsonl", page(post(1)), line)
    found = reasons(path, "x-jsonl")
    assert list(found) == [2]
    assert reason in found[2]


def test_every_recorded_answer_of_x_is_taken():
    folder = shared("data", "real", "x")
    counted = {}
    for path in sorted(folder.glob("*.jsonl")):
        found = items(path, "x-jsonl")
        counted[path.stem] = (
            sum(isinstance(item, Record) for item in found),
            sum(isinstance(item, Filtered) for item in found),
            sum(isinstance(item, Reject) for item in found),
        )
    # By hand, from the files: posts in `data`, lines or users of other kinds, and
    # the one line that the recorded stream breaks off in.
    assert counted == {
        "brexit": (100, 0, 0),
        "edited": (1, 0, 0),
        "geo_tweets": (2, 0, 0),
        "kpop": (100, 0, 0),
        "media_tweet": (1, 0, 0),
        "quoted_edit": (1, 0, 0),
        "streaming_output_with_error": (7, 0, 1),
        "tweets_compliance": (0, 2, 0),
        "two_tweets": (1, 0, 0),
        "users": (0, 96, 0),
    }
    assert set(rules(folder / "users.jsonl", "x-jsonl")) == {"users"}
    assert set(rules(folder / "tweets_compliance.jsonl", "x-jsonl")) == {"compliance"}
