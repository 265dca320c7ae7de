"""The invariants I1 to I11, checked on the live database."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from socialcell import db
from socialcell.clock import in_pune
from socialcell.desk.store import clocks
from socialcell.errors import SocialcellError
from socialcell.listening.store import integrity as listening_integrity
from socialcell.ops import integrity as ops_integrity
from socialcell.ops import slots, store
from socialcell.services.context import Context
from socialcell.services.daemon.due import DueSlot, IntervalSlots, due_slots
from socialcell.services.daemon.job_registry import DaemonJob, list_jobs
from socialcell.services.doctor.finding import Check, failed, ok
from socialcell.services.reporting import report_redaction
from socialcell.services.workspace import stored_files

_PERIOD = timedelta(days=30)
_SHOWN = 5
_RESTORE = (
    "Stop the daemon, keep a copy of the database, and restore a backup: socialcell db "
    "restore FILE. The sources are then read on from where that copy stands."
)
_BY_HAND = (
    "Somebody or something else than socialcell wrote to this table: find out who. "
)


@dataclass(frozen=True)
class Invariant:
    """A rule by its number: what is broken, in sentences, and what to do then."""

    name: str
    broken: Callable[[Session, Context], Iterable[str]]
    holds: str
    advice: str


def examine(context: Context) -> Iterator[Check]:
    """A check for each rule; one that cannot be looked at has failed, too."""
    for rule in RULES:
        try:
            with db.reading(context.engine) as session:
                violations = list(rule.broken(session, context))
        except (SocialcellError, DatabaseError) as error:
            violations = [f"it cannot be looked at: {error}"]
        if violations:
            more = len(violations) - _SHOWN
            summary = "; ".join(violations[:_SHOWN]) + (
                f"; and {more} more" if more > 0 else ""
            )
            yield failed(rule.name, summary, rule.advice)
        else:
            yield ok(rule.name, rule.holds)


def _broken_slots(session: Session, context: Context) -> Iterator[str]:
    """I5: a slot is done at most once, and what lies between two was made up for."""
    yield from ops_integrity.slot_faults(session)
    for job in list_jobs(context):
        # Who changes how often a source is pulled leaves no trace of how it was.
        if job.source is None:
            yield from _skipped_slots(session, job)


def _skipped_slots(session: Session, job: DaemonJob) -> Iterator[str]:
    rows = slots.slots_of_job(session, job.name)
    if not rows:
        return
    recent = [row for row in rows if row.slot_at > rows[-1].slot_at - _PERIOD]
    for before, after in pairwise(recent):
        if not (_is_slot(job, before.slot_at) and _is_slot(job, after.slot_at)):
            continue  # it had another time of day then

        passed = due_slots(job.when, before.slot_at, after.slot_at)
        lost = sum(slot.covers for slot in passed) - after.covers
        if lost and job.each:
            # Of a long absence only the newest are made up for.
            made_up = due_slots(job.when, before.slot_at, after.started_at, each=True)
            lost = 0 if made_up[:1] == [DueSlot(after.slot_at)] else lost
        if lost:
            yield (
                f"{job.name}: {lost} due moments before {in_pune(after.slot_at)} "
                "were not made up for"
            )


def _is_slot(job: DaemonJob, at: datetime) -> bool:
    return next(job.when.before(at)) == at


def _quoted_deletions(session: Session, context: Context) -> Iterator[str]:
    """I8, and the pages of reports on disk that quote what was deleted."""
    yield from listening_integrity.deletions(session, context.clock.now())
    for page in report_redaction.stale_pages(session, context):
        yield f"{page} quotes what was deleted since"


def _starved(session: Session, context: Context) -> Iterator[str]:
    """I10: nobody waits because of another: no item, no source, no reader."""
    yield from listening_integrity.unread_order(session)
    yield from ops_integrity.starved_messages(session)
    table = [job for job in list_jobs(context) if job.source is not None]
    last = slots.newest_slots(session)
    newest = max((last[job.name] for job in table if job.name in last), default=None)
    if newest is None:
        return
    for job in table:
        assert isinstance(job.when, IntervalSlots)
        source = store.source_named(session, job.source or "")
        turn = max(last.get(job.name) or source.created_at, source.changed_at)
        if due_slots(job.when, turn, newest - 3 * job.when.length):
            yield f"{job.source} was not pulled, though other sources were"


def _missing_files(session: Session, context: Context) -> Iterator[str]:
    """I11, and the files that the database refers to."""
    yield from listening_integrity.soundness(session)
    names = stored_files.referenced_files(context.engine)
    yield from map(str, stored_files.find_faults(context.workspace.folder, names))


def _session_only(
    rule: Callable[[Session], Iterable[str]],
) -> Callable[[Session, Context], Iterable[str]]:
    return lambda session, _context: rule(session)


RULES = (
    Invariant(
        "I1 cursors",
        _session_only(listening_integrity.cursors),
        "no cursor is ahead of the rows that came with it",
        _RESTORE,
    ),
    Invariant(
        "I2 one row each",
        _session_only(listening_integrity.duplicates),
        "everything that came in stands on one row",
        _RESTORE,
    ),
    Invariant(
        "I3 outcomes",
        _session_only(listening_integrity.accounts),
        "every run accounts for all that it received",
        _BY_HAND + _RESTORE,
    ),
    Invariant(
        "I4 runs",
        _session_only(ops_integrity.runs),
        "every run has ended, or its process lives",
        "Start the daemon, or pull that source: the open run is closed as interrupted, "
        "and what it had not stored is read again.",
    ),
    Invariant(
        "I5 slots",
        _broken_slots,
        "every due moment was taken once or made up for",
        "See what the log of the daemon says of that time; socialcell health says what "
        "fails now. What was not pulled shows as a gap in the reports.",
    ),
    Invariant(
        "I6 lease",
        _session_only(ops_integrity.fence),
        "one daemon at most, and nobody works under an old fence",
        "Start the daemon again: it takes the lease under a new fence. If this is a "
        "copy of a database, see that no daemon works on the other one.",
    ),
    Invariant(
        "I7 outbox",
        _session_only(ops_integrity.outbox),
        "every letter waits, is being sent, was sent or is dead",
        _BY_HAND + "Look at them: socialcell outbox list --state pending",
    ),
    Invariant(
        "I8 deletions",
        _quoted_deletions,
        "of what was deleted at its source nothing is left",
        "Run socialcell retention run, which writes such pages of reports again, and "
        "socialcell sources recheck. If it is still there, restore a backup: what was "
        "deleted and erased since is taken out of it again.",
    ),
    Invariant(
        "I9 texts",
        _session_only(listening_integrity.texts),
        "no text holds a control character or half a letter",
        _BY_HAND + "Then import or pull the source again.",
    ),
    Invariant(
        "I10 turns",
        _starved,
        "nothing waits because of something else",
        "See why: socialcell health, socialcell sources list, socialcell outbox "
        "list. If nothing there explains it, tell the maintainers.",
    ),
    Invariant(
        "I11 soundness",
        _missing_files,
        "the database is whole and every reference leads somewhere",
        _RESTORE,
    ),
    Invariant(
        "totals",
        _session_only(listening_integrity.counts),
        "the totals are what the mentions add up to",
        _RESTORE,
    ),
    Invariant(
        "clocks",
        _session_only(clocks.faults),
        "every open case has the clocks of its state, and no other has any",
        "Start the daemon: it starts and stops what a case lacks. If it says "
        "so again, tell the maintainers.",
    ),
)
