"""Several questions to the database in one statement, on both databases."""

import pytest
from sqlalchemy import Engine, func, literal, select, union_all

from socialcell import db
from socialcell.ops import store
from socialcell.ops.model import Source
from tests.builders import NOON
from tests.statements import counted

SOURCE = db.table(Source).c


@pytest.fixture
def three(engine: Engine) -> Engine:
    """A database with the sources a, b and c."""
    with db.writing(engine) as session:
        for name in ("a", "b", "c"):
            store.add_source(session, name, "x", {}, NOON)
    return engine


def test_one_row_of_each_question_comes_back_in_its_order(three: Engine) -> None:
    how_many = select(func.count()).select_from(db.table(Source))
    ends = select(func.min(SOURCE.name), func.max(SOURCE.name))

    with db.reading(three) as session, counted(three) as statements:
        answers = db.ask_together(session, how_many, ends, how_many)

    assert answers == [(3,), ("a", "c"), (3,)]
    assert len(statements) == 1


def test_counts_by_name_are_kept_apart_where_the_names_are_the_same(
    three: Engine,
) -> None:
    each = select(SOURCE.name, func.count()).group_by(SOURCE.name)
    none = each.where(SOURCE.name == "d")
    twice = select(SOURCE.name, literal(2)).where(SOURCE.name == "a")

    with db.reading(three) as session, counted(three) as statements:
        counts = db.counts_together(session, each, none, twice)

    assert counts == [{"a": 1, "b": 1, "c": 1}, {}, {"a": 2}]
    assert len(statements) == 1


@pytest.mark.parametrize("more", [0, 100_000])
def test_any_number_of_ids_travels_in_one_statement(three: Engine, more: int) -> None:
    with db.reading(three) as session:
        ids = dict(session.execute(select(SOURCE.name, SOURCE.id)).all())
        wanted = {ids["a"], ids["c"], *range(10**9, 10**9 + more)}

        with counted(three) as statements:
            among = db.is_among(session, SOURCE.id, wanted)
            names = set(session.scalars(select(SOURCE.name).where(among)))
            none = select(SOURCE.name).where(db.is_among(session, SOURCE.id, []))
            both = union_all(none, select(SOURCE.name).where(among))
            again = set(session.scalars(both))

    assert names == again == {"a", "c"}
    assert len(statements) == 2
