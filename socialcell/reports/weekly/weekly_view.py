"""The numbers of a week as a page in one language: what is said, in which order."""

from collections.abc import Sequence
from datetime import date, datetime

from socialcell.i18n import Language
from socialcell.reports.letters.letter_page import plain_text
from socialcell.reports.page import Cell, Page, Paragraph, Quotation, Section, Table
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections import (
    ad_spend,
    campaign_effects,
    cases,
    coverage_notes,
    goals,
    incidents,
    public_accounts,
    requests,
    search_console,
    volume,
)
from socialcell.reports.sections.report_context import (
    ChartFiles,
    ReportContext,
    SectionPictures,
)
from socialcell.reports.week_numbers import WeekNumbers
from socialcell.reports.weekly import letter_decisions
from socialcell.reports.weekly.letter_context import Addresses, LetterContext
from socialcell.reports.weekly.summary import summary
from socialcell.settings.notifications import Report


def page(
    numbers: WeekNumbers,
    quotations: Sequence[Quotation],
    chart_files: ChartFiles,
    lang: Language,
    report: Report,
    console_url: str | None = None,
    pictures: SectionPictures = SectionPictures(),
) -> Page:
    """The weekly report in a language; a section without content is left out.

    `console_url` is where staff look at incidents, if anywhere.
    """
    _ = lang.gettext
    phrases = Phrases(lang)
    city = report.city(lang.code)
    first = datetime.fromisoformat(numbers["period"]["from"])
    last = date.fromisoformat(numbers["days"][-1]["date"])
    sections = _sections(
        ReportContext(numbers, quotations, chart_files, phrases, console_url, pictures)
    )
    return Page(
        language=lang.code,
        title=_("%(city)s: weekly social media report", city=city),
        subtitle=_(
            "%(first)s, 00:00 to midnight at the end of %(last)s, Indian time",
            first=lang.day(first),
            last=lang.day(last),
        ),
        summary=summary(numbers, phrases, city),
        sections=[section for section in sections if section.blocks],
        footer=_footer(numbers, lang, city),
    )


def _footer(numbers: WeekNumbers, lang: Language, city: str) -> list[str]:
    """Who counted, and when."""
    return [
        lang.gettext(
            "Social media cell, %(city)s. Numbers counted on %(at)s and frozen; a "
            "quotation that its author deletes later is removed.",
            city=city,
            at=lang.moment(datetime.fromisoformat(numbers["made_at"])),
        )
    ]


def _sections(context: ReportContext) -> list[Section]:
    """Ordered by need: decisions, incidents, requests, campaigns, figures, method."""
    on_the_report = [
        coverage_notes.coverage(context),
        coverage_notes.unknown(context),
        coverage_notes.glossary(context),
    ]
    if context.numbers["mentions"]["n"] is None:
        return on_the_report
    what_happened = [
        incidents.section(context),
        requests.urgent(context),
    ]
    what_people_ask = [
        cases.section(context),
        requests.owners(context),
        requests.wards(context),
        volume.topics(context),
        volume.intents(context),
        requests.quoted(context),
    ]
    campaigns = [
        campaign_effects.section(context),
        ad_spend.section(context),
        search_console.section(context),
        goals.section(context),
    ]
    figures = [
        volume.volume(context),
        volume.hours(context),
        volume.sentiments(context),
        volume.languages(context),
        volume.platforms(context),
        volume.engagement(context),
        public_accounts.section(context),
    ]
    return [
        _decision_section(context),
        *what_happened,
        *what_people_ask,
        *campaigns,
        *figures,
        *on_the_report,
    ]


def _decision_section(context: ReportContext) -> Section:
    """All decisions that the week leaves open; the letter has the first of them."""
    _ = context.lang.gettext
    letter = LetterContext(
        context.numbers,
        context.phrases,
        sender="",
        addresses=Addresses(console_url=context.console_url),
    )
    rows: list[Sequence[Cell]] = [
        ((plain_text(row.what),), (row.who,), (row.by,))
        for row in letter_decisions.decisions(letter)
    ]
    title = _("What needs a decision")
    if not rows:
        return Section(title, [Paragraph(_("Nothing waits for a decision."))])
    return Section(title, [Table(title, (_("What"), _("Who"), _("By")), rows)])
