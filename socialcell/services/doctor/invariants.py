"""The rules I1 to I11 that hold whatever happened, looked at on the live database."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from socialcell import db
from socialcell.clock import in_pune
from socialcell.errors import SocialcellError
from socialcell.listening.store import integrity as content
from socialcell.ops import integrity as work
from socialcell.ops import slots, store
from socialcell.services.context import Context
from socialcell.services.daemon.due import Due, Every, due
from socialcell.services.daemon.job_registry import Job, jobs
from socialcell.services.doctor.finding import Check, failed, ok
from socialcell.services.reporting import report_redaction
from socialcell.services.workspace import stored_files

_LOOKED_BACK = timedelta(days=30)
_SHOWN = 5
_RESTORE = (
    "Stop the daemon, keep a copy of the database, and restore a backup: socialcell db "
    "restore FILE. The sources are then read on from where that copy stands."
)
_BY_HAND = (
    "Somebody or something else than socialcell wrote to this table: find out who. "
)


@dataclass(frozen=True)
class Rule:
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
                found = list(rule.broken(session, context))
        except (SocialcellError, DatabaseError) as error:
            found = [f"it cannot be looked at: {error}"]
        if found:
            more = len(found) - _SHOWN
            said = "; ".join(found[:_SHOWN]) + (
                f"; and {more} more" if more > 0 else ""
            )
            yield failed(rule.name, said, rule.advice)
        else:
            yield ok(rule.name, rule.holds)


def _slots(session: Session, context: Context) -> Iterator[str]:
    """I5: a slot is done at most once, and what lies between two was made up for."""
    yield from work.slot_faults(session)
    for job in jobs(context):
        # Who changes how often a source is pulled leaves no trace of how it was.
        if job.source is None:
            yield from _skipped(session, job)


def _skipped(session: Session, job: Job) -> Iterator[str]:
    taken = slots.slots_of_job(session, job.name)
    if not taken:
        return
    recent = [one for one in taken if one.slot_at > taken[-1].slot_at - _LOOKED_BACK]
    for before, after in pairwise(recent):
        if not (_is_slot(job, before.slot_at) and _is_slot(job, after.slot_at)):
            continue  # it had another time of day then
        passed = due(job.when, before.slot_at, after.slot_at)
        lost = sum(one.covers for one in passed) - after.covers
        if lost and job.each:
            # Of a long absence only the newest are made up for.
            kept = due(job.when, before.slot_at, after.started_at, each=True)
            lost = 0 if kept[:1] == [Due(after.slot_at)] else lost
        if lost:
            yield (
                f"{job.name}: {lost} due moments before {in_pune(after.slot_at)} "
                "were not made up for"
            )


def _is_slot(job: Job, at: datetime) -> bool:
    return next(job.when.before(at)) == at


def _deleted(session: Session, context: Context) -> Iterator[str]:
    """I8, and the pages of reports on disk that quote what was deleted."""
    yield from content.deletions(session, context.clock.now())
    for page in report_redaction.stale(session, context):
        yield f"{page} quotes what was deleted since"


def _in_turn(session: Session, context: Context) -> Iterator[str]:
    """I10: nobody waits because of another: no item, no source, no reader."""
    yield from content.turns(session)
    yield from work.starved_letters(session)
    table = [job for job in jobs(context) if job.source is not None]
    last = slots.newest_slots(session)
    newest = max((last[job.name] for job in table if job.name in last), default=None)
    if newest is None:
        return
    for job in table:
        assert isinstance(job.when, Every)
        source = store.source_named(session, job.source or "")
        turn = max(last.get(job.name) or source.created_at, source.changed_at)
        if due(job.when, turn, newest - 3 * job.when.length):
            yield f"{job.source} was not pulled, though other sources were"


def _sound(session: Session, context: Context) -> Iterator[str]:
    """I11, and the files that the database refers to."""
    yield from content.soundness(session)
    names = stored_files.referred(context.engine)
    yield from stored_files.wrong(context.workspace.folder, names)


def _only(rule: Callable[[Session], Iterable[str]]) -> Callable[..., Iterable[str]]:
    return lambda session, _context: rule(session)


RULES = (
    Rule(
        "I1 cursors",
        _only(content.cursors),
        "no cursor is ahead of the rows that came with it",
        _RESTORE,
    ),
    Rule(
        "I2 one row each",
        _only(content.doubles),
        "everything that came in stands on one row",
        _RESTORE,
    ),
    Rule(
        "I3 outcomes",
        _only(content.accounts),
        "every run accounts for all that it received",
        _BY_HAND + _RESTORE,
    ),
    Rule(
        "I4 runs",
        _only(work.runs),
        "every run has ended, or its process lives",
        "Start the daemon, or pull that source: the open run is closed as interrupted, "
        "and what it had not stored is read again.",
    ),
    Rule(
        "I5 slots",
        _slots,
        "every due moment was taken once or made up for",
        "See what the log of the daemon says of that time; socialcell health says what "
        "fails now. What was not pulled shows as a gap in the reports.",
    ),
    Rule(
        "I6 lease",
        _only(work.fence),
        "one daemon at most, and nobody works under an old fence",
        "Start the daemon again: it takes the lease under a new fence. If this is a "
        "copy of a database, see that no daemon works on the other one.",
    ),
    Rule(
        "I7 outbox",
        _only(work.outbox),
        "every letter waits, is being sent, was sent or is dead",
        _BY_HAND + "Look at them: socialcell outbox list --state pending",
    ),
    Rule(
        "I8 deletions",
        _deleted,
        "of what was deleted at its source nothing is left",
        "Run socialcell retention run, which writes such pages of reports again, and "
        "socialcell sources recheck. If it is still there, restore a backup: what was "
        "deleted and erased since is taken out of it again.",
    ),
    Rule(
        "I9 texts",
        _only(content.texts),
        "no text holds a control character or half a letter",
        _BY_HAND + "Then import or pull the source again.",
    ),
    Rule(
        "I10 turns",
        _in_turn,
        "nothing waits because of something else",
        "See why: socialcell health, socialcell sources list, socialcell outbox "
        "list. If nothing there explains it, tell the maintainers.",
    ),
    Rule(
        "I11 soundness",
        _sound,
        "the database is whole and every reference leads somewhere",
        _RESTORE,
    ),
    Rule(
        "totals",
        _only(content.counts),
        "the totals are what the mentions add up to",
        _RESTORE,
    ),
)
