"""Commands of the noun `field-links`: make, list, revoke."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import acting_context
from socialcell.commands.options import Config, Json, Limit, open_context
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.services.desk.pages.field_link_list import LinkEntry

app = typer.Typer(
    help="Field links: a page for an engineer on the spot, for one answer.",
    no_args_is_help=True,
)


@app.command()
def make(
    number: Annotated[str, typer.Argument(help="The case, as 26-004211.")],
    made_for: Annotated[
        str, typer.Option("--for", help="The office or function, not a name.")
    ],
    rev: Annotated[
        int | None,
        typer.Option(help="The revision of the case that you saw.", show_default=False),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Make a link for one answer within 72 hours. Audited.

    Its page shows place, topic and what is asked, and no citizen. The address is shown
    this once: it is stored nowhere.

    Example: socialcell field-links make 26-004211 --for "Junior engineer, Kothrud"
    """
    from socialcell.services.desk import field_links

    link = field_links.make_link(acting_context(config), number, made_for, rev)
    if json:
        output.as_json(asdict(link))
        return
    output.say(link.address)
    output.note(
        f"Field link {link.id}, for {link.made_for}, until {output.local(link.until)}"
    )
    if link.address.startswith("/"):
        output.note("Put the console's address before it (alerts.console_url).")


@app.command("list", cls=ListCommand)
def list_(
    case: Annotated[str | None, typer.Option(help="Of one case.")] = None,
    all: Annotated[bool, typer.Option("--all", help="Also answered and old.")] = False,
    limit: Limit = 50,
    config: Config = None,
    json: Json = False,
) -> None:
    """List field links that may still be answered, the newest first.

    Example: socialcell field-links list --all
    """
    from socialcell.services.desk.pages import field_link_list

    links = field_link_list.list_links(
        open_context(config), case, over=all, limit=limit
    )
    if json:
        output.as_json({"links": [asdict(link) for link in links]})
        return
    columns = ("id", "case", "for", "made by", "until", "opened", "answered", "answer")
    output.table(columns, [_row(link) for link in links])


def _row(link: "LinkEntry") -> tuple[CellContent, ...]:
    opened = output.local(link.opened_at) if link.opened_at else None
    answered = output.local(link.answered_at) if link.answered_at else None
    answer = link.answer or ("revoked" if link.revoked_at else None)
    name = (link.id, link.case, link.made_for, link.made_by)
    return *name, output.local(link.until), opened, answered, answer


@app.command()
def revoke(
    id: Annotated[int, typer.Argument(help="The link, as list shows it.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Make a field link invalid. Audited.

    Example: socialcell field-links revoke 3
    """
    from socialcell.services.desk.pages import field_link_list

    field_link_list.revoke_link(acting_context(config), id)
    if json:
        output.as_json({"id": id, "state": "revoked"})
    else:
        output.say(f"Field link {id} is not valid any more.")
