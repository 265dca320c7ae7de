"""Sections that weekly letters share: decisions, commitments, closing, links."""

from collections.abc import Sequence
from datetime import datetime

from socialcell.i18n import Language
from socialcell.reports import reader_agreement
from socialcell.reports.letter_numbers import CommitmentNumbers
from socialcell.reports.letters.letter_page import (
    Hyperlink,
    LetterSection,
    LetterTable,
    Line,
    Lines,
    Strong,
)
from socialcell.reports.weekly import letter_decisions
from socialcell.reports.weekly.letter_context import Addresses, LetterContext
from socialcell.reports.weekly.letter_decisions import Decision

_TASKS: tuple[reader_agreement.Task, ...] = ("topic", "urgency")


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
    return (label, f" {_certainty(context)}")


def _counted_at(context: LetterContext) -> str:
    return context.lang.gettext(
        "Counted on %(at)s and frozen.", at=context.lang.moment(context.counted_at)
    )


def _certainty(context: LetterContext) -> str:
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
    hyperlinks = []
    if addresses.console_url:
        hyperlinks.append(Hyperlink(_("Console"), addresses.console_url))
    if addresses.report:
        hyperlinks.append(Hyperlink(_("Full report: %(file)s", file=addresses.report)))
    if addresses.workbook:
        hyperlinks.append(
            Hyperlink(_("Rows behind each number: %(file)s", file=addresses.workbook))
        )
    if addresses.unsubscribe:
        hyperlinks.append(Hyperlink(_("Stop this letter"), addresses.unsubscribe))
    return hyperlinks


def _commitment_row(context: LetterContext, row: CommitmentNumbers) -> list[Line]:
    lang = context.lang
    due_at = datetime.fromisoformat(row["due_at"])
    due = lang.when(due_at)
    if due_at <= context.week_end:
        due = lang.gettext("%(at)s, late", at=due)
    return [
        (letter_decisions.commitment_text(row),),
        (letter_decisions.commitment_owner(context, row),),
        (due,),
    ]
