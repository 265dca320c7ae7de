"""The registry: with evidence, in the audit log, and counts by author follow."""

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.errors import UsageError
from socialcell.identity.actor import unsigned
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.store.mentions import rollups, tags
from socialcell.listening.store.people import registry
from socialcell.ops import audit
from socialcell.services.mentions.tagging import analyse
from tests.builders import NOON, make_author, make_record, store_records


def stored(engine: Engine) -> None:
    desk = make_author("1", handle="CityDesk")
    store_records(
        engine,
        make_record("1", author=desk),
        make_record("2", author=desk),
        make_record("3", author=make_author("2", handle="a_citizen")),
    )
    with db.writing(engine) as session:
        tags.write(session, analyse(tags.untagged(session, 10), read_areas()), NOON)


def register(engine: Engine, handle: str = "@CityDesk", **changes: str) -> int:
    how = {"person_class": "media", "evidence": "its imprint"} | changes
    with db.writing(engine) as session:
        return registry.register(
            session, "x", handle, "City Desk", by=unsigned("asha"), now=NOON, **how
        )


def counted(engine: Engine) -> list[tuple[int, int]]:
    with db.writing(engine) as session:
        found = rollups.everything(session)["author"]
        rollups.rebuild(session)
        assert rollups.everything(session)["author"] == found
    return [(author, n) for _day, author, n in found]


def test_an_account_is_counted_from_the_day_it_is_entered(engine: Engine) -> None:
    stored(engine)
    assert counted(engine) == []

    assert register(engine) == 1

    assert [n for _author, n in counted(engine)] == [2]


def test_an_account_that_is_removed_is_counted_no_more(engine: Engine) -> None:
    stored(engine)
    register(engine)

    with db.writing(engine) as session:
        registry.remove(
            session, "x", "citydesk", "consent withdrawn", unsigned("asha"), NOON
        )

    assert counted(engine) == []
    with db.reading(engine) as session:
        assert registry.registry(session) == frozenset()
        acts = [(row.action, row.object) for row in audit.entries(session, 9)]
    assert acts == [("registry.remove", "x:citydesk"), ("registry.add", "x:citydesk")]


def test_entering_twice_is_entering_once(engine: Engine) -> None:
    assert [register(engine), register(engine, "CITYDESK")] == [1, 0]
    with db.reading(engine) as session:
        assert audit.head(session).seq == 1


@pytest.mark.parametrize(
    "wrong", [{"person_class": "friend"}, {"evidence": " "}, {"handle": "@"}]
)
def test_an_entry_needs_class_handle_and_evidence(
    engine: Engine, wrong: dict[str, str]
) -> None:
    with pytest.raises(UsageError):
        register(engine, **wrong)


def test_a_stranger_is_not_removed(engine: Engine) -> None:
    with pytest.raises(UsageError), db.writing(engine) as session:
        registry.remove(session, "x", "nobody", "why not", unsigned("asha"), NOON)
