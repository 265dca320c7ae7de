"""The table of the daemon's jobs: what each runs, when, and how it catches up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell.clock import in_pune
from socialcell.i18n import CODES
from socialcell.ops.model import Source
from socialcell.services.alerts import detection, escalations, incident_notifications
from socialcell.services.collection import (
    allowance_pacing,
    collector,
    credential_checks,
    recheck,
)
from socialcell.services.collection.collector import RunResult
from socialcell.services.context import Context
from socialcell.services.daemon.due import DailySlots, IntervalSlots
from socialcell.services.daemon.job_schedule import DETECT_INTERVAL, list_schedules
from socialcell.services.desk import (
    case_escalations,
    case_opening,
    critical_cases,
    danger_calls,
)
from socialcell.services.desk.answers import answer_sending
from socialcell.services.desk.care import care_reconcile
from socialcell.services.desk.closing import case_closing, closing_sampling
from socialcell.services.mentions.tagging import tag_messages, tag_waiting
from socialcell.services.outbox import outbox
from socialcell.services.outreach import post_matching
from socialcell.services.privacy import retention
from socialcell.services.publishing import posting
from socialcell.services.reporting import report_mail
from socialcell.services.reporting.reported_week import is_before_first_source
from socialcell.services.webhooks import media_download, webhook_ingest
from socialcell.services.workspace import backup

Stop = Callable[[], bool]


class IdleSummary(str):
    """The summary of a job that had nothing to do, which a person need not read."""

    __slots__ = ()


@dataclass(frozen=True)
class JobSlot:
    """The slot that a job is run for; `late` when it should have been long ago."""

    at: datetime
    covers: int
    late: bool


@dataclass(frozen=True)
class DaemonJob:
    """Something the daemon does. `run` returns a summary of its result.

    With `each` every missed slot is made up for, one by one; else the newest stands
    for all. `late` is how old a slot may be and still be in time. `source` names what
    is pulled.
    """

    name: str
    when: IntervalSlots | DailySlots
    run: Callable[[Context, JobSlot, Stop], str]
    each: bool = False
    late: timedelta = timedelta(hours=2)
    source: str | None = None


def list_jobs(context: Context) -> Iterator[DaemonJob]:
    """Every job of this workspace as its config and sources are now, in the order of
    `list_schedules`."""
    for schedule in list_schedules(context):
        source = schedule.source
        yield DaemonJob(
            schedule.name,
            schedule.when,
            _WORK[schedule.kind] if source is None else _pull(source),
            each=schedule.each,
            late=schedule.late,
            source=source.name if source else None,
        )


def _receive(context: Context, slot: JobSlot, stop: Stop) -> str:
    results = webhook_ingest.process_pushes(context, stop=stop)
    media_download.fetch(context, stop=stop)
    tag_waiting(context, stop=stop)
    return _and_critical(_summary(results), context, stop)


def _publish(context: Context, slot: JobSlot, stop: Stop) -> str:
    run = posting.publish_due(context, stop=stop)
    states = ("posted", "later", "held", "unsure", "refused")
    counts = ", ".join(f"{run.count(state)} {state}" for state in states)
    why = [f"{platform}: {words}" for platform, words in run.stopped.items()]
    is_idle = not (any(map(run.count, states)) or run.not_allowed or why)
    return _marked(
        "; ".join([f"{counts}, {len(run.not_allowed)} tags not allowed", *why]),
        is_idle=is_idle,
    )


def _pull(source: Source) -> Callable[[Context, JobSlot, Stop], str]:
    def run(context: Context, slot: JobSlot, stop: Stop) -> str:
        later = allowance_pacing.next_turn(context, source)
        if later is not None:
            turn = f"not its turn before {in_pune(later)}: searches last for the day"
            return IdleSummary(turn)
        result = collector.pull(context, source, stop=stop)
        tag_waiting(context, stop=stop)
        return _and_critical(_summary([result]), context, stop)

    return run


def _cases(context: Context, slot: JobSlot, stop: Stop) -> str:
    count = case_opening.open_pending(context, stop)
    followed = critical_cases.follow_mentions(context)
    promoted = critical_cases.promote_critical(context)
    linked = critical_cases.link_incidents(context)
    summary = f"{count} mentions in cases, {promoted} made P0"
    if followed:
        summary += f", {followed} with another priority as their mentions were decided"
    if linked:
        summary += f", {linked} linked to the incident of their danger"
    return _marked(summary, is_idle=not (count or promoted or followed or linked))


def _clocks(context: Context, slot: JobSlot, stop: Stop) -> str:
    run = case_escalations.escalate_due(context, stop)
    calls = danger_calls.put_calls(context)
    messages = run.messages + calls
    summary = f"{run.escalated} cases escalated, {messages} messages"
    if run.settled:
        summary += f"; clocks of {run.settled} cases were set right"
    return _marked(summary, is_idle=not (run.escalated or messages or run.settled))


def _snapshot(context: Context, slot: JobSlot, stop: Stop) -> str:
    # What could not be asked at night comes before anybody's engagement.
    overdue = recheck.overdue_sources(context)
    first = recheck.recheck(context, overdue, stop=stop) if overdue else []
    return _summary([*first, *recheck.snapshot(context, stop=stop)])


def _recheck(context: Context, slot: JobSlot, stop: Stop) -> str:
    return _summary(recheck.recheck(context, stop=stop))


def _outreach(context: Context, slot: JobSlot, stop: Stop) -> str:
    count = post_matching.find_posts(context)
    return _marked(f"{count} planned posts found", is_idle=not count)


def _closings(context: Context, slot: JobSlot, stop: Stop) -> str:
    closed = case_closing.close_silent(context, stop)
    drawn = closing_sampling.draw_last_week(context)
    summary = f"{closed} closed after seven days, {drawn} drawn for a call"
    return _marked(summary, is_idle=not (closed or drawn))


def _care(context: Context, slot: JobSlot, stop: Stop) -> str:
    result = care_reconcile.reconcile(context, stop)
    summary = (
        f"{result.claimed} claimed done, {result.reopened} reopened, "
        f"{result.listed.total()} to look at"
    )
    return _marked(summary, is_idle=not (result.claimed or result.reopened))


def _credentials(context: Context, slot: JobSlot, stop: Stop) -> str:
    states = credential_checks.check_credentials(context)
    refused = [state.connector for state in states if not state.ok]
    if refused:
        return f"{len(states)} tried, refused: {', '.join(refused)}"
    return IdleSummary(f"{len(states)} tried, all accepted")


def _retention(context: Context, slot: JobSlot, stop: Stop) -> str:
    gone = retention.run_retention(context)
    texts = sum(gone.texts.values())
    return f"{gone.raw_mapped + gone.raw_quarantined} raw items, {texts} texts purged"


def _backup(context: Context, slot: JobSlot, stop: Stop) -> str:
    copy = backup.make_nightly_backup(context.workspace)
    return f"copied to {copy.path.name}"


def _weekly(context: Context, slot: JobSlot, stop: Stop) -> str:
    if is_before_first_source(context, slot.at):
        return "no report: the week ended before the first source was added"
    mailed = [
        report_mail.mail_weekly(context, lang, as_of=slot.at, late=slot.late)
        for lang in context.workspace.config.report.languages
    ]
    letters = sum(report.letters for report in mailed)
    letters += report_mail.mail_offices(context, as_of=slot.at, late=slot.late)
    names = ", ".join(report.files.html.name for report in mailed)
    return f"{names}; {letters} letters{' (late)' if slot.late else ''}"


def _daily(context: Context, slot: JobSlot, stop: Stop) -> str:
    if slot.late:
        return "too late for a brief: the next one says what is new"
    letters = sum(report_mail.send_daily(context, lang, slot.at) for lang in CODES)
    return _marked(f"{letters} letters", is_idle=not letters)


def _detect(context: Context, slot: JobSlot, stop: Stop) -> str:
    # What came late belongs to the last look, too.
    since = slot.at - slot.covers * DETECT_INTERVAL - timedelta(minutes=30)
    result = detection.detect(context, since=since)
    messages = incident_notifications.notify_incidents(context)
    opened = len(result.opened)
    summary = f"{result.alerts} alerts, {opened} new incidents, {messages} messages"
    is_idle = not (result.alerts or opened or messages)
    return _and_critical(_marked(summary, is_idle=is_idle), context, stop)


def _answers(context: Context, slot: JobSlot, stop: Stop) -> str:
    run = answer_sending.send_due(context, stop=stop)
    summary = (
        f"{run.sent} sent, {run.later} later, {run.returned} returned, "
        f"{run.failed} failed, {run.unsure} unsure, {run.noted} public noted"
    )
    why = [f"{channel}: {words}" for channel, words in run.stopped.items()]
    return _marked("; ".join([summary, *why]), is_idle=run.is_idle)


def _deliver(context: Context, slot: JobSlot, stop: Stop) -> str:
    # Alerts leave as soon as they are due (LADDER, and after what was read).
    delivery = outbox.deliver_due(context, alerts=False, stop=stop)
    summary = f"{delivery.sent} sent, {delivery.later} later, {delivery.dead} dead"
    if delivery.stopped:
        return f"{summary}; {delivery.stopped}"
    is_idle = not (delivery.sent or delivery.later or delivery.dead)
    return _marked(summary, is_idle=is_idle)


def _and_critical(summary: str, context: Context, stop: Stop) -> str:
    """The summary, after the escalation of critical items that were just read: they do
    not wait for the next round. An item may also have become critical by a decision."""
    escalation = escalations.advance(context, stop)
    if not (escalation.opened or escalation.messages or escalation.delivered.stopped):
        return summary
    text = f"{summary}; critical items: {len(escalation.opened)} new incidents, "
    text += f"{escalation.messages} messages, {escalation.delivered.sent} sent"
    return "; ".join(filter(None, (text, escalation.delivered.stopped)))


def _read_pushes(context: Context, slot: JobSlot, stop: Stop) -> str:
    results = webhook_ingest.process_pushes(context, stop=stop)
    count = tag_messages(context)
    return _marked(f"{_summary(results)}, {count} read", is_idle=not count)


def _take_steps(context: Context, slot: JobSlot, stop: Stop) -> str:
    run = escalations.advance(context, stop)
    counts = f"{len(run.opened)} new incidents, {run.messages} messages"
    summary = f"{counts}, {run.delivered.sent} sent"
    if run.delivered.stopped:
        return f"{summary}; {run.delivered.stopped}"
    is_idle = not (run.opened or run.messages or run.delivered.sent)
    return _marked(summary, is_idle=is_idle)


# Done as soon as something waits for them, and so at no slot (urgent_work.py).
PUSHES = DaemonJob("receive", IntervalSlots(timedelta(minutes=1)), _read_pushes)
LADDER = DaemonJob("ladder", IntervalSlots(timedelta(minutes=1)), _take_steps)


def _summary(results: list[RunResult]) -> str:
    """A summary of runs: how many, new and changed mentions, and failures, each of
    which is a line of the log of its own."""
    failed = [
        f"{result.source}: {result.reason}"
        for result in results
        if result.state != "ok"
    ]
    new = sum(result.counts["stored"] for result in results)
    changed = sum(result.counts["updated"] for result in results)
    summary = f"{len(results)} runs, {new} new, {changed} changed"
    return _marked("; ".join([summary, *failed]), is_idle=not (new or changed))


def _marked(summary: str, *, is_idle: bool) -> str:
    return IdleSummary(summary) if is_idle else summary


_WORK: dict[str, Callable[[Context, JobSlot, Stop], str]] = {
    "receive": _receive,
    "publish": _publish,
    "cases": _cases,
    "clocks": _clocks,
    "detect": _detect,
    "answers": _answers,
    "deliver": _deliver,
    "snapshot": _snapshot,
    "outreach": _outreach,
    "credentials": _credentials,
    "closings": _closings,
    "care": _care,
    "report:daily": _daily,
    "recheck": _recheck,
    "retention": _retention,
    "backup": _backup,
    "report:weekly": _weekly,
}
