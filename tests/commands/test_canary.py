"""One marked citizen through every way in; no mark comes out of any way out."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from socialcell import cli, db
from socialcell.clock import IST, FixedClock
from socialcell.config import load
from socialcell.services.context import Context
from socialcell.services.workspace.workspace_setup import initialise, write_secrets
from tests.builders import NOON
from tests.commands import canary
from tests.registry_accounts import register_account
from tests.running import environment

SOURCES = {
    "x.mentions": ("x", "kind=mentions", "user_id=1"),
    "x.search": ("x", "kind=search", "query=water"),
    "reddit.pune": ("reddit", "kind=new", "subreddit=pune"),
    "mastodon.pune": ("mastodon", "hashtag=pune"),
    "paper": ("rss", "url=https://paper.example/feed"),
}


@dataclass(frozen=True)
class Said:
    """What one command said: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def marks(self) -> list[str]:
        return found(self.out + self.err)


Run = Callable[..., Said]


def found(text: str) -> list[str]:
    return [mark for mark in canary.MARKS if mark in text.lower()]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process, as main() does."""
    for name in set(sys.modules["os"].environ) - set(environment()):
        monkeypatch.delenv(name)

    def command(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["socialcell", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return command


@pytest.fixture
def listening(tmp_path: Path, run: Run) -> Iterator[tuple[Path, list[Said]]]:
    """A workspace in which the canary has come through every way in; what was said."""
    folder = tmp_path / "ws"
    made = initialise(folder)
    names = ("x_bearer", "reddit_client_id", "reddit_client_secret", "mastodon_token")
    write_secrets(folder, [(name, "not-a-real-token") for name in names])
    config = made.workspace.folder / "config.yaml"
    with canary.platforms() as base:
        origins = (
            "https://api.x.com",
            "https://www.reddit.com",
            "https://oauth.reddit.com",
            "https://mastodon.social",
            "https://paper.example",
        )
        lines = "".join(f"    {origin}: {base}\n" for origin in origins)
        settings = config.read_text().replace(
            "  base_urls: {}\n", f"  base_urls:\n{lines}"
        )
        fixed = NOON.astimezone(IST).isoformat()
        config.write_text(settings.replace("  fixed: null", f"  fixed: {fixed}"))
        monkey = ("--config", config)
        said = [
            run(
                "registry", "add", "x", canary.OFFICE, "--class", "public_office",
                "--evidence", "https://city.example names it", *monkey,
            )
        ]  # fmt: skip
        _approve(config)
        for name, (connector, *settings_of) in SOURCES.items():
            pairs = [word for pair in settings_of for word in ("--set", pair)]
            said.append(run("sources", "add", name, connector, *pairs, *monkey))
            said.append(run("sources", "test", name, *monkey))
        said.append(run("pull", "--json", *monkey))
        said.append(run("pull", *monkey))
        for file, options in canary.files(tmp_path):
            dry = run("import", file, "--dry-run", "--json", *options, *monkey)
            said += [dry, run("import", file, *options, *monkey)]
            said.append(run("import", file, "--json", *options, *monkey))
        yield config, said


def _approve(config: Path) -> None:
    """Two persons agree on the office's account, as if they had signed in."""
    workspace = load(config)
    engine = db.connect(workspace.database_url)
    context = Context(workspace, engine, FixedClock(NOON))
    for handle in (canary.OFFICE, "1"):
        register_account(context, "x", handle)
    engine.dispose()


def words_of(path: Path) -> str:
    """All text of a written file; of a workbook, its cells."""
    if path.suffix != ".xlsx":
        return path.read_text()
    book = openpyxl.load_workbook(path)
    cells = [cell.value for sheet in book for row in sheet for cell in row]
    return "\n".join(str(value) for value in cells if value is not None)


@pytest.mark.faults
def test_no_mark_of_the_canary_comes_out(
    listening: tuple[Path, list[Said]], run: Run
) -> None:
    config, said = listening
    assert [one.code for one in said[:-12] if one.code] == [], said
    reports = config.parent / "reports"
    reports.mkdir(exist_ok=True)
    commands: list[tuple[object, ...]] = [
        ("mentions", "list"),
        ("mentions", "list", "--json"),
        ("mentions", "list", "--jsonl"),
        ("mentions", "list", "--csv"),
        ("mentions", "search", "water", "--explain", "--json"),
        ("mentions", "search", "water"),
        ("mentions", "export"),
        ("mentions", "export", "--jsonl"),
        ("mentions", "export", "--out", reports / "all.csv"),
        ("report", "weekly", "--json"),
        ("report", "weekly", "--lang", "mr"),
        ("report", "weekly", "--lang", "hi"),
        ("sources", "list"),
        ("sources", "list", "--json"),
        ("registry", "list", "--json"),
        ("influencers", "rank"),
        ("influencers", "rank", "--json"),
        ("retention", "run", "--dry-run", "--json"),
        ("privacy", "erase", "--platform", "x", "--id", canary.UID, "--dry-run"),
        ("privacy", "erase", "--platform", "x", "--handle", "nobody_", "--json"),
        ("db", "verify", "--digest", "--json"),
        ("doctor", "--json"),
        ("audit", "verify", "--json"),
        ("audit", "list"),
        ("audit", "list", "--json"),
    ]
    commands += [("mentions", "show", n, "--json") for n in range(1, 14)]
    commands += [("mentions", "show", n) for n in range(1, 14)]

    answers = {one: run(*one, "--config", config) for one in commands}

    leaks = {one: answer.marks for one, answer in answers.items() if answer.marks}
    assert leaks == {}
    assert [one.marks for one in said if one.marks] == []
    written = [path for path in reports.rglob("*") if path.suffix != ".png"]
    assert {path.name: m for path in written if (m := found(words_of(path)))} == {}

    # The marks had something to come out of, and offices are named.
    everything = answers["mentions", "export", "--jsonl"].out
    assert everything.count("I am •••") == 7
    assert everything.count("नागरिक-") >= 9
    assert f"@{canary.OFFICE}" in everything
    assert f'"author": "{canary.OFFICE}"' in everything
    assert "•••" in "".join(words_of(path) for path in written if "weekly" in path.name)

    # They were there to come out: in the database they are.
    held = b"".join(path.read_bytes() for path in config.parent.glob("socialcell.db*"))
    assert [m for m in canary.MARKS[:2] if m.encode() not in held] == []

    # Nobody can be followed by name but the accounts of the registry.
    for name, code in ((canary.OFFICE, 0), (canary.HANDLE, 2)):
        asked = run("mentions", "search", f"from:{name}", "--json", "--config", config)
        assert asked.code == code
        assert '"total": 0' not in asked.out
