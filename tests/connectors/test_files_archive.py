"""An X archive gives the account's own posts in the shape of the API."""

import json
import zipfile
from datetime import UTC, datetime

import pytest

from socialcell.connectors.base import (
    Metric,
    Record,
    RecordAuthor,
    RecordRelation,
    Reject,
)
from socialcell.connectors.file_detection import open_file
from tests.connectors.exports import (
    FIRST_ID,
    items,
    page,
    post,
    reasons,
    records,
    write,
)

HEAD = "window.YTD.tweets.part0 = "
ACCOUNT = [
    {
        "account": {
            "email": "cell@example.org",
            "username": "cell_sample",
            "accountId": "900000009",
            "accountDisplayName": "Sample Cell",
        }
    }
]


def archived(number: int = 1, **other):
    """A post as the archive writes it: ids and counts are strings."""
    tweet = {
        "id": str(FIRST_ID + number),
        "id_str": str(FIRST_ID + number),
        "full_text": "उद्या पाणीपुरवठा बंद &amp; टँकर",
        "created_at": "Wed Nov 25 05:00:00 +0000 2026",
        "favorite_count": "12",
        "retweet_count": "4",
        "lang": "mr",
        "entities": {"urls": [{"expanded_url": "https://city.example/water"}]},
        **other,
    }
    return {"tweet": tweet}


def tweets_js(*tweets, head=HEAD):
    return head + json.dumps(list(tweets), ensure_ascii=False, indent=2)


def archive(path, *parts):
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(
            "data/account.js", "window.YTD.account.part0 = " + json.dumps(ACCOUNT)
        )
        for number, tweets in enumerate(parts):
            name = f"data/tweets-part{number}.js" if number else "data/tweets.js"
            head = f"window.YTD.tweets.part{number} = "
            made.writestr(name, tweets_js(*tweets, head=head))
        made.writestr("data/like.js", 'window.YTD.like.part0 = [{"like": {}}]')
    return path


def test_strings_and_the_old_date_become_counts_and_a_moment(tmp_path):
    path = write(tmp_path / "tweets.js", tweets_js(archived(1)))
    (record,) = records(path)
    assert record.external_id == str(FIRST_ID + 1)
    assert record.authored_at == datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
    assert record.text == "उद्या पाणीपुरवठा बंद & टँकर"
    assert record.links == ("https://city.example/water",)
    assert set(record.metrics) == {
        Metric("like_count", 12, "reactions"),
        Metric("retweet_count", 4, "shares"),
    }
    assert record.raw == archived(1)["tweet"]
    assert record.author is None
    assert "author" in record.missing


def test_the_zip_is_read_part_by_part_with_its_owner_as_author(tmp_path):
    path = archive(tmp_path / "x.zip", [archived(1)], [archived(2), archived(3)])
    found = records(path)
    assert [record.external_id[-1] for record in found] == ["1", "2", "3"]
    assert {record.author for record in found} == {
        RecordAuthor("900000009", "cell_sample", "Sample Cell")
    }
    assert "example.org" not in str(found)


def test_the_owner_is_found_beside_an_unpacked_file(tmp_path):
    (tmp_path / "account.js").write_text(
        "window.YTD.account.part0 = " + json.dumps(ACCOUNT), encoding="utf-8"
    )
    (record,) = records(write(tmp_path / "tweets.js", tweets_js(archived(1))))
    assert record.author.uid == "900000009"


def test_a_post_of_the_archive_and_of_the_api_are_one(tmp_path):
    (ours,) = records(write(tmp_path / "tweets.js", tweets_js(archived(1))))
    (theirs,) = records(write(tmp_path / "x.jsonl", page(post(1))))
    assert (ours.platform, ours.external_id) == (theirs.platform, theirs.external_id)


def test_answers_and_edits_keep_what_they_refer_to(tmp_path):
    versions = [str(FIRST_ID + 1), str(FIRST_ID + 2)]
    later = {"edit": {"initialTweetId": versions[0]}}
    first = {"initial": {"editTweetIds": versions}}
    path = write(
        tmp_path / "tweets.js",
        tweets_js(
            archived(3, in_reply_to_status_id_str="77"),
            archived(2, edit_info=later),
            archived(1, edit_info=first),
        ),
    )
    answer, edit, initial = records(path)
    assert answer.relations == (RecordRelation("reply", "77"),)
    assert edit.external_id == str(FIRST_ID + 1)
    assert initial.external_id == str(FIRST_ID + 1)


def test_older_archives_have_posts_without_the_wrapping(tmp_path):
    old = tweets_js(archived(1)["tweet"], head="window.YTD.tweet.part0 = ")
    assert len(records(write(tmp_path / "tweet.js", old))) == 1


LONG = "आज नदीकाठी पाणी वाढले आहे &amp; पूल बंद आहेत. " * 12


def note(text, at="2026-11-25T05:00:00.000Z", **core):
    return {
        "noteTweet": {
            "noteTweetId": "9",
            "createdAt": at,
            "core": {"text": text} | core,
        }
    }


def notes_js(*notes):
    return "window.YTD.note_tweet.part0 = " + json.dumps(list(notes))


def test_a_long_post_is_whole_from_the_notes_beside_it(tmp_path):
    urls = [{"shortUrl": "https://t.co/x", "expandedUrl": "https://city.example/map"}]
    (tmp_path / "note-tweet.js").write_text(
        notes_js(
            note("Something else " * 20),
            note(LONG, "2026-11-24T05:00:00.000Z"),
            note(LONG, urls=urls),
        )
    )
    cut = archived(1, full_text=f"{LONG[:270].rstrip()}… https://t.co/abcdefghij")
    path = write(tmp_path / "tweets.js", tweets_js(cut, archived(2)))

    long, short = records(path)

    assert long.text == LONG.replace("&amp;", "&")
    assert set(long.links) == {"https://city.example/water", "https://city.example/map"}
    assert long.raw == cut["tweet"]
    assert short.text == "उद्या पाणीपुरवठा बंद & टँकर"


def test_a_long_answer_keeps_whom_it_calls(tmp_path):
    path = archive(
        tmp_path / "x.zip",
        [archived(1, full_text=f"@asha_sample {LONG[:250].rstrip()}…")],
    )
    with zipfile.ZipFile(path, "a") as opened:
        opened.writestr("data/note-tweet.js", notes_js(note(LONG)))

    (record,) = records(path)

    assert record.text == "@asha_sample " + LONG.replace("&amp;", "&")


def test_notes_that_cannot_be_read_leave_the_posts_as_they_are(tmp_path):
    (tmp_path / "note-tweet.js").write_text("window.YTD.note_tweet.part0 = [{")
    (record,) = records(write(tmp_path / "tweets.js", tweets_js(archived(1))))
    assert record.text == "उद्या पाणीपुरवठा बंद & टँकर"


def test_a_repost_that_brings_its_original_is_whole(tmp_path):
    whole = {"id_str": "77", "full_text": "पाणी " * 40 + "&amp; वीज"}
    repost = archived(
        1, full_text="RT @asha_sample: पाणी पाणी…", retweeted_status=whole
    )
    (record,) = records(write(tmp_path / "tweets.js", tweets_js(repost)))
    assert record.text == "RT @asha_sample: " + "पाणी " * 40 + "& वीज"
    assert record.relations == (RecordRelation("repost", "77"),)


def test_more_text_than_is_held_at_once_is_read(tmp_path):
    long = [archived(n, full_text="पाणी " * 40_000) for n in range(1, 15)]
    path = write(tmp_path / "tweets.js", tweets_js(*long))
    assert path.stat().st_size > 5 << 20
    assert len(records(path)) == 14


@pytest.mark.parametrize("cut", [1, 40, 300])
def test_what_stands_before_a_cut_is_kept(tmp_path, cut):
    text = tweets_js(archived(1), archived(2))
    path = tmp_path / "tweets.js"
    path.write_text(text[:-cut], encoding="utf-8")
    *good, bad = items(path)
    assert [item.external_id[-1] for item in good] == (
        ["1", "2"] if cut == 1 else ["1"]
    )
    assert isinstance(bad, Reject)
    assert "cut off or damaged" in bad.reason


def test_a_damaged_post_does_not_take_the_next_ones_along(tmp_path):
    text = tweets_js(archived(1), archived(2), archived(3))
    broken = text.replace(f'"id": "{FIRST_ID + 2}"', '"id": "oops')
    assert broken != text
    path = write(tmp_path / "tweets.js", broken)
    first, second, third = items(path)
    assert isinstance(first, Record)
    assert isinstance(third, Record)
    assert isinstance(second, Reject)
    assert second.row == 2


def test_bytes_that_are_not_utf8_reject_their_post_only(tmp_path):
    text = tweets_js(archived(1), archived(2, full_text="BAD"), archived(3))
    path = tmp_path / "tweets.js"
    path.write_bytes(text.encode().replace(b"BAD", b"\xff\xfe"))
    assert reasons(path) == {2: "this post is not UTF-8"}


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"favorite_count": "many"}, "many"),
        ({"favorite_count": [1]}, "no number"),
        ({"created_at": "2026-11-25"}, "2026-11-25"),
        ({"created_at": 5}, "another form"),
        ({"entities": [1]}, "another form"),
        ({"edit_info": {"edit": {}}}, "another form"),
        ({"id_str": "x1"}, "digits in quotes"),
    ],
)
def test_a_field_of_the_wrong_form_rejects_its_post(tmp_path, damage, reason):
    path = write(tmp_path / "tweets.js", tweets_js(archived(1), archived(2, **damage)))
    found = reasons(path)
    assert list(found) == [2]
    assert reason in found[2]


def test_a_zip_with_damaged_contents_says_so(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("data/tweets.js", tweets_js(*map(archived, range(1, 500))))
    body = bytearray(path.read_bytes())
    body[200:260] = b"\x00" * 60
    path.write_bytes(body)
    connector, _found = open_file(path)
    health = connector.check()
    assert not health.ok
    assert "damaged" in health.message
