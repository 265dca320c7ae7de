"""Commands of the noun `links`: create, edit, list, show, stats, qr, import, export."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.models import OptionInfo

from socialcell.commands import file_outcome, output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import acting_context
from socialcell.commands.options import (
    Config,
    Csv,
    DateOrder,
    DryRun,
    Json,
    Mapping,
    Sheet,
    Since,
    Until,
    open_context,
)
from socialcell.commands.sources.import_ import on_disk
from socialcell.json_types import DocumentValue

if TYPE_CHECKING:
    from socialcell.campaigns.links.model import TrackedLink
    from socialcell.services.approvals.link_change_approvals import WaitingLinkChange
    from socialcell.services.context import Context
    from socialcell.services.links.link_statistics import StatisticsRow
    from socialcell.services.links.tracked_links import LinkResult

app = typer.Typer(
    help="Links: short ones that say which post brought whom, without knowing who.",
    no_args_is_help=True,
)


def _option(text: str) -> OptionInfo:
    option: OptionInfo = typer.Option(help=text, show_default=False)
    return option


Code = Annotated[str, typer.Argument(help="The link's short code.")]
Campaign = Annotated[str | None, _option("The campaign, few and large: monsoon26.")]
Channel = Annotated[
    str | None, _option("facebook, instagram, whatsapp, google_ads, poster …")
]
Initiative = Annotated[str | None, _option("The initiative that it serves.")]
Creator = Annotated[
    str | None, _option("Whose post it is, if not ours: an agreed name or id.")
]
Post = Annotated[str | None, _option("The post: its address or a word for it.")]
Content = Annotated[
    str | None, _option("utm_content, to tell two of the same apart: reel07.")
]
Term = Annotated[str | None, _option("utm_term: a keyword, or an area: kothrud.")]
Web = Annotated[
    str | None, _option("Where computers go, and phones without their own.")
]
Android = Annotated[
    str | None, _option("Where Android goes: mostly an address of Google Play.")
]
Ios = Annotated[
    str | None,
    _option("Where iPhones go: mostly the App Store, with its provider token (pt)."),
]
Expires = Annotated[
    str | None,
    typer.Option(help="The last day, in Pune.", metavar="DAY", show_default=False),
]


@app.command()
def create(
    campaign: Campaign = None,
    channel: Channel = None,
    web: Web = None,
    initiative: Initiative = None,
    creator: Creator = None,
    post: Post = None,
    content: Content = None,
    term: Term = None,
    android: Android = None,
    ios: Ios = None,
    expires: Expires = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Make a link. The channel decides utm_source and utm_medium.

    Names are written in lower case with _ for blanks. A link that says just the same
    is shown and not made twice.

    Example: socialcell links create --campaign monsoon26 --channel instagram
    --creator asha_creates --web https://care.pune.example/monsoon
    --android "https://play.google.com/store/apps/details?id=org.example.care"
    """
    from socialcell.services.links import tracked_links

    context = open_context(config)
    fields = {
        **{"campaign": campaign, "channel": channel, "web": web, "post": post},
        **{"initiative": initiative, "creator": creator, "content": content},
        **{"term": term, "android": android, "ios": ios, "expires": expires},
    }
    result = tracked_links.create_link(context, fields, dry_run=dry_run)
    _print_result(context, result, json=json, dry_run=dry_run)
    if result.nearly is not None:
        output.note(
            f"{result.link.campaign} is a new campaign. Did you mean {result.nearly}?"
        )


@app.command()
def edit(
    code: Code,
    reason: Annotated[str, typer.Option(help="Why, for its history.")],
    campaign: Campaign = None,
    channel: Channel = None,
    web: Web = None,
    initiative: Initiative = None,
    creator: Creator = None,
    post: Post = None,
    content: Content = None,
    term: Term = None,
    android: Android = None,
    ios: Ios = None,
    expires: Expires = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Change what a link says; "" takes a value away. Its history is kept.

    Where it leads holds from now on. What it belongs to (campaign, creator …) is a
    correction, and holds for its past clicks too. Where a link leads that people have
    (its QR code was taken, a post with it was approved, somebody followed it) changes
    once a second person agrees: links approve.

    Example: socialcell links edit k7mq2xd --web https://care.pune.example/new
    --reason "the page has moved"
    """
    from socialcell.services.links import tracked_links

    context = open_context(config)
    fields = {
        **{"campaign": campaign, "channel": channel, "web": web, "post": post},
        **{"initiative": initiative, "creator": creator, "content": content},
        **{"term": term, "android": android, "ios": ios, "expires": expires},
    }
    changed = {
        key: field_value
        for key, field_value in fields.items()
        if field_value is not None
    }
    result = tracked_links.edit_link(context, code, changed, reason, dry_run=dry_run)
    _print_result(context, result, json=json, dry_run=dry_run)


@app.command()
def approve(
    code: Code, dry_run: DryRun = False, config: Config = None, json: Json = False
) -> None:
    """Make the change of a link that waits, as a second person. Audited.

    Whoever approves has signed in, has the role of approver or lead, and did not ask
    for the change; on a terminal it asks who that is.

    Example: socialcell links approve k7mq2xd
    """
    from socialcell.services.approvals import link_change_approvals

    context = acting_context(config)
    result = link_change_approvals.approve_change(context, code, dry_run=dry_run)
    _print_result(context, result, json=json, dry_run=dry_run)


@app.command()
def withdraw(code: Code, config: Config = None, json: Json = False) -> None:
    """Take back the change of a link that waits for a second person.

    Example: socialcell links withdraw k7mq2xd
    """
    from socialcell.services.approvals import link_change_approvals

    link = link_change_approvals.withdraw_change(open_context(config), code)
    if json:
        output.as_json({"code": link.code, "outcome": "withdrawn"})
    else:
        output.say(f"Taken back; {link.code} leads where it led.")


@app.command(cls=ListCommand)
def waiting(config: Config = None, json: Json = False) -> None:
    """List changes of links that wait for a second person, the oldest first.

    Example: socialcell links waiting
    """
    from socialcell.services.approvals import link_change_approvals

    changes = link_change_approvals.list_waiting(open_context(config))
    if json:
        output.as_json({"changes": [_plain_change(change) for change in changes]})
        return
    output.table(
        ("code", "campaign", "field", "now", "then", "reason", "by", "at"),
        [
            (
                *(change.code, change.campaign, name, now, then),
                *(change.reason, change.actor, output.local(change.made_at)),
            )
            for change in changes
            for name, (now, then) in change.fields.items()
        ],
    )


@app.command("list", cls=ListCommand)
def list_(
    campaign: Campaign = None,
    channel: Channel = None,
    initiative: Initiative = None,
    creator: Creator = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """List links, the newest first.

    Example: socialcell links list --campaign monsoon26
    """
    from socialcell.services.links import tracked_links

    context = open_context(config)
    filters = {"campaign": campaign, "channel": channel}
    filters |= {"initiative": initiative, "creator": creator}
    rows = tracked_links.list_links(context, filters)
    if json:
        output.as_json({"links": [_plain(context, link) for link in rows]})
        return
    columns = ("code", "campaign", "channel", "creator", "post", "content", "web")
    output.table(
        (*columns, "address"),
        [
            (
                *(getattr(link, name) for name in columns),
                tracked_links.link_address(context, link),
            )
            for link in rows
        ],
    )


@app.command()
def show(code: Code, config: Config = None, json: Json = False) -> None:
    """Show a link: where it leads on each device, and what it said before.

    Example: socialcell links show k7mq2xd
    """
    from socialcell.campaigns.links.tracked_link import landings
    from socialcell.services.links import tracked_links

    context = open_context(config)
    link, versions = tracked_links.find_link(context, code)
    targets = {
        device: landing.of("CLICK") for device, landing in landings(link).items()
    }
    history = [
        {
            "version": version.version,
            "at": version.changed_at,
            "actor": version.actor,
            "reason": version.reason,
            "said": version.said,
        }
        for version in versions
    ]
    if json:
        output.as_json(
            {**_plain(context, link), "leads_to": targets, "history": history}
        )
        return
    for name, field_value in _plain(context, link).items():
        if field_value is not None:
            output.say(f"{name}: {output.cell(field_value)}")
    for device, address in targets.items():
        output.say(f"{device} is led to: {address}")
    for version in versions:
        at = output.local(version.changed_at)
        output.say(f"{at}: {version.reason} ({version.actor})")


@app.command(cls=ListCommand)
def stats(
    code: Annotated[
        str | None, typer.Argument(help="One link; all without it.", show_default=False)
    ] = None,
    by: Annotated[
        str,
        typer.Option(
            help="code, day, campaign, initiative, creator, post, channel, trigger, "
            "device; several with commas."
        ),
    ] = "code",
    campaign: Campaign = None,
    since: Since = None,
    until: Until = None,
    config: Config = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Count requests by kind: people, second clicks, previews, scanners of mails,
    crawlers, tools, the cell's own. The kinds add up to raw.

    Days are of Pune. Fewer than ten people on one kind of device are withheld.

    Example: socialcell links stats --by campaign,day --since 2026-11-01
    """
    from socialcell.campaigns.links.visitor_kinds import KINDS
    from socialcell.services.links import link_statistics
    from socialcell.services.outcomes import daily_figures

    context = open_context(config)
    span = daily_figures.requested_days(context, since, until)
    names = [name.strip() for name in by.split(",") if name.strip()]
    document = link_statistics.link_statistics(
        context,
        by=names,
        since=span.since,
        until=span.until,
        filters={"code": code and code.lower(), "campaign": campaign},
    )
    columns = (*names, "raw", *KINDS)
    if json:
        output.as_json(document)
    elif csv:
        output.as_csv((*columns, "withheld"), document["rows"])
    else:
        output.table(
            columns,
            [
                tuple("withheld" if _kept(row, c) else row[c] for c in columns)
                for row in document["rows"]
            ],
        )
        for install_row in document["installs"]:
            why = f" ({install_row['reason']})" if install_row["reason"] else ""
            output.say(
                f"installs told of, {install_row['outcome']}{why}: {install_row['n']}"
            )


@app.command()
def qr(
    code: Code,
    out: Annotated[Path, typer.Option(help="A file that ends in .svg or .png.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Write a link as a QR code: SVG for print, PNG for screens.

    It says that it was scanned, so that posters are counted apart from posts.

    Example: socialcell links qr k7mq2xd --out poster.svg
    """
    from socialcell.services.links import qr_codes as job

    written = job.write_qr_code(open_context(config), code, out)
    if json:
        output.as_json({"code": code, "says": written, "file": str(out)})
    else:
        output.say(f"{out}: {written}")


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(help="CSV or XLSX; - reads standard input.", allow_dash=True),
    ],
    mapping: Mapping = None,
    sheet: Sheet = None,
    date_order: DateOrder = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Make and change the links of a CSV or XLSX file.

    A row with a code changes that link in the columns that the file has; one without
    makes a link. The same file again changes nothing. Exit code 3: some rows were
    rejected; 1: all were.

    Example: socialcell links import links.csv --dry-run
    """
    from socialcell.connectors.files.table_mapping import table_options
    from socialcell.services.links import tracked_links

    options = table_options(mapping, sheet, date_order)
    context = open_context(config)
    with on_disk(file) as path:
        imported = tracked_links.import_links(context, path, options, dry_run=dry_run)
    file_outcome.print_imported(imported, dry_run=dry_run, json=json)


@app.command()
def export(config: Config = None) -> None:
    """Write all links as CSV, in the columns that import reads.

    Example: socialcell links export > links.csv
    """
    from socialcell.campaigns.links import links_file
    from socialcell.services.links import tracked_links

    output.as_csv(links_file.columns(), tracked_links.export_rows(open_context(config)))


def _kept(row: "StatisticsRow", column: str) -> bool:
    return bool(row["withheld"]) and row.get(column) is None


def _plain(context: "Context", link: "TrackedLink") -> dict[str, DocumentValue]:
    from socialcell.campaigns.links.tracked_link import stated_fields
    from socialcell.services.links import tracked_links

    return {
        "code": link.code,
        "address": tracked_links.link_address(context, link),
        **stated_fields(link),
        "utm_source": link.source,
        "utm_medium": link.medium,
        "utm_campaign": link.campaign,
        "utm_content": link.content,
        "utm_term": link.term,
        "version": link.version,
        "created_at": link.created_at,
        "changed_at": link.changed_at,
    }


def _plain_change(change: "WaitingLinkChange") -> dict[str, DocumentValue]:
    return {
        "code": change.code,
        "campaign": change.campaign,
        "fields": {
            name: {"now": now, "then": then}
            for name, (now, then) in change.fields.items()
        },
        "reason": change.reason,
        "actor": change.actor,
        "made_at": change.made_at,
        "is_stale": change.is_stale,
    }


def _print_result(
    context: "Context", result: "LinkResult", *, json: bool, dry_run: bool
) -> None:
    link = result.link
    if json:
        document = {
            "outcome": result.outcome,
            "dry_run": dry_run,
            "nearly": result.nearly,
        }
        output.as_json({**document, **_plain(context, link)})
        return
    from socialcell.services.links import tracked_links

    words = {
        "stored": "Made",
        "updated": "Changed",
        "unchanged": "Is there already",
        "waiting": "People have it, so the change waits for a second person",
    }
    verb = f"Would be: {result.outcome}" if dry_run else words[result.outcome]
    output.say(f"{verb}: {tracked_links.link_address(context, link)}")
    if context.workspace.config.links.address is None:
        output.say(
            "Nobody reaches it yet: set links.address in config.yaml, the address of "
            "your redirect server (docs/links.md)."
        )
