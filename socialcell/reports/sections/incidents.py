"""The section on incidents: how severe, since when, how unusual, what was done."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Literal

from sqlmodel import Session

from socialcell.clock import local_iso
from socialcell.listening.alerts.model import CRITICAL, Alert, Incident
from socialcell.listening.store.alerts import incidents
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.ops import outbox_store
from socialcell.reports import alert_watch
from socialcell.reports.incidents import frozen_subjects, incident_titles
from socialcell.reports.incidents.incident_page import severity_word, worst_alert
from socialcell.reports.incidents.incident_sentences import figure_text, quantity_words
from socialcell.reports.page import Block, Cell, Paragraph, Section, Table
from socialcell.reports.phrases import UNKNOWN
from socialcell.reports.sections.report_context import ReportContext
from socialcell.reports.week_incidents import (
    IncidentNumbers,
    IncidentSituation,
    WorstAlert,
)

MAX_INCIDENTS = 5
_PROMISE = "promise:"


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
    subjects = incident_titles.subjects_of(
        session, [(row, alerts[_id(row)]) for row in rows], scopes={}
    )
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
            "name": names.get(frozen_subjects.area_of(incident.subject)),
            "item": frozen_subjects.item_numbers(subjects[_id(incident)].item, names),
            "promise": _promise_text(incident, promise_texts),
            "severity": incident.severity,
            "state": incident.state,
            "opened_at": local_iso(incident.opened_at),
            "first_post_at": first_posts.get(_id(incident)),
            "notified_at": _notified_at(session, incident, span.end),
            "last_at": local_iso(min(incident.last_at, span.end)),
            "ended_at": local_iso(incident.ended_at) if incident.ended_at else None,
            "here": incident.last_at >= start,
            "week": _week_of_start(incident.opened_at, span, start),
            "acked_by": incident.acked_by,
            "acked_at": local_iso(incident.acked_at) if incident.acked_at else None,
            "false_alarm": incident.is_false_alarm,
            "worst": _alert_numbers(
                worst_alert(incident.subject, alerts[_id(incident)])
            ),
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
        nothing = alert_watch.no_incident_sentence(context.numbers, context.lang)
        return Section(title, [Paragraph(nothing)])
    shown_incidents = sorted(incident_numbers, key=_rank)[:MAX_INCIDENTS]
    heads = (_("Incident"), _("Mentions"), _("Normally"), _("What was done"))
    caption = _("Incidents that were open in the week, the severest first")
    blocks: list[Block] = [
        Table(caption, heads, [_row(context, incident) for incident in shown_incidents])
    ]
    blocks += map(Paragraph, _notes(context, shown_incidents))
    blocks += map(Paragraph, _contradictions(context, shown_incidents))
    if context.pictures.incident:
        blocks.append(context.pictures.incident)
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


def greatest(incident_numbers: Sequence[IncidentNumbers]) -> IncidentNumbers | None:
    """The first of the incidents that count mentions, in the order of the section."""
    return next(filter(_counted, sorted(incident_numbers, key=_rank)), None)


def _rank(incident: IncidentNumbers) -> tuple[bool, bool, int, int]:
    """The severest first, then danger to life, then mentions; what was frozen by
    earlier versions stays in its order."""
    situation = incident.get("situation")
    return (
        incident["severity"] != "high",
        incident["kind"] == CRITICAL,
        -situation["critical"] if situation else 0,
        -situation["mentions"] if situation else 0,
    )


def _row(context: ReportContext, incident: IncidentNumbers) -> Sequence[Cell]:
    heading = (
        _title(context, incident),
        context.lang.gettext("Incident %(id)s", id=context.lang.number(incident["id"])),
        severity_word(incident["severity"], context.phrases),
    )
    if situation := _counted(incident):
        return (
            (*heading, *_span_lines(context, situation)),
            _total_cell(context, situation),
            (context.number(situation["usual"]),),
            _handling_cell(context, incident),
        )
    worst = incident["worst"]
    usual = worst["expected"] if worst else None
    return (
        (*heading, _span(context, incident["opened_at"], incident["last_at"])),
        (_observed_text(context, worst),),
        (UNKNOWN if usual is None else context.lang.number(round(usual)),),
        _handling_cell(context, incident),
    )


def _counted(incident: IncidentNumbers) -> IncidentSituation | None:
    """How it stood, where it has mentions; numbers that were frozen before say none."""
    situation = incident.get("situation")
    return situation if situation and situation["mentions"] else None


def _span(context: ReportContext, start: str, end: str) -> str:
    first, last = (
        context.lang.moment(datetime.fromisoformat(moment)) for moment in (start, end)
    )
    return context.lang.gettext("%(start)s to %(end)s", start=first, end=last)


def _span_lines(context: ReportContext, situation: IncidentSituation) -> Sequence[str]:
    """From the first mention to the newest, and how long that is: the one duration that
    is given of an incident."""
    start, end = (situation["began_at"], situation["newest_at"])
    lasted = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return (_span(context, start, end), context.lang.lasted(lasted))


def _total_cell(context: ReportContext, situation: IncidentSituation) -> Cell:
    """All mentions of the incident, the urgent ones, and those of its greatest hour."""
    total = context.lang.gettext(
        "in all %(n)s, urgent %(urgent)s",
        n=context.number(situation["mentions"]),
        urgent=context.number(situation["urgent"]),
    )
    peak = situation.get("peak")
    if peak is None:
        return (total,)
    greatest = context.lang.gettext(
        "most in an hour: %(n)s (%(at)s)",
        n=context.number(peak["n"]),
        at=context.lang.moment(datetime.fromisoformat(peak["at"])),
    )
    return (total, greatest)


def _notes(
    context: ReportContext, incidents_shown: Sequence[IncidentNumbers]
) -> Iterator[str]:
    """What the numbers of the incidents are, as far as some are shown."""
    _ = context.lang.gettext
    have_mentions = [_counted(incident) is not None for incident in incidents_shown]
    if any(have_mentions):
        yield _(
            "Mentions are all of the incident from its first to its newest, beside "
            "what is normal in the same hours of other weeks."
        )
    if not all(have_mentions):
        yield _(
            "Mentions are those of the hour (of a phrase: the people of three hours) "
            "that stood out most, beside what is normal then."
        )


def _contradictions(
    context: ReportContext, incidents_shown: Sequence[IncidentNumbers]
) -> Iterator[str]:
    """Figures of an incident that differ, side by side."""
    for incident in incidents_shown:
        situation = incident.get("situation")
        for figures in situation["figures"] if situation else ():
            yield context.lang.gettext(
                "%(incident)s: figures differ, none is confirmed: %(what)s: "
                "%(figures)s.",
                incident=_title(context, incident),
                what=quantity_words(figures["quantity"], context.lang),
                figures=" / ".join(
                    figure_text(figures["quantity"], figure["value"], context.lang)
                    for figure in figures["values"]
                ),
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
    return context.shorten(frozen_subjects.title(incident, context.phrases))


def _handling_cell(context: ReportContext, incident: IncidentNumbers) -> Cell:
    _ = context.lang.gettext
    state = {
        "open": _("still open"),
        "acked": _("being taken care of"),
        "over": _over_text(context, incident),
    }[incident["state"]]
    if incident["acked_at"]:
        assigned = _(
            "Assigned to %(who)s, %(at)s",
            who=context.shorten(incident["acked_by"] or UNKNOWN),
            at=context.lang.moment(datetime.fromisoformat(incident["acked_at"])),
        )
    else:
        assigned = _("No one is assigned")
    if not incident.get("false_alarm"):
        return (assigned, state)
    false_alarm = _("False alarm: staff decided that nobody was in danger")
    if not incident["acked_at"]:
        return (false_alarm, state)
    return (assigned, false_alarm, state)


def _over_text(context: ReportContext, incident: IncidentNumbers) -> str:
    """Since when; and how long it took, where no line says how long its mentions came.
    Numbers that were frozen before say neither."""
    _ = context.lang.gettext
    if "ended_at" not in incident:
        return _("over")
    ended_at = incident["ended_at"]
    if ended_at is None:
        return _("over; when it ended was not recorded")
    start, end = map(datetime.fromisoformat, (incident["opened_at"], ended_at))
    if _counted(incident):
        return _("over since %(at)s", at=context.lang.moment(end))
    return _(
        "over on %(at)s, after %(lasted)s",
        at=context.lang.moment(end),
        lasted=context.lang.lasted(end - start),
    )


def _where_to_look(
    context: ReportContext, incidents_shown: Sequence[IncidentNumbers]
) -> str:
    """Where each is found: its page of the console."""
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
        id_: local_iso(min(times))
        for id_, mention_ids in mention_ids_by_incident.items()
        if (
            times := [
                times_by_mention[mention_id]
                for mention_id in mention_ids
                if mention_id in times_by_mention
            ]
        )
    }


def _notified_at(session: Session, incident: Incident, end: datetime) -> str | None:
    """When somebody was first sent a message about it."""
    if incident.kind == CRITICAL:
        key = outbox_store.ABOUT_ITEM + incident.subject.removeprefix(f"{CRITICAL}:")
    else:
        key = f"incident.{_id(incident)}"
    at = outbox_store.first_sent_at(session, key, incident.opened_at, end)
    return None if at is None else local_iso(at)


def _week_of_start(
    moment: datetime, span: TimeSpan, start: datetime
) -> Literal["now", "before", "earlier"]:
    if moment >= start:
        return "now"
    return "before" if moment >= span.start else "earlier"


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
        "at": local_iso(alert.at),
        "minutes": alert.minutes,
        "observed": alert.observed,
        "expected": alert.expected,
        "unit": alert.unit,
        "coverage": alert.coverage,
    }


def _id(incident: Incident) -> int:
    assert incident.id is not None
    return incident.id
