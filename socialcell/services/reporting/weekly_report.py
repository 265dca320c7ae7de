"""Writes the weekly letter and the report behind it, all files or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from socialcell import db
from socialcell.clock import IST
from socialcell.i18n import Language, language
from socialcell.json_types import JsonObject, as_object, as_objects, as_text
from socialcell.listening.areas.area_shapes import ShapeRecord
from socialcell.listening.store import area_shapes
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.reports import frozen_quotes, render
from socialcell.reports.letters import letter_render
from socialcell.reports.letters.letter_page import LetterPage
from socialcell.reports.page import Chart, Page
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections import public_accounts, search_console, section_charts
from socialcell.reports.sections.report_context import ChartFiles, SectionPictures
from socialcell.reports.week_numbers import WeekNumbers
from socialcell.reports.weekly import tidy_numbers, weekly_letter, weekly_view, workbook
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.reporting import weekly_letters
from socialcell.services.reporting.reported_week import reported_week


@dataclass(frozen=True)
class WeeklyFiles:
    """Where a weekly report was written, and the numbers it says."""

    html: Path
    text: Path
    charts: tuple[Path, ...]
    workbook: Path
    letter_html: Path
    letter_text: Path
    letter: LetterPage
    numbers: JsonObject

    @property
    def period(self) -> dict[str, str]:
        """{"from", "to"}: ISO 8601 with offset; the end does not belong to it."""
        period = as_object(self.numbers["period"])
        return {name: as_text(moment) for name, moment in period.items()}


def write_weekly(
    context: Context,
    as_of: datetime | None = None,
    lang: str = "en",
    out: Path | None = None,
) -> WeeklyFiles:
    """Letter and report on the last complete week before `as_of` (default: now).

    Numbers are counted and frozen when a week is first reported, and read afterwards.
    Files go to `out` (default: the workspace's reports/), the page itself last.
    UsageError: an unknown language, or a week that is not over yet. ConfigError: what
    is wrong in strategy.yaml.
    """
    translations = language(lang)
    week, numbers = reported_week(context, as_of)
    people = pseudonyms.load_people(context)
    with db.reading(context.engine) as session:
        quotations = frozen_quotes.quotations(
            session,
            numbers["quotations"],
            people,
            Phrases(translations),
            numbers.get("incidents", ()),
        )
        shapes = area_shapes.shapes_on(session, _last_day(week))
    numbers = search_console.with_masked_queries(
        public_accounts.without_former_names(numbers, people), people
    )
    stem = f"weekly-{week.start.astimezone(IST).date().isoformat()}.{lang}"
    drawings = _draw(numbers, translations, shapes, stem)
    page = weekly_view.page(
        numbers,
        quotations,
        drawings.charts,
        translations,
        context.workspace.config.report,
        context.workspace.config.alerts.console_url,
        drawings.pictures,
    )
    letter = _letter(context, numbers, translations, stem)
    folder = out or context.workspace.reports
    weekly_letters.write_files(
        folder, {**drawings.images, **_documents(page, letter, numbers, stem)}
    )
    return WeeklyFiles(
        html=folder / f"{stem}.html",
        text=folder / f"{stem}.txt",
        charts=tuple(folder / file for file in drawings.images),
        workbook=folder / f"{stem}.xlsx",
        letter_html=folder / f"{stem}.letter.html",
        letter_text=folder / f"{stem}.letter.txt",
        letter=letter,
        numbers=_outward(numbers),
    )


def _letter(
    context: Context, numbers: WeekNumbers, lang: Language, stem: str
) -> LetterPage:
    return weekly_letter.page(
        weekly_letters.letter_context(
            context,
            numbers,
            lang,
            report=f"{stem}.html",
            workbook=f"{stem}.xlsx",
        )
    )


def _documents(
    page: Page, letter: LetterPage, numbers: WeekNumbers, stem: str
) -> dict[str, bytes]:
    """Workbook, letter and report by the names of their files, the page itself last."""
    tidy_rows = tidy_numbers.tidy_rows(numbers)
    return {
        f"{stem}.xlsx": workbook.workbook(page, _audit_anchor(numbers), tidy_rows),
        f"{stem}.letter.txt": letter_render.text(letter).encode(),
        f"{stem}.letter.html": letter_render.html(letter).encode(),
        f"{stem}.txt": render.text(page).encode(),
        f"{stem}.html": render.html(page).encode(),
    }


@dataclass(frozen=True)
class _Drawings:
    """Charts and pictures as files beside the page, and how sections show them."""

    images: dict[str, bytes]  # by file name
    charts: ChartFiles
    pictures: SectionPictures


def _draw(
    numbers: WeekNumbers, lang: Language, shapes: Sequence[ShapeRecord], stem: str
) -> _Drawings:
    pictures = section_charts.draw_pictures(numbers, lang, shapes)
    charts = section_charts.draw_charts(
        numbers, lang, with_wards="ward_map" not in pictures
    )
    images = charts | {name: picture.png() for name, picture in pictures.items()}
    files = {name: f"{stem}.{name}.png" for name in images}
    return _Drawings(
        {files[name]: image for name, image in sorted(images.items())},
        ChartFiles(**{name: files[name] for name in charts}),
        SectionPictures(
            **{
                name: Chart(files[name], picture.words)
                for name, picture in pictures.items()
            }
        ),
    )


def _last_day(week: TimeSpan) -> date:
    return week.end.astimezone(IST).date() - timedelta(days=1)


def _outward(numbers: WeekNumbers) -> JsonObject:
    """The numbers as others may read them: quotations only by what they stand for."""
    document: JsonObject = msgspec.to_builtins(numbers)
    keys = ("why", "topic", "urgency", "drawn_from")
    return {
        **document,
        "quotations": [
            {key: quotation[key] for key in keys if key in quotation}
            for quotation in as_objects(document["quotations"])
        ],
    }


def _audit_anchor(numbers: WeekNumbers) -> str:
    """The audit log's head at that time: an anchor outside the database.

    Reports that were frozen by earlier versions have none.
    """
    head = numbers.get("audit")
    return f"Audit log: {head['seq']} entries, head {head['hash']}" if head else ""
