"""Commands of the noun `campaigns` on one campaign: create, list, show, attribution,
measure."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialcell.commands import output
from socialcell.commands.campaigns import outreach
from socialcell.commands.campaigns.plan import print_plan
from socialcell.commands.options import Config, Json, open_context, rupees

if TYPE_CHECKING:
    from socialcell.services.outcomes.campaign_results import (
        CampaignDocument,
        LineFields,
        MoneyFields,
    )

Name = Annotated[str, typer.Argument(help="The campaign's name: its utm_campaign.")]
_WHY = {
    "click": "by a click of a link",
    "utm": "by its UTM values",
    "token": "by its campaign token",
    "store": "found in the store itself",
    "no_referrer": "told no referrer",
    "counted_apart": "told us, and not counted by the store",
    "not_set": "no campaign told",
    "folded": "small campaigns that the store folds together",
    "foreign": "a campaign that is not ours",
    "refused": "failed a check of the referrer",
}

_LINES = ("whose", "how we know", "installs", "days withheld")


def create(
    name: Name,
    start: Annotated[str, typer.Option(help="The first day.", metavar="DAY")],
    end: Annotated[str, typer.Option(help="The last day.", metavar="DAY")],
    initiative: Annotated[
        str | None, typer.Option(help="What it serves.", show_default=False)
    ] = None,
    goal: Annotated[
        str, typer.Option(help="The outcome it is measured by; downloads: the stores'.")
    ] = "activated_users",
    ward: Annotated[
        list[str] | None,
        typer.Option(help="A ward it reaches, again for each; none: the whole city."),
    ] = None,
    budget: Annotated[
        str | None, typer.Option(help="In rupees.", show_default=False)
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Change what is there under that name.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Enter a campaign: its days in Pune, its wards, its goal and what it may cost.

    Its links carry the same name: socialcell links create.

    Example: socialcell campaigns create monsoon26 --start 2026-11-09 --end 2026-11-22
    --ward Kothrud-Bavdhan --ward Aundh-Baner --budget 60000
    """
    from socialcell.services.outcomes import campaign_results

    campaign = campaign_results.create_campaign(
        open_context(config),
        name,
        start,
        end,
        initiative=initiative,
        goal=goal,
        wards=tuple(ward or ()),
        budget_micros=rupees("--budget", budget),
        replace=replace,
    )
    _print_campaign(campaign, json)


def list_(config: Config = None, json: Json = False) -> None:
    """List the campaigns, the newest first.

    Example: socialcell campaigns list
    """
    from socialcell.services.outcomes import campaign_results

    campaigns = campaign_results.list_campaigns(open_context(config))
    if json:
        output.as_json({"campaigns": campaigns})
        return
    output.table(
        ("name", "initiative", "goal", "wards", "start", "end", "budget"),
        [
            (
                campaign["name"],
                campaign["initiative"],
                campaign["goal"],
                len(campaign["wards"]) or "whole city",
                campaign["start"],
                campaign["end"],
                _money(campaign["budget"]),
            )
            for campaign in campaigns
        ],
    )


def show(
    name: Name,
    plan: Annotated[bool, typer.Option("--plan", help="Its whole plan.")] = False,
    version: Annotated[
        int | None,
        typer.Option(
            "--version",
            min=1,
            help="Which version of the plan; the newest.",
            show_default=False,
        ),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show a campaign; with --plan all that is planned: choice, calendar and words.

    Example: socialcell campaigns show monsoon26 --plan
    """
    from socialcell.services.outcomes import campaign_results
    from socialcell.services.outreach import outreach_view
    from socialcell.services.planning import plan_documents

    context = open_context(config)
    if plan or version is not None:
        document = plan_documents.plan_document(context, name, version)
        if json:
            output.as_json(document)
        else:
            print_plan(document)
        return
    campaign = campaign_results.show_campaign(context, name)
    overview = outreach_view.overview(context, name)
    planned = overview and overview.plan
    reached = overview and overview.outreach
    if json:
        output.as_json({**campaign, "plan": planned, "outreach": reached})
        return
    _print_campaign(campaign, json)
    if planned and reached:
        output.say(
            f"Plan: version {planned['version']}, {planned['tags']} tags, "
            f"planned cost {_money(planned['cost'])}"
        )
        outreach.print_document(reached)


def attribution(
    name: Name,
    by: Annotated[
        str, typer.Option(help="creator, post, channel, initiative or campaign.")
    ] = "creator",
    config: Config = None,
    json: Json = False,
) -> None:
    """Show which installs came by which link, and all that cannot be told.

    An install is the campaign's when its referrer names a click of ours, or when the
    store reports it under the campaign. Every other install is a line too: the lines
    of a store add up to its total. Groups that a store keeps back are withheld, not 0.

    Example: socialcell campaigns attribution monsoon26 --by channel
    """
    from socialcell.services.outcomes import campaign_results

    attributed = campaign_results.attribute_campaign(open_context(config), name, by)
    if json:
        output.as_json(attributed)
        return
    clicks = attributed["clicks"]["human"]
    installs = attributed["installs"]
    output.say(
        f"{attributed['since']} to {attributed['until']}: clicks of people "
        f"{_or_unknown(clicks)}, "
        f"installs attributed {_or_unknown(installs['attributed'])}"
    )
    output.table(
        (by, "installs"),
        [
            (group[by] or "(not told)", group["installs"])
            for group in installs["groups"]
        ],
        others=_LINES,
    )
    for part in installs["parts"]:
        output.say(f"{part['store']} {part['app']}: {part['definition']}")
        output.table(
            _LINES,
            [
                *(
                    (
                        _whose(line),
                        _WHY[line["why"]],
                        _or_unknown(line["installs"]),
                        line["days_withheld"] or None,
                    )
                    for line in part["lines"]
                ),
                ("total", None, part["total"], None),
            ],
            important=("installs",),
            others=(by,),
        )
        if missing := part["days_without_total"]:
            output.note(
                f"The store's own total is not known of {len(missing)} days, the first "
                f"{missing[0]}: more may have been installed on them."
            )
    for row in attributed["visits"]:
        output.say(
            f"Visits of {row['site']} from {row['source']} / {row['medium']}"
            f"{' ' + row['content'] if row['content'] else ''}: "
            f"{_or_unknown(row['visits'])}"
        )
    if not installs["parts"]:
        output.note("No installs of these days are held: socialcell installs import")


def measure(
    name: Name,
    cost: Annotated[
        str | None,
        typer.Option(help="Rupees spent; without it the budget.", show_default=False),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Measure a campaign: what can be attributed to it, beside what it added.

    What it added is estimated from the outcome that is its goal, by rules that look at
    the time before the start only; they are printed. Where the figures cannot carry a
    claim it says why, and claims nothing. docs/campaigns.md explains both numbers. Once
    its last day is over, the posts of its plan are noted as measured.

    Example: socialcell campaigns measure monsoon26 --cost 54000
    """
    from socialcell.services.outcomes import campaign_results
    from socialcell.services.outreach import outreach_entry as steps

    context = open_context(config)
    measured = campaign_results.measure_campaign(context, name, rupees("--cost", cost))
    posts = steps.record_measured(context, name, measured)
    if json:
        output.as_json(measured | {"posts_measured": posts})
        return
    _print_measured(measured)
    if posts:
        output.say(f"Posts of its plan that are measured now: {posts}")


def _print_measured(document: dict[str, Any]) -> None:
    cost = (
        "Planned cost (by the budget)" if document["cost_basis"] == "budget" else "Cost"
    )
    if direct := document["direct"]:
        output.say(f"Direct: clicks of people {_or_unknown(direct['clicks'])}")
        if direct["total"] is None:
            output.say("Direct: no installs of these days are held")
        else:
            output.say(
                f"Direct: installs attributed {direct['installs']} of {direct['total']}"
                f", unattributed {direct['unattributed']}"
            )
        _price(f"{cost} of an install that is attributed", direct["cost_per_install"])
    if gained := document["incremental"]:
        output.say(
            f"Incremental: {gained['value']:,.0f} {gained['outcome']} (95 %: "
            f"{_span(gained['interval'])}), {gained['lift_percent']:.1f} % (95 %: "
            f"{_span(gained['lift_interval'], 1)})"
        )
        _price(f"{cost} of one more", gained["cost_per_incremental"])
    for reason in document["refused"]:
        output.say(f"Nothing is claimed. {reason}")
    if (power := document["power"]) is not None:
        smallest = power["smallest_detectable_percent"]
        output.say(
            "The smallest lift that would have been seen in four of five: "
            + ("more than 100 %" if smallest is None else f"{smallest:g} %")
        )
    if lot := document["lot"]:
        _by_lot(lot)
    if compared := document["compared"]:
        before, during = compared["before"], compared["during"]
        output.say(
            f"Method {compared['method']}: {before['since']} to {before['until']} "
            f"against {during['since']} to {during['until']}, compared with "
            f"{', '.join(compared['controls']) or 'nothing'}"
        )
        for area, why in compared["left_out"].items():
            output.say(f"Not compared: {area}: {why}")
    for rule in document["rules"]:
        output.say(f"Rule: {rule}")
    for warning in document["warnings"]:
        output.note(f"Warning: {warning}")


def _by_lot(lot: dict[str, Any]) -> None:
    if "refused" in lot:
        output.say(f"By the draw nothing is claimed. {lot['refused']}")
        return
    lift = lot["lift_percent"]
    output.say(
        f"By the draw ({lot['kind']}, seed {lot['seed']}), {lot['since']} to "
        f"{lot['until']}: {'not known' if lift is None else f'{lift:.1f} %'}, p-value "
        f"{lot['p_value']:.3g}"
    )


def _print_campaign(campaign: "CampaignDocument", json: bool) -> None:
    if json:
        output.as_json(campaign)
        return
    wards = ", ".join(
        (area["name"] or {}).get("en", area["id"]) for area in campaign["wards"]
    )
    output.say(f"{campaign['name']}: {campaign['start']} to {campaign['end']}")
    output.say(
        f"Initiative: {campaign['initiative'] or 'none'}; goal: {campaign['goal']}"
    )
    output.say(f"Wards: {wards or 'the whole city'}")
    output.say(f"Budget: {_money(campaign['budget']) or 'not told'}")


def _whose(line: "LineFields") -> str:
    named = (line["campaign"], line["channel"], line["creator"], line["post"])
    who = " / ".join(filter(None, named))
    return {
        "ours": who,
        "other_campaign": f"another campaign: {who}",
        "organic": "nobody's",
        "unattributed": "cannot be told",
    }[line["kind"]]


def _price(words: str, price: "Mapping[str, MoneyFields | None] | None") -> None:
    if price is None or price["best"] is None:
        return
    low, high = _money(price["low"]), _money(price["high"])
    output.say(
        f"{words}: {_money(price['best'])} ({low or 'no bound'} to "
        f"{high or 'no bound'})"
    )


def _money(money: "MoneyFields | None") -> str | None:
    if money is None:
        return None
    return f"{money['amount_micros'] / 1_000_000:,.2f} {money['currency']}"


def _or_unknown(figure: float | None) -> float | str:
    return "not known" if figure is None else figure


def _span(bounds: list[float] | None, digits: int = 0) -> str:
    if bounds is None:
        return "unknown"
    return f"{bounds[0]:,.{digits}f} to {bounds[1]:,.{digits}f}"
