"""The explorer's first page at N mentions against N/10: statements, processor time.

    python -m benchmarks.bench_explorer [--full] [--mentions N] [--database FOLDER]

The small database is filled as the jobs do it, with the gazetteer's areas and owners;
the large one is made from it (`multiplied.py`). A page is what the console asks: a
query, filters, facets and coverage. Questions are asked of both in turn; what counts is
the time of the processor, so that a neighbour's work is not counted. With `--database`
the files stay in that folder and are used again.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Engine, event

from benchmarks import corpus
from benchmarks.filled import Filled
from benchmarks.multiplied import multiply
from benchmarks.ratios import Figure, scratch, tell
from socialcell import db
from socialcell.clock import FixedClock
from socialcell.config import Workspace
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.people.visibility import SECRET_NAME
from socialcell.listening.store import areas
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.mentions.mention_explorer import ExplorerQuestion, explore
from socialcell.services.mentions.mention_owners import update_owners
from socialcell.settings import Config

DIFFERENT = 50_000  # texts
TIMES = 15
GROWTH = 2.0
STATEMENTS = 15
QUESTIONS = {
    "no question": ExplorerQuestion(),
    "7 days": ExplorerQuestion(since="2026-11-17"),
    "30 days": ExplorerQuestion(since="2026-10-25"),
    "common word": ExplorerQuestion(query="traffic"),
    "concept": ExplorerQuestion(query="~pani"),
    "two common words": ExplorerQuestion(query="camp पाणी OR traffic"),
    "topic": ExplorerQuestion(query="topic:water"),
    "ward, platform": ExplorerQuestion(ward="kothrud-bavdhan", platform="x"),
    "rare word": ExplorerQuestion(query='"संत तुकाराम" kachra'),
    "exclusion": ExplorerQuestion(query="road -topic:roads lang:en"),
}
PLACES = ("ward:kothrud-bavdhan", "dept:water")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="a million mentions")
    parser.add_argument("--mentions", type=int, help="so many instead")
    parser.add_argument("--database", type=Path, help="keep the databases here")
    arguments = parser.parse_args()
    n = arguments.mentions or (1_000_000 if arguments.full else 20_000)
    kept = arguments.database
    with scratch() if kept is None else nullcontext(kept) as folder:
        small, large = databases(folder, n)
        tell(growth(large, small, n))


def growth(large: Context, small: Context, n: int) -> Iterator[Figure]:
    """How much more processor time a page takes of ten times as many mentions."""
    for name, question in QUESTIONS.items():
        yield _compare(large, small, n, name, question, None)
    yield _compare(large, small, n, "two places", ExplorerQuestion(), PLACES)


def _compare(
    large: Context,
    small: Context,
    n: int,
    name: str,
    question: ExplorerQuestion,
    places: tuple[str, ...] | None,
) -> Figure:
    pairs = [
        (_ask(large, question, places), _ask(small, question, places))
        for _ in range(TIMES + 1)
    ][1:]
    above = sorted(pair[0][0] for pair in pairs)
    below = sorted(pair[1][0] for pair in pairs)
    each = [pair[0][0] / pair[1][0] for pair in pairs]
    statements = max(page[1] for pair in pairs for page in pair)
    if statements > STATEMENTS:
        raise SystemExit(f"{name}: {statements} statements, at most {STATEMENTS}")
    middle = TIMES // 2
    return Figure(
        f"first page of the explorer, {name}, {n:,} / {n // 10:,}",
        above[middle] / below[middle],
        min(each),
        max(each),
        GROWTH,
        at_most=True,
        detail={
            "ms": [round(above[middle], 1), round(below[middle], 1)],
            "statements": statements,
        },
    )


def _ask(
    context: Context, question: ExplorerQuestion, places: tuple[str, ...] | None
) -> tuple[float, int]:
    """Milliseconds of the processor for a page, and its statements."""
    with _counted(context.engine) as statements:
        begun = time.process_time()
        explore(context, pseudonyms.load_people(context), question, places=places)
        return (time.process_time() - begun) * 1000, len(statements)


@contextmanager
def _counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*arguments: object) -> None:
        if not str(arguments[2]).startswith("BEGIN"):
            statements.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def databases(folder: Path, n: int) -> tuple[Context, Context]:
    """The small database and the large one of `n` mentions, made where they are not."""
    (folder / "secrets").mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "secrets" / SECRET_NAME).write_text("a key of the benchmark alone")
    small, large = (folder / f"explorer-{size}.db" for size in (n // 10, n))
    for file in (small, large):
        if not file.exists():
            part = file.with_suffix(".part")
            part.unlink(missing_ok=True)
            if file is small:
                _fill(f"sqlite:///{part}", n // 10)
            else:
                multiply(small, part, 10)
            part.rename(file)
    return context_of(folder, small), context_of(folder, large)


def context_of(folder: Path, file: Path) -> Context:
    workspace = Workspace(folder, Config())
    return Context(workspace, db.connect(f"sqlite:///{file}"), FixedClock(corpus.END))


def _fill(url: str, n: int) -> None:
    filled = Filled(url, remember=True)
    with db.writing(filled.engine) as session:
        areas.replace(session, read_areas())
    update_owners(filled.engine)
    filled.store(corpus.records(n, different=DIFFERENT))
    filled.tag()
    filled.close()


if __name__ == "__main__":
    main()
