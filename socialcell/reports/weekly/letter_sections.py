"""A weekly letter below its decisions: numbers, days, work, commitments."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from socialcell.campaigns.creators.authenticity import wilson_interval
from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.reports import reader_agreement
from socialcell.reports.campaign_numbers import CampaignNumbers
from socialcell.reports.compared_figures import Figure, IdMeasure
from socialcell.reports.kpis import kpi_labels
from socialcell.reports.kpis.listening import ASKING
from socialcell.reports.letter_numbers import CommitmentNumbers
from socialcell.reports.letters.letter_page import (
    BulletList,
    DayBar,
    DayBars,
    Hyperlink,
    KeyFigure,
    KeyFigures,
    LetterSection,
    LetterTable,
    Line,
    Lines,
    Strong,
)
from socialcell.reports.phrases import SMALLEST_BASE
from socialcell.reports.sections.quote_sampling import URGENT
from socialcell.reports.week_numbers import WeekNumbers
from socialcell.reports.weekly import letter_decisions
from socialcell.reports.weekly.letter_context import Addresses, LetterContext
from socialcell.reports.weekly.letter_decisions import Decision
from socialcell.text import one_line

MAX_FIGURES = 3
_TASKS: tuple[reader_agreement.Task, ...] = ("topic", "urgency")
_STANDS_OUT = 0.3
"""The share of the week's mentions from which on a day is named in the heading."""
_MAX_NAME_LENGTH = 40  # characters of a campaign's name
_MAX_TEXT_LENGTH = 80  # characters of a commitment


def decision_section(
    context: LetterContext, rows: Sequence[Decision], most: int
) -> LetterSection:
    """The decisions as a table, and how many more there are."""
    lang, _ = context.lang, context.lang.gettext
    title = _("To decide")
    if not rows:
        return LetterSection(title, [Lines([(_("Nothing waits for a decision."),)])])
    table = LetterTable(
        title,
        (_("What"), _("Who"), _("By")),
        [(row.what, (row.who,), (row.by,)) for row in rows[:most]],
    )
    rest = len(rows) - most
    if rest <= 0:
        return LetterSection(title, [table])
    more = lang.ngettext(
        "%(n)s more decision is in the report.",
        "%(n)s more decisions are in the report.",
        rest,
    )
    return LetterSection(title, [table, Lines([(more,)], quiet=True)])


def number_section(context: LetterContext) -> LetterSection | None:
    """Up to three numbers that have a value, beside last week over the same hours."""
    figures = [
        figure
        for figure in (
            _asking(context),
            urgent_figure(context, _urgent_counts(context)),
            _activated(context),
            _kept(context),
        )
        if figure is not None
    ]
    if not figures:
        return None
    title = context.lang.gettext("Numbers, beside last week over the same hours")
    return LetterSection(title, [KeyFigures(figures[:MAX_FIGURES])])


def count_figure(
    context: LetterContext, figure: Figure, label: str, *, is_alarming: bool = False
) -> KeyFigure | None:
    """A count beside that of the same hours of last week; None where not known."""
    if figure["n"] is None:
        return None
    return KeyFigure(
        context.lang.number(figure["n"]),
        label,
        comparison(context, figure),
        is_alarming=is_alarming,
    )


def comparison(context: LetterContext, figure: Figure) -> str:
    """Last week 58, now 62: over the same hours."""
    _, number = context.lang.gettext, context.lang.number
    same = figure["same_hours"]
    if same is None:
        return _("not comparable with last week")
    if same["now"] == figure["n"]:
        return _("last week %(before)s", before=number(same["before"]))
    return _(
        "same hours: last week %(before)s, now %(now)s",
        before=number(same["before"]),
        now=number(same["now"]),
    )


def urgent_figure(
    context: LetterContext, counts: tuple[int, Figure] | None
) -> KeyFigure | None:
    """Urgent mentions; alarming where any of them speaks of danger to life."""
    if counts is None:
        return None
    critical, figure = counts
    label = context.lang.gettext(
        "urgent mentions, of these danger to life: %(n)s",
        n=context.lang.number(critical),
    )
    return count_figure(context, figure, label, is_alarming=critical > 0)


def day_section(context: LetterContext) -> LetterSection | None:
    """Mentions by day as bars; an unknown day is hatched."""
    numbers, lang = context.numbers, context.lang
    total = numbers["mentions"]["n"]
    if not total:
        return None
    bars = [
        DayBar(
            lang.weekday(date.fromisoformat(day["date"])),
            day["n"],
            "?" if day["n"] is None else lang.number(day["n"]),
            is_alarming=_has_danger(context, day["date"]),
        )
        for day in numbers["days"]
    ]
    label = lang.gettext("Mentions by day")
    return LetterSection(
        _day_title(context, total), [DayBars(label, bars, source_note(context))]
    )


def work_section(context: LetterContext, most: int) -> LetterSection:
    """What the cell did, and what came of it; at most so many campaigns."""
    points = [
        *_alert_points(context),
        *_published_points(context),
        *_campaign_points(context, most),
    ]
    title = context.lang.gettext("What the cell did, and what came of it")
    if not points:
        none = context.lang.gettext("Nothing is recorded for this week.")
        return LetterSection(title, [Lines([(none,)])])
    return LetterSection(title, [BulletList([(point,) for point in points])])


def commitment_section(
    context: LetterContext,
    rows: Sequence[CommitmentNumbers],
    most: int,
    title: str | None = None,
) -> LetterSection:
    """Commitments that are late or fall due, the longest due first."""
    lang, _ = context.lang, context.lang.gettext
    title = title or _("Commitments due")
    table = LetterTable(
        title,
        (_("Commitment"), _("Owner"), _("Due")),
        [_commitment_row(context, row) for row in rows[:most]],
    )
    if (rest := len(rows) - most) <= 0:
        return LetterSection(title, [table])
    more = lang.ngettext(
        "%(n)s more commitment is not shown.",
        "%(n)s more commitments are not shown.",
        rest,
    )
    return LetterSection(title, [table, Lines([(more,)], quiet=True)])


def office_closing(context: LetterContext) -> list[Line]:
    """How sure the numbers of an office are, and when they were counted."""
    return [_certainty_line(context), (_counted_at(context),)]


def closing(context: LetterContext) -> list[Line]:
    """How sure the numbers are, what has no value, when they were counted."""
    lang = context.lang
    measures = context.numbers.get("measures", [])
    unknown_count = sum(row["now"] is None for row in measures)
    sentences = []
    if unknown_count:
        sentences.append(
            lang.ngettext(
                "%(n)s of %(all)s indicators has no value this week and is left out.",
                "%(n)s of %(all)s indicators have no value this week and are left out.",
                unknown_count,
                all=lang.number(len(measures)),
            )
        )
    if messages := context.numbers.get("messages"):
        sentences.append(
            lang.ngettext(
                "%(n)s private message is among the mentions: counted, not quoted.",
                "%(n)s private messages are among the mentions: counted, not quoted.",
                messages,
            )
        )
    sentences.append(_counted_at(context))
    return [_certainty_line(context), (" ".join(sentences),)]


def _certainty_line(context: LetterContext) -> Line:
    label = Strong(context.lang.gettext("How sure:"))
    return (label, f" {certainty(context)}")


def _counted_at(context: LetterContext) -> str:
    return context.lang.gettext(
        "Counted on %(at)s and frozen.", at=context.lang.moment(context.counted_at)
    )


def certainty(context: LetterContext) -> str:
    """How often the reader is right; where nobody measured it, how often it was
    unsure."""
    lang, numbers = context.lang, context.numbers
    measured = [
        sentence
        for task in _TASKS
        if (
            sentence := reader_agreement.agreement_sentence(
                lang, numbers.get("reader"), task
            )
        )
    ]
    if measured:
        return " ".join(measured)
    unsure = sum(row["unsure"] for row in numbers["intents"])
    total = numbers["mentions"]["n"] or 0
    sentence = lang.gettext(
        "topic, intent and urgency are a program's classification; corrections by "
        "staff take precedence."
    )
    if not total or not unsure:
        return sentence
    share = lang.percent(unsure, total)
    return f"{sentence} " + lang.gettext(
        "It was unsure of the intent of %(share)s of the mentions.", share=share
    )


def links(lang: Language, addresses: Addresses) -> list[Hyperlink]:
    """The console, the files beside the letter, how to stop it: those that exist."""
    _ = lang.gettext
    found = []
    if addresses.console_url:
        found.append(Hyperlink(_("Console"), addresses.console_url))
    if addresses.report:
        found.append(Hyperlink(_("Full report: %(file)s", file=addresses.report)))
    if addresses.workbook:
        found.append(
            Hyperlink(_("Rows behind each number: %(file)s", file=addresses.workbook))
        )
    if addresses.unsubscribe:
        found.append(Hyperlink(_("Stop this letter"), addresses.unsubscribe))
    return found


def _asking(context: LetterContext) -> KeyFigure | None:
    """The share of mentions that ask for something, with its interval of 95 %."""
    lang, _ = context.lang, context.lang.gettext
    total = context.numbers["mentions"]["n"]
    count = sum(row["n"] or 0 for row in context.numbers["intents"] if _asks(row["id"]))
    label = _("of mentions expect an answer")
    if not total or total < SMALLEST_BASE:
        return None
    if (corrected := _corrected_asking(context, label)) is not None:
        return corrected
    low, high = (
        lang.percent(round(bound * 1000), 1000)
        for bound in wilson_interval(count, total)
    )
    interval = _("%(low)s to %(high)s", low=low, high=high)
    before = _measure(context.numbers, "asking_share")
    if before is None or before["before"] is None:
        return KeyFigure(lang.percent(count, total), label, interval)
    compared = _(
        "%(interval)s; last week %(before)s",
        interval=interval,
        before=kpi_labels.figure_text(lang, "asking_share", before["before"]),
    )
    return KeyFigure(lang.percent(count, total), label, compared)


def _corrected_asking(context: LetterContext, label: str) -> KeyFigure | None:
    """The share that asks, corrected for what the reader confuses; None where its
    mistakes were not measured."""
    lang, _ = context.lang, context.lang.gettext
    share = reader_agreement.share_of(context.numbers.get("reader"), "asking", "asking")
    if share is None or share["share"] is None:
        return None
    low, high = (
        lang.percent(round((bound or 0) * 1000), 1000)
        for bound in (share["low"], share["high"])
    )
    interval = _("%(low)s to %(high)s", low=low, high=high)
    read = _measure(context.numbers, "asking_share")
    value = lang.percent(round(share["share"] * 1000), 1000)
    if read is None or read["now"] is None:
        return KeyFigure(value, label, interval)
    compared = _(
        "%(interval)s; as classified %(now)s, last week %(before)s",
        interval=interval,
        now=kpi_labels.figure_text(lang, "asking_share", read["now"]),
        before=kpi_labels.figure_text(lang, "asking_share", read["before"]),
    )
    return KeyFigure(value, label, compared)


def _asks(intent: str) -> bool:
    return intent in ASKING


def _urgent_counts(context: LetterContext) -> tuple[int, Figure] | None:
    """Critical mentions, and the figure of all urgent ones."""
    levels = [row for row in context.numbers["urgencies"] if row["id"] in URGENT]
    if not levels:
        return None
    critical = sum(row["n"] or 0 for row in levels if row["id"] == "critical")
    pairs = [row["same_hours"] for row in levels]
    compared = [pair for pair in pairs if pair is not None]
    return critical, {
        "n": sum(row["n"] or 0 for row in levels),
        "unit": "mentions",
        "coverage": levels[0]["coverage"],
        "same_hours": {
            "hours": compared[0]["hours"],
            "now": sum(pair["now"] for pair in compared),
            "before": sum(pair["before"] for pair in compared),
        }
        if compared
        else None,
    }


def _activated(context: LetterContext) -> KeyFigure | None:
    """People who began to use the app."""
    lang = context.lang
    return _measured(
        context, "activated", lang.gettext("people began to use the app (PMC Care)")
    )


def _kept(context: LetterContext) -> KeyFigure | None:
    return _measured(
        context, "promises_kept", context.lang.gettext("of commitments due were kept")
    )


def _measured(context: LetterContext, id_: str, label: str) -> KeyFigure | None:
    lang, measure = context.lang, _measure(context.numbers, id_)
    if measure is None or measure["now"] is None:
        return None
    before = measure["before"]
    return KeyFigure(
        kpi_labels.figure_text(lang, id_, measure["now"]),
        label,
        lang.gettext("not comparable with last week")
        if before is None
        else lang.gettext(
            "last week %(before)s", before=kpi_labels.figure_text(lang, id_, before)
        ),
    )


def _measure(numbers: WeekNumbers, id_: str) -> IdMeasure | None:
    return next((row for row in numbers.get("measures", []) if row["id"] == id_), None)


def _has_danger(context: LetterContext, day: str) -> bool:
    """Whether the main incident, with danger to life, began on a day."""
    facts = context.main
    if facts is None or not facts.details.critical:
        return False
    return facts.began_at.astimezone(IST).date().isoformat() == day


def _day_title(context: LetterContext, total: int) -> str:
    lang = context.lang
    days = [day for day in context.numbers["days"] if day["n"]]
    largest = max(days, key=lambda day: day["n"] or 0)
    if (largest["n"] or 0) < _STANDS_OUT * total:
        return lang.gettext("Mentions by day: no day stands out")
    return lang.gettext(
        "%(day)s stands out: %(n)s of %(all)s mentions",
        day=lang.short_day(date.fromisoformat(largest["date"])),
        n=lang.number(largest["n"] or 0),
        all=lang.number(total),
    )


def source_note(context: LetterContext) -> str:
    """The source, and how much of the week was collected."""
    lang, coverage = context.lang, context.numbers["coverage"]
    count = len(coverage["platforms"])
    if not count:
        return lang.gettext("Source: imported files; what they lack is not known.")
    if coverage["covered"] == coverage["due"]:
        return lang.ngettext(
            "Source: %(n)s platform, collected without gaps.",
            "Source: %(n)s platforms, all collected without gaps.",
            count,
        )
    return lang.ngettext(
        "Source: %(n)s platform; %(share)s of its hours were collected.",
        "Source: %(n)s platforms; %(share)s of their hours were collected.",
        count,
        share=lang.percent(coverage["covered"], coverage["due"]),
    )


def _alert_points(context: LetterContext) -> Iterator[str]:
    """How soon incidents were noticed, and how many somebody took on."""
    lang, _ = context.lang, context.lang.gettext
    incidents = [
        row for row in context.numbers.get("incidents", []) if row["week"] == "now"
    ]
    if not incidents:
        return
    alerted = _measure(context.numbers, "alerted")
    if alerted and alerted["now"] is not None:
        yield _(
            "Alerts: median %(minutes)s minutes after the first mention.",
            minutes=lang.number(round(alerted["now"])),
        )
    acked = sum(row["acked_at"] is not None for row in incidents)
    sentence = _(
        "Incidents that began in the week: %(all)s; somebody took charge of %(n)s.",
        all=lang.number(len(incidents)),
        n=lang.number(acked),
    )
    taken_on = _measure(context.numbers, "acknowledged")
    if taken_on and taken_on["now"] is not None:
        sentence += " " + _(
            "Median time until then: %(minutes)s minutes.",
            minutes=lang.number(round(taken_on["now"])),
        )
    yield sentence


def _published_points(context: LetterContext) -> Iterator[str]:
    lang, _ = context.lang, context.lang.gettext
    if context.letter is None:
        return
    work = context.letter["work"]
    if work["posts"] or work["answers"]:
        yield _(
            "Published: posts %(posts)s, answers %(answers)s.",
            posts=lang.number(work["posts"]),
            answers=lang.number(work["answers"]),
        )
    if work["kept"] or work["due"]:
        yield _(
            "Commitments: %(due)s fell due, %(kept)s were kept.",
            due=lang.number(work["due"]),
            kept=lang.number(work["kept"]),
        )


def _campaign_points(context: LetterContext, most: int) -> Iterator[str]:
    """What campaigns added; where that is not known, their clicks and installs."""
    campaigns = context.numbers.get("campaigns", [])
    for campaign in campaigns[:most]:
        yield _campaign_point(context, campaign)
    if (rest := len(campaigns) - most) > 0:
        yield context.lang.ngettext(
            "%(n)s more campaign is in the report.",
            "%(n)s more campaigns are in the report.",
            rest,
        )


def _campaign_point(context: LetterContext, campaign: CampaignNumbers) -> str:
    lang, _ = context.lang, context.lang.gettext
    effect = campaign["incremental"]
    values = {
        "name": one_line(campaign["name"], _MAX_NAME_LENGTH),
        "outcome": context.phrases.outcome(campaign["goal"]),
    }
    if effect is None:
        return _(
            "%(name)s: effect not known; clicks this week %(clicks)s, installs that "
            "name it %(installs)s.",
            name=values["name"],
            clicks=_count(lang, campaign["week"]["clicks"]),
            installs=_count(lang, campaign["week"]["installs"]),
        )
    gained = lang.number(round(effect["value"]))
    if effect["interval"] is None:
        return _(
            "%(name)s, since its start: %(outcome)s, about %(n)s more than without "
            "it; how sure that is cannot be said.",
            n=gained,
            **values,
        )
    low, high = (lang.number(round(bound)) for bound in effect["interval"])
    return _(
        "%(name)s, since its start: %(outcome)s, about %(n)s more than without it "
        "(%(level)s interval %(low)s to %(high)s).",
        level=lang.percent(95, 100),
        n=gained,
        low=low,
        high=high,
        **values,
    )


def _count(lang: Language, count: int | None) -> str:
    return "?" if count is None else lang.number(count)


def _commitment_row(context: LetterContext, row: CommitmentNumbers) -> list[Line]:
    lang = context.lang
    due_at = datetime.fromisoformat(row["due_at"])
    due = lang.when(due_at)
    if due_at <= context.week_end:
        due = lang.gettext("%(at)s, late", at=due)
    return [
        (one_line(row["text"], _MAX_TEXT_LENGTH),),
        (letter_decisions.commitment_owner(context, row),),
        (due,),
    ]
