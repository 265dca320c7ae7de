"""The daemon's health: whether it runs, what fails, and what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell import connectors, db
from socialcell.campaigns.publishing import store as post_store
from socialcell.clock import SystemClock, in_pune
from socialcell.desk.store import clocks
from socialcell.i18n import language
from socialcell.listening.store.alerts import critical_calls
from socialcell.listening.store.alerts.critical_calls import UnansweredCall
from socialcell.listening.store.mentions import tags
from socialcell.ops import (
    leases,
    outbox_store,
    slots,
    store,
    waiting_messages,
    webhook_deliveries,
)
from socialcell.ops.daemon_model import Lease
from socialcell.ops.model import Run, Source
from socialcell.ops.waiting_messages import UntoldAlerts
from socialcell.services.alerts.incident_grouping import INCIDENT_GAP
from socialcell.services.context import Context
from socialcell.services.daemon import process_lock
from socialcell.services.daemon.job_schedule import list_schedules
from socialcell.services.daemon.server_health import HealthReason as HealthReason
from socialcell.services.daemon.server_health import server_reasons
from socialcell.services.messaging import messages_in_doubt
from socialcell.services.outbox.waiting_reasons import waiting_reasons
from socialcell.services.workspace import disk_space
from socialcell.settings.notifications import Unreached

SILENT = timedelta(days=2)  # a source that brings nothing for so long is silent
_NEW_SOURCE = timedelta(days=1)  # a source that was added since may still be quiet
_FAILURES = 3  # in a row; one alone is tried again soon
_RECHECK_STOPPED = timedelta(hours=36)  # the recheck is due once a night
_CALLS_NAMED = 3  # one by one; of more the first alone
_ALERTS_LATE = timedelta(minutes=5)  # the daemon sends them within a minute
_URGENT_LATE = timedelta(minutes=2)  # the daemon does it within seconds
_SAFETY_LATE = timedelta(minutes=10)  # the daemon posts it within a minute
_LETTERS_LATE = timedelta(hours=1)
_TAGGING_LATE = timedelta(hours=1)
_DOUBT_LATE = timedelta(hours=1)


@dataclass(frozen=True)
class DaemonHealth:
    """well, degraded or dead, with the reasons."""

    state: str
    reasons: tuple[HealthReason, ...]
    owner: str | None
    renewed_at: datetime | None


def check_health(context: Context) -> DaemonHealth:
    """Dead without a lease that is in force; degraded when there is any other reason:
    jobs, sources, deletions, safety, letters, doubts, alerts, tagging, disk, clicks."""
    lease = _lease(context)
    owner = lease.owner if lease else None
    renewed = lease.renewed_at if lease else None
    dead = _dead_reason(context, lease)
    if dead is not None:
        reasons = (dead, *_workspace_reasons(context))
        return DaemonHealth("dead", reasons, owner or None, renewed)
    reasons = (*_job_reasons(context), *_workspace_reasons(context))
    return DaemonHealth("degraded" if reasons else "well", reasons, owner, renewed)


def why_dead(context: Context) -> HealthReason | None:
    """Why no daemon runs; None when one does."""
    return _dead_reason(context, _lease(context))


def _lease(context: Context) -> Lease | None:
    with db.reading(context.engine) as session:
        lease = leases.find_lease(session, "daemon")
        if lease is not None:
            session.expunge(lease)
        return lease


def _dead_reason(context: Context, lease: Lease | None) -> HealthReason | None:
    """Why no daemon runs; None when one does. The lease goes by the real clock; one of
    this machine that was killed has left its lock."""
    if lease is None or not lease.owner:
        return HealthReason(
            "no_daemon",
            "No daemon runs.",
            "Start it: systemctl start socialcell-daemon, or socialcell daemon.",
        )
    start_again = (
        "Look at its log, then start it again: systemctl restart socialcell-daemon."
    )
    last_sign = in_pune(lease.renewed_at)
    if process_lock.is_gone(context.workspace.folder, lease.owner):
        number = process_lock.process_id(lease.owner)
        return HealthReason(
            "daemon_gone",
            f"No daemon runs: process {number} on this machine ended without being "
            f"stopped. It gave its last sign of life at {last_sign}.",
            start_again,
        )
    if lease.expires_at + leases.TTL >= SystemClock().now():
        return None
    return HealthReason(
        "daemon_silent",
        f"The daemon gave its last sign of life at {last_sign}.",
        start_again,
    )


def _workspace_reasons(context: Context) -> Iterator[HealthReason]:
    """What is wrong whether the daemon runs or not."""
    now = context.clock.now()
    yield from _alert_reasons(context, now)
    yield from _urgent_reasons(context, now)
    yield from _source_reasons(context, now)
    yield from _safety_reasons(context, now)
    yield from _letter_reasons(context, now)
    yield from _doubt_reasons(context, now)
    yield from _tagging_reasons(context, now)
    yield from _disk_reasons(context)
    yield from server_reasons(context, now)


def _job_reasons(context: Context) -> Iterator[HealthReason]:
    """Jobs whose newest run failed, and those that are far behind."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        failed, last = slots.failing_jobs(session), slots.newest_slots(session)
    for job, message in failed:
        yield HealthReason(
            "job_failed",
            f"{job} failed: {message}",
            "It is tried again at its next time; socialcell daemon status shows when.",
        )
    for schedule in list_schedules(context):
        newest = last.get(schedule.name)
        if newest is not None and schedule.is_behind(newest, now):
            yield HealthReason(
                "job_behind",
                f"{schedule.name} is behind: last done for {in_pune(newest)}.",
                "A job before it may take long: socialcell daemon status. If nothing "
                "moves, start the daemon again.",
            )


def _alert_reasons(context: Context, now: datetime) -> Iterator[HealthReason]:
    """Whether an alert would reach nobody, and what nobody answers."""
    config = context.workspace.config
    settings, unreached = config.alerts, config.unreached
    if unreached is Unreached.NOBODY_NAMED:
        yield HealthReason(
            "nobody_alerted",
            "Nobody is named to be alerted: see alerts in config.yaml.",
            "Name the control room there. Then try its chat or phone by its name, "
            "such as: socialcell alerts try control-room",
        )
    elif unreached is Unreached.NO_MAIL_SERVER:
        yield HealthReason(
            "nobody_alerted",
            "An alert would reach nobody: alerts go by mail alone, and mail.host is "
            "not set in config.yaml.",
            "Set mail.host there, or name a chat or phone under alerts: channels, "
            "phone.",
        )
    with db.reading(context.engine) as session:
        calls = critical_calls.unanswered(session, now - settings.total_wait)
        cases = [
            (case.number, case.opened_at)
            for case in clocks.unanswered_dangers(session)
            if case.assignee is None
            and case.incident_id is None
            and case.opened_at <= now - settings.total_wait
        ]
    yield from _unanswered_reasons(calls)
    if cases:
        number, opened_at = cases[0]
        yield HealthReason(
            "case_not_taken",
            f"Nobody has taken on {_cases_of_danger(len(cases))}, the first, "
            f"{number}, since {in_pune(opened_at)}: socialcell cases show {number}",
            f"Take it on: socialcell inbox take {number}.",
        )


def _cases_of_danger(count: int) -> str:
    return (
        "1 case of danger to life" if count == 1 else f"{count} cases of danger to life"
    )


def _unanswered_reasons(calls: list[UnansweredCall]) -> Iterator[HealthReason]:
    """Each incident that nobody acknowledged; many of them in one reason."""
    if len(calls) > _CALLS_NAMED:
        first = min(calls, key=lambda call: call.started_at)
        yield HealthReason(
            "not_acknowledged",
            f"Nobody has acknowledged {len(calls)} incidents, the first, incident "
            f"{first.incident_id}, since {in_pune(first.started_at)}: "
            "socialcell alerts list",
            f"Take each on, such as: socialcell alerts ack {first.incident_id}.",
        )
        return
    for call in calls:
        yield HealthReason(
            "not_acknowledged",
            f"Nobody has acknowledged incident {call.incident_id} since "
            f"{in_pune(call.started_at)}: socialcell alerts show {call.incident_id}",
            f"Take it on: socialcell alerts ack {call.incident_id}.",
        )


def _urgent_reasons(context: Context, now: datetime) -> Iterator[HealthReason]:
    """What the daemon does within seconds, and has not done for minutes."""
    with db.reading(context.engine) as session:
        moments = (
            webhook_deliveries.first_waiting_since(session),
            tags.first_message_since(session),
        )
        due_at = critical_calls.next_step_at(session, now - INCIDENT_GAP)
    came_at = min(filter(None, moments), default=None)
    if came_at is not None and now - came_at > _URGENT_LATE:
        yield HealthReason(
            "push_unread",
            "A message that was pushed has not been read for "
            f"{_span(now - came_at)}, since {in_pune(came_at)}.",
            "Until then it raises no alert. See the daemon's log for why, and: "
            "socialcell messages status. If nothing moves, start the daemon again.",
        )
    is_anybody_named = not context.workspace.config.alerts.names_nobody
    if is_anybody_named and due_at is not None and now - due_at > _URGENT_LATE:
        yield HealthReason(
            "step_overdue",
            "A step of an alert that nobody has acknowledged is overdue by "
            f"{_span(now - due_at)}, since {in_pune(due_at)}.",
            "Tell people yourself: socialcell alerts list. See the daemon's log for "
            "why; if nothing moves, start the daemon again.",
        )


def _span(span: timedelta) -> str:
    return language("en").lasted(span)


def _source_reasons(context: Context, now: datetime) -> Iterator[HealthReason]:
    """What is to be done about sources, and about rechecks of their posts."""
    with db.reading(context.engine) as session:
        sources = store.enabled(session)
        rechecks = store.last_runs(session, "recheck")
        incomplete = store.unchecked(session)
    for source in sources:
        reason = _source_reason(source, now)
        if reason is not None:
            yield reason
        run = incomplete.get(source.id or 0)
        if run is not None:
            yield _incomplete_recheck(source, run)
        elif _is_recheck_stopped(source, rechecks.get(source.id or 0), now):
            yield HealthReason(
                "recheck_stopped",
                f"{source.name}: nobody has asked for over a day whether its posts "
                "were deleted.",
                f"Ask now: socialcell sources recheck {source.name}.",
            )


def _source_reason(source: Source, now: datetime) -> HealthReason | None:
    """What a person has to know about a source; the gravest alone."""
    name = source.name
    if source.state in ("needs_attention", "gone"):
        return HealthReason(
            "source_needs_a_person",
            f"{name} needs a person: {source.state_reason}",
            f"Then try it: socialcell sources test {name}.",
        )
    if source.state == "quota_spent":
        until = in_pune(source.not_before) if source.not_before else "it is renewed"
        return HealthReason(
            "quota_spent",
            f"{name} is not read before {until}, its quota is spent: "
            f"{source.state_reason}",
            "See what is used: socialcell sources budget. Narrow the query (socialcell "
            f"sources edit {name}), or raise the cap in config.yaml.",
        )
    if source.last_ok_at is None:
        return _never_read(source, now)
    return _silent_source(source, source.last_ok_at, now)


def _never_read(source: Source, now: datetime) -> HealthReason | None:
    test = f"Try it: socialcell sources test {source.name}."
    finding = f"{source.name} has never been read: "
    if source.failures:
        return HealthReason("never_read", f"{finding}{source.state_reason}", test)
    if now - source.created_at <= _NEW_SOURCE:
        return None
    quiet = "nobody has asked it, or nothing was pushed"
    return HealthReason("never_read", f"{finding}{quiet}", test)


def _silent_source(
    source: Source, last_ok_at: datetime, now: datetime
) -> HealthReason | None:
    name = source.name
    if source.failures >= _FAILURES:
        return HealthReason(
            "source_failing",
            f"{name} failed {source.failures} times in a row: {source.state_reason}",
            f"Try it: socialcell sources test {name}.",
        )
    if now - last_ok_at > SILENT:
        return HealthReason(
            "source_silent",
            f"{name} is silent: its last success was at {in_pune(last_ok_at)}.",
            f"Pull it now: socialcell sources now {name}.",
        )
    return None


def _incomplete_recheck(source: Source, run: Run) -> HealthReason:
    return HealthReason(
        "recheck_incomplete",
        f"{source.name}: whether its posts were deleted could not be asked for all of "
        f"them ({in_pune(run.started_at)}): {run.reason}",
        f"It is tried again every hour; now: socialcell sources recheck {source.name}.",
    )


def _is_recheck_stopped(source: Source, last: Run | None, now: datetime) -> bool:
    """Whether a source that brought something is not rechecked any more."""
    if source.connector not in connectors.CONNECTORS or source.last_ok_at is None:
        return False
    asked_at = last.started_at if last else source.created_at
    is_late = now - asked_at > _RECHECK_STOPPED
    return is_late and connectors.is_rechecked(source.connector)


def _safety_reasons(context: Context, now: datetime) -> Iterator[HealthReason]:
    """Posts about life or limb that a second person approved and nobody reads yet."""
    with db.reading(context.engine) as session:
        late = post_store.late_safety(session, now - _SAFETY_LATE)
        numbers = " ".join(str(post.id) for post in late)
    if late:
        yield HealthReason(
            "safety_not_out",
            "Posts about life or limb are approved and not out for "
            f"{_span(now - late[0].due_at)}: {numbers}.",
            "Post them now, which says what is in the way: socialcell posts publish. "
            "What is held: socialcell posts list.",
        )


def _letter_reasons(context: Context, now: datetime) -> Iterator[HealthReason]:
    """What waits in the outbox for too long, or for a way that was tried in vain while
    nobody was told of the alert; and what died in the last week."""
    with db.reading(context.engine) as session:
        alerts = waiting_messages.waiting_messages(session, alerts=True)
        untold = waiting_messages.count_untold(session)
        _alerts, letters = outbox_store.due_messages(session, now)
        dead = outbox_store.backlog(session, now).dead
    if alerts and (untold.failed or now - alerts[0].oldest > _ALERTS_LATE):
        yield HealthReason(
            "alerts_waiting",
            "Messages of alerts that wait to be sent: "
            f"{sum(way.count for way in alerts)}, the oldest since "
            f"{in_pune(alerts[0].oldest)}. {_untold_sentence(untold)}",
            _waiting_advice(context, alerts=True),
        )
    if letters.oldest is not None and now - letters.oldest > _LETTERS_LATE:
        yield HealthReason(
            "letters_waiting",
            f"{letters.count} messages wait to be sent, the oldest since "
            f"{in_pune(letters.oldest)}.",
            _waiting_advice(context, alerts=False),
        )
    if dead:
        yield HealthReason(
            "letters_dead",
            f"{dead} messages of the last week could not be delivered.",
            "See why: socialcell outbox list --state dead.",
        )


def _untold_sentence(alerts: UntoldAlerts) -> str:
    """Of how many of the alerts with waiting messages nobody was told."""
    if not alerts.untold:
        return "Others were told of the same alerts."
    if alerts.untold == alerts.waiting:
        return "Nobody was told of these alerts."
    return f"Nobody was told of {alerts.untold} of the {alerts.waiting} alerts."


def _waiting_advice(context: Context, *, alerts: bool) -> str:
    ways = "; ".join(waiting_reasons(context, alerts=alerts))
    return f"In the way: {ways}. Correct it, then: socialcell outbox send."


def _doubt_reasons(context: Context, now: datetime) -> Iterator[HealthReason]:
    """Messages to citizens of which nobody knows whether they were heard."""
    doubts = messages_in_doubt.count_in_doubt(context)
    if doubts.oldest is None or now - doubts.oldest <= _DOUBT_LATE:
        return
    yield HealthReason(
        "messages_in_doubt",
        f"Messages to citizens of which nobody knows whether they were heard: "
        f"{doubts.count}. The first has waited for a person since "
        f"{in_pune(doubts.oldest)}.",
        f"Look at the platform, then say what you saw: {doubts.commands}.",
    )


def _tagging_reasons(context: Context, now: datetime) -> Iterator[HealthReason]:
    with db.reading(context.engine) as session:
        waiting = tags.backlog(session)
    if waiting.oldest is not None and now - waiting.oldest > _TAGGING_LATE:
        yield HealthReason(
            "tagging_behind",
            f"{waiting.count} mentions wait to be tagged, the oldest since "
            f"{in_pune(waiting.oldest)}.",
            "Until then they raise no alert. The next pull tags them: socialcell pull.",
        )


def _disk_reasons(context: Context) -> Iterator[HealthReason]:
    space = disk_space.measure_space(context.engine)
    if space is not None and space.is_low:
        yield HealthReason(
            "disk_low", f"The disk is nearly full: {space}.", disk_space.ADVICE
        )
