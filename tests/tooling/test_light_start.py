"""Asking for help, or asking wrongly, loads nothing heavy."""

import json
import subprocess
import sys

import pytest

from scripts import docs
from socialcell.cli import GROUPS
from tests.running import environment

HEAVY = [
    "spacy",
    "sqlalchemy",
    "sqlmodel",
    "fastapi",
    "matplotlib",
    "google.ads",
    "httpx2",
    "requests",
    "sklearn",
    "numpy",
    "pandas",
]

# Runs many command lines in one fresh interpreter; tells after each what is loaded.
PROBE = """
import contextlib, io, json, sys
from socialcell.cli import main
found = []
for line in json.loads(sys.argv[1]):
    sys.argv = ["socialcell", *line]
    with contextlib.redirect_stdout(io.StringIO()), \
         contextlib.redirect_stderr(io.StringIO()):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
    heavy = [name for name in %r if name in sys.modules]
    found.append([line, code, heavy])
print(json.dumps(found))
"""


def after(
    *lines: list[str], heavy: list[str] = HEAVY, **variables: str
) -> list[list[object]]:
    """Each command line with its exit code and the heavy modules then loaded."""
    command = [sys.executable, "-c", PROBE % heavy, json.dumps(lines)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env=environment(**variables),
    )
    return json.loads(done.stdout)


def test_the_probe_sees_a_heavy_module():
    command = [sys.executable, "-c", "import numpy\n" + PROBE % HEAVY, '[["--help"]]']
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[["--help"], 0, ["numpy"]]]


def test_help_of_everything_loads_nothing_heavy():
    paths = [context.command_path.split()[1:] for context in docs.walk()]
    lines = [[*path, "--help"] for path in [[], *paths]]
    assert after(*lines) == [[line, 0, []] for line in lines]


def test_a_command_loads_no_other_noun_s_commands():
    others = [f"socialcell.commands.{module}" for module in GROUPS]
    others.remove("socialcell.commands.mentions.mentions")
    line = ["mentions", "list", "--help"]
    assert after(line, heavy=others) == [[line, 0, []]]


@pytest.mark.parametrize("wrong", [["no-such-noun"], ["--no-such-option"]])
def test_a_usage_error_loads_nothing_heavy(wrong):
    assert after(wrong) == [[wrong, 2, []]]


def test_a_wrong_option_of_any_command_loads_nothing_heavy():
    paths = [context.command_path.split()[1:] for context in docs.walk()]
    lines = [[*path, "--no-such-option"] for path in paths]
    assert after(*lines) == [[line, 2, []] for line in lines]


@pytest.mark.parametrize("word", ["men", "mentions list --urg", "mentions open 1"])
def test_completion_and_the_version_load_nothing_heavy(word):
    words = f"socialcell {word}"
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    assert after([], _SOCIALCELL_COMPLETE="complete_bash", **asked) == [[[], 0, []]]
    assert after(["--version"]) == [[["--version"], 0, []]]
