"""A plan as a page in three languages: who, when, what, why; and its certificate."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from socialcell.i18n import Language, language
from socialcell.reports.page import Cell, Page, Section, Table

_MICROS = 1_000_000


def page(plan: Mapping[str, Any], lang: str) -> Page:
    """The document of a plan in words. UsageError: there is no such language."""
    say = language(lang)
    _ = say.gettext
    return Page(
        language=lang,
        title=_("Plan of the campaign %(name)s", name=plan["campaign"]),
        subtitle=_("Version %(n)s", n=say.number(plan["version"])),
        summary=(),
        sections=(
            Section(_("Calendar"), [_calendar(say, plan)]),
            Section(_("Creators"), [_creators(say, plan)]),
            Section(_("Closed days"), [_closed(say, plan)]),
            Section(_("What it rests on"), [_facts(say, plan)]),
        ),
        footer=(),
    )


def reason(
    tag: Mapping[str, Any], wards: Mapping[str, Mapping[str, str]], lang: str
) -> str:
    """Why this tag is in the plan; `wards` have their names by language."""
    say = language(lang)
    _ = say.gettext
    people = say.number(round(tag["reach"]))
    if tag["nth"] == 1:
        said = _("Adds about %(n)s people whom nobody before adds", n=people)
    else:
        said = _(
            "Tag %(nth)s of this creator: about %(n)s more of the same people see it",
            nth=say.number(tag["nth"]),
            n=people,
        )
    if tag["wards"]:
        said += "; " + _(
            "at home in %(wards)s",
            wards=", ".join(
                wards[ward][lang] for ward in tag["wards"] if ward in wards
            ),
        )
    return said


def _calendar(say: Language, plan: Mapping[str, Any]) -> Table:
    _ = say.gettext
    heads = (
        *(_("Day"), _("Time"), _("Creator"), _("Channel"), _("Asset"), _("Language")),
        *(_("Words"), _("Link"), _("People added"), _("Planned rupees"), _("Why")),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            (say.day(_date(tag["day"])),),
            (say.digits(tag["at"]),),
            (tag["creator"],),
            (tag["channel"],),
            (tag["asset"],),
            (tag["language"],),
            (tag["text"] or "–",),
            (tag["link"] or "–",),
            (say.number(round(tag["reach"])),),
            (_rupees(say, tag["cost"]),),
            (reason(tag, plan["ward_names"], say.code),),
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


def _creators(say: Language, plan: Mapping[str, Any]) -> Table:
    _ = say.gettext
    rows: list[tuple[Cell, ...]] = [
        (
            (one["creator"],),
            (say.number(round(one["marginal_reach"])),),
            (_rupees(say, one["cost"]),),
            ("",),
        )
        for one in plan["choice"]["chosen"]
    ]
    rows += [
        ((name,), ("–",), ("–",), (why,))
        for name, why in sorted(plan["choice"]["left_out"].items())
    ]
    note = _(
        "The choice reaches %(share)s of what no choice for this budget can exceed.",
        share=say.percent(
            round(1000 * min(plan["choice"]["ratio"], 1.0)),
            1000,
        ),
    )
    heads = (_("Creator"), _("People added"), _("Planned rupees"), _("Why not asked"))
    return Table(_("Who is asked, and who is not"), heads, rows, note)


def _closed(say: Language, plan: Mapping[str, Any]) -> Table:
    _ = say.gettext
    kinds = {
        "festival": _("Holiday or festival"),
        "blackout": _("Blackout"),
        "election": _("Election"),
        "cool_off": _("After a refusal"),
        "draw": _("Left to the lot"),
    }
    rows: list[tuple[Cell, ...]] = [
        (
            (kinds[one["kind"]],),
            (one["about"],),
            (", ".join(one["creators"] or ()) or _("everybody"),),
            (say.number(len(one["days"])),),
        )
        for one in plan["calendar"]["closed"]
    ]
    heads = (_("Why"), _("What"), _("Whom"), _("Days"))
    return Table(_("Days on which nobody is tagged"), heads, rows)


def _facts(say: Language, plan: Mapping[str, Any]) -> Table:
    _ = say.gettext
    calendar, power = plan["calendar"], plan["power"] or {}
    smallest = power.get("smallest_detectable_percent")
    rows: list[tuple[Cell, ...]] = [
        ((_("Tags"),), (say.number(calendar["tags"]),)),
        ((_("People reached, at least expected"),), (_whole(say, calendar["reach"]),)),
        ((_("No calendar can exceed"),), (_whole(say, calendar["upper_bound"]),)),
        ((_("Planned cost in rupees"),), (_rupees(say, calendar["cost"]),)),
        ((_("Budget in rupees"),), (_rupees(say, plan["budget"]),)),
        (
            (_("Smallest lift that could be detected, in per cent"),),
            ("–" if smallest is None else say.number(smallest),),
        ),
    ]
    rows += [((_("Warning"),), (one,)) for one in plan["warnings"]]
    return Table(_("Numbers behind the plan"), (_("What"), _("Value")), rows)


def _whole(say: Language, value: float) -> str:
    return say.number(round(value))


def _rupees(say: Language, money: Mapping[str, Any]) -> str:
    return say.number(round(money["amount_micros"] / _MICROS))


def _date(day: date | str) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)
