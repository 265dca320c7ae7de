"""What is read of a platform's JSON has its type, or the error names its key."""

from datetime import UTC, datetime

import pytest

from socialcell.connectors import json_values

NODE = {
    "text": "पाणी",
    "none": None,
    "number": 3,
    "object": {"id": "1"},
    "objects": [{"id": "1"}, {"id": "2"}],
    "mixed": [{"id": "1"}, "2"],
    "empty": [],
}


def test_what_must_be_there_is_read_as_its_type():
    assert json_values.text_at(NODE, "text") == "पाणी"
    assert json_values.object_at(NODE, "object") == {"id": "1"}
    assert json_values.list_at(NODE, "mixed") == [{"id": "1"}, "2"]
    assert json_values.objects_at(NODE, "objects") == [{"id": "1"}, {"id": "2"}]


@pytest.mark.parametrize(
    "read",
    [
        json_values.text_at,
        json_values.object_at,
        json_values.list_at,
        json_values.objects_at,
    ],
)
def test_what_must_be_there_and_is_missing_is_a_key_error(read):
    with pytest.raises(KeyError, match="absent"):
        read(NODE, "absent")


@pytest.mark.parametrize(
    ("read", "key", "reason"),
    [
        (json_values.text_at, "number", "number is no text"),
        (json_values.text_at, "none", "none is no text"),
        (json_values.object_at, "text", "text is no object"),
        (json_values.object_at, "objects", "objects is no object"),
        (json_values.list_at, "text", "text is no list"),
        (json_values.objects_at, "mixed", "a part of mixed is no object"),
        (json_values.optional_text, "object", "object is no text"),
        (json_values.optional_object, "text", "text is no object"),
        (json_values.optional_list, "object", "object is no list"),
        (json_values.optional_objects, "mixed", "a part of mixed is no object"),
    ],
)
def test_another_type_is_an_error_that_names_the_key(read, key, reason):
    with pytest.raises((TypeError, ValueError), match=f"^{reason}$"):
        read(NODE, key)


@pytest.mark.parametrize("key", ["none", "absent"])
def test_what_may_be_missing_has_an_empty_form(key):
    assert json_values.optional_text(NODE, key) is None
    assert json_values.optional_object(NODE, key) == {}
    assert list(json_values.optional_list(NODE, key)) == []
    assert json_values.optional_objects(NODE, key) == []


def test_an_empty_list_stands_for_an_object_without_fields():
    assert json_values.optional_object(NODE, "empty") == {}


def test_a_moment_needs_its_time_zone():
    eleven = datetime(2026, 11, 28, 11, 0, tzinfo=UTC)
    assert json_values.moment("2026-11-28T16:30:00+05:30") == eleven
    with pytest.raises(ValueError, match="no time zone"):
        json_values.moment("2026-11-28T16:30:00")
    with pytest.raises(TypeError):
        json_values.moment(1_764_000_000)
