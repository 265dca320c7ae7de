"""A row that a store returns has each column under the name of that column."""

from dataclasses import fields
from typing import Any

import pytest
from sqlalchemy import Engine, RowMapping, select
from sqlmodel import SQLModel

from socialcell import db
from socialcell.connectors.base import Withholding
from socialcell.listening.model import (
    Annotation,
    Author,
    Engagement,
    Mention,
    RegistryAccount,
)
from socialcell.listening.store.mentions import mention_queries, quotes
from socialcell.listening.store.people import registry
from tests.builders import NOON, make_author, make_record, store_records

pytestmark = pytest.mark.swept_on_postgresql

# One value for each column that could be taken for another one.
CONTENT = {
    "kind": "comment",
    "title": "a title",
    "text": "a text of more than twenty-five characters",
    "url": "https://site.example/a",
    "edited_at": NOON.replace(hour=7),
    "conversation": "a conversation",
    "missing": ("views",),
    "withheld": Withholding(("IN",), "post"),
    "author": make_author(verified="a mark"),
}
READ = {
    "language": "mr",
    "mixed": True,
    "sentiment": "negative",
    "intent": "complaint",
    "urgency": "high",
    "owner": "dept:water",
}
ANNOTATION = {
    "kind": "entity",
    "value": "place:kothrud",
    "score": 0.25,
    "confident": True,
    "start": 3,
    "end": 7,
    "detail": {"label": "PLACE", "text": "a name"},
    "model": "a model",
    "model_version": "a version",
    "decided_value": "place:katraj",
    "decided_by": "an operator",
}


@pytest.fixture
def mention_id(engine: Engine) -> int:
    """A mention with a value in every column, and one annotation."""
    store_records(engine, make_record(**CONTENT))
    with db.writing(engine) as session:
        mention = session.scalars(select(Mention)).one()
        for name, value in READ.items():
            setattr(mention, name, value)
        assert mention.id is not None
        session.add(Annotation(mention_id=mention.id, made_at=NOON, **ANNOTATION))
        return mention.id


def stored(engine: Engine, model: type[SQLModel]) -> RowMapping:
    """The only row of a table, by column."""
    with db.reading(engine) as session:
        return session.execute(select(db.table(model))).one()._mapping


def by_field(row: Any) -> dict[str, object]:
    return {field.name: getattr(row, field.name) for field in fields(row)}


def from_tables(engine: Engine, names: list[str], *models: type[SQLModel]) -> object:
    """The stored value of each name, from the first of the tables that has it."""
    rows = [stored(engine, model) for model in models]
    return {name: next(row[name] for row in rows if name in row) for name in names}


def test_a_mention(engine: Engine, mention_id: int) -> None:
    with db.reading(engine) as session:
        row = mention_queries.mention(session, mention_id)

    found = by_field(row)
    assert None not in found.values()
    assert found == from_tables(engine, list(found), Mention, Author)


def test_a_quoted_post(engine: Engine, mention_id: int) -> None:
    with db.reading(engine) as session:
        row = quotes.current(session, "x", "100")

    found = by_field(row)
    assert None not in found.values()
    assert found == from_tables(engine, list(found), Mention, Author)


def test_an_annotation(engine: Engine, mention_id: int) -> None:
    with db.reading(engine) as session:
        (row,) = mention_queries.annotations(session, [mention_id])[mention_id]

    assert by_field(row) == {"mention_id": mention_id, **ANNOTATION}


def test_a_count(engine: Engine, mention_id: int) -> None:
    with db.reading(engine) as session:
        (row,) = mention_queries.engagement(session, mention_id)

    found = by_field(row)
    assert found == from_tables(engine, list(found), Engagement)
    assert (row.metric, row.common, row.value) == ("like_count", "reactions", 3)


def test_an_account_of_the_registry(engine: Engine) -> None:
    account = ("x", "pmcpune", "PMC", "public_office", "an order", "an operator")
    with db.writing(engine) as session:
        registry.register(session, *account, NOON)
    with db.reading(engine) as session:
        (row,) = registry.accounts(session)

    found = by_field(row)
    assert tuple(found.values()) == (*account, NOON)
    assert found == from_tables(engine, list(found), RegistryAccount)
