"""The section on cases: how soon people were answered, what became of their cases, what
is overdue, and what belongs to other bodies."""

from collections.abc import Iterator, Mapping

from socialcell.i18n import Language
from socialcell.reports.page import Block, Cell, Paragraph, Section, Table
from socialcell.reports.phrases import UNKNOWN, Phrases
from socialcell.reports.sections.report_context import (
    MAX_WARDS,
    ReportContext,
)
from socialcell.reports.week_numbers import CaseNumbers, WeekNumbers


def section(context: ReportContext) -> Section:
    """Left out where there is no case, and of reports that were frozen before."""
    numbers = context.numbers.get("cases")
    if numbers is None:
        return Section("", [])
    blocks = [
        *_answers(context, numbers),
        *_places(context, numbers),
        *_outcomes(context, numbers),
        *_overdue(context, numbers),
        *_bodies(context, numbers),
    ]
    return Section(context.lang.gettext("Cases"), blocks)


def answered_sentence(numbers: WeekNumbers, phrases: Phrases) -> str | None:
    """How many cases of the week a person answered; None where there was none."""
    cases = numbers.get("cases")
    if not cases or not cases["answers"]["n"]:
        return None
    return phrases.lang.gettext(
        "%(of)s cases of the week have an answer from a person.",
        of=phrases.part_of_whole(cases["answers"]["answered"], cases["answers"]["n"]),
    )


def _answers(context: ReportContext, numbers: CaseNumbers) -> Iterator[Block]:
    _, answers = context.lang.gettext, numbers["answers"]
    text = answered_sentence(context.numbers, context.phrases)
    if text is None:
        return
    part_of_whole = context.phrases.part_of_whole
    if answers["p90"] is not None:
        text += " " + _(
            "Nine of ten were answered within %(n)s minutes.",
            n=context.number(round(answers["p90"])),
        )
    if answers["decided"]:
        text += " " + _(
            "In time by their priority: %(of)s.",
            of=part_of_whole(answers["in_time"], answers["decided"]),
        )
    yield Paragraph(text)


def _places(context: ReportContext, numbers: CaseNumbers) -> Iterator[Block]:
    registered = numbers["registered"]
    if registered["asked"]:
        part_of_whole = context.phrases.part_of_whole
        yield Paragraph(
            context.lang.gettext(
                "The place had to be asked for in %(asked)s complaints; in %(replied)s "
                "of these the citizen wrote again.",
                asked=part_of_whole(registered["asked"], registered["complaints"]),
                replied=part_of_whole(registered["replied"], registered["asked"]),
            )
        )


def _outcomes(context: ReportContext, numbers: CaseNumbers) -> Iterator[Block]:
    _, outcomes = context.lang.gettext, numbers["outcomes"]
    if not outcomes["n"]:
        return
    parts = (
        (_("Confirmed by the citizen"), outcomes["confirmed"]),
        (_("Department says done, citizen silent"), outcomes["silent"]),
        (_("Denied by the citizen"), outcomes["denied"]),
        (_("Still open"), outcomes["open"]),
        (_("With another body"), outcomes["referred"]),
    )
    rows = [
        ((name,), (context.number(n),), (context.lang.percent(n, outcomes["n"]),))
        for name, n in parts
    ]
    heads = (_("Where they stand"), _("Cases"), _("Share"))
    yield Table(_("Cases opened four weeks before"), heads, rows)


def _overdue(context: ReportContext, numbers: CaseNumbers) -> Iterator[Block]:
    _, overdue = context.lang.gettext, numbers["overdue"]
    if not overdue["n"]:
        return
    rows: list[tuple[Cell, ...]] = [
        ((name,), (context.number(n),))
        for name, n in zip(_bucket_names(context.lang), overdue["buckets"], strict=True)
    ]
    yield Table(_("Overdue cases by age"), (_("Overdue for"), _("Cases")), rows)
    oldest = ", ".join(
        _(
            "%(case)s (%(owner)s, %(n)s days)",
            case=case["number"],
            owner=_name(context, numbers["names"], case["owner"] or ""),
            n=context.number(case["days"]),
        )
        for case in overdue["oldest"]
    )
    yield Paragraph(_("Overdue for longest: %(cases)s.", cases=oldest))
    for caption, head, counts in (
        (_("Overdue cases by department"), _("Department"), overdue["owners"]),
        (_("Overdue cases by ward office"), _("Ward office"), overdue["areas"]),
    ):
        rows = [
            ((_name(context, numbers["names"], id_),), (context.number(n),))
            for id_, n in list(counts.items())[:MAX_WARDS]
        ]
        yield Table(caption, (head, _("Cases")), rows, detail=2)


def _bodies(context: ReportContext, numbers: CaseNumbers) -> Iterator[Block]:
    _, bodies = context.lang.gettext, numbers["bodies"]
    if not bodies:
        return
    rows = [
        (
            (_name(context, numbers["names"], row["body"]),),
            (context.number(row["n"]),),
            (_part(context, row["soon"], row["n"]),),
            (_part(context, row["answered"], row["before"]),),
        )
        for row in bodies
    ]
    heads = (
        _("Body"),
        _("Passed on"),
        _("Within 4 working hours"),
        _("Of the week before, answered in 7 days"),
    )
    yield Table(_("Cases of other bodies"), heads, rows)


def _part(context: ReportContext, part: int, whole: int) -> str:
    return context.phrases.part_of_whole(part, whole) if whole else UNKNOWN


def _bucket_names(lang: Language) -> tuple[str, ...]:
    _ = lang.gettext
    return (
        _("under 7 days"),
        *(
            _("%(low)s to %(high)s days", low=lang.number(low), high=lang.number(high))
            for low, high in ((7, 15), (15, 30), (30, 60))
        ),
        _("60 days and more"),
    )


def _name(
    context: ReportContext, names: Mapping[str, Mapping[str, str]], id_: str
) -> str:
    if not id_:
        return context.lang.gettext("not known")
    return context.phrases.name(names.get(id_), id_)
