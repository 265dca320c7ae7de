"""A city of four quiet weeks, of which more is said by a test."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.connectors.base import Record
from socialcell.listening.alerts.model import Alert, Incident
from socialcell.listening.store.alerts import alerts
from socialcell.ops.model import Source
from socialcell.services.alerts import (
    detection,
)
from socialcell.services.context import Context
from socialcell.services.mentions import tagging
from tests.builders import make_author, make_record, make_source, store_records

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=IST)
USUAL = ("The garden of Aundh is lovely", "बागेत फुले फुलली आहेत", "Bus stop at Deccan")


class City:
    """Four quiet weeks by many people; more is said by the test."""

    def __init__(self, context: Context, engine: Engine, clock: FixedClock) -> None:
        self.context, self.engine, self.clock = context, engine, clock
        self.source = make_source(engine)
        self._n = 0
        self._unsettled: list[Record] = []
        random = Random("quiet")
        clock.set(NOW)
        for day in range(1, 20):
            for _ in range(12):
                at = NOW - day * DAY + timedelta(hours=random.uniform(-5, 5))
                self.say(f"{random.choice(USUAL)} {self._n}", at)
        self.settle()

    def say(self, text: str, at: datetime, who: str | None = None, **more: Any) -> None:
        self._n += 1
        author = make_author(who or f"u{self._n}", **more)
        self._unsettled.append(
            make_record(f"m{self._n}", text=text, authored_at=at, author=author)
        )

    def crowd(self, text: str, n: int, begin: datetime = NOW - 10 * MINUTE) -> None:
        """So many people say it within the ten minutes after that moment."""
        for k in range(n):
            self.say(f"{text}, {k}", begin + k * 10 * MINUTE / n)

    def settle(self) -> None:
        """What was said is stored and read, and the source was just asked."""
        at = NOW - 30 * DAY
        store_records(self.engine, *self._unsettled, at=at, source=self.source)
        self._unsettled = []
        with db.writing(self.engine) as session:
            session.get_one(Source, self.source.id).last_ok_at = self.clock.now()
        tagging.tag_waiting(self.context)

    def look(self, after: timedelta = timedelta()) -> detection.Detection:
        self.clock.advance(after)
        self.settle()
        return detection.detect(self.context, since=self.clock.now() - HOUR)

    def incidents(self) -> list[Incident]:
        with db.reading(self.engine) as session:
            found = list(alerts.incidents(session))
            session.expunge_all()
        return found

    def alerts(self, incident: Incident) -> list[Alert]:
        with db.reading(self.engine) as session:
            found = list(alerts.alerts_of(session, incident.id or 0))
            session.expunge_all()
        return found
