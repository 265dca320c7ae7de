"""Commands that write files are killed as they give them their names: the next run of
the same command clears what they left."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import strace
from tests.faults.environment.workloads import run

pytestmark = [pytest.mark.faults, pytest.mark.fault("F02"), strace.needed]

WEB = "https://pmc.example/app"
Words = tuple[str | Path, ...]


def draw_code(cell: Path, out: Path) -> Words:
    with (cell / "config.yaml").open("a") as file:
        file.write("links: {address: 'https://go.city.example'}\n")
    words = ("--campaign", "monsoon26", "--channel", "poster", "--web", WEB)
    link = json.loads(run(cell, "links", "create", *words, "--json"))
    return ("links", "qr", link["code"], "--out", out / "code.svg")


def write_report(_cell: Path, _out: Path) -> Words:
    return ("report", "weekly", "--as-of", "2026-11-23", "--lang", "en")


def restore(cell: Path, out: Path) -> Words:
    run(cell, "db", "backup", "--out", out / "copy.db")
    return ("db", "restore", out / "copy.db", "--yes")


def unfinished(*folders: Path) -> list[Path]:
    return [
        file for folder in folders for file in folder.rglob("*.part*") if file.is_file()
    ]


@pytest.mark.parametrize("prepare", [draw_code, write_report, restore])
def test_the_next_run_clears_what_a_killed_one_left(
    folder: Path, tmp_path: Path, prepare: Callable[[Path, Path], Words]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    words = ("--config", folder / "config.yaml", *prepare(folder, out))
    calls = strace.points(("rename",), tmp_path / "trace", *words)

    for call, n in dict.fromkeys((calls[0], calls[-1])):
        strace.killed_at(call, n, *words)
        left = unfinished(folder, out)
        run(folder, *words[2:])
        assert left, (call, n)
        assert not unfinished(folder, out), (call, n)


def test_the_nightly_retention_clears_what_no_command_comes_back_to(
    folder: Path,
) -> None:
    places = [folder, folder / "media" / "ab", folder / "evidence", folder / "reports"]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
        (place / "a.socialcell-123-0123abcd.part").write_text("words of a person")
        (place / "somebody-elses.part").touch()

    run(folder, "retention", "run")

    left = {file.name for file in unfinished(*places)}
    assert left == {"somebody-elses.part"}
