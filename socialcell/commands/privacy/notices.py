"""Commands of `privacy notices`: add, list."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import acting_context
from socialcell.commands.options import Config, Json, moment_of, open_context

app = typer.Typer(
    help="Notices: what people are told before they consent, by version.",
    no_args_is_help=True,
)
_Purpose = Annotated[
    str, typer.Argument(help="Of what, such as messages.", metavar="PURPOSE")
]


@app.command()
def add(
    purpose: _Purpose,
    mr: Annotated[Path, typer.Option(help="A file with the words in Marathi.")],
    hi: Annotated[Path, typer.Option(help="In Hindi.")],
    en: Annotated[Path, typer.Option(help="In English.")],
    from_: Annotated[
        str | None, typer.Option("--from", help="From when on; now without it.")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Add the next version of a purpose's notice, in three languages. Audited.

    It never changes; consents rest on it by its hash. `messages` is the purpose of
    messages on WhatsApp.

    Example: socialcell privacy notices add messages --mr mr.txt --hi hi.txt --en en.txt
    """
    from socialcell.services.privacy import notices

    texts = {name: _read(path) for name, path in (("mr", mr), ("hi", hi), ("en", en))}
    starts = moment_of("--from", from_)
    lines = notices.add_notice(acting_context(config), purpose, texts, starts)
    if json:
        output.as_json({"notices": [asdict(line) for line in lines]})
        return
    for line in lines:
        output.say(f"{line.purpose} {line.version} {line.language}: {line.sha256}")


@app.command("list", cls=ListCommand)
def list_(
    purpose: Annotated[str | None, typer.Option(help="Only of this purpose.")] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """List notices by purpose and version, and how many consents rest on each.

    Example: socialcell privacy notices list
    """
    from socialcell.services.privacy import notices

    lines = notices.list_notices(open_context(config), purpose)
    if json:
        output.as_json({"notices": [asdict(line) for line in lines]})
        return
    output.table(
        ("purpose", "version", "language", "from", "consents", "by", "sha256"),
        [
            (
                line.purpose,
                line.version,
                line.language,
                line.starts_at,
                line.consents,
                line.made_by,
                line.sha256,
            )
            for line in lines
        ],
    )


def _read(path: Path) -> str:
    from socialcell.files.read_errors import unreadable_file

    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable_file(path, error) from None
