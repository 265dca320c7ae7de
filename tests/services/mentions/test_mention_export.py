"""Downloads: the file of the command in pieces, audited, within the reader's places."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.errors import UsageError
from socialcell.listening.people.visibility import People
from socialcell.ops import audit
from socialcell.ops.model import AuditEntry
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.mentions.mention_explorer import ExplorerQuestion
from socialcell.services.mentions.mention_export import download
from tests.builders import make_record, store_records
from tests.inside import socialcell
from tests.operators import acting

pytestmark = pytest.mark.swept_on_postgresql


@pytest.fixture
def people(context: Context) -> People:
    return pseudonyms.load_people(context)


@pytest.fixture
def city(context: Context, engine: Engine) -> Context:
    """Enough mentions for several pieces; half of them say water."""
    store_records(
        engine,
        *(
            make_record(
                str(k),
                text=("water " if k % 2 else "road ") + "पुणे " * 40,
                raw={"id": str(k)},
            )
            for k in range(1200)
        ),
    )
    return context


def audited(engine: Engine) -> list[tuple[str, str, dict[str, object]]]:
    table = db.table(AuditEntry)
    with db.reading(engine) as session:
        rows = session.execute(select(table).order_by(table.c.seq))
        return [(row.actor, row.action, row.detail) for row in rows]


@pytest.mark.parametrize("file_format", ["csv", "jsonl"])
def test_the_file_is_that_of_the_command(
    city: Context, people: People, folder: Path, file_format: str
) -> None:
    question = ExplorerQuestion(query="water", platform="x", cursor="_7")

    pieces = list(download(city, people, question, file_format))

    flags = ["--jsonl"] if file_format == "jsonl" else []
    config = ("--config", folder / "config.yaml")
    command = socialcell(
        *("mentions", "export", "--query", "water", "--platform", "x", *flags), *config
    )
    assert len(pieces) > 2
    content = b"".join(pieces).decode()
    assert content.splitlines() == command.stdout.splitlines()
    assert content.count("water") == 600


def test_a_download_is_audited_before_its_first_byte(
    city: Context, people: People, engine: Engine
) -> None:
    question = ExplorerQuestion(query="water", topic="water", since="2026-11-01")

    pieces = download(acting(city, "meera"), people, question, "jsonl")

    ((actor, action, detail),) = audited(engine)
    assert (actor, action) == ("meera", "mentions.export")
    assert detail["topic"] == "water"
    assert detail["format"] == "jsonl"
    assert list(pieces) == []


@pytest.mark.parametrize("flags", [["--jsonl"], []])
def test_an_export_by_the_command_is_audited_as_well(
    city: Context, engine: Engine, folder: Path, flags: list[str]
) -> None:
    query = ("--query", "water", "--platform", "x")
    config = ("--config", folder / "config.yaml")

    assert socialcell("mentions", "export", *query, *flags, *config).returncode == 0

    ((_actor, action, detail),) = audited(engine)
    assert (action, detail["platform"]) == ("mentions.export", "x")
    assert detail["format"] == ("jsonl" if flags else "csv")


@pytest.mark.parametrize("flags", [["--jsonl"], []])
def test_nothing_is_exported_that_a_person_wrote_by_name(
    city: Context, engine: Engine, folder: Path, flags: list[str]
) -> None:
    query = ("--query", "water @handle_u1", "--platform", "x")
    config = ("--config", folder / "config.yaml")

    done = socialcell("mentions", "export", *query, *flags, *config)

    assert (done.returncode, done.stdout) == (2, "")
    assert "Nothing is searched for about a private person" in done.stderr
    with db.reading(engine) as session:
        (row,) = audit.entries(session, 1)
    assert (row.action, row.object) == ("guard.refuse", "mentions search")
    assert "handle_u1" not in json.dumps(row.detail)


def test_it_holds_nothing_outside_the_places_of_the_reader(
    city: Context, people: People
) -> None:
    pieces = download(city, people, ExplorerQuestion(), "jsonl", places=["ward:x"])

    assert list(pieces) == []


def test_what_cannot_be_asked_is_refused_and_not_audited(
    city: Context, people: People, engine: Engine
) -> None:
    with pytest.raises(UsageError, match="parenthesis"):
        download(city, people, ExplorerQuestion(query="(water"), "csv")

    assert audited(engine) == []
