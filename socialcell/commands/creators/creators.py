"""Commands of the noun `influencers` on the registry of creators: list, set, import,
export, insights, audience, flag, unflag, remove."""

from pathlib import Path
from typing import Annotated

import typer
from typer.models import OptionInfo

from socialcell.commands import file_outcome, output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import approver_context
from socialcell.commands.options import (
    Config,
    DateOrder,
    DryRun,
    Json,
    Mapping,
    Sheet,
    open_context,
)
from socialcell.commands.renamed import old_command
from socialcell.commands.sources.import_ import on_disk
from socialcell.errors import UsageError

File = Annotated[
    Path, typer.Argument(help="CSV or XLSX; - reads standard input.", allow_dash=True)
]
Key = Annotated[str, typer.Argument(help="The creator's key, as tracked links say it.")]
Account = Annotated[
    str, typer.Argument(help="platform:handle, such as x:asha_creates.")
]
Flag = Annotated[
    str,
    typer.Argument(
        help="blocked, party_office, controversy, false_claims or undisclosed."
    ),
]
Reason = Annotated[str, typer.Option(help="Why, and where it can be read.")]


def _option(text: str, metavar: str | None = None) -> OptionInfo:
    option: OptionInfo = typer.Option(help=text, show_default=False, metavar=metavar)
    return option


def add_to(app: typer.Typer) -> None:
    """Register these commands on the noun."""
    app.command("list", cls=ListCommand)(list_)
    app.command("set")(set_)
    app.command("import")(import_)
    app.command(cls=ListCommand)(audience)
    for command in (export, insights, flag, unflag, remove):
        app.command()(command)
    old_command(
        app, "influencers sketch", "influencers audience", audience, ListCommand
    )


def list_(config: Config = None, json: Json = False) -> None:
    """List the registry of creators, without their contacts. The look is noted.

    Example: socialcell influencers list
    """
    from socialcell.services.creators import creator_registry

    rows = creator_registry.list_creators(approver_context(config))
    if json:
        output.as_json({"creators": rows})
        return
    columns = ("key", "name", "kind", "accounts", "languages", "consent", "followers")
    output.table(
        columns,
        [
            (
                row["key"],
                row["name"],
                row["kind"],
                ", ".join(row["accounts"]),
                ", ".join(row["languages"]),
                row["consent"],
                row["followers"],
            )
            for row in rows
        ],
    )


def set_(
    key: Key,
    name: Annotated[str | None, _option("The name.")] = None,
    kind: Annotated[
        str | None, _option("celebrity, creator, media, institution or partner.")
    ] = None,
    accounts: Annotated[
        str | None, _option("platform:handle, several with ; between.")
    ] = None,
    languages: Annotated[str | None, _option("mr;hi;en;mr-Latn;hi-Latn.")] = None,
    wards: Annotated[str | None, _option("Where it is heard; ids or names.")] = None,
    contact: Annotated[str | None, _option("Whom to write to.")] = None,
    email: Annotated[str | None, _option("Where.")] = None,
    phone: Annotated[str | None, _option("Or call.")] = None,
    rate: Annotated[
        list[str] | None,
        typer.Option(
            help="FORMAT=RUPEES, such as reel=40000; again for more. Formats: post, "
            "story, reel, video, live, article, event."
        ),
    ] = None,
    rate_source: Annotated[
        str | None, _option("The rate card, order or quotation.")
    ] = None,
    rate_class: Annotated[str | None, _option("The class on that card.")] = None,
    rates_since: Annotated[str | None, _option("The rates' first day.", "DAY")] = None,
    consent: Annotated[
        str | None, _option("unknown, asked, agreed or refused.")
    ] = None,
    consent_on: Annotated[str | None, _option("The day of that; today.", "DAY")] = None,
    consent_evidence: Annotated[str | None, _option("Where it is written.")] = None,
    public_because: Annotated[
        str | None, _option("What makes somebody public who has not agreed.")
    ] = None,
    connection: Annotated[
        str | None,
        _option("Material connection: none, paid, gift, travel, family, employee …"),
    ] = None,
    cool_off_days: Annotated[
        str | None, _option("Days after a refusal before asking again; none: never.")
    ] = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Enter a creator, or change what is given of one; "" takes a value away. Audited.

    Example: socialcell influencers set asha --name "Asha Sample" --kind creator
    --accounts "x:asha_creates;instagram:asha.creates" --languages "mr;en"
    --consent agreed --consent-evidence "letter 12 of 2026-11-02"
    --rate reel=40000 --rate-source "quotation of 2026-11-02" --connection paid
    """
    from socialcell.services.creators import creator_registry

    fields: dict[str, str | None] = {
        **{"name": name, "kind": kind, "accounts": accounts, "languages": languages},
        **{"wards": wards, "contact": contact, "email": email, "phone": phone},
        **{"rate_source": rate_source, "rate_class": rate_class},
        **{"rates_since": rates_since, "consent": consent, "consent_on": consent_on},
        **{"consent_evidence": consent_evidence, "public_because": public_because},
        **{"connection": connection, "cool_off_days": cool_off_days},
        **_rate_fields(rate or []),
    }
    given_fields = {name: text for name, text in fields.items() if text is not None}
    context = open_context(config)
    stored = creator_registry.put_creator(
        context, {**given_fields, "key": key}, dry_run=dry_run
    )
    if json:
        output.as_json(
            {
                "key": stored.key,
                "outcome": stored.outcome,
                "changed": list(stored.changed),
            }
            | {"dry_run": dry_run}
        )
        return
    what = f": {', '.join(stored.changed)}" if stored.changed else ""
    output.say(f"{'Would be ' if dry_run else ''}{stored.outcome}: {stored.key}{what}")


def import_(
    file: File,
    mapping: Mapping = None,
    sheet: Sheet = None,
    date_order: DateOrder = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Enter and change the creators of a CSV or XLSX file, by their keys. Audited.

    Columns as export writes them; what the file has no column for stays, and the same
    file again changes nothing. Exit code 3: some rows were rejected; 1: all were.

    Example: socialcell influencers import creators.xlsx --dry-run
    """
    from socialcell.connectors.files.table_mapping import table_options
    from socialcell.services.creators import creator_registry

    options = table_options(mapping, sheet, date_order)
    context = open_context(config)
    with on_disk(file) as path:
        imported = creator_registry.import_creators(
            context, path, options, dry_run=dry_run
        )
    file_outcome.print_imported(imported, dry_run=dry_run, json=json)


def export(
    out: Annotated[
        Path | None,
        typer.Option(help="A file that ends in .csv or .xlsx; CSV to standard output."),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Write the registry with contacts and rates, in the columns that import reads.

    For approvers only; noted in the audit log. No text in it is a formula.

    Example: socialcell influencers export --out creators.xlsx
    """
    from socialcell import sheet
    from socialcell.services.creators import creator_registry

    if out is not None and out.suffix.lower() not in (".csv", ".xlsx"):
        raise UsageError("creators.export_suffix", path=out)
    rows = creator_registry.export_creators(approver_context(config))
    if json:
        output.as_json({"creators": rows})
    elif out is None:
        output.as_csv(creator_registry.COLUMNS_OUT, rows)
    elif out.suffix.lower() == ".xlsx":
        workbook = sheet.workbook(creator_registry.COLUMNS_OUT, rows, "creators")
        output.write_bytes(out, [workbook])
    else:
        output.write_file(out, sheet.csv_lines(creator_registry.COLUMNS_OUT, rows))
    if out is not None and not json:
        output.note(f"Written: {out} ({len(rows)} creators)")


def insights(
    file: File,
    source: Annotated[str, typer.Option(help="Where the figures come from.")],
    mapping: Mapping = None,
    sheet: Sheet = None,
    date_order: DateOrder = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Take in figures of audiences: CSV or XLSX with key, platform, day, dimension,
    value, number. Audited.

    dimension: followers or reach (a number); city, language or ward (a share: 0.41 or
    41%, of what value says). Exit code 3: some rows were rejected; 1: all were.

    Example: socialcell influencers insights insights.csv --source "media kit, Nov 2026"
    """
    from socialcell.connectors.files.table_mapping import table_options
    from socialcell.services.creators import creator_audiences

    options = table_options(mapping, sheet, date_order)
    context = open_context(config)
    with on_disk(file) as path:
        imported = creator_audiences.import_insights(
            context, path, source, options, dry_run=dry_run
        )
    file_outcome.print_imported(imported, dry_run=dry_run, json=json)


def audience(
    days: Annotated[int, typer.Option(help="Of posts to look at.", min=7)] = 90,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Count who engaged with each creator's posts, as sketches that name nobody.

    Sketches can be united, to see whom two creators reach both. One of fewer than 25
    people is not kept. Audited.

    Example: socialcell influencers audience --days 180
    """
    from socialcell.services.creators import creator_audiences

    sketches = creator_audiences.sketch_audiences(
        open_context(config), days, dry_run=dry_run
    )
    if json:
        output.as_json(
            {
                "sketches": [
                    {
                        "key": account_sketch.key,
                        "posts": account_sketch.posts,
                        "people": account_sketch.people,
                    }
                    for account_sketch in sketches
                ],
                "dry_run": dry_run,
            }
        )
        return
    output.table(
        ("key", "posts", "people"),
        [
            (
                account_sketch.key,
                account_sketch.posts,
                "too few" if account_sketch.people is None else account_sketch.people,
            )
            for account_sketch in sketches
        ],
    )


def flag(
    account: Account,
    flag: Flag,
    reason: Reason,
    config: Config = None,
    json: Json = False,
) -> None:
    """Hold something against an account: a fact of its public conduct, with a source.

    Only people set flags. A flagged account comes last, whatever its points. Audited.

    Example: socialcell influencers flag x:asha_creates undisclosed
    --reason "paid post of 2 Nov without a label: https://x.example/1"
    """
    _flag(account, flag, reason, lift=False, config=config, json=json)


def unflag(
    account: Account,
    flag: Flag,
    reason: Reason,
    config: Config = None,
    json: Json = False,
) -> None:
    """End a flag; that it stood, why and by whom is kept. Audited.

    Example: socialcell influencers unflag x:asha_creates undisclosed
    --reason "label added on 3 Nov"
    """
    _flag(account, flag, reason, lift=True, config=config, json=json)


def remove(
    key: Key,
    reason: Annotated[str, typer.Option(help="Why, for the audit log.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Forget a creator: contacts, accounts, rates, insights, sketch. Audited.

    What tracked links did under that key stays with the links.

    Example: socialcell influencers remove asha --reason "consent withdrawn"
    """
    from socialcell.services.creators import creator_registry

    creator_registry.forget_creator(open_context(config), key, reason)
    if json:
        output.as_json({"key": key, "removed": True})
    else:
        output.say(f"Removed: {key}")


def _flag(
    account: str,
    flag: str,
    reason: str,
    *,
    lift: bool,
    config: Path | None,
    json: bool,
) -> None:
    from socialcell.services.creators import creator_registry

    context = open_context(config)
    changed = creator_registry.flag_account(context, account, flag, reason, lift=lift)
    if json:
        output.as_json({"account": account, "flag": flag, "changed": changed})
        return
    verb = "Lifted" if lift else "Flagged" if changed else "Was flagged already"
    output.say(f"{verb}: {account} {flag}")


def _rate_fields(pairs: list[str]) -> dict[str, str | None]:
    rates: dict[str, str | None] = {}
    for pair in pairs:
        format_, equals, rupees = pair.partition("=")
        if not equals:
            raise UsageError("creators.unreadable_rate", text=pair)
        rates[f"rate_{format_}"] = rupees
    return rates
