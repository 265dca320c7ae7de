"""The tables of all commands in a terminal of 80 columns: no id, time or level is lost.

Each command is run twice, into a pipe and on a terminal of its own; the ids, times and
levels that stand in the pipe must stand on the screen.
"""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from socialcell import commands
from tests.end_to_end.conftest import Demo
from tests.end_to_end.table_lines import LINES, SAMPLES
from tests.inside import socialcell
from tests.running import environment, inside
from tests.terminal import run_on_terminal

pytestmark = pytest.mark.timeout(1200)

# Runs many command lines in one interpreter, a line before each that names it.
EACH = """
import json, sys
from socialcell.cli import app
from socialcell.commands import output
lines, samples = json.loads(sys.argv[1])
for name, line in lines.items():
    print("\\n§", name, flush=True)
    try:
        app(line)
    except SystemExit as end:
        print("\\n§ end", end.code or 0, flush=True)
for name, (columns, row) in samples.items():
    print("\\n§", name, flush=True)
    output.table(columns, [row])
    print("\\n§ end 0", flush=True)
"""
MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?([+]\d\d:\d\d)?")
OWN_ID = re.compile(r"[a-z_]+:[\w.-]+")
IDS = {"id", "no.", "first id", "code", "key", "tag", "source"}
LEVELS = {"urgency", "severity", "state", "status"}
PAGES = ("mention_page", "daemon._show")  # no lists: tables within a page
CUT = re.compile(r"\S…")
# In these tables a name is what the command is told.
NAMED = ("alert_rules", "campaign.list_", "sources.list_", "messages.templates")


@dataclass(frozen=True)
class Workspace:
    folder: Path
    lines: Mapping[str, Sequence[str]]


@pytest.fixture(scope="module")
def workspace(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the demo with something in every list."""
    folder = tmp_path_factory.mktemp("tables") / "demo"
    shutil.copytree(demo.folder, folder)
    return prepared(folder)


def prepared(folder: Path) -> Workspace:
    config = folder / "config.yaml"
    # What takes nine tenths of the time of comparing texts is off.
    config.write_text(config.read_text().replace("semantic: true", "semantic: false"))
    series = folder / "series.csv"
    hours = [f"2026-11-{day:02}T{hour:02}:00" for day in (1, 2) for hour in range(24)]
    series.write_text("timestamp,value\n" + "".join(f"{at},3\n" for at in hours))
    places = folder / "places.csv"
    places.write_text(
        "id,label,name_en,name_mr,name_hi,aliases,ward,needs_context,unless,source\n"
        "place:our-society-behind-the-depot,PLACE,Our Society behind the Depot,"
        "आमची डेपोमागची सोसायटी,हमारी डिपो के पीछे की सोसायटी,,"
        "ward:kothrud-bavdhan,,,the ward office's list\n"
    )
    many = (
        ("alerts", "rules", "add", "hospital-oxygen", "oxygen OR ऑक्सिजन",
         "--threshold", "3"),
        ("commitments", "add", "Next update on the bridge", "--due",
         "2026-11-24T17:00"),
        ("language", "gazetteer", "import", places),
        ("consent", "grant", "+919999999999", "--evidence", "form 12, Aundh office"),
        ("posts", "add", "x", "पाणीपुरवठा पूर्ववत झाला आहे", "--at", "2026-12-01T10:30"),
    )  # fmt: skip
    for line in many:
        inside(*line, "--config", config)
    lines = {name: line.format(series=series).split() for name, line in LINES.items()}
    return Workspace(folder, lines)


def call_sites() -> dict[str, tuple[str, ...] | None]:
    """Every place in the commands that prints a table, with the columns where they are
    written down there or in a constant of the module."""
    columns = {}
    for path in sorted(Path(commands.__path__[0]).rglob("*.py")):
        module = ast.parse(path.read_text())
        constants = {
            ast.unparse(node.targets[0]): node.value
            for node in module.body
            if isinstance(node, ast.Assign)
        }
        for function in ast.walk(module):
            if isinstance(function, ast.FunctionDef):
                calls = [
                    node
                    for node in ast.walk(function)
                    if isinstance(node, ast.Call)
                    and ast.unparse(node.func) in ("output.table", "output.records")
                ]
                for number, call in enumerate(calls, 1):
                    heads = constants.get(ast.unparse(call.args[0]), call.args[0])
                    name = f"{path.stem}.{function.name} {number}"
                    columns[name] = _literal(heads)
    return columns


def _literal(expression: ast.expr) -> tuple[str, ...] | None:
    try:
        return tuple(ast.literal_eval(expression))
    except ValueError:
        return None


def words_for(workspace: Workspace) -> list[str]:
    return [sys.executable, "-c", EACH, json.dumps([workspace.lines, SAMPLES])]


def variables(workspace: Workspace) -> dict[str, str]:
    config = workspace.folder / "config.yaml"
    return {"SOCIALCELL_CONFIG": str(config), "TERM": "dumb", "PAGER": ""}


def piped(workspace: Workspace) -> str:
    process = subprocess.run(
        words_for(workspace),
        capture_output=True,
        text=True,
        check=True,
        env=environment(**variables(workspace)),
    )
    return process.stdout


def on_a_terminal(workspace: Workspace) -> str:
    """What stands on a screen of 80 columns."""
    run = run_on_terminal(words_for(workspace), variables(workspace))
    assert run.code == 0
    return run.screen


def parts(output: str) -> dict[str, list[str]]:
    """The lines of each command by its name."""
    lines_by_name: dict[str, list[str]] = {}
    name = ""
    for line in output.split("\n"):
        if line.startswith("§ end "):
            assert line == "§ end 0", (name, lines_by_name[name])
        elif line.startswith("§ "):
            name = line[2:]
            lines_by_name[name] = []
        elif name:
            lines_by_name[name].append(line)
    return lines_by_name


def whole_cells(name: str, lines: Sequence[str]) -> Iterator[str]:
    """The moments, ids and levels of the tables that a command printed into a pipe."""
    ids = IDS | LEVELS | ({"name"} if name.startswith(NAMED) else set())
    heads: list[str] = []
    for line in lines:
        cells = line.split("\t")
        if len(cells) != len(heads):
            heads = cells
            continue
        for head, cell in zip(heads, cells, strict=True):
            is_id = head in ids and cell != "" and " " not in cell
            if is_id or MOMENT.fullmatch(cell) or OWN_ID.fullmatch(cell):
                yield cell


def test_every_table_is_shown_here() -> None:
    assert sorted({*LINES, *SAMPLES}) == sorted(call_sites())
    others = [
        path.name
        for path in Path(commands.__path__[0]).rglob("*.py")
        if "rich.table" in path.read_text()
    ]
    assert others == ["tables.py"]


def test_the_samples_have_the_columns_of_their_commands() -> None:
    written = {name: heads for name, heads in call_sites().items() if heads}
    samples = {name: columns for name, (columns, _) in SAMPLES.items()}

    assert len(written.keys() & samples.keys()) > 15
    assert {
        name: columns
        for name, columns in samples.items()
        if columns != written.get(name, columns)
    } == {}


@pytest.mark.faults
def test_no_table_loses_a_moment_an_id_or_a_level_at_80_columns(
    workspace: Workspace,
) -> None:
    tables, screens = parts(piped(workspace)), parts(on_a_terminal(workspace))

    assert list(tables) == list(screens) == [*LINES, *SAMPLES]
    without = [
        name for name, lines in tables.items() if sum("\t" in x for x in lines) < 2
    ]
    assert without == []
    for name, lines in tables.items():
        words = {word for line in screens[name] for word in line.split("  ")}
        shown = {word.strip() for word in words}
        assert {*whole_cells(name, lines)} - shown == set(), name
        # A text ends with whole words.
        cut = [word for word in " ".join(screens[name]).split() if CUT.search(word)]
        assert [word for word in cut if word not in "".join(lines)] == [], name


@pytest.mark.faults
def test_every_table_refuses_a_column_that_it_has_not(workspace: Workspace) -> None:
    config = workspace.folder / "config.yaml"
    for name, words in workspace.lines.items():
        if not name.startswith(PAGES):
            process = socialcell("--config", config, *words, "--columns", "colour,id")
            assert process.returncode == 2, name
            assert "there is no column colour" in process.stderr, name
            assert "There are: " in process.stderr, name
