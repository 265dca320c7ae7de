"""`pictures`, called as a person and as a script would."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from xml.etree import ElementTree

import pytest
import yaml

from socialcell.reports.pictures.canvas import NARROW, WIDE
from tests.inside import socialcell
from tests.reports.around import incident
from tests.reports.test_campaigns import ran
from tests.reports.test_section_pictures import eventful, outlined
from tests.reports.world import MADE, World

COMMANDS = (
    ("incident", "1"),
    ("wards",),
    ("heatmap",),
    ("funnel", "monsoon26"),
    ("lift", "monsoon26"),
)
each_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])


def call(world: World, *words: str | Path) -> CompletedProcess[str]:
    """Call `pictures` in this world at its hour."""
    file = world.context.workspace.folder / "config.yaml"
    settings = yaml.safe_load(file.read_text("utf-8"))
    settings["clock"] = {"fixed": MADE.isoformat()}
    file.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    return socialcell("--config", file, "pictures", *words)


@pytest.fixture
def city(world: World, tmp_path: Path) -> World:
    """A city with an incident, outlines of its wards, and a measured campaign."""
    eventful(world)
    outlined(world, tmp_path)
    return world


@each_command
def test_a_picture_is_written_and_its_title_is_said(
    city: World, tmp_path: Path, command: tuple[str, ...]
) -> None:
    file = tmp_path / "picture.svg"

    answer = call(city, *command, "--out", file)

    root = ElementTree.fromstring(file.read_bytes())
    title = root.findtext("{http://www.w3.org/2000/svg}title")
    assert title
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == f"Written: {file}\n{title}\n"
    assert float(root.get("width") or 0) == WIDE


@each_command
def test_a_script_gets_the_words_and_numbers_in_its_language(
    city: World, tmp_path: Path, command: tuple[str, ...]
) -> None:
    file = tmp_path / "picture.png"

    answer = call(city, *command, "--out", file, "--lang", "mr", "--narrow", "--json")

    assert answer.returncode == 0, answer.stderr
    document = json.loads(answer.stdout)
    assert list(document) == [
        *("file", "title", "drawn", "source", "alt", "headings", "rows")
    ]
    assert document["file"] == str(file)
    for name in ("title", "drawn", "source", "alt"):
        assert any("\u0900" <= sign <= "\u097f" for sign in document[name]), name
    assert {len(row) for row in document["rows"]} == {len(document["headings"])}
    content = file.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[16:20], "big") == 2 * NARROW


def test_the_week_is_that_before_the_named_day(city: World, tmp_path: Path) -> None:
    file = tmp_path / "hours.svg"

    last = call(city, "heatmap", "--out", file, "--json")
    before = call(city, "heatmap", "--out", file, "--json", "--as-of", "2026-11-16")

    assert "16 November to 22 November" in json.loads(last.stdout)["drawn"]
    assert "9 November to 15 November" in json.loads(before.stdout)["drawn"]


def test_a_file_that_is_no_picture_is_refused_before_the_workspace_is_opened(
    tmp_path: Path,
) -> None:
    file = tmp_path / "flood.pdf"

    answer = socialcell(
        *("--config", tmp_path / "none.yaml", "pictures", "incident", "1"),
        *("--out", file),
    )

    assert (answer.returncode, answer.stdout) == (2, "")
    assert f"{file}: a picture is written as .png or .svg" in answer.stderr


def test_a_file_that_cannot_be_written_is_named(city: World, tmp_path: Path) -> None:
    file = tmp_path / "none" / "hours.svg"

    answer = call(city, "heatmap", "--out", file)

    assert (answer.returncode, answer.stdout) == (1, "")
    assert f"{file}: cannot be written: No such file or directory" in answer.stderr


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("incident", "9"), "There is no incident 9."),
        (("incident", "1"), "Incident 1 counts no mentions"),
        (("wards",), "No ward office has an outline on that day."),
        (("heatmap", "--as-of", "2026-10-05"), "Nothing was collected in the week"),
        (("heatmap", "--as-of", "someday"), "--as-of"),
        (("heatmap", "--lang", "xx"), "xx"),
        (("funnel", "spring"), "There is no campaign spring."),
        (("lift", "spring"), "There is no campaign spring."),
        (("lift", "monsoon26"), "What monsoon26 added cannot be drawn:\n"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_reason_and_no_file(
    world: World, tmp_path: Path, command: tuple[str, ...], reason: str
) -> None:
    world.covered()
    world.mention()
    incident(world, "source:city", kind="silence")
    ran(world)
    file = tmp_path / "picture.svg"

    answer = call(world, *command, "--out", file)

    assert (answer.returncode, answer.stdout) == (2, "")
    assert reason in answer.stderr
    assert not file.exists()
