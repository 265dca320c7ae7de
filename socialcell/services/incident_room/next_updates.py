"""The time by which the city speaks again: promised, kept, replaced or missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.desk.incident_room_model import NextUpdate
from socialcell.desk.store import incident_room as store
from socialcell.errors import UsageError
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.operators import permissions


@dataclass(frozen=True)
class PromisedUpdate:
    """A promised update: kept (in time or late), missed, replaced, or waiting."""

    due_at: datetime
    made_by: str
    made_at: datetime
    outcome: str  # kept | late | missed | replaced | waiting
    kept_at: datetime | None


def promise_update(context: Context, incident_id: int, due_at: datetime) -> None:
    """Promise to speak again by a time; it takes the place of a promise that is not due
    yet. UsageError: no such incident, or a time that is past."""
    now = context.clock.now()
    if due_at <= now:
        raise UsageError("incident_room.update_in_the_past")
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.LEAD_INCIDENTS, ())
        store.incident_of(session, incident_id)
        store.replace_updates(session, incident_id, now)
        session.add(
            NextUpdate(
                incident_id=incident_id,
                due_at=due_at,
                made_by=context.actor.name,
                made_at=now,
            )
        )


def promised_updates(
    session: Session, incident_id: int, now: datetime
) -> Sequence[PromisedUpdate]:
    """All that was promised of an incident, in the order in which it fell due."""
    return [
        PromisedUpdate(
            row.due_at, row.made_by, row.made_at, _outcome(row, now), row.kept_at
        )
        for row in store.updates_of(session, incident_id)
    ]


def next_due(updates: Sequence[PromisedUpdate]) -> datetime | None:
    """When the next update is due; None: none is promised, or the last is overdue."""
    waiting = [update.due_at for update in updates if update.outcome == "waiting"]
    return min(waiting, default=None)


def _outcome(row: NextUpdate, now: datetime) -> str:
    if row.kept_at is not None:
        return "kept" if row.kept_at <= row.due_at else "late"
    if row.replaced_at is not None:
        return "replaced"
    return "missed" if row.due_at < now else "waiting"
