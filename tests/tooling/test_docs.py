"""The commands explain themselves, and docs/cli.md says the same."""

from typing import Annotated

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from scripts import docs
from socialcell.cli import app

CONTEXTS = list(docs.walk())
COMMANDS = [one for one in CONTEXTS if not isinstance(one.command, TyperGroup)]


def test_the_page_is_what_the_commands_say():
    assert docs.PAGE.read_text(encoding="utf-8") == docs.render()


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda one: one.command_path)
def test_everything_is_explained_in_a_sentence(context):
    assert docs.paragraphs(context.command.help)[0].endswith(".")


@pytest.mark.parametrize("context", COMMANDS, ids=lambda one: one.command_path)
def test_every_command_gives_one_example_of_itself(context):
    (example,) = docs.examples(context.command.help)
    assert f"{context.command_path} " in f"{example} "


@pytest.mark.parametrize("context", COMMANDS, ids=lambda one: one.command_path)
def test_every_option_of_a_command_is_explained(context):
    silent = [
        parameter.name
        for parameter in context.command.params
        if not parameter.hidden and not parameter.help
    ]
    assert silent == []


def test_a_command_that_was_described_still_takes_h_for_help():
    docs.render()

    printed = CliRunner().invoke(app, ["outbox", "mode", "--help"]).stdout

    assert "-h, --help" in printed


def choose(
    file: Annotated[str, typer.Argument(help="Creators | audiences.")],
    budget: Annotated[int, typer.Option(help="In rupees.")],
    seed: Annotated[int, typer.Option("--seed", "-s", help="For draws.")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    secret: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Choose creators.

    Wide reach
    for little money.

    Example: town choose creators.json
    --budget 10
    """


def test_a_command_becomes_heading_words_usage_example_options():
    town = typer.Typer(add_completion=False, rich_markup_mode=None)
    town.command()(choose)
    town.callback()(lambda: None)
    root = typer.Context(typer.main.get_command(town), info_name="town")
    (context,) = docs.below(root)
    expected = """\
## town choose

Choose creators.

Wide reach
for little money.

```
town choose [OPTIONS] {file}
```

Example:

```
town choose creators.json --budget 10
```

| option | meaning |
|---|---|
| `file <str>` | Creators \\| audiences. [required] |
| `--budget <int>` | In rupees. [required] |
| `-s, --seed <int>` | For draws. [default: 7] |
| `--json` | For programs. |
"""
    assert docs.section(context) == expected
