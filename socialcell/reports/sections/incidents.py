"""The section on incidents: how severe, since when, how unusual, what was done."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Literal

from sqlmodel import Session

from socialcell.clock import IST
from socialcell.listening.alerts.model import CRITICAL, Alert, Incident
from socialcell.listening.store.alerts import incidents
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.reports.incidents.incident_page import severity_word, worst_alert
from socialcell.reports.incidents.incident_sentences import series_words as in_words
from socialcell.reports.page import Block, Cell, Paragraph, Section, Table
from socialcell.reports.phrases import UNKNOWN
from socialcell.reports.sections.report_context import ReportContext
from socialcell.reports.week_numbers import IncidentNumbers, WorstAlert

MAX_INCIDENTS = 5
_PROMISE, _WARD = "promise:", "ward:"


def count_incidents(
    session: Session, span: TimeSpan, start: datetime, names: dict[str, dict[str, str]]
) -> list[IncidentNumbers]:
    """Incidents of a span of two weeks as plain JSON, the severest and newest first;
    of severe ones those of single critical items last.

    `here` are those of the week from `start`; `week` says in which of both one began
    (now, before, earlier). `names` are those of areas, by id and language.
    """
    rows = incidents.touching(session, span)
    alerts = incidents.alerts_before(session, map(_id, rows), span.end)
    first_posts = _first_posts(session, alerts)
    promise_texts = incidents.promises_of(
        session,
        [
            int(incident.subject.removeprefix(_PROMISE))
            for incident in rows
            if incident.subject.startswith(_PROMISE)
        ],
    )
    numbers: list[IncidentNumbers] = [
        {
            "id": _id(incident),
            "kind": incident.kind,
            "subject": incident.subject,
            "name": names.get(_area(incident.subject)),
            "promise": _promise_text(incident, promise_texts),
            "severity": incident.severity,
            "state": incident.state,
            "opened_at": _local_iso(incident.opened_at),
            "first_post_at": first_posts.get(_id(incident)),
            "last_at": _local_iso(min(incident.last_at, span.end)),
            "ended_at": _local_iso(incident.ended_at) if incident.ended_at else None,
            "here": incident.last_at >= start,
            "week": _week_of_start(incident.opened_at, span, start),
            "acked_by": incident.acked_by,
            "acked_at": _local_iso(incident.acked_at) if incident.acked_at else None,
            "worst": _alert_numbers(worst_alert(alerts[_id(incident)])),
        }
        for incident in rows
    ]
    return sorted(
        numbers,
        key=lambda incident: (
            incident["severity"] != "high",
            incident["kind"] == CRITICAL,
            -incident["id"],
        ),
    )


def section(context: ReportContext) -> Section:
    """Left out of reports that were frozen by earlier versions."""
    _ = context.lang.gettext
    incident_numbers = context.numbers.get("incidents")
    if incident_numbers is None:
        return Section("", [])
    title = _("Incidents of the week")
    if not incident_numbers:
        nothing_open = _("Nothing stood out: no incident was open in this week.")
        return Section(title, [Paragraph(nothing_open)])
    shown_incidents = incident_numbers[:MAX_INCIDENTS]
    heads = (_("Incident"), _("Mentions"), _("Normally"), _("What was done"))
    caption = _("Incidents that were open in the week, the severest first")
    blocks: list[Block] = [
        Table(caption, heads, [_row(context, incident) for incident in shown_incidents])
    ]
    note = _(
        "Mentions are those of the hour (of a phrase: the people of three hours) that "
        "stood out most, beside what is normal then; below them all of the incident."
    )
    blocks.append(Paragraph(note))
    if context.console_url:
        blocks.append(Paragraph(_where_to_look(context, shown_incidents)))
    if hidden_count := len(incident_numbers) - len(shown_incidents):
        blocks.append(
            Paragraph(
                context.lang.ngettext(
                    "%(n)s more incident is not shown.",
                    "%(n)s more incidents are not shown.",
                    hidden_count,
                )
            )
        )
    return Section(title, blocks)


def _row(context: ReportContext, incident: IncidentNumbers) -> Sequence[Cell]:
    lang = context.lang
    worst = incident["worst"]
    usual = worst["expected"] if worst else None
    start, end = (
        lang.moment(datetime.fromisoformat(moment))
        for moment in (incident["opened_at"], incident["last_at"])
    )
    span = lang.gettext("%(start)s to %(end)s", start=start, end=end)
    return (
        (
            _title(context, incident),
            lang.gettext("Incident %(id)s", id=lang.number(incident["id"])),
            severity_word(incident["severity"], context.phrases),
            span,
        ),
        (_observed_text(context, worst), *_total_lines(context, incident)),
        (UNKNOWN if usual is None else lang.number(round(usual)),),
        _handling_cell(context, incident),
    )


def _total_lines(context: ReportContext, incident: IncidentNumbers) -> Iterator[str]:
    """All its mentions and the urgent ones; numbers that were frozen before have
    none."""
    situation = incident.get("situation")
    if situation is not None:
        yield context.lang.gettext(
            "in all %(n)s, urgent %(urgent)s",
            n=context.number(situation["mentions"]),
            urgent=context.number(situation["urgent"]),
        )


def _observed_text(context: ReportContext, worst: WorstAlert | None) -> str:
    """The number, with its unit where that is hours; numbers that were frozen before
    have none."""
    if worst is None:
        return UNKNOWN
    if worst.get("unit") != "hours":
        return context.number(worst["observed"])
    return context.lang.ngettext("%(n)s hour", "%(n)s hours", worst["observed"])


def _title(context: ReportContext, incident: IncidentNumbers) -> str:
    if incident["promise"]:
        return context.lang.gettext(
            "Promise missed: %(text)s", text=context.shorten(incident["promise"])
        )
    names = {_area(incident["subject"]): incident["name"]} if incident["name"] else {}
    return context.shorten(in_words(incident["subject"], names, context.phrases))


def _handling_cell(context: ReportContext, incident: IncidentNumbers) -> Cell:
    _ = context.lang.gettext
    state = {
        "open": _("still open"),
        "acked": _("being taken care of"),
        "over": _over_text(context, incident),
    }[incident["state"]]
    if not incident["acked_at"]:
        return (_("No one is assigned"), state)
    at = context.lang.moment(datetime.fromisoformat(incident["acked_at"]))
    return (
        _(
            "Assigned to %(who)s, %(at)s",
            who=context.shorten(incident["acked_by"] or UNKNOWN),
            at=at,
        ),
        state,
    )


def _over_text(context: ReportContext, incident: IncidentNumbers) -> str:
    """Since when, and how long it took; numbers that were frozen before say neither."""
    _ = context.lang.gettext
    if "ended_at" not in incident:
        return _("over")
    ended_at = incident["ended_at"]
    if ended_at is None:
        return _("over; when it ended was not recorded")
    start, end = map(datetime.fromisoformat, (incident["opened_at"], ended_at))
    return _(
        "over on %(at)s, after %(lasted)s",
        at=context.lang.moment(end),
        lasted=context.lang.lasted(end - start),
    )


def _where_to_look(
    context: ReportContext, incidents_shown: Sequence[IncidentNumbers]
) -> str:
    """The pages of the console on which they are found."""
    places = (
        f"{context.console_url}/incidents/{incident['id']}"
        for incident in incidents_shown
    )
    return context.lang.gettext("More: %(where)s", where="; ".join(places))


def _first_posts(session: Session, alerts: dict[int, list[Alert]]) -> dict[int, str]:
    """When the first post was written on which an incident's first alert rests."""
    mention_ids_by_incident = {
        id_: mention_ids[0].mentions
        for id_, mention_ids in alerts.items()
        if mention_ids
    }
    times_by_mention = incidents.first_posts(
        session, set(chain.from_iterable(mention_ids_by_incident.values()))
    )
    return {
        id_: _local_iso(min(times))
        for id_, mention_ids in mention_ids_by_incident.items()
        if (
            times := [
                times_by_mention[mention_id]
                for mention_id in mention_ids
                if mention_id in times_by_mention
            ]
        )
    }


def _week_of_start(
    moment: datetime, span: TimeSpan, start: datetime
) -> Literal["now", "before", "earlier"]:
    if moment >= start:
        return "now"
    return "before" if moment >= span.start else "earlier"


def _area(subject: str) -> str:
    return subject.removeprefix("negative ").removeprefix(_WARD)


def _promise_text(incident: Incident, promise_texts: dict[int, str]) -> str | None:
    if not incident.subject.startswith(_PROMISE):
        return None
    return promise_texts.get(int(incident.subject.removeprefix(_PROMISE)))


def _alert_numbers(alert: Alert | None) -> WorstAlert | None:
    if alert is None or alert.observed is None:
        return None
    return {
        "kind": alert.kind,
        "series": alert.series,
        "at": _local_iso(alert.at),
        "minutes": alert.minutes,
        "observed": alert.observed,
        "expected": alert.expected,
        "unit": alert.unit,
        "coverage": alert.coverage,
    }


def _id(incident: Incident) -> int:
    assert incident.id is not None
    return incident.id


def _local_iso(moment: datetime) -> str:
    return moment.astimezone(IST).isoformat()
