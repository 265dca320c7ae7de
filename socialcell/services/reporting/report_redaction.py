"""Reports on disk that quote what is gone or withheld are written again, or taken away
first."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlmodel import Session

from socialcell.clock import IST
from socialcell.listening.store.mentions import quotes
from socialcell.ops import frozen
from socialcell.services.context import Context

_LANGUAGES = ("mr", "hi", "en")


def report_files(context: Context, starts: Iterable[datetime]) -> Iterator[Path]:
    """The workspace's pages on the weeks that begin then, in every language."""
    for start in starts:
        day = start.astimezone(IST).date().isoformat()
        for lang in _LANGUAGES:
            for kind in ("html", "txt", "letter.html", "letter.txt"):
                file = context.workspace.reports / f"weekly-{day}.{lang}.{kind}"
                if file.exists():
                    yield file


def rewrite_weeks(context: Context, starts: Iterable[datetime]) -> list[str]:
    """Write these weeks' pages again where they exist; what was written."""
    return rewrite_files(context, list(report_files(context, sorted(starts))))


def rewrite_files(context: Context, old: Sequence[Path]) -> list[str]:
    """Write these pages again; what was written."""
    # First they go: an interruption leaves no quotation behind.
    for file in old:
        file.unlink(missing_ok=True)
    return list(write_again(context, old))


def stale_pages(session: Session, context: Context) -> Iterator[Path]:
    """Pages that quote what was deleted or is withheld: a process died before it wrote
    them again."""
    from socialcell.i18n import language  # they are much to import
    from socialcell.reports.frozen_quotes import removed_note, withheld_note

    for report in frozen.reports(session):
        barred = sum(
            _is_barred(session, quotation["platform"], quotation["external_id"])
            for quotation in report.numbers.get("quotations", [])
        )
        for page in report_files(context, [report.period_start]) if barred else ():
            if _is_letter(page):  # it quotes no post
                continue
            lang = language(page.name.split(".")[1])
            text = " ".join(page.read_text("utf-8").split())
            notes = (removed_note(lang), withheld_note(lang))
            if sum(map(text.count, notes)) < barred:
                yield page


def _is_letter(file: Path) -> bool:
    return ".letter." in file.name


def _is_barred(session: Session, platform: str, external_id: str) -> bool:
    row = quotes.current(session, platform, external_id)
    return row is None or row.state == "deleted" or row.withheld is not None


def write_again(context: Context, old: Iterable[Path]) -> Iterator[str]:
    """The pages that these files were, made anew."""
    pages = {tuple(file.name.removeprefix("weekly-").split(".")[:2]) for file in old}
    if not pages:
        return
    from socialcell.services.reporting import (
        weekly_report,  # it draws charts: much to import
    )

    for day, lang in sorted(pages):
        start = datetime.combine(date.fromisoformat(day), time(), IST)
        files_written = weekly_report.write_weekly(
            context, as_of=start + timedelta(days=7), lang=lang
        )
        yield from (
            str(file)
            for file in (
                files_written.html,
                files_written.text,
                files_written.letter_html,
                files_written.letter_text,
            )
        )
