"""Writes docs/cli.md from the commands themselves; --check only compares."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import typer.main
from typer.core import TyperGroup

from socialcell.cli import app

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
EXAMPLE = "Example:"

INTRODUCTION = """\
# Commands

Made by `make docs` from the help texts in `socialcell/commands/`: change them there.

A command is a noun and then a verb. `-h` or `--help` explains any of them and gives an
example. With `--json` standard output holds one JSON document and nothing else; errors
then look like `{"error": "what is wrong", "code": "links.no_such_link", "parameters":
{"link": "k7"}}`. `--jsonl` and `--csv` stream rows. Progress and warnings go to
standard error. `-` in place of a file reads standard input. Times in JSON are ISO 8601
with their offset, money is whole micros with a currency, and what is not known is
`null`.

An option that takes several values is given once for each, and they are united. Any
other that is given twice is refused (exit code 2).

The workspace is the folder of the configuration file: the one that `--config` names,
else `$SOCIALCELL_CONFIG`, else `config.yaml` here, else the user's or the system's.

| exit code | it means |
|---|---|
| 0 | done |
| 1 | failed; the message says what, where, and what to do |
| 2 | the command was called in a way it does not understand |
| 3 | partly done: some sources or rows failed and are named |
| 4 | nothing could be done before a person signs in or renews a credential |
| 75 | another process holds the workspace: try again later |
| 78 | the configuration, a secret or the database's version is wrong |
"""


def main() -> int:
    """Write the page; with --check, 1 if the page on disk differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    check = parser.parse_args().check
    page = render()
    if not check:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page:
        return 0
    sys.stderr.write("docs/cli.md is not what the commands say: run `make docs`.\n")
    return 1


def render() -> str:
    """The whole page as Markdown."""
    sections = [section(context) for context in walk()]
    return "\n".join([INTRODUCTION, *sections])


def walk() -> Iterator[typer.Context]:
    """Every group and command below the root, depth first, in order of appearance."""
    yield from below(root())


def root() -> typer.Context:
    """The whole command line with its settings: a command keeps the help option that it
    was first asked for, and without them that option would have no `-h`."""
    command = typer.main.get_command(app)
    return typer.Context(command, info_name="socialcell", **command.context_settings)


def below(parent: typer.Context) -> Iterator[typer.Context]:
    group = parent.command
    if not isinstance(group, TyperGroup):
        return
    for name, command in group.commands.items():
        if not command.hidden:
            context = typer.Context(command, parent=parent, info_name=name)
            yield context
            yield from below(context)


def section(context: typer.Context) -> str:
    """Heading, words, usage, example and options of one group or command."""
    command = context.command
    # `daemon` is a group that does something without a further word, too.
    group = isinstance(command, TyperGroup) and not command.invoke_without_command
    depth = len(context.command_path.split())
    blocks = [f"{'#' * depth} {context.command_path}"]
    blocks += [text for text in paragraphs(command.help) if not is_example(text)]
    if not group:
        blocks.append(f"```\n{usage(context)}\n```")
        blocks += [f"Example:\n\n```\n{text}\n```" for text in examples(command.help)]
        blocks += [table for table in [options(context)] if table]
    return "\n\n".join(blocks) + "\n"


def paragraphs(help_text: str | None) -> list[str]:
    """The paragraphs of a help text; Click's mark against wrapping is dropped."""
    parts = (help_text or "").replace("\b", "").split("\n\n")
    return [part.strip() for part in parts if part.strip()]


def examples(help_text: str | None) -> list[str]:
    """What stands behind `Example:` at the head of a paragraph, as one line."""
    found = [text for text in paragraphs(help_text) if is_example(text)]
    return [" ".join(text.removeprefix(EXAMPLE).split()) for text in found]


def is_example(paragraph: str) -> bool:
    return paragraph.startswith(EXAMPLE)


def usage(context: typer.Context) -> str:
    pieces = context.command.collect_usage_pieces(context)
    return " ".join([context.command_path, *pieces])


def options(context: typer.Context) -> str:
    """A table of arguments and options as `--help` names them; empty if none."""
    records = [one.get_help_record(context) for one in context.command.params]
    rows = [f"| `{cell(one[0])}` | {cell(one[1])} |" for one in records if one]
    return "\n".join(["| option | meaning |", "|---|---|", *rows]) if rows else ""


def cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    sys.exit(main())
