"""The section on campaigns: clicks, installs, what they added, and their plans."""

from datetime import date, timedelta
from typing import Literal, TypeAlias

from sqlmodel import Session

from socialcell.campaigns.outcomes import campaign_measure as measuring
from socialcell.campaigns.outcomes.attributed_results import (
    attribution_of,
    store_visits,
)
from socialcell.campaigns.outcomes.incremental_effect import (
    ExpectedSeries,
    IncrementalGain,
)
from socialcell.campaigns.outcomes.install_attribution import OURS, UNKNOWN
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.causal.cost import UnitCost
from socialcell.reports.campaign_numbers import (
    CampaignNumbers,
    EffectSeries,
    IncrementalEffect,
    Money,
    PriceRange,
)
from socialcell.reports.page import Block, Cell, Paragraph, Section, Table
from socialcell.reports.phrases import UNKNOWN as NOTHING
from socialcell.reports.pictures.picture_counts import LEAD
from socialcell.reports.sections import clicks, outreach_progress, uninstalls
from socialcell.reports.sections.report_context import ReportContext
from socialcell.reports.week_numbers import WeekNumbers

_MICROS = 1_000_000
_Count: TypeAlias = Literal[
    "clicks", "installs", "unattributed", "named_elsewhere", "sourceless"
]


def count_campaigns(session: Session, last: date) -> list[CampaignNumbers]:
    """The campaigns of the week that ends with a day, as plain JSON."""
    first = last - timedelta(days=6)
    return [
        _count_campaign(session, campaign, first, last)
        for campaign in outcomes.campaigns(session)
        if campaign.start <= last and campaign.end >= first
    ]


def section(context: ReportContext) -> Section:
    """What campaigns of the week brought, then the plans."""
    blocks: list[Block] = []
    for campaign in context.numbers.get("campaigns", ()):
        blocks += _campaign_blocks(context, campaign)
    blocks += uninstalls.uninstall_blocks(context)
    blocks += outreach_progress.plan_blocks(context)
    return Section(context.lang.gettext("Campaigns: what they brought"), blocks)


def campaign_with_chart(numbers: WeekNumbers) -> CampaignNumbers | None:
    """The campaign that has a chart: the first whose effect is known."""
    with_series = (
        campaign for campaign in numbers.get("campaigns", ()) if campaign["series"]
    )
    return next(with_series, None)


def most_clicked(numbers: WeekNumbers) -> CampaignNumbers | None:
    """The campaign whose clicks are drawn: the first that has any."""
    return next(filter(clicks.has_clicks, numbers.get("campaigns", ())), None)


def _count_campaign(
    session: Session, campaign: Campaign, first: date, last: date
) -> CampaignNumbers:
    since, until = max(campaign.start, first), min(campaign.end, last)
    week = attribution_of(session, campaign, since, until)
    measured = measuring.measure(
        session, campaign, last + timedelta(days=1), power=False
    )
    direct = measured.direct
    assert direct is not None  # the campaign has begun

    so_far = attribution_of(session, campaign, direct.since, direct.until)
    return {
        "name": campaign.name,
        "goal": campaign.goal,
        "start": campaign.start.isoformat(),
        "end": campaign.end.isoformat(),
        "week": {
            "clicks": week.human_clicks,
            "requests": clicks.count_requests(week),
            "installs": week.installs(OURS),
            "unattributed": week.installs(UNKNOWN),
            "named_elsewhere": week.named_elsewhere,
            "sourceless": week.sourceless,
        },
        "so_far": {
            "clicks": direct.clicks,
            "installs": direct.installs,
            "unattributed": direct.unattributed,
            "requests": clicks.count_requests(so_far),
            "named_elsewhere": so_far.named_elsewhere,
            "sourceless": so_far.sourceless,
        },
        "places": clicks.count_places(so_far),
        "store_visits": store_visits(
            session, campaign.name, direct.since, direct.until
        ),
        "days_withheld": direct.days_withheld,
        "cost_per_install": _price_numbers(direct.cost_per_install, direct.currency),
        "incremental": _effect_numbers(measured.gain),
        "series": _series(measured.series, campaign.start),
    }


def _effect_numbers(gain: IncrementalGain | None) -> IncrementalEffect | None:
    if gain is None:
        return None
    return {
        "outcome": gain.outcome,
        "value": gain.total,
        "interval": list(gain.interval) if gain.interval else None,
        "anyway": gain.counterfactual,
        "lift_percent": gain.lift_percent,
        "lift_interval": list(gain.lift_interval) if gain.lift_interval else None,
        "p_values": dict(gain.p_values),
        "cost_per_incremental": _price_numbers(gain.cost, gain.currency),
    }


def _price_numbers(price: UnitCost | None, currency: str) -> PriceRange | None:
    if price is None:
        return None
    best, low, high = (
        None if micros is None else Money(amount_micros=micros, currency=currency)
        for micros in (price.best, price.low, price.high)
    )
    return {"best": best, "low": low, "high": high}


def _series(series: ExpectedSeries | None, start: date) -> EffectSeries | None:
    """The days around the campaign."""
    if series is None:
        return None
    from_ = sum(day < start - LEAD for day in series.days)
    return {
        "days": [day.isoformat() for day in series.days[from_:]],
        "actual": list(series.actual[from_:]),
        "expected": list(series.expected[from_:]),
        "lower": list(series.lower[from_:]),
        "upper": list(series.upper[from_:]),
    }


def _campaign_blocks(context: ReportContext, campaign: CampaignNumbers) -> list[Block]:
    _ = context.lang.gettext
    blocks: list[Block] = []
    pictures = context.pictures
    if pictures.funnel and campaign is most_clicked(context.numbers):
        blocks.append(pictures.funnel)
    if pictures.campaign and campaign is campaign_with_chart(context.numbers):
        blocks.append(pictures.campaign)
    labelled_counts: list[tuple[str, _Count]] = [
        (_("Clicks of people"), "clicks"),
        (_("Installs that name the campaign"), "installs"),
        *_other_installs(context, campaign),
    ]
    people_row, *install_rows = (
        (
            (label,),
            (context.number(campaign["week"][name]),),
            (context.number(campaign["so_far"][name]),),
        )
        for label, name in labelled_counts
    )
    rows: list[tuple[Cell, ...]] = [
        people_row,
        *clicks.request_rows(context, campaign),
        *install_rows,
    ]
    heads = (_("Counted"), _("This week"), _("Since its start"))
    caption = _(
        "%(name)s, %(first)s to %(last)s",
        name=campaign["name"],
        first=context.lang.day(date.fromisoformat(campaign["start"])),
        last=context.lang.day(date.fromisoformat(campaign["end"])),
    )
    note = _(
        "An install names the campaign when its link was clicked before, or when the "
        "store reports it under the campaign."
    )
    blocks.append(Table(caption, heads, rows, note))
    chart_file = (
        context.chart_files.clicks
        if campaign is most_clicked(context.numbers)
        else None
    )
    blocks += clicks.place_blocks(context, campaign, chart_file)
    blocks += [
        Paragraph(text)
        for text in (
            _effect_sentence(context, campaign),
            *_cost_sentences(context, campaign),
        )
        if text
    ]
    if campaign["days_withheld"]:
        blocks.append(
            Paragraph(
                context.lang.ngettext(
                    "For %(n)s day the store has not published numbers below five.",
                    "For %(n)s days the store has not published numbers below five.",
                    campaign["days_withheld"],
                )
            )
        )
    return blocks


def _other_installs(
    context: ReportContext, campaign: CampaignNumbers
) -> list[tuple[str, _Count]]:
    """Installs that do not name the campaign: labels, and the names of the figures.

    Reports that were frozen by earlier versions have them in one figure.
    """
    _ = context.lang.gettext
    if "sourceless" not in campaign["week"]:
        return [(_("Installs that name no campaign of ours"), "unattributed")]
    return [
        (_("Installs that name another campaign"), "named_elsewhere"),
        (_("Installs without a source"), "sourceless"),
    ]


def _effect_sentence(context: ReportContext, campaign: CampaignNumbers) -> str:
    _ = context.lang.gettext
    incremental = campaign["incremental"]
    if incremental is None:
        return _("What the campaign added cannot be said from the figures at hand.")
    values = {
        "outcome": context.phrases.outcome(campaign["goal"]),
        "n": context.lang.number(round(incremental["value"])),
        "anyway": context.lang.number(round(incremental["anyway"])),
    }
    if incremental["interval"] is None:
        return _(
            "%(outcome)s: about %(n)s more than the %(anyway)s that would have come "
            "anyway; how sure that is cannot be said.",
            **values,
        )
    low, high = (context.lang.number(round(bound)) for bound in incremental["interval"])
    return _(
        "%(outcome)s: about %(n)s more than the %(anyway)s that would have come "
        "anyway (95%% interval %(low)s to %(high)s).",
        **values,
        low=low,
        high=high,
    )


def _cost_sentences(context: ReportContext, campaign: CampaignNumbers) -> list[str]:
    """Of the budget: what was really paid is not held."""
    _ = context.lang.gettext
    incremental = campaign["incremental"]
    incremental_cost = incremental["cost_per_incremental"] if incremental else None
    return [
        _(
            "Planned cost (the campaign's budget) per install that names the "
            "campaign: %(cost)s.",
            cost=span,
        )
        for span in [_price_range(context, campaign["cost_per_install"])]
        if span
    ] + [
        _additional_cost(context, campaign["goal"], span)
        for span in [_price_range(context, incremental_cost)]
        if span
    ]


def _additional_cost(context: ReportContext, goal: str, span: str) -> str:
    """What one result cost that would not have come without the campaign."""
    _ = context.lang.gettext
    if goal == "activated_users":
        return _(
            "Planned cost (the campaign's budget) per additional user: %(cost)s.",
            cost=span,
        )
    return _(
        "Planned cost (the campaign's budget) per additional unit: %(cost)s.", cost=span
    )


def _price_range(context: ReportContext, price: PriceRange | None) -> str | None:
    if price is None or price["best"] is None:
        return None
    best, low, high = (
        _money(context, money) for money in (price["best"], price["low"], price["high"])
    )
    return context.lang.gettext(
        "%(best)s (%(low)s to %(high)s)", best=best, low=low, high=high
    )


def _money(context: ReportContext, money: Money | None) -> str:
    if money is None:
        return NOTHING
    sign = "₹" if money["currency"] == "INR" else f"{money['currency']} "
    return sign + context.lang.number(round(money["amount_micros"] / _MICROS))
