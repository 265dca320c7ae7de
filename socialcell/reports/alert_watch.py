"""For how much of a week the daemon looked for alerts, and what a letter says of it."""

from datetime import datetime, timedelta
from itertools import pairwise

from sqlmodel import Session

from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.ops import slots
from socialcell.reports.week_numbers import AlertWatch, Period, WeekNumbers

JOB = "detect"
"""The daemon's job that looks for alerts."""
LONGEST_PAUSE = timedelta(minutes=30)
"""The job runs every five minutes; more than this between two runs is a gap."""
_MAX_NAMED = 3


def count_alert_watch(session: Session, week: TimeSpan) -> AlertWatch:
    """Gaps of the week in which the job did not run, in their order.

    `by_daemon` is False where it never ran in the week: then nothing looked for alerts
    but who ran the command.
    """
    runs = slots.done_between(session, JOB, week.start, week.end)
    if not runs:
        return {"by_daemon": False, "gaps": []}
    moments = [week.start, *runs, week.end]
    return {
        "by_daemon": True,
        "gaps": [
            _period(before, after)
            for before, after in pairwise(moments)
            if after - before > LONGEST_PAUSE
        ],
    }


def is_whole(numbers: WeekNumbers) -> bool:
    """Whether alerts were looked for all week; True of reports that were frozen by
    earlier versions, which do not know it."""
    watch = numbers.get("alert_watch")
    return watch is None or (watch["by_daemon"] and not watch["gaps"])


def alert_watch_sentence(numbers: WeekNumbers, lang: Language) -> str | None:
    """When alerts were not looked for; None where they were all week."""
    watch = numbers.get("alert_watch")
    if watch is None or is_whole(numbers):
        return None
    if not watch["by_daemon"]:
        return lang.gettext(
            "Alerts were not looked for in this week: the service did not run."
        )
    spans = "; ".join(
        lang.gettext(
            "%(start)s to %(end)s",
            start=lang.moment(datetime.fromisoformat(gap["from"])),
            end=lang.moment(datetime.fromisoformat(gap["to"])),
        )
        for gap in watch["gaps"][:_MAX_NAMED]
    )
    sentence = lang.gettext("Alerts were not looked for from %(spans)s.", spans=spans)
    more = len(watch["gaps"]) - _MAX_NAMED
    if more <= 0:
        return sentence
    others = lang.ngettext("Nor in %(n)s more span.", "Nor in %(n)s more spans.", more)
    return f"{sentence} {others}"


def no_incident_sentence(numbers: WeekNumbers, lang: Language) -> str:
    """That no incident was open: as calm only where alerts were looked for all week and
    nobody wrote of danger to life."""
    if not is_whole(numbers):
        return lang.gettext(
            "No incident is known, but they were not looked for all week."
        )
    if critical_count(numbers):
        return lang.gettext("No incident was open in this week.")
    return lang.gettext("Nothing stood out: no incident was open in this week.")


def critical_count(numbers: WeekNumbers) -> int:
    """How many mentions of the week are of danger to life."""
    levels = {row["id"]: row["n"] or 0 for row in numbers["urgencies"]}
    return levels.get("critical", 0)


def _period(start: datetime, end: datetime) -> Period:
    return {
        "from": start.astimezone(IST).isoformat(),
        "to": end.astimezone(IST).isoformat(),
    }
