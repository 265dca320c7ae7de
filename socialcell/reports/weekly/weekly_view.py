"""The numbers of a week as a page in one language: what is said, in which order."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from socialcell.i18n import Language
from socialcell.reports.page import Page, Quotation, Section
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections import (
    ad_spend,
    campaign_effects,
    coverage_notes,
    goals,
    incidents,
    public_accounts,
    requests,
    search_console,
    volume,
)
from socialcell.reports.sections.report_context import Material, Pictures
from socialcell.reports.weekly.summary import summary
from socialcell.settings.telling import Report


def page(
    numbers: dict[str, Any],
    quotations: Sequence[Quotation],
    pictures: Pictures,
    lang: Language,
    report: Report,
    console_url: str | None = None,
) -> Page:
    """The weekly report in a language; a section without content is left out.

    `console_url` is where staff look at incidents, if anywhere.
    """
    _ = lang.gettext
    say = Phrases(lang)
    city = str(getattr(report, f"city_{lang.code}"))
    first = datetime.fromisoformat(numbers["period"]["from"])
    last = date.fromisoformat(numbers["days"][-1]["date"])
    sections = _sections(Material(numbers, quotations, pictures, say, console_url))
    return Page(
        language=lang.code,
        title=_("What was said about %(city)s this week", city=city),
        subtitle=_(
            "%(first)s, 00:00 to %(last)s, 24:00, Indian time",
            first=lang.day(first),
            last=lang.day(last),
        ),
        summary=summary(numbers, say, city),
        sections=[section for section in sections if section.blocks],
        footer=_footer(numbers, lang, city),
    )


def _footer(numbers: dict[str, Any], lang: Language, city: str) -> list[str]:
    """When it was counted, and the audit log's head: an anchor outside the database.

    Reports that were frozen by earlier versions have no head.
    """
    said = [
        lang.gettext(
            "Social media cell, %(city)s. Numbers counted on %(at)s and frozen; a "
            "quotation that its author deletes later is removed.",
            city=city,
            at=lang.moment(datetime.fromisoformat(numbers["made_at"])),
        )
    ]
    if sealed := numbers.get("audit"):
        said.append(
            lang.gettext(
                "Audit log up to then: entries: %(n)s, head: %(hash)s.",
                n=lang.number(sealed["seq"]),
                hash=sealed["hash"],
            )
        )
    return said


def _sections(m: Material) -> list[Section]:
    about_itself = [
        coverage_notes.coverage(m),
        coverage_notes.unknown(m),
        coverage_notes.glossary(m),
    ]
    if m.numbers["mentions"]["n"] is None:
        return about_itself
    return [
        volume.volume(m),
        volume.hours(m),
        volume.intents(m),
        volume.topics(m),
        requests.urgent(m),
        incidents.section(m),
        requests.owners(m),
        requests.wards(m),
        volume.sentiments(m),
        volume.languages(m),
        volume.platforms(m),
        volume.engagement(m),
        public_accounts.section(m),
        campaign_effects.section(m),
        ad_spend.section(m),
        search_console.section(m),
        goals.section(m),
        requests.quoted(m),
        *about_itself,
    ]
