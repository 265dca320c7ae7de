"""A row that a store returns has each column under the name of that column."""

from dataclasses import fields, replace
from typing import Any

import pytest
from sqlalchemy import Engine, RowMapping, select
from sqlmodel import SQLModel

from socialcell import db
from socialcell.connectors.base import Record, RecordRelation, Withholding
from socialcell.identity.actor import unsigned
from socialcell.listening.model import (
    Annotation,
    Author,
    Engagement,
    Mention,
    RegistryAccount,
)
from socialcell.listening.store.mentions import (
    mention_queries,
    mention_relations,
    quotes,
)
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.listening.store.pages.records import content_hash
from socialcell.listening.store.pages.tombstones import BLANK
from socialcell.listening.store.people import registry
from socialcell.views.mentions import mention_view
from socialcell.views.mentions.mention_view import MentionDocument
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
    "status": "a status",
    "ward": "a ward",
    "department": "a department",
    "closed_at": NOON.replace(hour=8),
    "author": make_author(verified="a mark"),
}
# The column of the table of mentions where each field of a record goes.
COLUMN_OF = {
    **{name: name for name in CONTENT if name != "author"},
    "platform": "platform",
    "external_id": "external_id",
    "authored_at": "authored_at",
    "language": "platform_language",
}
# Fields of a record that have tables of their own, or stay with how it came.
ELSEWHERE = {"raw", "author", "relations", "links", "metrics", "via", "fault"}
# Fields that may differ from one sighting to the next without a change of content.
NO_CONTENT = {"platform", "external_id", "raw", "authored_at", "metrics", "missing"}
# What is left of a mention that was deleted: that it was there, and when.
LEFT = {"id", "platform", "external_id", "kind", "authored_at", "edited_at"}
LEFT |= {"fetched_at", "stored_at"}
# Fields of a row that no document has by that name (`at` is when it was written), and
# fields of a document that an export has no column for.
UNSHOWN = {"authored_at", "stored_at", "state", "conversation"}
UNSHOWN |= {"uid", "handle", "name", "verified"}
NO_COLUMN = {"edited_at", "missing", "withheld_scope", "withheld_copyright"}
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
    "decided_at": NOON,
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


def test_each_field_of_a_record_is_stored(engine: Engine) -> None:
    assert {field.name for field in fields(Record)} == {*COLUMN_OF, *ELSEWHERE}

    store_records(engine, make_record(**CONTENT, language="mr"))

    row = stored(engine, Mention)
    assert {name for name, column in COLUMN_OF.items() if row[column] is None} == set()


def test_a_change_of_each_field_of_a_record_is_a_change_of_its_content() -> None:
    record = make_record(**CONTENT, language="mr")
    changes: dict[str, Any] = {
        **dict.fromkeys(CONTENT),
        "text": "another text",
        "language": None,
        "relations": (RecordRelation("reply", "7"),),
        "links": ("https://site.example/b",),
    }
    names = {field.name for field in fields(Record)} - NO_CONTENT - {"via", "fault"}

    same = {
        name
        for name in names
        if content_hash(replace(record, **{name: changes[name]}))
        == content_hash(record)
    }

    assert same == set()


def test_a_deletion_leaves_no_column_that_says_what_was_written() -> None:
    columns = {column.name for column in db.table(Mention).columns}

    assert columns - LEFT == set(BLANK) - LEFT


def test_each_field_of_a_stored_mention_is_shown_and_exported() -> None:
    row = {field.name for field in fields(MentionRow)}
    document = set(MentionDocument.__annotations__)

    assert row - document == UNSHOWN
    assert document - set(mention_view.COLUMNS) == NO_COLUMN


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
        (row,) = mention_relations.engagement(session, mention_id)

    found = by_field(row)
    assert found == from_tables(engine, list(found), Engagement)
    assert (row.metric, row.common, row.value) == ("like_count", "reactions", 3)


def test_an_account_of_the_registry(engine: Engine) -> None:
    account = ("x", "pmcpune", "PMC", "public_office", "an order")
    with db.writing(engine) as session:
        registry.register(session, *account, unsigned("an operator"), NOON)
    with db.reading(engine) as session:
        (row,) = registry.accounts(session)

    found = by_field(row)
    assert tuple(found.values())[:7] == (*account, "an operator", NOON)
    assert found == from_tables(engine, list(found), RegistryAccount)
