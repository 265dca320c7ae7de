"""The command line: joins the command groups and turns errors into one message."""

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from socialcell.commands.options import ROOT_CONFIG
from socialcell.errors import SocialcellError

# Commands without a noun: name → module and function.
COMMANDS = {
    "init": "top:init",
    "demo": "demo:demo",
    "pull": "top:pull",
    "import": "import_:import_file",
    "tag": "tag:tag",
}
GROUPS = (
    "mentions",
    "sources",
    "report",
    "areas",
    "alerts",
    "campaigns",
    "participation",
    "db",
    "sandbox",
)

app = typer.Typer(
    name="socialcell",
    help="The workbench of a city government's social media cell.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def everywhere(
    config: Annotated[
        Path | None,
        typer.Option(help="The workspace's config.yaml.", show_default=False),
    ] = None,
) -> None:
    """The workbench of a city government's social media cell."""
    ROOT_CONFIG.set(config)


def _join() -> None:
    for name, place in COMMANDS.items():
        module, function = place.split(":")
        found = importlib.import_module(f"socialcell.commands.{module}")
        app.command(name)(getattr(found, function))
    for name in GROUPS:
        found = importlib.import_module(f"socialcell.commands.{name}")
        app.add_typer(found.app, name=name)


_join()


def main() -> None:
    """Run the command line; exit codes as documented in docs/cli.md."""
    try:
        app()
    except SocialcellError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("socialcell: interrupted; run it again to go on\n")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): that is no failure of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _tell(error: SocialcellError) -> None:
    sys.stderr.write(f"socialcell: {error}\n")
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"error": str(error)}, ensure_ascii=False) + "\n")
