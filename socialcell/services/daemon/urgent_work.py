"""What no job keeps waiting: pushes, messages, what is critical, alerts, due steps.

The daemon looks for it every few seconds in a thread of its own, so that it is done
beside whatever the round is at. Jobs write in short transactions, and whoever waits for
the database or the reader of texts has the next turn.
"""

import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from socialcell import db
from socialcell.listening.store.mentions import tags
from socialcell.ops import outbox_store, webhook_deliveries
from socialcell.services.alerts import critical_items, escalations
from socialcell.services.alerts.unrecorded_calls import UnrecordedCalls
from socialcell.services.context import Context
from socialcell.services.daemon import run_due
from socialcell.services.daemon.job_registry import LADDER, PUSHES

# What could not be done is tried again after so long, then twice as long each time.
AGAIN, LONGEST = timedelta(seconds=15), timedelta(minutes=1)


@dataclass(frozen=True)
class UrgentWork:
    """The newest of each kind that waits; None: none does."""

    push: int | None  # not read yet
    message: int | None  # not tagged yet
    critical: int | None  # an item in no incident
    alert: int | None  # a message in the outbox that is due
    step_at: datetime | None  # when the step was due

    @property
    def is_there(self) -> bool:
        return any(part is not None for part in astuple(self))


def find(context: Context) -> UrgentWork:
    """What waits now."""
    now = context.clock.now()
    step_at = escalations.next_step_at(context)
    with db.reading(context.engine) as session:
        return UrgentWork(
            push=webhook_deliveries.newest_waiting(session),
            message=tags.newest_untagged_message(session),
            critical=critical_items.newest_waiting(session, now),
            alert=outbox_store.newest_due_alert(session, now),
            step_at=step_at if step_at is not None and step_at <= now else None,
        )


class UrgentRounds:
    """Does what is urgent. What a round could not do is tried again after a while, or
    when something new has come."""

    def __init__(self, again: timedelta = AGAIN) -> None:
        self._shortest = self._wait = again.total_seconds()
        self._tried: UrgentWork | None = None
        self._again_at = 0.0
        self._unrecorded = UnrecordedCalls()

    def run(self, context: Context, stop: Callable[[], bool]) -> bool:
        """Do what waits; whether anything did. AlreadyRunning when the lease was
        lost."""
        work = find(context)
        ways = context.alert_ways
        if ways is not None and ways.is_answered:
            # What waits for the same way is tried at the next look.
            run_due.run_now(context, LADDER, stop)
            self._again_at = 0.0
            return True
        if not work.is_there:
            return False
        if work != self._tried:
            self._wait = self._shortest
        elif time.monotonic() < self._again_at:
            return False
        else:
            self._wait = min(2 * self._wait, LONGEST.total_seconds())
        self._tried, self._again_at = work, time.monotonic() + self._wait
        if work.push is not None or work.message is not None:
            run_due.run_now(context, PUSHES, stop)
        if not run_due.run_now(context, LADDER, stop):
            self._unrecorded.place(context, stop)
        return True
