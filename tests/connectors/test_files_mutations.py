"""However a valid page is damaged, an import accounts for it and never falls over."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socialcell.errors import SocialcellError
from socialcell.ops import store
from socialcell.services.collection import file_import
from tests.connectors.exports import page, post
from tests.connectors.test_files_archive import archived, tweets_js

pytestmark = pytest.mark.swept_on_postgresql

PAGE = page(
    post(
        1,
        entities={"urls": [{"expanded_url": "https://city.example/a", "start": 1}]},
        referenced_tweets=[{"type": "replied_to", "id": "1990000000000000000"}],
        note_tweet={"text": "a longer text"},
    ),
    post(2, edit_history_tweet_ids=["1991000000000000001", "1991000000000000002"]),
)
ARCHIVE = [
    archived(1, edit_info={"initial": {"editTweetIds": ["1991000000000000001"]}}),
    archived(2, in_reply_to_status_id_str="1990000000000000000"),
]
GENERIC = [
    {"id": "1", "text": "पाणी", "created_at": "2026-11-24T05:30:00Z", "author": "a"},
    {"id": "2", "text": "रस्ता", "likes": 4, "url": "https://a.example", "lang": "mr"},
]
OTHERS = st.sampled_from(
    [
        *(None, True, 0, -1, 1.5, 10**30, "", "x", "\ud800", "\x00", "9" * 30),
        *([], [None], [[1]], {}, {"id": 5}, {"a": {"b": []}}, ["1"], "http://[::1"),
    ]
)
VARIED = settings(
    max_examples=250,  # on each database
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LESS_VARIED = settings(VARIED, max_examples=50)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container and key inside a JSON value."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


@st.composite
def damaged(draw: Any, valid: Any) -> Any:
    """A valid value with one to three keys deleted or of another type."""
    value = copy.deepcopy(valid)
    for _ in range(draw(st.integers(1, 3))):
        found = list(places(value))
        if not found:
            break
        inside, key = draw(st.sampled_from(found))
        if draw(st.booleans()):
            del inside[key]
        else:
            inside[key] = copy.deepcopy(draw(OTHERS))
    return value


def taken(context: Any, path: Any, content: bytes, format: str) -> None:
    """Import; every item has one outcome, or one message says what is wrong.

    A dry run stores as an import does and takes back, which spares the disk.
    """
    path.write_bytes(content)
    try:
        result = file_import.import_file(
            context, path, format=format, dry_run=True
        ).result
    except SocialcellError:
        return
    counts = result.counts
    assert counts["received"] == sum(counts[name] for name in store.OUTCOMES)
    assert result.error_kind is None
    assert all(reject.row and reject.reason for reject in result.rejects)


def as_lines(rows: Any) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


@given(damaged(PAGE), st.none() | st.floats(0, 1))
@VARIED
def test_a_damaged_or_cut_page_is_accounted_for(context, tmp_path, body, part):
    content = as_lines([body])
    if part is not None:
        content = content[: int(len(content) * part)]
    taken(context, tmp_path / "x.jsonl", content, "x-jsonl")


@given(damaged(ARCHIVE), st.floats(0.3, 1))
@LESS_VARIED
def test_a_damaged_archive_is_accounted_for(context, tmp_path, tweets, part):
    text = tweets_js(*tweets).encode("utf-8", "surrogatepass")
    taken(context, tmp_path / "t.js", text[: int(len(text) * part)], "auto")


@given(damaged(GENERIC))
@LESS_VARIED
def test_damaged_rows_of_json_are_accounted_for(context, tmp_path, rows):
    taken(context, tmp_path / "a.jsonl", as_lines(rows), "auto")


@given(st.binary(max_size=200) | st.randoms(use_true_random=False).map(lambda r: r))
@LESS_VARIED
def test_any_bytes_as_a_table_are_accounted_for(context, tmp_path, noise):
    content = b'id,text,date\n1,water,2026-11-24\n2,"road\nwide",\n'
    if isinstance(noise, random.Random):
        flipped = bytearray(content)
        for _ in range(3):
            flipped[noise.randrange(len(flipped))] = noise.randrange(256)
        content = bytes(flipped)
    else:
        content += noise
    taken(context, tmp_path / "a.csv", content, "generic")
