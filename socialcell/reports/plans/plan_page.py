"""A plan as a page in three languages: who, when, what, why; and its certificate."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from socialcell.i18n import Language, language
from socialcell.reports.page import Cell, Page, Section, Table

_MICROS = 1_000_000


def page(plan: Mapping[str, Any], code: str) -> Page:
    """The document of a plan in words. UsageError: there is no such language."""
    lang = language(code)
    _ = lang.gettext
    return Page(
        language=code,
        title=_("Plan of the campaign %(name)s", name=plan["campaign"]),
        subtitle=_("Version %(n)s", n=lang.number(plan["version"])),
        summary=(),
        sections=(
            Section(_("Calendar"), [_calendar(lang, plan)]),
            Section(_("Creators"), [_creators(lang, plan)]),
            Section(_("Closed days"), [_closed_days(lang, plan)]),
            Section(_("What it rests on"), [_facts(lang, plan)]),
        ),
        footer=(),
    )


def reason(
    tag: Mapping[str, Any], wards: Mapping[str, Mapping[str, str]], code: str
) -> str:
    """Why this tag is in the plan; `wards` have their names by language."""
    lang = language(code)
    _ = lang.gettext
    people_count = lang.number(round(tag["reach"]))
    if tag["nth"] == 1:
        sentence = _("Adds about %(n)s people whom nobody before adds", n=people_count)
    else:
        sentence = _(
            "Tag %(nth)s of this creator: about %(n)s more of the same people see it",
            nth=lang.number(tag["nth"]),
            n=people_count,
        )
    if tag["wards"]:
        sentence += "; " + _(
            "at home in %(wards)s",
            wards=", ".join(
                wards[ward][code] for ward in tag["wards"] if ward in wards
            ),
        )
    return sentence


def _calendar(lang: Language, plan: Mapping[str, Any]) -> Table:
    _ = lang.gettext
    heads = (
        *(_("Day"), _("Time"), _("Creator"), _("Channel"), _("Asset"), _("Language")),
        *(_("Words"), _("Link"), _("People added"), _("Planned rupees"), _("Why")),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            (lang.day(_date(tag["day"])),),
            (lang.digits(tag["at"]),),
            (tag["creator"],),
            (tag["channel"],),
            (tag["asset"],),
            (tag["language"],),
            (tag["text"] or "–",),
            (tag["link"] or "–",),
            (lang.number(round(tag["reach"])),),
            (_rupees(lang, tag["cost"]),),
            (reason(tag, plan["ward_names"], lang.code),),
        )
        for tag in plan["tags"]
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


def _creators(lang: Language, plan: Mapping[str, Any]) -> Table:
    _ = lang.gettext
    rows: list[tuple[Cell, ...]] = [
        (
            (creator["creator"],),
            (lang.number(round(creator["marginal_reach"])),),
            (_rupees(lang, creator["cost"]),),
            ("",),
        )
        for creator in plan["choice"]["chosen"]
    ]
    rows += [
        ((name,), ("–",), ("–",), (reason_left_out,))
        for name, reason_left_out in sorted(plan["choice"]["left_out"].items())
    ]
    note = _(
        "The choice reaches %(share)s of what no choice for this budget can exceed.",
        share=lang.percent(
            round(1000 * min(plan["choice"]["ratio"], 1.0)),
            1000,
        ),
    )
    heads = (_("Creator"), _("People added"), _("Planned rupees"), _("Why not asked"))
    return Table(_("Who is asked, and who is not"), heads, rows, note)


def _closed_days(lang: Language, plan: Mapping[str, Any]) -> Table:
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
            (kinds[closure["kind"]],),
            (closure["about"],),
            (", ".join(closure["creators"] or ()) or _("everybody"),),
            (lang.number(len(closure["days"])),),
        )
        for closure in plan["calendar"]["closed"]
    ]
    heads = (_("Why"), _("What"), _("Whom"), _("Days"))
    return Table(_("Days on which nobody is tagged"), heads, rows)


def _facts(lang: Language, plan: Mapping[str, Any]) -> Table:
    _ = lang.gettext
    calendar, power = plan["calendar"], plan["power"] or {}
    smallest = power.get("smallest_detectable_percent")
    rows: list[tuple[Cell, ...]] = [
        ((_("Tags"),), (lang.number(calendar["tags"]),)),
        (
            (_("People reached, at least expected"),),
            (_rounded(lang, calendar["reach"]),),
        ),
        ((_("No calendar can exceed"),), (_rounded(lang, calendar["upper_bound"]),)),
        ((_("Planned cost in rupees"),), (_rupees(lang, calendar["cost"]),)),
        ((_("Budget in rupees"),), (_rupees(lang, plan["budget"]),)),
        (
            (_("Smallest lift that could be detected, in per cent"),),
            ("–" if smallest is None else lang.number(smallest),),
        ),
    ]
    rows += [((_("Warning"),), (warning,)) for warning in plan["warnings"]]
    return Table(_("Numbers behind the plan"), (_("What"), _("Value")), rows)


def _rounded(lang: Language, number: float) -> str:
    return lang.number(round(number))


def _rupees(lang: Language, money: Mapping[str, Any]) -> str:
    return lang.number(round(money["amount_micros"] / _MICROS))


def _date(day: date | str) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)
