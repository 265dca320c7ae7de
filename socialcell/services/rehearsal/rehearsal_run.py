"""Step one injected clock through a rehearsal: pull, tag, report, resume anywhere.

The demo uses it with the sandbox city. A step that was interrupted is done again at
the same simulated moment and comes to the same rows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypedDict

from socialcell import config, connectors, db
from socialcell.clock import IST, FixedClock
from socialcell.errors import SocialcellError
from socialcell.listening.store.alerts import alerts
from socialcell.listening.store.mentions import mention_queries
from socialcell.ops import slots, store
from socialcell.ops.model import Source
from socialcell.services.alerts import detection
from socialcell.services.collection import collector, recheck
from socialcell.services.collection.collector import RunResult
from socialcell.services.context import Context
from socialcell.services.daemon.job_schedule import DETECT_INTERVAL
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.rehearsal import desk_rehearsal
from socialcell.services.rehearsal.desk_rehearsal import RehearsedCases, RehearsedDesk
from socialcell.services.rehearsal.rehearsal_workspace import (
    RehearsalState,
    write_state,
)
from socialcell.services.reporting import weekly_report
from socialcell.services.webhooks import media_download, webhook_ingest

STEP = timedelta(hours=12)
DENSE_STEP = timedelta(minutes=5)
DENSE_FOR = timedelta(hours=1)
_SNAPSHOT_EVERY = timedelta(hours=1)  # as the daemon does


Meanwhile = Callable[[Context, datetime | None, datetime], AbstractContextManager[None]]


class RehearsedAlert(TypedDict):
    """An incident of the rehearsal, and how many alerts it has."""

    incident: int | None
    subject: str
    severity: str
    opened_at: datetime
    alerts: int


class RehearsalSummary(TypedDict):
    """What a workspace holds. A source has its name, its state, and its totals by the
    name of the count."""

    workspace: str
    sources: list[dict[str, str | int]]
    mentions: int
    languages: Mapping[str, int]
    entities: int
    alerts: list[RehearsedAlert]
    cases: RehearsedCases


def rehearsal_moments(
    start: datetime, end: datetime, dense_from: datetime
) -> list[datetime]:
    """The moments of a rehearsal: every twelve hours back from its end, and every five
    minutes in the hour from `dense_from`."""
    moments = set()
    moment = end
    while moment > start:
        moments.add(moment)
        moment -= STEP
    moment = dense_from + DENSE_STEP
    while moment <= min(dense_from + DENSE_FOR, end):
        moments.add(moment)
        moment += DENSE_STEP
    return sorted(moments)


def run_rehearsal(
    folder: Path,
    state: RehearsalState,
    moments: Sequence[datetime],
    clock: FixedClock,
    base_urls: Mapping[str, str],
    *,
    desk: RehearsedDesk,
    push: Callable[[Context], None] | None = None,
    meanwhile: Meanwhile = lambda *_: nullcontext(),
    progress: Callable[[int, int, datetime], None] | None = None,
) -> Context:
    """Do the steps that are still to be done; the context at the end. `desk` has
    mornings before the first of them, too.

    `push` lets platforms hand in at our door what they have to tell by now. In the
    context that `meanwhile` makes of a step's beginning (None: there was none before)
    and its moment the step is done; it is over when that is left.
    """
    workspace = config.load(folder / "config.yaml")
    # What a power cut takes from sample data is made again.
    busy = workspace.config.database.busy_seconds
    engine = db.connect(workspace.database_url, busy, durable=False)
    context = Context(workspace, engine, clock, base_urls)
    done_until = datetime.fromisoformat(state.done_until) if state.done_until else None
    for moment in desk.moments_before(moments[0]):
        if done_until is None or moment > done_until:
            clock.set(moment)
            state = run_desk_step(folder, state, context, desk, moment)
            state = replace(state, done_until=moment.isoformat())
            write_state(folder, state)
    for number, moment in enumerate(moments, 1):
        if done_until is not None and moment <= done_until:
            continue
        clock.set(moment)
        before = moments[number - 2] if number > 1 else None
        with meanwhile(context, before, moment):
            _step(context, moment, before)
            if push is not None:
                push(context)
                _process_pushes(context, since=before or moment)
            tag_waiting(context)
            detection.detect(context, since=before)
            _record_detection(context, before, moment)
            state = run_desk_step(folder, state, context, desk, moment)
        if push is not None and moment == moments[-1]:
            # What became of the messages that have just left.
            push(context)
            _process_pushes(context, since=moment)
        state = replace(state, done_until=moment.isoformat())
        write_state(folder, state)
        if progress:
            progress(number, len(moments), moment)
    clock.set(moments[-1])
    return context


def run_desk_step(
    folder: Path,
    state: RehearsalState,
    context: Context,
    desk: RehearsedDesk,
    moment: datetime,
) -> RehearsalState:
    """What daemon and crew do at the desk at a moment, to which the clock is set.

    The state says that the daemon is done before the crew begins: a step that is done
    again would look at clocks that half of the crew's work has changed.
    """
    if state.cases_until != moment.isoformat():
        desk.follow_clocks(context, moment)
        state = replace(state, cases_until=moment.isoformat())
        write_state(folder, state)
    desk.work(context, moment)
    return state


def _record_detection(
    context: Context, before: datetime | None, moment: datetime
) -> None:
    """Note that alerts were looked for as often as the daemon does."""
    steps = int((moment - before) / DETECT_INTERVAL) if before else 1
    moments = (moment - step * DETECT_INTERVAL for step in range(steps))
    with db.writing(context.engine) as session:
        slots.record_done(session, "detect", moments)


def summary(context: Context) -> RehearsalSummary:
    """What the workspace holds over its life, for the demo's JSON."""
    with db.reading(context.engine) as session:
        totals = store.run_totals(session)
        none = dict.fromkeys(store.COUNTS, 0)
        sources = [
            _source_totals(source, totals.get(source.id or 0, none))
            for source in store.sources(session)
        ]
        return {
            "workspace": str(context.workspace.folder),
            "sources": sources,
            "mentions": mention_queries.present_count(session),
            "languages": mention_queries.language_counts(session),
            "entities": mention_queries.entity_count(session),
            "alerts": [
                {
                    "incident": incident.id,
                    "subject": incident.subject,
                    "severity": incident.severity,
                    "opened_at": incident.opened_at,
                    "alerts": len(alerts.alerts_of(session, incident.id or 0)),
                }
                for incident in alerts.incidents(session)
            ],
            "cases": desk_rehearsal.count_cases(session, context.clock.now()),
        }


def _source_totals(source: Source, totals: Mapping[str, int]) -> dict[str, str | int]:
    return {"name": source.name, **totals, "state": source.state}


def weekly(context: Context, lang: str) -> dict[str, str]:
    """The letter and the report of the rehearsal's last complete week."""
    files = weekly_report.write_weekly(context, lang=lang)
    return {
        "html": str(files.html),
        "text": str(files.text),
        "letter": str(files.letter_html),
    }


def _step(context: Context, moment: datetime, before: datetime | None) -> None:
    """Pull, and after an hour look at engagement again; with a new day also what comes
    daily."""
    new_day = before is None or _day(before) != _day(moment)
    with db.reading(context.engine) as session:
        due_names = [
            source.name
            for source in store.enabled(session)
            if connectors.is_pulled(source.connector)
            and (new_day or not connectors.is_daily(source.connector, source.settings))
        ]
    _require(collector.collect(context, due_names))
    if before is None or moment - before >= _SNAPSHOT_EVERY:
        _require(recheck.snapshot(context))
    if new_day:
        _recheck_all(context)


def _recheck_all(context: Context) -> None:
    """All that is due, run by run, as the daemon does hour by hour."""
    results = recheck.recheck(context)
    more_due = str(recheck.MORE_DUE)
    while more := [result.source for result in results if result.reason == more_due]:
        _require(result for result in results if result.reason != more_due)
        results = recheck.recheck(context, more)
    _require(results)


def _process_pushes(context: Context, since: datetime) -> None:
    """Read what was pushed, and fetch what was only named."""
    _require(webhook_ingest.process_pushes(context))
    fetched = media_download.fetch(context)
    for name, why in fetched.stopped.items():
        raise SocialcellError("rehearsal.source_failed", source=name, reason=why)
    webhook_ingest.record_open_time(context, since)


def _require(results: Iterable[RunResult]) -> None:
    for result in results:
        if result.state not in ("ok", "waiting"):
            raise SocialcellError(
                "rehearsal.source_failed", source=result.source, reason=result.reason
            )


def _day(moment: datetime) -> date:
    return moment.astimezone(IST).date()
