"""A plan as a page in three languages: who, when, what, why; and its certificate."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from socialcell.i18n import Language, language
from socialcell.json_types import (
    JsonObject,
    as_list,
    as_number,
    as_text,
    as_whole,
)
from socialcell.reports.page import Cell, Page, Section, Table

_MICROS = 1_000_000


class PlanMoney(msgspec.Struct):
    """An amount in millionths of a rupee."""

    amount_micros: float


class _Tag(msgspec.Struct):
    """A tag, with the people whom it adds."""

    n: int
    day: date
    at: str
    creator: str
    channel: str
    asset: str
    language: str
    text: str | None
    label: str | None
    link: str | None
    reach: float
    nth: int
    wards: list[str] | None
    cost: PlanMoney


class _ChosenCreator(msgspec.Struct):
    creator: str
    marginal_reach: float
    cost: PlanMoney


class _Choice(msgspec.Struct):
    """Who is asked, who is left out and why, and the share of the possible reach."""

    chosen: list[_ChosenCreator]
    left_out: dict[str, str]
    ratio: float


class _ClosedDays(msgspec.Struct):
    """Days without a tag; without creators they are closed to everybody."""

    kind: str
    about: str
    creators: list[str] | None
    days: list[date]


class _Calendar(msgspec.Struct):
    tags: int
    reach: float
    upper_bound: float
    cost: PlanMoney
    closed: list[_ClosedDays]


class _Power(msgspec.Struct):
    smallest_detectable_percent: float | None = None


class PlanFields(msgspec.Struct):
    """The parts of a plan's document that pages show."""

    campaign: str
    version: int
    made_by: str
    made_at: datetime
    start: date
    end: date
    tags: list[_Tag]
    ward_names: dict[str, dict[str, str]]
    choice: _Choice
    calendar: _Calendar
    power: _Power | None
    budget: PlanMoney
    warnings: list[str]


def page(document: Mapping[str, object], code: str) -> Page:
    """The document of a plan in words. UsageError: there is no such language."""
    plan = read(document)
    lang = language(code)
    _ = lang.gettext
    return Page(
        language=code,
        title=_("Plan of the campaign %(name)s", name=plan.campaign),
        subtitle=_("Version %(n)s", n=lang.number(plan.version)),
        summary=(),
        sections=(
            Section(_("Calendar"), [_calendar(lang, plan)]),
            Section(_("Creators"), [_creators(lang, plan)]),
            Section(_("Closed days"), [_closed_days(lang, plan)]),
            Section(_("What it rests on"), [facts(lang, plan)]),
        ),
        footer=(),
    )


def read(document: Mapping[str, object]) -> PlanFields:
    """The document of a plan. msgspec.ValidationError: it is none."""
    return msgspec.convert(document, PlanFields)


def reason(tag: JsonObject, wards: Mapping[str, Mapping[str, str]], code: str) -> str:
    """Why this tag is in the plan; `wards` have their names by language."""
    homes = [as_text(ward) for ward in as_list(tag["wards"] or [])]
    return _reason(
        language(code), as_number(tag["reach"]), as_whole(tag["nth"]), homes, wards
    )


def _reason(
    lang: Language,
    reach: float,
    nth: int,
    homes: Sequence[str],
    wards: Mapping[str, Mapping[str, str]],
) -> str:
    _ = lang.gettext
    people_count = lang.number(round(reach))
    if nth == 1:
        sentence = _("Adds about %(n)s people whom nobody before adds", n=people_count)
    else:
        sentence = _(
            "Tag %(nth)s of this creator: about %(n)s more of the same people see it",
            nth=lang.number(nth),
            n=people_count,
        )
    if homes:
        sentence += "; " + _(
            "at home in %(wards)s",
            wards=", ".join(wards[ward][lang.code] for ward in homes if ward in wards),
        )
    return sentence


def _calendar(lang: Language, plan: PlanFields) -> Table:
    _ = lang.gettext
    heads = (
        *(_("Day"), _("Time"), _("Creator"), _("Channel"), _("Asset"), _("Language")),
        *(_("Words"), _("Link"), _("People added"), _("Planned rupees"), _("Why")),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            (lang.day(tag.day),),
            (lang.digits(tag.at),),
            (tag.creator,),
            (tag.channel,),
            (tag.asset,),
            (tag.language,),
            (tag.text or "–",),
            (tag.link or "–",),
            (lang.number(round(tag.reach)),),
            (rupees(lang, tag.cost),),
            (_reason(lang, tag.reach, tag.nth, tag.wards or (), plan.ward_names),),
        )
        for tag in plan.tags
    ]
    return Table(
        _("Who is tagged when, and in which words"),
        heads,
        rows,
        _(
            "People added: those who have engaged before and can be expected to see "
            "it, each counted once."
        ),
    )


def _creators(lang: Language, plan: PlanFields) -> Table:
    _ = lang.gettext
    rows: list[tuple[Cell, ...]] = [
        (
            (creator.creator,),
            (lang.number(round(creator.marginal_reach)),),
            (rupees(lang, creator.cost),),
            ("",),
        )
        for creator in plan.choice.chosen
    ]
    rows += [
        ((name,), ("–",), ("–",), (reason_left_out,))
        for name, reason_left_out in sorted(plan.choice.left_out.items())
    ]
    note = _(
        "The choice reaches %(share)s of what no choice for this budget can exceed.",
        share=lang.percent(
            round(1000 * min(plan.choice.ratio, 1.0)),
            1000,
        ),
    )
    heads = (_("Creator"), _("People added"), _("Planned rupees"), _("Why not asked"))
    return Table(_("Who is asked, and who is not"), heads, rows, note)


def _closed_days(lang: Language, plan: PlanFields) -> Table:
    _ = lang.gettext
    kinds = {
        "festival": _("Holiday or festival"),
        "blackout": _("Blackout"),
        "election": _("Election"),
        "cool_off": _("After a refusal"),
        "draw": _("Left to the lot"),
    }
    rows: list[tuple[Cell, ...]] = [
        (
            (kinds[closure.kind],),
            (closure.about,),
            (", ".join(closure.creators or ()) or _("everybody"),),
            (lang.number(len(closure.days)),),
        )
        for closure in plan.calendar.closed
    ]
    heads = (_("Why"), _("What"), _("Whom"), _("Days"))
    return Table(_("Days on which nobody is tagged"), heads, rows)


def facts(lang: Language, plan: PlanFields) -> Table:
    """The plan's numbers: tags, reach, cost, the smallest lift that can be seen."""
    _ = lang.gettext
    calendar = plan.calendar
    smallest = plan.power.smallest_detectable_percent if plan.power else None
    rows: list[tuple[Cell, ...]] = [
        ((_("Tags"),), (lang.number(calendar.tags),)),
        (
            (_("People reached, at least expected"),),
            (_rounded(lang, calendar.reach),),
        ),
        ((_("No calendar can exceed"),), (_rounded(lang, calendar.upper_bound),)),
        ((_("Planned cost in rupees"),), (rupees(lang, calendar.cost),)),
        ((_("Budget in rupees"),), (rupees(lang, plan.budget),)),
        (
            (_("Smallest lift that could be detected, in per cent"),),
            ("–" if smallest is None else lang.number(smallest),),
        ),
    ]
    rows += [((_("Warning"),), (warning,)) for warning in plan.warnings]
    return Table(_("Numbers behind the plan"), (_("What"), _("Value")), rows)


def _rounded(lang: Language, number: float) -> str:
    return lang.number(round(number))


def rupees(lang: Language, money: PlanMoney) -> str:
    """An amount in whole rupees, without a sign."""
    return lang.number(round(money.amount_micros / _MICROS))
