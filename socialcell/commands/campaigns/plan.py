"""Commands of the noun `campaigns` on plans: plan, calendar, export."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.operators.sign_in_prompt import (
    approver_context,
    drafting_context,
)
from socialcell.commands.options import Config, DryRun, Json
from socialcell.json_types import JsonValue, as_object

if TYPE_CHECKING:
    from socialcell.campaigns.planning.model import MoneyDocument, StoredPower
    from socialcell.services.planning.plan_documents import PlanDocument

Name = Annotated[str, typer.Argument(help="The campaign's name: its utm_campaign.")]
Version = Annotated[
    int | None,
    typer.Option(
        "--version", min=1, help="Which version; the newest.", show_default=False
    ),
]


def plan(
    file: Annotated[Path, typer.Argument(help="The initiative: a YAML file.")],
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Plan a campaign: whom to tag, when, where, in which words, at what cost.

    Creators are chosen by whom they reach together, with a certificate; the calendar
    keeps caps, windows, shares of languages, wards, holidays and elections, or says
    which rules stand against it. docs/planning.md explains the file. It needs OR-Tools:
    the extra `plan`.

    Example: socialcell campaigns plan monsoon.yaml --dry-run
    """
    from socialcell.services.planning import plan_creation, plan_documents

    context = drafting_context(config)
    result = plan_creation.create_plan(context, file, dry_run=dry_run)
    if dry_run:
        document = plan_documents.draft_document(context, result)
    else:
        document = plan_documents.plan_document(
            context, result.plan.campaign, result.plan.version
        )
    if json:
        output.as_json(document)
        return
    print_plan(document)
    if not dry_run:
        output.say(
            "Next, a second person: socialcell campaigns approve "
            f"{document['campaign']} --by NAME"
        )


def calendar(
    name: Annotated[
        str | None,
        typer.Argument(
            help="The campaign's name; the cell's own posts without it.",
            show_default=False,
        ),
    ] = None,
    version: Version = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the .ics file here.", show_default=False),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show a campaign's calendar, or write it as a file for calendar programs.

    It holds the tags of its plan, and what the cell itself says in those days. Without
    a name: what the cell itself says from today on.

    Example: socialcell campaigns calendar monsoon26 --out monsoon26.ics
    """
    from socialcell.commands.publishing import posts
    from socialcell.services.planning import content_calendar, plan_documents

    context = approver_context(config)
    if name is None:
        own = content_calendar.list_coming(context)
        if out is not None:
            plan_documents.write_file(out, content_calendar.calendar_file(context))
        if json:
            output.as_json({"posts": own})
            return
        posts.print_posts(own)
        if out is not None:
            output.note(f"{out} is written.")
        return
    if out is not None:
        plan_documents.write_file(
            out, plan_documents.plan_calendar_file(context, name, version)
        )
    document = plan_documents.plan_document(context, name, version)
    own = content_calendar.list_posts(context, document["start"], document["end"])
    if json:
        tags = document["tags"]
        output.as_json({"campaign": document["campaign"], "tags": tags, "posts": own})
        return
    _print_table(document)
    if own:
        posts.print_posts(own)
    if out is not None:
        output.note(f"{out} is written.")


def export(
    name: Name,
    out: Annotated[Path, typer.Option(help="The folder to write into.")],
    version: Version = None,
    lang: Annotated[
        str, typer.Option(help="The workbook's language: mr, hi or en.")
    ] = "en",
    config: Config = None,
    json: Json = False,
) -> None:
    """Write a campaign's plan as .ics, CSV, XLSX, and a QR code for every link.

    Example: socialcell campaigns export monsoon26 --out plans --lang mr
    """
    from socialcell.services.planning import plan_documents

    files = plan_documents.export_plan(
        approver_context(config), name, out, lang, version
    )
    if json:
        output.as_json({"files": [str(file) for file in files]})
        return
    for file in files:
        output.say(str(file))


def approval_page(
    name: Name,
    out: Annotated[Path, typer.Option(help="The page to write: an .html file.")],
    lang: Annotated[
        str, typer.Option(help="The page's language: mr, hi or en.", metavar="LANG")
    ] = "en",
    config: Config = None,
    json: Json = False,
) -> None:
    """Write a campaign's newest plan as a page to approve; it prints on A4.

    Each tag with creator, day, hour, words, disclosure and cost; what stands against
    it; whether it is approved; and lines to sign.

    Example: socialcell campaigns approval-page monsoon26 --out plan.html --lang mr
    """
    from socialcell.services.planning import approval_sheet, plan_documents

    page = approval_sheet.approval_sheet(approver_context(config), name, lang)
    plan_documents.write_file(out, page.encode())
    if json:
        output.as_json({"file": str(out)})
        return
    output.say(f"Written: {out}")


def print_plan(document: "PlanDocument") -> None:
    """A plan in words; first what could be detected, before anybody spends."""
    _power(document["power"])
    choice, calendar = document["choice"], document["calendar"]
    version = f", version {document['version']}" if document["version"] else ""
    creators = {tag["creator"] for tag in document["tags"]}
    output.say(
        f"{document['campaign']}{version}: {document['start']} to {document['end']}, "
        f"{calendar['tags']} tags of {len(creators)} creators, "
        f"planned cost {_money(calendar['cost'])} of {_money(document['budget'])}"
    )
    output.say(
        f"Choice: {choice['reach']:,.0f} people who engage; no choice for this budget "
        f"exceeds {choice['upper_bound']:,.0f} ({100 * choice['ratio']:.1f} %, by "
        f"sketches with an error of {100 * choice['relative_error']:.1f} %)"
    )
    output.say(
        f"Calendar: {calendar['reach']:,.0f} people at least expected to see it; no "
        f"calendar of these creators exceeds {calendar['upper_bound']:,.0f}"
        + (" (proved best)" if calendar["proved"] else "")
    )
    if lot := document["lot"]:
        output.say(f"Left to the lot ({lot['kind']}, seed {lot['seed']}):")
        for unit, begins in as_object(lot["units"]).items():
            output.say(f"  {unit}: {_unit(begins)}")
    _print_table(document)
    for closure in calendar["closed"]:
        output.say(f"Closed: {closure['kind']} {closure['about']}")
    for creator, why in choice["left_out"].items():
        output.say(f"Not asked: {creator}: {why}")
    for warning in document["warnings"]:
        output.note(f"Warning: {warning}")


def _power(power: "StoredPower | None") -> None:
    if power is None or "refused" in power:
        output.say("Smallest lift that could be detected: not known")
        return
    smallest = power["smallest_detectable_percent"]
    output.say(
        f"Smallest lift of {power['goal']} that would be seen in four of five: "
        + ("more than 100 %" if smallest is None else f"{smallest:g} %")
        + f" ({power['method']}, {power['windows']} windows of {power['days']} days)"
    )


def _print_table(document: "PlanDocument") -> None:
    output.table(
        (
            "day",
            "at",
            "creator",
            "channel",
            "asset",
            "language",
            "adds",
            "planned cost",
            "link",
        ),
        [
            (
                tag["day"],
                tag["at"],
                tag["creator"],
                tag["channel"],
                tag["asset"],
                tag["language"],
                f"{tag['reach']:,.0f}",
                _money(tag["cost"]),
                tag["link"],
            )
            for tag in document["tags"]
        ],
        important=("planned cost", "link"),
    )


def _unit(begins: JsonValue) -> str:
    if isinstance(begins, bool):
        return "with tags" if begins else "without"
    return f"from {begins}" if begins else "never: to compare with"


def _money(money: "MoneyDocument") -> str:
    return f"{money['amount_micros'] / 1_000_000:,.0f} {money['currency']}"
