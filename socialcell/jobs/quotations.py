"""Reports on disk that quoted what is gone are written again, or taken away first."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from socialcell.clock import IST
from socialcell.jobs.context import Context

_LANGUAGES = ("mr", "hi", "en")


def files(context: Context, starts: Iterable[datetime]) -> Iterator[Path]:
    """The workspace's pages on the weeks that begin then, in every language."""
    for start in starts:
        day = start.astimezone(IST).date().isoformat()
        for lang in _LANGUAGES:
            for kind in ("html", "txt"):
                file = context.workspace.reports / f"weekly-{day}.{lang}.{kind}"
                if file.exists():
                    yield file


def rewrite(context: Context, starts: Iterable[datetime]) -> list[str]:
    """Write these weeks' pages again where they exist; what was written."""
    old = list(files(context, sorted(starts)))
    # First they go: an interruption leaves no quotation behind.
    for file in old:
        file.unlink(missing_ok=True)
    return list(written_again(context, old))


def written_again(context: Context, old: Iterable[Path]) -> Iterator[str]:
    """The pages that these files were, made anew."""
    pages = {tuple(file.name.removeprefix("weekly-").split(".")[:2]) for file in old}
    if not pages:
        return
    from socialcell.jobs import report  # it draws charts: much to import

    for day, lang in sorted(pages):
        start = datetime.combine(date.fromisoformat(day), time(), IST)
        made = report.weekly(context, as_of=start + timedelta(days=7), lang=lang)
        yield from (str(made.html), str(made.text))
