"""The table of the daemon's jobs: what is done, when, and how it is caught up."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from socialcell import connectors, db
from socialcell.clock import in_pune
from socialcell.i18n import CODES
from socialcell.ops import store
from socialcell.ops.model import Source
from socialcell.reports.daily.brief import TIMES
from socialcell.services.alerts import detection, escalations, incident_notifications
from socialcell.services.collection import (
    allowance_pacing,
    collector,
    credential_checks,
    recheck,
)
from socialcell.services.collection.collector import Result
from socialcell.services.context import Context
from socialcell.services.daemon.due import At, Every
from socialcell.services.mentions.tagging import tag
from socialcell.services.outbox import outbox
from socialcell.services.outreach import post_matching
from socialcell.services.privacy import retention
from socialcell.services.publishing import posting
from socialcell.services.reporting import report_mail
from socialcell.services.webhooks import media_download, webhook_ingest
from socialcell.services.workspace import backup
from socialcell.settings import DaemonSection

Stop = Callable[[], bool]
_LOOK = timedelta(minutes=5)


@dataclass(frozen=True)
class Slot:
    """The slot that a job is run for; `late` when it should have been long ago."""

    at: datetime
    covers: int
    late: bool


@dataclass(frozen=True)
class Job:
    """Something the daemon does. `run` says in words what came of it.

    With `each` every missed slot is made up for, one by one; else the newest stands
    for all. `late` is how old a slot may be and still be in time. `source` names what
    is pulled.
    """

    name: str
    when: Every | At
    run: Callable[[Context, Slot, Stop], str]
    each: bool = False
    late: timedelta = timedelta(hours=2)
    source: str | None = None


def jobs(context: Context) -> Iterator[Job]:
    """Every job of this workspace as its config and sources are now, in order of
    urgency: what came in by itself, what is pulled, then what can wait."""
    settings = context.workspace.config.daemon
    with db.reading(context.engine) as session:
        enabled = store.enabled(session)
    yield Job("receive", Every(timedelta(minutes=1)), _receive)
    if posting.is_on(context):
        yield Job("publish", Every(timedelta(minutes=1)), _publish)
    for source in enabled:
        if _pulls(source):
            yield Job(
                f"pull:{source.name}",
                _pace(settings, source),
                _pull(source),
                source=source.name,
            )
    yield Job("detect", Every(_LOOK), _detect)
    yield Job("deliver", Every(timedelta(minutes=1)), _deliver)
    yield Job("snapshot", Every(timedelta(hours=1)), _snapshot)
    yield Job("outreach", Every(timedelta(hours=1)), _outreach)
    yield Job("credentials", Every(timedelta(hours=1)), _credentials)
    for at in TIMES:
        yield Job(f"report:daily:{at:%H%M}", At(at), _daily)
    yield Job("recheck", _at(settings.night, 0), _recheck)
    yield Job("retention", _at(settings.night, 30), _retention)
    yield Job("backup", _at(settings.night, 60), _backup)
    yield Job(
        "report:weekly",
        At(time.fromisoformat(settings.weekly), "mon"),
        _weekly,
        each=True,
    )


def _pulls(source: Source) -> bool:
    if source.connector not in connectors.CONNECTORS:
        return False
    return connectors.is_pulled(source.connector)


def _pace(settings: DaemonSection, source: Source) -> Every:
    """How often a source is pulled; each at a minute of its own."""
    minutes = settings.pull_minutes
    if connectors.is_daily(source.connector, source.settings):
        minutes = 24 * 60
    for name in (source.connector, source.name):
        minutes = settings.pull_minutes_of.get(name, minutes)
    spread = zlib.crc32(source.name.encode()) % (minutes * 60)
    return Every(timedelta(minutes=minutes), timedelta(seconds=spread))


def _at(night: str, minutes: int) -> At:
    begin = time.fromisoformat(night)
    total = begin.hour * 60 + begin.minute + minutes
    return At(time(total // 60 % 24, total % 60))


def _receive(context: Context, slot: Slot, stop: Stop) -> str:
    done = webhook_ingest.work_off(context, stop=stop)
    media_download.fetch(context, stop=stop)
    tag(context)
    return _and_critical(_words(done), context, stop)


def _publish(context: Context, slot: Slot, stop: Stop) -> str:
    done = posting.publish(context, stop=stop)
    states = ("posted", "later", "held", "unsure", "refused")
    said = ", ".join(f"{done.count(state)} {state}" for state in states)
    why = [f"{platform}: {words}" for platform, words in done.stopped.items()]
    return "; ".join([f"{said}, {len(done.not_allowed)} tags not allowed", *why])


def _pull(source: Source) -> Callable[[Context, Slot, Stop], str]:
    def run(context: Context, slot: Slot, stop: Stop) -> str:
        later = allowance_pacing.next_turn(context, source)
        if later is not None:
            return f"not its turn before {in_pune(later)}: searches last for the day"
        result = collector.pull(context, source, stop=stop)
        tag(context)
        return _and_critical(_words([result]), context, stop)

    return run


def _snapshot(context: Context, slot: Slot, stop: Stop) -> str:
    # What could not be asked at night comes before anybody's engagement.
    owed = recheck.owed(context)
    first = recheck.recheck(context, owed, stop=stop) if owed else []
    return _words([*first, *recheck.snapshot(context, stop=stop)])


def _recheck(context: Context, slot: Slot, stop: Stop) -> str:
    return _words(recheck.recheck(context, stop=stop))


def _outreach(context: Context, slot: Slot, stop: Stop) -> str:
    return f"{post_matching.look(context)} planned posts found"


def _credentials(context: Context, slot: Slot, stop: Stop) -> str:
    found = credential_checks.check(context)
    refused = [one.connector for one in found if not one.ok]
    if refused:
        return f"{len(found)} tried, refused: {', '.join(refused)}"
    return f"{len(found)} tried, all accepted"


def _retention(context: Context, slot: Slot, stop: Stop) -> str:
    gone = retention.run(context)
    texts = sum(gone.texts.values())
    return f"{gone.raw_mapped + gone.raw_quarantined} raw items, {texts} texts purged"


def _backup(context: Context, slot: Slot, stop: Stop) -> str:
    made = backup.nightly(context.workspace)
    return f"copied to {made.path.name}"


def _weekly(context: Context, slot: Slot, stop: Stop) -> str:
    done = [
        report_mail.weekly(context, lang, as_of=slot.at, late=slot.late)
        for lang in context.workspace.config.report.languages
    ]
    letters = sum(one.letters for one in done)
    names = ", ".join(one.files.html.name for one in done)
    return f"{names}; {letters} letters{' (late)' if slot.late else ''}"


def _daily(context: Context, slot: Slot, stop: Stop) -> str:
    if slot.late:
        return "too late for a brief: the next one says what is new"
    letters = sum(report_mail.send_daily(context, lang, slot.at) for lang in CODES)
    return f"{letters} letters"


def _detect(context: Context, slot: Slot, stop: Stop) -> str:
    # What came late belongs to the last look, too.
    since = slot.at - slot.covers * _LOOK - timedelta(minutes=30)
    found = detection.detect(context, since=since)
    told = incident_notifications.incidents(context)
    said = f"{found.alerts} alerts, {len(found.opened)} new incidents, {told} messages"
    return _and_critical(said, context, stop)


def _deliver(context: Context, slot: Slot, stop: Stop) -> str:
    done = outbox.deliver(context, stop=stop)
    said = f"{done.sent} sent, {done.later} later, {done.dead} dead"
    return f"{said}; {done.stopped}" if done.stopped else said


def _and_critical(said: str, context: Context, stop: Stop) -> str:
    """What was said, and whom critical items that were just read called: nobody waits
    for the next round. An item may also have become critical by a decision."""
    done = escalations.advance(context, stop)
    if not (done.opened or done.messages or done.delivered.stopped):
        return said
    words = f"{said}; critical items: {len(done.opened)} new incidents, "
    words += f"{done.messages} messages, {done.delivered.sent} sent"
    return "; ".join(filter(None, (words, done.delivered.stopped)))


def _words(results: list[Result]) -> str:
    """Runs in a few words: how many, what they brought, and who failed."""
    failed = [f"{one.source}: {one.reason}" for one in results if one.state != "ok"]
    new = sum(one.counts["stored"] for one in results)
    changed = sum(one.counts["updated"] for one in results)
    said = f"{len(results)} runs, {new} new, {changed} changed"
    return "; ".join([said, *failed])
