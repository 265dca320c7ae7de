"""A city at night, of whose critical items a desk and a telephone are told."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.config import Workspace
from socialcell.listening.alerts.model import CRITICAL, Alert, Escalation, Incident
from socialcell.ops import outbox_store as outbox
from socialcell.ops.outbox_model import Outgoing
from socialcell.services.alerts import (
    escalations,
)
from socialcell.services.context import Context
from socialcell.settings.notifications import Alerts
from tests.reports.world import World

READERS = {
    "recipients": {"en": ["desk@city.example"]},
    "phone": {"officer": {"command": ["/bin/true"]}},
}
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=IST)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def city_at_night(context: Context, clock: FixedClock) -> World:
    """A workspace at two in the morning whose alerts go to a desk and a telephone."""
    clock.set(NOW)
    changed = context.workspace.config.model_copy(
        update={"alerts": Alerts.model_validate(READERS)}
    )
    folder = context.workspace.folder
    return World(replace(context, workspace=Workspace(folder, changed)))


def critical(city: World, text: str, at: datetime = NOW, **changes: Any) -> int:
    made = {"urgency": "critical", "topics": ("fire",), **changes}
    return city.mention(at, text, **made)


def running_spike(city: World, subject: str, **changes: Any) -> None:
    """An incident of a series, an hour old."""
    made = {"severity": "medium", "opened_at": NOW - HOUR, "last_at": NOW - HOUR}
    with db.writing(city.engine) as session:
        session.add(Incident(kind="spike", subject=subject, **{**made, **changes}))


def look(city: World) -> None:
    escalations.advance(city.context, deliver=False)


def gathered(city: World) -> dict[int, int]:
    """The incident of each critical item."""
    with db.reading(city.engine) as session:
        rows = session.scalars(select(Alert).where(Alert.series == CRITICAL))
        return {row.mentions[0]: row.incident_id for row in rows}


def called_about(city: World) -> list[int]:
    with db.reading(city.engine) as session:
        rows = session.scalars(select(Escalation).order_by(Escalation.id))
        return [row.mention_id for row in rows]


def called(city: World, who: str) -> list[int | None]:
    """The items about which somebody is told or called, in their order."""
    with db.reading(city.engine) as session:
        asked = select(Outgoing.dedup_key).where(Outgoing.recipient == who)
        keys = session.scalars(asked.order_by(Outgoing.id))
        return [outbox.mention_of_key(key) for key in keys]


def outbox_size(city: World) -> int:
    with db.reading(city.engine) as session:
        return len(session.scalars(select(Outgoing)).all())
