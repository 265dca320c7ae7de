"""A post of X as its author wrote it: whole, without escapes, and where it is shown."""

from typing import Any

import pytest

from socialcell.connectors.base import Record, RecordRelation, Reject, Withholding
from socialcell.connectors.x import x_connector
from socialcell.connectors.x.x_post import to_record, unescape_text
from tests.connectors.exports import items, page, post, records, write
from tests.shared import shared

LONG = "Water stands a metre high in our lane. " * 17  # 663 signs
CUT = f"{LONG[:273]}… https://t.co/abcdefghij"
OWN = {"expanded_url": "https://twitter.com/i/web/status/1"}
SAID = "The pump at Dandekar bridge is off & the river is < 1 m below the road"


def address(path: str) -> dict[str, str]:
    return {"url": "https://t.co/a", "expanded_url": f"https://city.example/{path}"}


def repost(**reference: Any) -> dict[str, Any]:
    """A repost of post 77 as X cuts it; `reference` is what a flat file adds there."""
    references = [{**reference, "type": "retweeted", "id": "77"}]
    cut = "RT @asha_sample: The pump at Dandekar…"
    return post(1, text=cut, referenced_tweets=references)


def original(**other: Any) -> dict[str, Any]:
    escaped = SAID.replace("&", "&amp;").replace("<", "&lt;")
    return {"id": "77", "text": escaped, "entities": {"urls": [address("b")]}, **other}


def test_a_long_post_brings_its_whole_text_and_the_addresses_of_its_note() -> None:
    note = {"text": LONG, "entities": {"urls": [address("late"), address("last")]}}
    cut = post(text=CUT, entities={"urls": [OWN]}, note_tweet=note)

    record = to_record(cut, {}, via="search")

    assert record.text == LONG
    assert record.links == ("https://city.example/late", "https://city.example/last")


def test_a_long_post_is_read_in_the_other_dialect_too() -> None:
    assert to_record(post(note_post={"text": LONG}), {}, via="search").text == LONG


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("water &amp; power", "water & power"),
        ("level &lt; 1 m &gt; 0", "level < 1 m > 0"),
        ("&amp;lt; is how one writes &lt;", "&lt; is how one writes <"),
        ("&amp;amp;amp;", "&amp;amp;"),
        ("&quot;&#39;&copy; &ampere; & &", "&quot;&#39;&copy; &ampere; & &"),
    ],
)
def test_what_x_escapes_is_undone_once_and_nothing_else(
    sent: str, written: str
) -> None:
    assert unescape_text(sent) == written
    assert to_record(post(text=sent), {}, via="search").text == written
    noted = post(text="cut", note_tweet={"text": sent})
    assert to_record(noted, {}, via="search").text == written


def test_a_repost_says_all_that_its_original_says() -> None:
    body = page(repost(), includes={"tweets": [original()]})

    item = x_connector.post_or_reject(
        body["data"][0], {}, "mention", x_connector.originals_of(body)
    )

    assert isinstance(item, Record)
    assert item.text == f"RT @asha_sample: {SAID}"
    assert item.relations == (RecordRelation("repost", "77"),)
    assert item.links == ("https://city.example/b",)


def test_a_repost_of_a_long_post_has_the_whole_of_it() -> None:
    long = {"77": original(note_tweet={"text": LONG})}

    assert to_record(repost(), {}, long, via="file").text == f"RT @asha_sample: {LONG}"


def test_a_repost_stays_whole_when_its_raw_form_is_read_again() -> None:
    record = to_record(repost(), {}, {"77": original()}, via="mention")

    again = x_connector.X.remap(record.raw)

    assert isinstance(again, Record)
    assert (again.text, again.raw) == (record.text, record.raw)


def test_a_flattened_repost_carries_its_original_within(tmp_path: Any) -> None:
    flat = repost(**original())

    (record,) = records(write(tmp_path / "x.jsonl", flat))

    assert record.text == f"RT @asha_sample: {SAID}"
    assert record.raw == flat


def test_a_file_finds_originals_among_the_context_of_its_answers(tmp_path: Any) -> None:
    body = page(repost(), post(2), includes={"tweets": [original(), {"id": 5}]})

    first, second = records(write(tmp_path / "x.jsonl", body))

    assert first.text == f"RT @asha_sample: {SAID}"
    assert second.text == "कोथरूडमध्ये पाणी नाही 2"


def test_a_repost_without_its_original_shows_what_x_shows() -> None:
    record = to_record(repost(), {}, {"78": original()}, via="mention")

    assert record.text == "RT @asha_sample: The pump at Dandekar…"


def test_a_quotation_and_an_answer_keep_their_own_text() -> None:
    for kind in ("quoted", "replied_to"):
        quoting = post(1, referenced_tweets=[{"type": kind, "id": "77"}])
        record = to_record(quoting, {}, {"77": original()}, via="mention")
        assert record.text == "कोथरूडमध्ये पाणी नाही 1"


@pytest.mark.parametrize(
    ("told", "understood"),
    [
        (None, None),
        (
            {"copyright": False, "country_codes": ["IN", "DE"], "scope": "tweet"},
            Withholding(("IN", "DE"), "tweet"),
        ),
        (
            {"country_codes": ["IN"], "scope": "user"},
            Withholding(("IN",), "user"),
        ),
        # X names no country for a claim that holds everywhere.
        ({"copyright": True}, Withholding(("XX",), None, copyright=True)),
    ],
)
def test_a_post_says_where_it_is_not_shown(
    told: Any, understood: Withholding | None
) -> None:
    withheld = {} if told is None else {"withheld": told}

    assert to_record(post(**withheld), {}, via="search").withheld == understood


class ReadPost(dict[str, Any]):
    """A post that notes which of its fields are read."""

    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self.read: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)


def test_every_field_that_is_read_is_asked_for() -> None:
    read = ReadPost(post())
    asked = set(x_connector.TWEET_FIELDS)
    # Always there, or in our own files alone, or of the newer dialect.
    always = {"id", "text", "author_id", "includes"}
    newer = {"edit_history_post_ids", "referenced_posts", "note_post"}

    to_record(read, {}, via="search")

    assert read.read - always - newer == asked - always


def test_a_repost_of_what_is_withheld_is_withheld() -> None:
    barred = {"77": original(withheld={"country_codes": ["IN"]})}

    record = to_record(repost(), {}, barred, via="mention")

    assert record.withheld == Withholding(("IN",))


@pytest.mark.parametrize(
    "told", ["IN", ["IN"], {"country_codes": "IN"}, {"country_codes": [5]}]
)
def test_a_withholding_of_another_form_is_not_passed_over(told: Any) -> None:
    item = x_connector.post_or_reject(post(withheld=told), {}, "search")

    assert isinstance(item, Reject)


def test_recorded_reposts_are_whole_where_their_originals_came_along() -> None:
    cut, whole, reposts = 0, 0, 0
    for name in ("brexit", "kpop", "two_tweets"):
        path = shared("data", "real", "x", f"{name}.jsonl")
        for item in items(path, "x-jsonl"):
            assert isinstance(item, Record)
            if any(relation.kind == "repost" for relation in item.relations):
                reposts += 1
                cut += str(item.raw["text"]).endswith("…")
                (kept,) = item.raw["includes"]["tweets"]
                _, _, words = item.text.partition(": ")
                whole += words == unescape_text(kept["text"])
    # Counted by hand in the files: 146 reposts, of which X cut 121.
    assert (reposts, cut, whole) == (146, 121, 146)


def test_recorded_texts_have_no_escapes_left() -> None:
    for path in sorted(shared("data", "real", "x").glob("*.jsonl")):
        texts = [i.text for i in items(path, "x-jsonl") if isinstance(i, Record)]
        assert not any(mark in text for text in texts for mark in ("&amp;", "&lt;"))
