"""Every command's JSON document has the keys that docs/json.md lists, and no other."""

import pytest

from scripts import json_docs
from tests.end_to_end.conftest import DAYS, SEED, Demo


@pytest.mark.faults
def test_no_key_of_any_document_is_added_lost_or_renamed(
    demo: Demo,
) -> None:
    assert (json_docs.DAYS, json_docs.SEED) == (DAYS, SEED)
    page = json_docs.PAGE.read_text("utf-8")

    assert json_docs.differences(json_docs.measure(demo.folder), page) == []


def test_every_command_with_json_is_shown_or_says_why_not() -> None:
    shown = {json_docs.command_of(line) for line in json_docs.LINES}

    assert sorted(shown | set(json_docs.ABSENT)) == sorted(json_docs.with_json())
    assert shown.isdisjoint(json_docs.ABSENT)


def test_a_key_that_is_renamed_is_named_twice() -> None:
    page = json_docs.render({"sources list": {"sources": {"list"}}})

    shapes = {"sources list": json_docs.shape({"source": []})}

    assert json_docs.differences(shapes, page) == [
        "sources list: source is new",
        "sources list: sources is gone",
    ]


def test_keys_that_are_data_are_not_listed() -> None:
    document = {"topics": {"water": 3}, "rows": [{"ward:kothrud": 1}], "none": None}

    assert json_docs.shape(document) == {
        "topics": {"object"},
        "topics{}": {"number"},
        "rows": {"list"},
        "rows[]": {"object"},
        "rows[]{}": {"number"},
        "none": {"null"},
    }


def test_what_an_empty_list_would_hold_is_not_asked_for() -> None:
    page = json_docs.render({"areas list": json_docs.shape({"areas": [{"id": "1"}]})})

    empty = {"areas list": json_docs.shape({"areas": []})}
    renamed = {"areas list": json_docs.shape({"areas": [{"key": "1"}]})}

    assert json_docs.differences(empty, page) == []
    assert json_docs.differences(renamed, page) == [
        "areas list: areas[].key is new",
        "areas list: areas[].id is gone",
    ]
