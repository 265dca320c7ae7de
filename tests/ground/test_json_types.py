"""Parts of JSON documents are read as the type they must have, or refused by name."""

import pytest

from socialcell import json_types


@pytest.mark.parametrize(
    ("read", "part"),
    [
        (json_types.as_object, {"id": "1"}),
        (json_types.as_objects, [{"id": "1"}, {}]),
        (json_types.as_list, [1, "a", None]),
        (json_types.as_text, ""),
        (json_types.as_whole, 0),
        (json_types.as_number, 0.5),
    ],
)
def test_a_part_of_the_needed_type_is_read_as_it_is(read, part):
    assert read(part) == part


@pytest.mark.parametrize(
    ("read", "part", "complaint"),
    [
        (json_types.as_object, None, "an object is needed, not NoneType"),
        (json_types.as_objects, [{}, "a"], "an object is needed, not str"),
        (json_types.as_list, "text", "a list is needed, not str"),
        (json_types.as_text, 7, "a text is needed, not int"),
        (json_types.as_whole, True, "a whole number is needed, not bool"),
        (json_types.as_number, "1", "a number is needed, not str"),
    ],
)
def test_a_part_of_another_type_is_refused_with_both_types(read, part, complaint):
    with pytest.raises(TypeError, match=complaint):
        read(part)
