"""Who owns a problem: by topic, by a name in the text, by date."""

from collections.abc import Collection, Sequence
from datetime import date

import pytest

from socialcell.listening.model import Owner
from socialcell.listening.owners import find_owner

DAY = date(2026, 11, 23)


def make_owner(topic: str, key: str, scope: str = "", **changes: object) -> Owner:
    names = dict.fromkeys(("name_en", "name_mr", "name_hi"), key)
    return Owner(topic=topic, key=key, scope=scope, source="tests", **names, **changes)


OWNERS = [
    make_owner("roads", "dept:roads"),
    make_owner("roads", "body:nhai", "the bypass"),
    make_owner("electricity", "body:msedcl", "power cuts"),
    make_owner("noise", "body:police", "at night"),
    make_owner("noise", "body:mpcb", "factories"),
    make_owner("transport", "body:new", "buses", valid_from=date(2027, 1, 1)),
    make_owner("transport", "body:old", "buses", valid_to=date(2027, 1, 1)),
]


@pytest.mark.parametrize(
    ("topics", "named", "owner"),
    [
        (["roads"], [], "dept:roads"),
        (["roads"], ["place:warje", "body:nhai"], "body:nhai"),
        (["electricity"], [], "body:msedcl"),
        (["noise"], [], None),
        (["noise"], ["body:police"], "body:police"),
        (["noise"], ["body:police", "body:mpcb"], None),
        (["other", "electricity", "roads"], [], "body:msedcl"),
        (["transport"], [], "body:old"),
        (["other"], ["body:nhai"], None),
        ([], [], None),
    ],
)
def test_a_problem_is_owned_by_whom_its_topic_and_its_words_say(
    topics: Sequence[str], named: Collection[str], owner: str | None
) -> None:
    assert find_owner(OWNERS, topics, named, DAY) == owner
