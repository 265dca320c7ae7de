"""Commands of the noun `campaigns`."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from socialcell.commands import output
from socialcell.commands.campaigns import campaign, outreach, plan
from socialcell.commands.list_command import ListCommand, PagedCommand
from socialcell.commands.options import rupees
from socialcell.commands.publishing import publish
from socialcell.commands.renamed import old_command
from socialcell.errors import UsageError

app = typer.Typer(
    help="Campaigns: plan, approve, reach out, attribute, measure; choose creators.",
    no_args_is_help=True,
)
app.command("create")(campaign.create)
app.command("list", cls=ListCommand)(campaign.list_)
app.command("show", cls=PagedCommand)(campaign.show)
app.command("attribution", cls=ListCommand)(campaign.attribution)
app.command("measure")(campaign.measure)
app.command("plan")(plan.plan)
app.command("calendar", cls=ListCommand)(plan.calendar)
app.command("export")(plan.export)
app.command("approval-page")(plan.approval_page)
app.command("approve")(outreach.approve)
old_command(app, "campaigns publish", "posts publish", publish.publish)
app.add_typer(outreach.app, name="outreach")


@app.command()
def lift(
    file: Annotated[
        str, typer.Argument(help="CSV of a panel or of series; - reads standard input.")
    ],
    method: Annotated[
        Literal["sdid", "sc", "did", "bsts"],
        typer.Option(help="sdid, sc, did for unit,date,value; bsts for series."),
    ],
    start: Annotated[
        str, typer.Option(help="First treated period; bsts also takes a row from 0.")
    ],
    end: Annotated[str | None, typer.Option(help="Last treated period.")] = None,
    treated: Annotated[
        str, typer.Option(help="Treated units of a panel, separated by commas.")
    ] = "",
    outcome: Annotated[
        str | None, typer.Option(help="Column of the outcome (bsts).")
    ] = None,
    controls: Annotated[
        str | None,
        typer.Option(help="Control columns, by commas; default: all others (bsts)."),
    ] = None,
    cost: Annotated[
        str | None, typer.Option(help="Rupees spent: adds the cost of one more unit.")
    ] = None,
    power: Annotated[
        bool, typer.Option(help="Add the smallest lift that could be detected.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Estimate what a campaign added to what would have happened anyway.

    Example: socialcell campaigns lift wards.csv --method sdid --treated Kothrud
    --start 2026-08-01 --json
    """
    micros = rupees("--cost", cost)
    if method == "bsts":
        if outcome is None or treated:
            raise UsageError("campaigns.series_options")
        from socialcell.campaigns.outcomes.lift_series import series_lift

        columns = None if controls is None else _listed(controls)
        lift = series_lift(file, outcome, columns, start, end, micros, power)
        document = lift.as_dict()
    else:
        units = _listed(treated)
        if not units or outcome is not None or controls is not None:
            raise UsageError("campaigns.panel_options", method=method)
        from socialcell.campaigns.outcomes.panel_lift import panel_lift

        document = panel_lift(file, method, units, start, end, micros, power).as_dict()
    if as_json:
        output.as_json(document)
    else:
        _print_lift(document)


@app.command()
def select(
    file: Annotated[
        Path, typer.Argument(help="JSON of creators; - reads standard input.")
    ],
    budget: Annotated[float, typer.Option(help="What may be spent, as costs are.")],
    exact: Annotated[
        float, typer.Option(min=0, help="Seconds to look for the very best choice.")
    ] = 0.0,
    sketch: Annotated[
        str | None,
        typer.Option(help="Count by sketches: hyperloglog:12 or minhash:256."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Choose the creators who together reach most people for a budget.

    Example: socialcell campaigns select creators.json --budget 500000 --json
    """
    from socialcell.campaigns.creators.selection import selection_document

    selection = selection_document.select(
        file, budget, exact_seconds=exact, sketch=sketch
    )
    document = selection.as_dict()
    if as_json:
        output.as_json(document)
    else:
        _print_choice(document)


def _listed(names: str) -> list[str]:
    return list(dict.fromkeys(n.strip() for n in names.split(",") if n.strip()))


def _print_lift(document: dict[str, Any]) -> None:
    if document["att"] is None:
        output.say("No effect can be claimed.")
    else:
        average = document.get("average")
        bounds = (
            (average["lower"], average["upper"]) if average else document["interval"]
        )
        span = f"{bounds[0]:.4g} to {bounds[1]:.4g}" if bounds else "unknown"
        output.say(f"Effect per unit and period: {document['att']:.4g} (95 %: {span})")
        if document["lift_percent"] is not None:
            output.say(f"Lift: {document['lift_percent']:.1f} %")
        output.say(f"Incremental in all: {document['incremental']:.4g}")
        if average:
            calibration = document["calibration"]
            output.say(
                f"Probability of the other sign: {document['p_value']:.3g}; "
                f"false claims in {calibration['placebo_runs']} placebo windows: "
                f"{100 * calibration['false_positive_rate']:.0f} %"
            )
        else:
            output.say(
                "p-values: "
                + ", ".join(
                    f"{name} {'unknown' if p_value is None else f'{p_value:.3g}'}"
                    for name, p_value in document["p_values"].items()
                )
            )
    for warning in document["warnings"]:
        output.note(f"Warning: {warning}")


def _print_choice(document: dict[str, Any]) -> None:
    for creator in document["chosen"]:
        added = f"{creator['marginal_reach']:,.0f}"
        output.say(
            f"{creator['id']}: costs {creator['cost']:,.2f}, adds {added} people"
        )
    output.say(
        f"{len(document['chosen'])} creators reach {document['reach']:,.0f} people for "
        f"{document['cost']:,.2f}; no choice reaches more than "
        f"{document['best_bound']:,.0f}."
    )
    if document["sketch"]:
        error = 100 * document["sketch"]["relative_error"]
        output.say(f"Estimated from sketches, standard error {error:.1f} %.")
    for warning in document["warnings"]:
        output.note(f"Warning: {warning}")
