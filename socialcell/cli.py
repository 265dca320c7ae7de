"""The command line: joins the command groups and turns errors into one message."""

import importlib
import json
import sys

import typer

from socialcell.errors import SocialcellError

GROUPS = ("campaigns", "alerts", "participation")
COMMANDS: tuple[str, ...] = ()

app = typer.Typer(
    name="socialcell",
    help="The workbench of a city government's social media cell.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _join() -> None:
    for name in GROUPS:
        module = importlib.import_module(f"socialcell.commands.{name}")
        app.add_typer(module.app, name=name)


_join()


def main() -> None:
    """Run the command line; exit codes as documented in docs/cli.md."""
    try:
        app()
    except SocialcellError as error:
        if "--json" in sys.argv:
            sys.stdout.write(json.dumps({"error": str(error)}, ensure_ascii=False))
            sys.stdout.write("\n")
        else:
            sys.stderr.write(f"socialcell: {error}\n")
        sys.exit(error.exit_code)
