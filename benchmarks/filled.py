"""Databases for measuring: a source and a run, pages of records, all of them tagged."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from sqlalchemy import Engine

from benchmarks.corpus import END
from socialcell import db
from socialcell.connectors.base import Record
from socialcell.connectors.files.file_connector import BATCH
from socialcell.db import revisions
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.store.mentions import tags
from socialcell.listening.store.mentions.tags import Tagged, Untagged
from socialcell.listening.store.pages import pages
from socialcell.ops import store
from socialcell.services.mentions.tagging import BATCH as TAGGED_AT_ONCE
from socialcell.services.mentions.tagging import analyse


class Filled:
    """A database with today's schema, written to as the jobs do it.

    With `remember` a text that comes again is not read again: for large databases
    whose questions are measured, not their making.
    """

    def __init__(
        self,
        url: str,
        *,
        remember: bool = False,
        source: str = "bench",
        semantic: bool = False,
    ) -> None:
        self.engine: Engine = db.connect(url)
        revisions.upgrade(self.engine)
        with db.writing(self.engine) as session:
            row = store.find_source(session, source) or store.add_source(
                session, source, "x", {}, END
            )
            run = store.start_run(session, row, "pull", source, END)
            assert row.id is not None
            assert run.id is not None
            self.arrival = pages.Arrival(row.id, run.id, END)
        self._areas = read_areas()
        self._semantic = semantic
        self._readings: dict[str, Tagged] | None = {} if remember else None
        self._seen: set[tuple[str, str]] = set()

    def store(self, records: Iterable[Record]) -> int:
        """Store records page by page; how many were new."""
        done = 0
        for page in split(records, BATCH):
            with db.writing(self.engine) as session:
                counts = pages.store_records(session, page, self.arrival, self._seen)
            done += counts.stored
        return done

    def tag(self) -> int:
        """Tag what waits, as `jobs.tag` does; how many."""
        done = 0
        while True:
            with db.reading(self.engine) as session:
                waiting = tags.untagged(session, TAGGED_AT_ONCE)
            if not waiting:
                return done
            tagged = self._understood(waiting)
            with db.writing(self.engine) as session:
                done += tags.write(session, tagged, END)

    def _understood(self, waiting: Sequence[Untagged]) -> Sequence[Tagged]:
        known = self._readings
        if known is None:
            return self._analysed(waiting)
        fresh = [one for one in waiting if one.text not in known]
        known |= {one.mention.text: one for one in self._analysed(fresh)}
        return [replace(known[one.text], mention=one) for one in waiting]

    def _analysed(self, waiting: Sequence[Untagged]) -> Sequence[Tagged]:
        return analyse(waiting, self._areas, semantic=self._semantic)

    def close(self) -> None:
        self.engine.dispose()


def split(records: Iterable[Record], size: int) -> Iterator[Sequence[Record]]:
    source = iter(records)
    while page := list(islice(source, size)):
        yield page
