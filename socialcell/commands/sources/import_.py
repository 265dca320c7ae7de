"""The command `import`: posts from a file, without any credential."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialcell.commands import output
from socialcell.commands.options import (
    Config,
    DateOrder,
    DryRun,
    Json,
    Mapping,
    Settings,
    Sheet,
    open_context,
    read_settings,
)
from socialcell.commands.workspace.top import source_counts, understand

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from socialcell.services.collection.file_import import FileImport


_REJECTS_TOLD = 20
_PATIENCE = 1.0  # seconds before a progress bar appears


def import_file(
    file: Annotated[
        Path, typer.Argument(help="The file; - reads standard input.", allow_dash=True)
    ],
    format: Annotated[
        str,
        typer.Option(
            help="auto, generic, whatsapp-chat, x-archive, x-jsonl, or an export."
        ),
    ] = "auto",
    mapping: Mapping = None,
    sheet: Sheet = None,
    date_order: DateOrder = None,
    setting: Settings = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Import a file: posts, or daily figures of ads, search results and app stores.

    Read are an X archive, X's API answers, the exports of X, Meta Business Suite,
    YouTube Studio, Google Ads, Search Console, Google Play Console and App Store
    Connect, a chat that WhatsApp exported (.txt or .zip), and anybody's CSV, workbook
    (.xlsx) or JSON lines, with headings in English, Marathi or Hindi. The status, ward,
    department and day of closing of a register of complaints are kept. Dates such as
    25-11-2026 are read in the order that their column shows. Rows that cannot be read
    are named with the reason; the others are stored, and posts are then understood:
    language, places, topics, urgency. The same file again changes nothing.
    docs/import.md explains mapping files, and what --set says of an export.

    Exit code 3: some rows could not be read; 1: none could.

    Example: socialcell import complaints.csv --mapping complaints.toml --dry-run
    """
    from socialcell.services.collection import file_import

    context = open_context(config)
    with on_disk(file) as path, Bar() as bar:
        imported = file_import.import_file(
            context,
            path,
            format=format,
            mapping=mapping,
            settings=read_settings(setting),
            sheet=sheet,
            date_order=date_order,
            dry_run=dry_run,
            progress=bar.show,
        )
    tagged = 0 if dry_run else understand(context)
    if json:
        output.as_json(document(imported, dry_run=dry_run) | {"tagged": tagged})
    else:
        tell(imported, dry_run=dry_run)
        if tagged:
            output.say(f"understood {tagged}")
    raise typer.Exit(exit_code(imported))


def run(
    config: Path | None, file: Path, *, dry_run: bool, json: bool, **how: Any
) -> None:
    """Import a file of figures, tell what came of it, and end with its exit code.

    `how` goes to importing.import_file: the format, or those to choose from.
    """
    from socialcell.services.collection import file_import

    context = open_context(config)
    with on_disk(file) as path, Bar() as bar:
        imported = file_import.import_file(
            context, path, dry_run=dry_run, progress=bar.show, **how
        )
    if json:
        output.as_json(document(imported, dry_run=dry_run))
    else:
        tell(imported, dry_run=dry_run)
    raise typer.Exit(exit_code(imported))


def exit_code(imported: "FileImport") -> int:
    """3 when some rows could not be read, 1 when none could."""
    return {"failed": 1, "partial": 3}.get(imported.result.state, 0)


def document(imported: "FileImport", *, dry_run: bool) -> dict[str, Any]:
    """What became of a file, for JSON."""
    result = imported.result
    return {
        "sources": [
            {
                **source_counts(result),
                "format": imported.format,
                "dry_run": dry_run,
                "imported_before": imported.earlier,
                "warnings": list(imported.warnings),
                "rejects": [
                    {"row": reject.row, "reason": reject.reason}
                    for reject in result.rejects
                ],
            }
        ]
    }


def tell(imported: "FileImport", *, dry_run: bool) -> None:
    """What became of a file, for people."""
    result = imported.result
    counts = result.counts
    output.say(f"Read as {imported.words}.")
    if imported.earlier:
        output.say(
            f"The same file was imported on {output.local_day(imported.earlier)}: "
            "nothing is changed."
        )
    elif dry_run:
        output.say("A dry run: nothing is stored. An import would come to:")
    output.say(", ".join(f"{name} {n}" for name, n in counts.items() if n) or "no rows")
    for rule, n in result.filtered_by.items():
        output.say(f"left out as {rule}: {n}")
    for reject in result.rejects[:_REJECTS_TOLD]:
        output.note(f"row {reject.row}: {reject.reason}")
    untold = counts["quarantined"] - _REJECTS_TOLD
    if untold > 0:
        output.note(f"and {untold} more rows that could not be read")
    for warning in imported.warnings:
        output.note(warning)
    if result.reason:
        output.note(result.reason)


@contextmanager
def on_disk(file: Path) -> Iterator[Path]:
    """The file, or standard input in a file of its own while it is needed."""
    if str(file) != "-":
        yield file
        return
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "standard-input"
        with path.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
        yield path


class Bar:
    """A progress bar on standard error, for people, once it takes over a second."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    def show(self, count: int, total: int) -> None:
        if not sys.stderr.isatty() or time.monotonic() - self._began < _PATIENCE:
            return
        if self._progress is None:
            from rich.console import Console
            from rich.progress import Progress

            self._progress = Progress(console=Console(stderr=True), transient=True)
            self._progress.start()
            self._task = self._progress.add_task("importing", total=total)
        assert self._task is not None
        self._progress.update(self._task, completed=count)
