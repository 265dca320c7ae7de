"""Reports on disk that quote what is gone or withheld are written again, or taken away
first."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlmodel import Session

from socialcell.clock import IST
from socialcell.errors import SocialcellError
from socialcell.files import unfinished_files
from socialcell.files.unfinished_files import UnfinishedFile
from socialcell.listening.store.mentions import quotes
from socialcell.ops import frozen
from socialcell.services.context import Context

_LANGUAGES = ("mr", "hi", "en")


@dataclass
class PagesAside:
    """Pages that have another name until what they quote is gone."""

    _stack: ExitStack

    _pages: list[UnfinishedFile] = field(default_factory=list)

    def take(self, files: Iterable[Path]) -> None:
        """Give files another name; a killed process leaves them to be cleared."""
        for file in files:
            page = unfinished_files.put_aside(file)
            self._pages.append(self._stack.enter_context(page))

    def give_back(self) -> None:
        """Give all of them their names again."""
        for page in self._pages:
            page.finish()


@contextmanager
def pages_aside() -> Iterator[PagesAside]:
    """Around a transaction that erases what pages quote: those that are taken are
    deleted when it is committed, and come back when it is not."""
    with ExitStack() as stack:
        pages = PagesAside(stack)
        try:
            yield pages
        except BaseException:
            pages.give_back()
            raise


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
    delete_pages(old)
    return list(_write_again(context, old))


def delete_pages(old: Iterable[Path]) -> None:
    """First they go: an interruption leaves no quotation behind."""
    for file in old:
        file.unlink(missing_ok=True)


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


def write_again(
    context: Context, old: Iterable[Path]
) -> tuple[tuple[str, ...], str | None]:
    """The pages that these deleted files were, made anew; None, or why some are not."""
    pages: list[str] = []
    try:
        for page in _write_again(context, old):
            pages.append(page)
    except SocialcellError as error:
        weeks = ", ".join(sorted({file.name.split(".")[0] for file in old}))
        return tuple(pages), (
            f"{error} Pages of reports that quoted what is gone were taken away and "
            f"are not written again: {weeks}. Write them with: socialcell report weekly"
        )
    return tuple(pages), None


def _write_again(context: Context, old: Iterable[Path]) -> Iterator[str]:
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
