"""The section on campaigns: clicks, installs, what they added, and their plans."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from socialcell.campaigns.outcomes import campaign_measure as measuring
from socialcell.campaigns.outcomes.attributed_results import attribution_of
from socialcell.campaigns.outcomes.incremental_effect import ExpectedSeries
from socialcell.campaigns.outcomes.install_attribution import OURS, UNKNOWN
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.reports.page import Block, Cell, Chart, Paragraph, Section, Table
from socialcell.reports.phrases import UNKNOWN as NOTHING
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections import clicks, outreach_progress
from socialcell.reports.sections.report_context import Material

DRAWN = timedelta(days=28)
"""How much of the time before the start the picture shows."""
_MICROS = 1_000_000


def counted(session: Session, last: date) -> list[dict[str, Any]]:
    """The campaigns of the week that ends with a day, as plain JSON."""
    first = last - timedelta(days=6)
    return [
        _counted(session, one, first, last)
        for one in outcomes.campaigns(session)
        if one.start <= last and one.end >= first
    ]


def section(m: Material) -> Section:
    """What campaigns of the week brought, then the plans (reports/outreach)."""
    blocks: list[Block] = []
    for one in m.numbers.get("campaigns", ()):
        blocks += _of(m, one)
    blocks += outreach_progress.blocks(m)
    return Section(m.lang.gettext("Campaigns: what they brought"), blocks)


def drawn(numbers: Mapping[str, Any]) -> dict[str, Any] | None:
    """The campaign of which there is a picture: the first whose effect is known."""
    known = (one for one in numbers.get("campaigns", ()) if one["series"])
    return next(known, None)


def most_clicked(numbers: Mapping[str, Any]) -> dict[str, Any] | None:
    """The campaign whose clicks are drawn: the first that has any."""
    return next(filter(clicks.is_drawn, numbers.get("campaigns", ())), None)


def outcome(say: Phrases, name: str) -> str:
    """An outcome in words; one that we do not know stays as it is."""
    _ = say.lang.gettext
    return {
        "activated_users": _("Activated users of the app"),
        "downloads": _("Downloads of the app"),
        "registrations": _("Registrations"),
        "forms_filed": _("Forms filed"),
        "suggestions": _("Suggestions"),
        "payments": _("Payments"),
    }.get(name, name)


def _counted(
    session: Session, one: Campaign, first: date, last: date
) -> dict[str, Any]:
    since, until = max(one.start, first), min(one.end, last)
    week = attribution_of(session, one, since, until)
    found = measuring.measure(session, one, last + timedelta(days=1), power=False)
    direct = found.direct
    assert direct is not None  # the campaign has begun
    so_far = attribution_of(session, one, direct.since, direct.until)
    price = direct.cost_per_install
    return {
        "name": one.name,
        "goal": one.goal,
        "start": one.start.isoformat(),
        "end": one.end.isoformat(),
        "week": {
            "clicks": week.human_clicks,
            "requests": clicks.requests(week),
            "installs": week.installs(OURS),
            "unattributed": week.installs(UNKNOWN),
            "named_elsewhere": week.named_elsewhere,
            "sourceless": week.sourceless,
        },
        "so_far": {
            "clicks": direct.clicks,
            "installs": direct.installs,
            "unattributed": direct.unattributed,
            "requests": clicks.requests(so_far),
            "named_elsewhere": so_far.named_elsewhere,
            "sourceless": so_far.sourceless,
        },
        "places": clicks.places(so_far),
        "days_withheld": direct.days_withheld,
        "cost_per_install": price and price.as_dict(direct.currency),
        "incremental": found.gain and found.gain.as_dict(),
        "series": _series(found.series, one.start),
    }


def _series(series: ExpectedSeries | None, start: date) -> dict[str, Any] | None:
    """The days around the campaign."""
    if series is None:
        return None
    from_ = sum(day < start - DRAWN for day in series.days)
    return {
        "days": [day.isoformat() for day in series.days[from_:]],
        "actual": list(series.actual[from_:]),
        "expected": list(series.expected[from_:]),
    }


def _of(m: Material, one: dict[str, Any]) -> list[Block]:
    _ = m.lang.gettext
    made: list[Block] = []
    if m.pictures.campaign and one is drawn(m.numbers):
        made.append(Chart(m.pictures.campaign, _alt(m, one)))
    people, *installs = (
        (
            (label,),
            (m.number(one["week"][name]),),
            (m.number(one["so_far"][name]),),
        )
        for label, name in (
            (_("Clicks of people"), "clicks"),
            (_("Installs that name the campaign"), "installs"),
            *_others(m, one),
        )
    )
    rows: list[tuple[Cell, ...]] = [people, *clicks.rows(m, one), *installs]
    heads = (_("Counted"), _("This week"), _("Since its start"))
    caption = _(
        "%(name)s, %(first)s to %(last)s",
        name=one["name"],
        first=m.lang.day(date.fromisoformat(one["start"])),
        last=m.lang.day(date.fromisoformat(one["end"])),
    )
    note = _(
        "An install names the campaign when its link was clicked before, or when the "
        "store reports it under the campaign."
    )
    made.append(Table(caption, heads, rows, note))
    shown = m.pictures.clicks if one is most_clicked(m.numbers) else None
    made += clicks.blocks(m, one, shown)
    made += [Paragraph(text) for text in (_added(m, one), *_costs(m, one)) if text]
    if one["days_withheld"]:
        made.append(
            Paragraph(
                m.lang.ngettext(
                    "On %(n)s day the store kept a small number back.",
                    "On %(n)s days the store kept a small number back.",
                    one["days_withheld"],
                )
            )
        )
    return made


def _others(m: Material, one: dict[str, Any]) -> list[tuple[str, str]]:
    """Installs that do not name the campaign: labels, and the names of the figures.

    Reports that were frozen by earlier versions have them in one figure.
    """
    _ = m.lang.gettext
    if "sourceless" not in one["week"]:
        return [(_("Installs that name no campaign of ours"), "unattributed")]
    return [
        (_("Installs that name another campaign"), "named_elsewhere"),
        (_("Installs without a known source"), "sourceless"),
    ]


def _added(m: Material, one: dict[str, Any]) -> str:
    _ = m.lang.gettext
    found = one["incremental"]
    if found is None:
        return _(
            "What the campaign added cannot be told from what is held; the command "
            "campaigns measure says why."
        )
    values = {
        "outcome": outcome(m.say, one["goal"]),
        "n": m.lang.number(round(found["value"])),
        "anyway": m.lang.number(round(found["anyway"])),
    }
    if found["interval"] is None:
        return _(
            "%(outcome)s: about %(n)s more than the %(anyway)s that would have come "
            "anyway; how sure that is cannot be told.",
            **values,
        )
    low, high = (m.lang.number(round(bound)) for bound in found["interval"])
    return _(
        "%(outcome)s: about %(n)s more than the %(anyway)s that would have come "
        "anyway; 95 of 100 such ranges hold the truth: %(low)s to %(high)s.",
        **values,
        low=low,
        high=high,
    )


def _costs(m: Material, one: dict[str, Any]) -> list[str]:
    """Of the budget: what was really paid is not held."""
    _ = m.lang.gettext
    gained = (one["incremental"] or {}).get("cost_per_incremental")
    return [
        _(
            "Planned cost, by the campaign's budget, of one install that names it: "
            "%(cost)s.",
            cost=span,
        )
        for span in [_span(m, one["cost_per_install"])]
        if span
    ] + [
        _(
            "Planned cost, by the campaign's budget, of each additional one: %(cost)s.",
            cost=span,
        )
        for span in [_span(m, gained)]
        if span
    ]


def _span(m: Material, price: dict[str, Any] | None) -> str | None:
    if price is None or price["best"] is None:
        return None
    best, low, high = (_money(m, price[name]) for name in ("best", "low", "high"))
    return m.lang.gettext(
        "%(best)s (%(low)s to %(high)s)", best=best, low=low, high=high
    )


def _money(m: Material, money: dict[str, Any] | None) -> str:
    if money is None:
        return NOTHING
    sign = "₹" if money["currency"] == "INR" else f"{money['currency']} "
    return sign + m.lang.number(round(money["amount_micros"] / _MICROS))


def _alt(m: Material, one: dict[str, Any]) -> str:
    return m.lang.gettext(
        "Chart: %(outcome)s a day in the campaign's area, as it was and as it would "
        "have been without the campaign %(name)s. The sentence below has the numbers.",
        outcome=outcome(m.say, one["goal"]),
        name=one["name"],
    )
