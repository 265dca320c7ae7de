"""Commands of the noun `ads`: show."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import (
    Config,
    Daily,
    Json,
    Since,
    Until,
    open_context,
)

if TYPE_CHECKING:
    from socialcell.services.outcomes.ad_documents import AdRow
    from socialcell.services.outcomes.daily_figures import CoverageDocument

app = typer.Typer(
    help="Ads: what the networks report of each campaign, group and ad.",
    no_args_is_help=True,
)
_MICROS = 1_000_000


@app.command(cls=ListCommand)
def show(
    since: Since = None,
    until: Until = None,
    by: Annotated[str, typer.Option(help="campaign, ad_group or ad.")] = "campaign",
    daily: Daily = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show what ads did: views, clicks, cost, and installs by conversion action.

    Days and money are each account's own. Installs of different actions count the same
    people and are never added up; a number that was not reported is empty, never 0.
    Networks restate their figures for weeks: the days that still move are named.

    Example: socialcell ads show --since 2026-11-01 --by ad_group
    """
    from socialcell.services.outcomes import ad_documents, daily_figures

    context = open_context(config)
    span = daily_figures.requested_days(context, since, until)
    figures = ad_documents.ad_document(context, span, by, daily=daily)
    if json:
        output.as_json(figures)
        return
    output.table(
        (
            *(("day",) if daily else ()),
            *("network", "campaign", "group", "ad", "impressions", "clicks"),
            *("cost", "conversions", "installs"),
        ),
        [_row(row, daily) for row in figures["rows"]],
    )
    for account in figures["accounts"]:
        name = f"{account['network']} {account['account']}"
        output.note(
            f"{name}: days of {account['zone']}, money in {account['currency']}. "
            + coverage_sentence(account)
        )
    if not figures["rows"]:
        output.note("No figures of ads are held for these days.")


def coverage_sentence(account_coverage: "CoverageDocument") -> str:
    """Which days a series covers, in a sentence or three."""
    sentences = [f"Held through {account_coverage['data_through']}."]
    if missing := account_coverage["missing_dates"]:
        days = ", ".join(map(str, missing[:5]))
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        sentences.append(f"Days without a row: {days}{more}.")
    if account_coverage["moving_from"]:
        sentences.append(
            f"Figures from {account_coverage['moving_from']} on still move."
        )
    return " ".join(sentences)


def _row(row: "AdRow", daily: bool) -> tuple[Any, ...]:
    cost, group, ad = row["cost"], row.get("ad_group"), row.get("ad")
    installs = ", ".join(f"{name} {n:g}" for name, n in row["installs"].items())
    return (
        *((row["day"],) if daily else ()),
        row["network"],
        row["campaign"]["name"],
        group["name"] if group else None,
        ad["name"] if ad else None,
        row["impressions"],
        row["clicks"],
        f"{cost['amount_micros'] / _MICROS:.2f} {cost['currency']}" if cost else None,
        row["conversions"],
        installs,
    )
