"""The command line: joins the command groups and turns errors into one message."""

import contextlib
import functools
import gc
import importlib
import io
import json
import os
import sys
from collections import UserDict
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from socialcell.commands import list_command
from socialcell.commands.options import AT_THE_END, ROOT_CONFIG
from socialcell.commands.renamed import old_group
from socialcell.commands.strict_options import make_strict
from socialcell.commands.usage_errors import CommandGroup
from socialcell.errors import SocialcellError
from socialcell.json_types import JsonObject
from socialcell.message_catalog import document

# Commands without a noun: name → module below commands, and function.
COMMANDS = {
    "init": "workspace.init:init",
    "demo": "workspace.demo:demo",
    "doctor": "workspace.doctor:doctor",
    "pull": "workspace.top:pull",
    "import": "sources.import_:import_file",
    "tag": "language.tag:tag",
    "health": "workspace.daemon:health",
}
# Nouns: the module below commands that holds each one's commands.
GROUPS = (
    "mentions.mentions",
    "messaging.messages",
    "desk.cases",
    "desk.inbox",
    "sources.sources",
    "reporting.report",
    "reporting.pictures",
    "mentions.areas",
    "mentions.owners",
    "language.language",
    "mentions.registry",
    "workspace.privacy",
    "workspace.retention",
    "workspace.audit",
    "operators.operators",
    "operators.tokens",
    "alerts.alerts",
    "campaigns.campaigns",
    "publishing.posts",
    "creators.influencers",
    "campaigns.links",
    "campaigns.ads",
    "campaigns.installs",
    "campaigns.pages",
    "campaigns.outcomes",
    "campaigns.visits",
    "campaigns.seo",
    "participation",
    "workspace.db",
    "workspace.sandbox",
    "workspace.serve",
    "workspace.daemon",
    "messaging.outbox",
    "messaging.consent",
    "alerts.commitments",
    "desk.routing",
    "desk.situation",
    "desk.closures",
    "desk.referrals",
    "desk.answers",
    "desk.macros",
    "desk.field_links",
    "desk.care",
)

OLD_GROUPS = {"outgoing": "messaging.outbox"}

_PLACES = {
    **COMMANDS,
    **{module.rpartition(".")[2].replace("_", "-"): module for module in GROUPS},
    **OLD_GROUPS,
}

# An app as one command, made once.
joined = functools.cache(typer.main.get_command)

_OBJECTS_BEFORE_GC = 50_000


@functools.cache
def _command(name: str) -> Any:
    """What a first word runs: a command, or a group with all its commands."""
    parent = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    module, _, function = _PLACES[name].partition(":")
    commands = importlib.import_module(f"socialcell.commands.{module}")
    if function:
        parent.command(name)(getattr(commands, function))
    elif name in OLD_GROUPS:
        old_group(parent, name, module.rpartition(".")[2], commands.app)
    else:
        parent.add_typer(commands.app, name=name)
    make_strict(parent)
    return typer.main.get_group(parent).commands[name]


class _FirstWords(UserDict[str, Any]):
    """Commands by first word, each imported when it is asked for: all of them take a
    fifth of a second, and a line names one."""

    def __getitem__(self, name: str) -> Any:
        return _command(name) if name in self.data else super().__getitem__(name)


class _RootGroup(CommandGroup):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = _FirstWords(_PLACES)


app = typer.Typer(
    name="socialcell",
    cls=_RootGroup,
    help="The workbench of a city government's social media cell.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version

        typer.echo(f"socialcell {version('socialcell')}")
        raise typer.Exit


@app.callback()
def everywhere(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(help="The workspace's config.yaml.", show_default=False),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Say which version this is.",
            callback=_print_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """The workbench of a city government's social media cell."""
    ROOT_CONFIG.set(config)
    list_command.forget_choice()
    AT_THE_END.set(context.with_resource(contextlib.ExitStack()))


def main() -> None:
    """Run the command line; exit codes as documented in docs/cli.md."""
    # Imports make many objects and no garbage; to look for some takes 0.1 s a command.
    gc.set_threshold(_OBJECTS_BEFORE_GC)
    _speak_utf8()
    stdout = sys.stdout
    code = _run()
    if sys.stdout is not stdout:  # Typer puts another in its place when a pipe breaks
        code = 0
    sys.exit(_flushed(stdout, code))


def _run() -> int:
    try:
        joined(app)()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except SocialcellError as error:
        return _tell(str(error), error.exit_code, document(error.message))
    except KeyboardInterrupt:
        return _tell("interrupted; run it again to go on", 130)
    except BrokenPipeError:
        return 0
    except OSError as error:
        return _tell(_in_words(error), 1)
    return 0


def _flushed(stdout: TextIO, code: int) -> int:
    """The exit code once everything that was said has arrived, or cannot."""
    try:
        stdout.flush()
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): that is no failure of ours.
        _discard(stdout)
    except OSError as error:
        _discard(stdout)
        return _tell(f"standard output: {_in_words(error)}", 1)
    return code


def _discard(stdout: TextIO) -> None:
    """What is still in the buffer goes nowhere; the interpreter must not try again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())


def _speak_utf8() -> None:
    """UTF-8 whatever the locale says; what it cannot hold is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _in_words(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}. Nothing that was stored is lost."


def _tell(text: str, code: int, keys: JsonObject | None = None) -> int:
    # Not even that can be said when the disk behind standard error is full.
    with contextlib.suppress(OSError):
        sys.stderr.write(f"socialcell: {text}\n")
    if "--json" in sys.argv and code != 130:
        with contextlib.suppress(OSError):
            answer = json.dumps(keys or {"error": text}, ensure_ascii=False)
            sys.stdout.write(answer + "\n")
    return code
