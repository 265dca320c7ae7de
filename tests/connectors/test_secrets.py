"""Marked secrets appear nowhere, whatever goes wrong and however much is logged."""

import logging
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from socialcell import config, db, log
from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorError, Kind
from socialcell.errors import ConfigError
from socialcell.listening.model import Author, Mention
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector
from socialcell.services.context import Context
from socialcell.services.doctor import examine
from socialcell.services.workspace import backup
from tests.builders import make_source
from tests.connectors.conftest import CITY, settings_of, source_named
from tests.logs import quiet_again

FEED = f"rss.{CITY.papers[0].slug}"
SOURCES = {
    "x.mentions": "x",
    FEED: "rss",
    "reddit.new": "reddit",
    "mastodon.pune": "mastodon",
    "facebook.comments": "facebook",
}
EVERYWHERE = (
    "expire_token",
    "missing_permission",
    "limit",
    "server_error",
    "truncate",
    "drop_connection",
    "html_instead_of_json",
    "malformed_item",
)
OF_ONE = (
    ("x", "quota_spent"),
    ("x", "stuck_cursor"),
    ("rss", "entity_bomb"),
    ("reddit", "refuse_grant"),
    ("reddit", "block"),
    ("mastodon", "login_required"),
)
FAULTS = [(p, f) for f in EVERYWHERE for p in SOURCES.values()] + list(OF_ONE)
PERSON_KEY = "marked-person-key-4711-4711-4711"


@pytest.fixture(autouse=True)
def quiet_afterwards() -> Iterator[None]:
    with quiet_again():
        yield


@pytest.fixture
def cell(
    tmp_path: Path, empty_database: Path, served: Sandbox, city_clock: FixedClock
) -> Iterator[Context]:
    """A workspace whose secrets are marked, with one source of every platform."""
    folder = tmp_path / "cell"
    (folder / "secrets").mkdir(parents=True, mode=0o700)
    for name, value in {**served.secrets, "person_key": PERSON_KEY}.items():
        (folder / "secrets" / name).write_text(value + "\n")
        (folder / "secrets" / name).chmod(0o600)
    shutil.copy(empty_database, folder / "socialcell.db")
    (folder / "config.yaml").write_text("{}\n")
    workspace = config.load(folder / "config.yaml")
    engine = db.connect(workspace.database_url)
    for name in SOURCES:
        source = source_named(served, name)
        make_source(engine, name, source["connector"], **settings_of(source))
    yield Context(workspace, engine, city_clock, served.base_urls)
    engine.dispose()


def test_secrets_appear_nowhere_when_everything_goes_wrong(
    cell: Context,
    served: Sandbox,
    city_clock: FixedClock,
    capfd: pytest.CaptureFixture[str],
) -> None:
    log.start("debug")
    # More than any setting of ours brings: every line of every library.
    logging.getLogger().setLevel(logging.DEBUG)
    said = [str(result) for result in collector.collect(cell)]
    failures = 0
    for platform, fault in FAULTS:
        getattr(served.platform(platform), fault)()
        city_clock.advance(timedelta(hours=1))
        names = [name for name, kind in SOURCES.items() if kind == platform]
        results = collector.collect(cell, names)
        served.platform(platform).heal()
        city_clock.advance(timedelta(days=32))
        failures += sum(result.state in ("failed", "partial") for result in results)
        said += [str(result) for result in results]
    place = cell.workspace.folder / "config.yaml"
    said += [str(vars(check)) for check in examine(place)]
    backup.make_backup(cell.workspace)

    output = capfd.readouterr()
    assert failures > len(FAULTS) / 2
    assert '"source run ended"' in output.err
    assert "'Authorization': 'Bearer ***'" in output.err  # there was something to hide
    for secret in [*served.secrets.values(), PERSON_KEY]:
        assert secret not in output.err + output.out + "\n".join(said)
        for file in cell.workspace.folder.rglob("*"):
            if file.is_file() and file.parent.name != "secrets":
                assert secret.encode() not in file.read_bytes(), file


def test_people_and_their_posts_do_not_appear_in_the_log_at_debug_level(
    cell: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    log.start("debug")
    collector.collect(cell)

    logged = capfd.readouterr().err
    with db.reading(cell.engine) as session:
        authors = session.execute(select(Author.handle, Author.name)).all()
        texts = session.scalars(select(Mention.text)).all()
    assert "connectionpool" in logged
    assert len(authors) > 5
    people = {word for row in authors for word in row if word and len(word) > 6}
    assert [word for word in people if word in logged] == []
    assert [t for t in texts if t and len(t) > 20 and t[:20] in logged] == []


def test_an_error_in_the_words_of_another_has_its_code_and_no_secret() -> None:
    other = ConfigError("sources.off", source="https://city.example/?token=abcdef123")

    error = ConnectorError.from_message(Kind.CONFIG, other.message)

    assert (error.kind, error.message.code) == (Kind.CONFIG, "sources.off")
    assert "https://city.example/?token=*** is off" in str(error)
    assert "abcdef123" not in str(error)
