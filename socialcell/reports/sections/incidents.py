"""The section on incidents: how severe, since when, how unusual, what was done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from socialcell.clock import IST
from socialcell.listening.alerts.model import CRITICAL, Alert, Incident
from socialcell.listening.store.alerts import incidents
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.reports.incidents.incident_page import series as in_words
from socialcell.reports.incidents.incident_page import severity, worst
from socialcell.reports.page import Block, Cell, Paragraph, Section, Table
from socialcell.reports.phrases import UNKNOWN
from socialcell.reports.sections.report_context import Material

SHOWN = 5
_PROMISE, _WARD = "promise:", "ward:"


def counted(
    session: Session, span: TimeSpan, start: datetime, names: dict[str, dict[str, str]]
) -> list[dict[str, Any]]:
    """Incidents of a span of two weeks as plain JSON, the severest and newest first;
    of severe ones those of single critical items last.

    `here` are those of the week from `start`; `week` says in which of both one began
    (now, before, earlier). `names` are those of areas, by id and language.
    """
    found = incidents.touching(session, span)
    alerts = incidents.alerts_before(session, map(_id, found), span.end)
    firsts = _first_posts(session, alerts)
    promised = incidents.promises_of(
        session,
        [
            int(one.subject.removeprefix(_PROMISE))
            for one in found
            if one.subject.startswith(_PROMISE)
        ],
    )
    made = [
        {
            "id": one.id,
            "kind": one.kind,
            "subject": one.subject,
            "name": names.get(_area(one.subject)),
            "promise": _promise(one, promised),
            "severity": one.severity,
            "state": one.state,
            "opened_at": _said(one.opened_at),
            "first_post_at": firsts.get(_id(one)),
            "last_at": _said(min(one.last_at, span.end)),
            "ended_at": _said(one.ended_at) if one.ended_at else None,
            "here": one.last_at >= start,
            "week": _week(one.opened_at, span, start),
            "acked_by": one.acked_by,
            "acked_at": _said(one.acked_at) if one.acked_at else None,
            "worst": _numbers(worst(alerts[_id(one)])),
        }
        for one in found
    ]
    return sorted(
        made,
        key=lambda one: (
            one["severity"] != "high",
            one["kind"] == CRITICAL,
            -one["id"],
        ),
    )


def section(m: Material) -> Section:
    """Left out of reports that were frozen by earlier versions."""
    _ = m.lang.gettext
    found = m.numbers.get("incidents")
    if found is None:
        return Section("", [])
    title = _("Incidents of the week")
    if not found:
        none = _("Nothing stood out: no incident was open in this week.")
        return Section(title, [Paragraph(none)])
    shown = found[:SHOWN]
    heads = (_("Incident"), _("Mentions"), _("Usual"), _("What was done"))
    caption = _("Incidents that were open in the week, the severest first")
    blocks: list[Block] = [Table(caption, heads, [_row(m, one) for one in shown])]
    note = _(
        "Mentions are those of the hour (of a phrase: the people of three hours) that "
        "stood out most, beside what was usual then."
    )
    blocks.append(Paragraph(note))
    blocks.append(Paragraph(_more(m, shown)))
    if rest := len(found) - len(shown):
        blocks.append(
            Paragraph(
                m.lang.ngettext(
                    "%(n)s more incident is not shown.",
                    "%(n)s more incidents are not shown.",
                    rest,
                )
            )
        )
    return Section(title, blocks)


def _row(m: Material, one: dict[str, Any]) -> Sequence[Cell]:
    lang = m.lang
    stood_out = one["worst"] or {"observed": None, "expected": None}
    usual = stood_out["expected"]
    began, last = (
        lang.moment(datetime.fromisoformat(one[name]))
        for name in ("opened_at", "last_at")
    )
    span = lang.gettext("%(start)s to %(end)s", start=began, end=last)
    return (
        (_title(m, one), severity(one["severity"], m.say), span),
        (_observed(m, stood_out),),
        (UNKNOWN if usual is None else lang.number(round(usual)),),
        _done(m, one),
    )


def _observed(m: Material, stood_out: dict[str, Any]) -> str:
    """The number, with its unit where that is hours; numbers that were frozen before
    have none."""
    if stood_out.get("unit") != "hours":
        return m.number(stood_out["observed"])
    return m.lang.ngettext("%(n)s hour", "%(n)s hours", stood_out["observed"])


def _title(m: Material, one: dict[str, Any]) -> str:
    if one["promise"]:
        return m.lang.gettext("Promise missed: %(text)s", text=m.cut(one["promise"]))
    names = {_area(one["subject"]): one["name"]} if one["name"] else {}
    return m.cut(in_words(one["subject"], names, m.say))


def _done(m: Material, one: dict[str, Any]) -> Cell:
    _ = m.lang.gettext
    state = {
        "open": _("still open"),
        "acked": _("being taken care of"),
        "over": _over(m, one),
    }[one["state"]]
    if not one["acked_at"]:
        return (_("Nobody has taken it on"), state)
    at = m.lang.moment(datetime.fromisoformat(one["acked_at"]))
    return (
        _("Taken on by %(who)s, %(at)s", who=m.cut(one["acked_by"] or UNKNOWN), at=at),
        state,
    )


def _over(m: Material, one: dict[str, Any]) -> str:
    """Since when, and how long it took; numbers that were frozen before say neither."""
    _ = m.lang.gettext
    if "ended_at" not in one:
        return _("over")
    if one["ended_at"] is None:
        return _("over; when it ended was not kept")
    began, ended = (
        datetime.fromisoformat(one[name]) for name in ("opened_at", "ended_at")
    )
    return _(
        "over on %(at)s, after %(lasted)s",
        at=m.lang.moment(ended),
        lasted=m.lang.lasted(ended - began),
    )


def _more(m: Material, shown: Sequence[dict[str, Any]]) -> str:
    """Where each is found: its page of the console, else the command that shows it."""
    places = (
        f"{m.console_url}/incidents/{one['id']}"
        if m.console_url
        else f"socialcell alerts show {one['id']}"
        for one in shown
    )
    return m.lang.gettext("More: %(where)s", where="; ".join(places))


def _first_posts(session: Session, alerts: dict[int, list[Alert]]) -> dict[int, str]:
    """When the first post was written on which an incident's first alert rests."""
    resting = {id_: own[0].mentions for id_, own in alerts.items() if own}
    written = incidents.first_posts(
        session, {mention for own in resting.values() for mention in own}
    )
    return {
        id_: _said(min(times))
        for id_, own in resting.items()
        if (times := [written[one] for one in own if one in written])
    }


def _week(moment: datetime, span: TimeSpan, start: datetime) -> str:
    if moment >= start:
        return "now"
    return "before" if moment >= span.start else "earlier"


def _area(subject: str) -> str:
    return subject.removeprefix("negative ").removeprefix(_WARD)


def _promise(one: Incident, promised: dict[int, str]) -> str | None:
    if not one.subject.startswith(_PROMISE):
        return None
    return promised.get(int(one.subject.removeprefix(_PROMISE)))


def _numbers(alert: Alert | None) -> dict[str, Any] | None:
    if alert is None or alert.observed is None:
        return None
    return {
        "kind": alert.kind,
        "series": alert.series,
        "at": _said(alert.at),
        "minutes": alert.minutes,
        "observed": alert.observed,
        "expected": alert.expected,
        "unit": alert.unit,
        "coverage": alert.coverage,
    }


def _id(incident: Incident) -> int:
    assert incident.id is not None
    return incident.id


def _said(moment: datetime) -> str:
    return moment.astimezone(IST).isoformat()
