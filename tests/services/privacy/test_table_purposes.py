"""Every table says whether it holds personal data, and if so what for."""

import importlib
import pkgutil
from collections import Counter

import pytest
from sqlalchemy import Engine, Table, inspect
from sqlmodel import SQLModel

import socialcell
from socialcell.services.privacy import table_purposes
from socialcell.services.privacy.table_purposes import (
    impersonal_tables,
    personal_tables,
)

# Tables that no model has: the search index keeps words of `mention` and is erased
# with it, the others are alembic's, SQLite's and the queue's.
WITHOUT_MODEL = ("mention_fts", "alembic_version", "sqlite_", "turn")
SOUNDS_PERSONAL = {
    *("author_id", "body", "browser", "citizen", "client"),
    *("contact", "email", "evidence", "external_id", "folded"),
    *("handle", "latitude", "longitude", "name_key", "password_hash"),
    *("person", "phone", "place", "prefix", "pseudonym"),
    *("reach", "recipient", "reply_to", "sealed", "secret"),
    *("target_id", "text", "uid", "words"),
}
# Columns that are called as personal ones elsewhere, and are none there.
OTHERWISE = {
    ("desk_referral", "body"),  # the id of the other body
    ("plan_tag", "reach"),  # how many people
}
LAW = ("published", "service", "consent", "duty", "employment")


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    for module in pkgutil.walk_packages(socialcell.__path__, "socialcell."):
        name = module.name.rpartition(".")[2]
        if name.endswith(("model", "form_submissions", "refused_connections")):
            importlib.import_module(module.name)
    return dict(SQLModel.metadata.tables)


def test_every_table_is_declared_once(tables: dict[str, Table]) -> None:
    declared = Counter(
        entry.table for entry in (*personal_tables(), *impersonal_tables())
    )

    assert {name for name, count in declared.items() if count > 1} == set()
    assert set(tables) - set(declared) == set(), "declare them beside their models"
    assert set(declared) - set(tables) == set()


def test_the_database_has_no_table_that_is_not_declared(engine: Engine) -> None:
    declared = {entry.table for entry in (*personal_tables(), *impersonal_tables())}
    others = {
        name
        for name in inspect(engine).get_table_names()
        if name not in declared and not name.startswith(WITHOUT_MODEL)
    }

    assert others == set()


def test_declared_columns_are_there(tables: dict[str, Table]) -> None:
    absent = {
        (entry.table, column)
        for entry in personal_tables()
        for column in entry.columns
        if column not in tables[entry.table].c
    }

    assert absent == set()


def test_a_column_that_sounds_personal_is_declared_or_said_to_be_none(
    tables: dict[str, Table],
) -> None:
    """`because` of an impersonal table answers for its columns."""
    declared = {entry.table: set(entry.columns) for entry in personal_tables()}
    answered = {entry.table for entry in impersonal_tables() if entry.because}
    silent = {
        (table.name, column.name)
        for table in tables.values()
        for column in table.c
        if column.name in SOUNDS_PERSONAL
        and column.name not in declared.get(table.name, set())
        and table.name not in answered
        and (table.name, column.name) not in OTHERWISE
    }

    assert silent == set()


def test_each_declaration_says_what_for_and_until_when() -> None:
    for entry in personal_tables():
        assert entry.basis in LAW
        assert len(entry.purpose) > 12, entry.table
        assert entry.until, entry.table


def test_a_table_without_declaration_is_found(
    tables: dict[str, Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [entry for entry in personal_tables() if entry.table != "opt_in"]
    monkeypatch.setattr(table_purposes, "personal_tables", lambda: kept)

    declared = {entry.table for entry in table_purposes.personal_tables()}
    assert "opt_in" in set(tables) - declared
