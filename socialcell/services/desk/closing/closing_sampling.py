"""Draw which silent closings of a week are called; count what the calls found."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.causal.wilson import wilson_interval
from socialcell.clock import IST
from socialcell.desk import closing_sample
from socialcell.desk.closing_model import ClosureCheck
from socialcell.desk.store import closures
from socialcell.errors import UsageError
from socialcell.json_types import as_whole
from socialcell.ops import audit
from socialcell.ops.audit import AuditRecord
from socialcell.services.context import Context

_ACTION = "closures.sample"
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ClosureSample:
    """The calls of a week: how many cases were closed without an answer in it, the seed
    of the lot, and the numbers of the checks that were drawn."""

    monday: date
    closings: int
    seed: int
    checks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FalseClosures:
    """Of the sampled closings that are known: how many the citizen contradicts.

    `interval` is Wilson's of 95 % of the share, 0 to 1; None where nothing is known.
    """

    drawn: int
    known: int
    contradicted: int
    not_reached: int
    interval: tuple[float, float] | None

    @property
    def share(self) -> float | None:
        return self.contradicted / self.known if self.known else None


def draw_sample(context: Context, monday: date) -> ClosureSample:
    """Draw the calls of the week that begins on a Monday, once; drawn again, it is the
    same sample. The seed stands in the audit log.

    UsageError: the day is no Monday, or the week is not over.
    """
    start, end = _week(monday)
    now = context.clock.now()
    if end > now:
        raise UsageError("deskclosing.week_not_over", monday=monday.isoformat())
    with db.writing(context.engine) as session:
        db.take_turn(session, _ACTION)
        drawn = _entry_of(session, monday)
        seed = as_whole(drawn.detail["seed"]) if drawn else secrets.randbits(53)
        closings, checks = _draw(session, start, end, seed)
        ids = tuple(check.id or 0 for check in checks)
        if drawn is None:
            for check in checks:
                check.in_sample, check.drawn_for = True, monday
            detail = {"seed": seed, "closings": closings, "checks": list(ids)}
            subject = monday.isoformat()
            audit.append(session, context.actor, _ACTION, subject, detail, now)
        return ClosureSample(monday, closings, seed, ids)


def draw_last_week(context: Context) -> int:
    """Draw the calls of the week before this one, once; how many are drawn now. For
    the daemon."""
    monday = monday_of(context, None)
    with db.reading(context.engine) as session:
        if _entry_of(session, monday) is not None:
            return 0
    return len(draw_sample(context, monday).checks)


def monday_of(context: Context, day: str | None) -> date:
    """A Monday as it is written; None: that of last week. UsageError: no day."""
    if day is None:
        today = context.clock.now().astimezone(IST).date()
        return today - timedelta(days=today.weekday() + 7)
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise UsageError("deskclosing.no_monday", day=day) from None


def _entry_of(session: Session, monday: date) -> AuditRecord | None:
    """The row of the audit log of a week's draw; None: it was not drawn."""
    return next(iter(audit.entries_about(session, _ACTION, monday.isoformat())), None)


def _draw(
    session: Session, start: datetime, end: datetime, seed: int
) -> tuple[int, list[ClosureCheck]]:
    """How many closings there were, and the check that is called of each drawn one."""
    closings = closures.silent_closings(session, start, end)
    by_id = {closing.case_id: closing for closing in closings}
    pairs = [(closing.case_id, closing.department) for closing in closings]
    checks = []
    for case_id in closing_sample.draw(pairs, seed):
        choice = closures.checks_of_closing(session, by_id[case_id])
        if choice:
            lot = closing_sample.lot_of(seed, case_id)
            checks.append(choice[lot.randrange(len(choice))])
    return len(closings), checks


def false_closures(context: Context, monday: date) -> FalseClosures:
    """What is known of the sample of a week: how many closings were false (K7)."""
    with db.reading(context.engine) as session:
        checks = closures.checks_of_week(session, monday)
        answers = [check.answer for check in checks]
        not_reached = sum(
            check.call == "not_reached" and check.answer == "no_reply"
            for check in checks
        )
    contradicted, confirmed = answers.count("no"), answers.count("yes")
    known = contradicted + confirmed
    return FalseClosures(
        drawn=len(answers),
        known=known,
        contradicted=contradicted,
        not_reached=not_reached,
        interval=wilson_interval(contradicted, known) if known else None,
    )


def _week(monday: date) -> tuple[datetime, datetime]:
    if monday.weekday():
        raise UsageError("deskclosing.no_monday", day=monday.isoformat())
    start = datetime(monday.year, monday.month, monday.day, tzinfo=IST)
    return start, start + _WEEK
