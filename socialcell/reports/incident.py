"""An incident as a page for a letter: its numbers, three mentions, what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from socialcell.i18n import Language
from socialcell.listening.alert_model import Alert, Incident
from socialcell.listening.people import People
from socialcell.reports.page import Page, Quotation, Section, Table
from socialcell.reports.phrases import Phrases
from socialcell.reports.quoted import excerpt

SHOWN = 3
_SAME = 40  # so many first characters alike are one text, posted again


def page(
    incident: Incident,
    alerts: Sequence[Alert],
    mentions: Sequence[Row[Any]],
    names: Mapping[str, Mapping[str, str]],
    people: People,
    lang: Language,
) -> Page:
    """The letter of one incident; `mentions` are its own, the most engaging first, and
    `names` those of areas, by id and language."""
    say, _ = Phrases(lang), lang.gettext
    worst = max(alerts, key=lambda one: one.score or 0.0)
    sections = []
    if incident.kind == "spike":
        summary = [
            _(
                "%(n)s mentions in the hour to %(at)s; usual are %(usual)s.",
                n=lang.number(worst.observed or 0),
                at=lang.moment(worst.at),
                usual=lang.number(round(worst.expected or 0.0)),
            ),
            _covered(worst, lang),
        ]
        rows = [
            (
                (series(one.series, names, say),),
                (lang.moment(one.at),),
                (lang.number(one.observed or 0),),
                (lang.number(round(one.expected or 0.0)),),
            )
            for one in alerts
        ]
        heads = (_("What stood out"), _("When"), _("Mentions"), _("Usual"))
        table = Table(_("Mentions of the hour before"), heads, rows)
        sections.append(
            Section(_("What people say"), _quotations(mentions, people, say))
        )
        sections.append(Section(_("Numbers"), [table]))
    else:
        summary = [
            _(
                "%(name)s has brought nothing for a day.",
                name=incident.subject.removeprefix("source:"),
            ),
            incident.said or "",
        ]
    return Page(
        language=lang.code,
        title=_("Alert: %(name)s", name=series(incident.subject, names, say)),
        subtitle=lang.moment(incident.opened_at),
        summary=[sentence for sentence in summary if sentence],
        sections=sections,
        footer=(
            _(
                "Whoever takes care of it says so: %(command)s",
                command=f"socialcell alerts ack {incident.id}",
            ),
        ),
    )


def _covered(alert: Alert, lang: Language) -> str:
    if alert.coverage is None:
        return lang.gettext("Nothing is known of what was not collected.")
    return lang.gettext(
        "%(share)s of the day's hours were collected whole.",
        share=lang.percent(round(alert.coverage * 100), 100),
    )


def series(series: str, names: Mapping[str, Mapping[str, str]], say: Phrases) -> str:
    """A series in words: Flood, Aundh, everything; and whether only negative ones."""
    name = series.removeprefix("negative ")
    kind, _, id_ = name.partition(":")
    if kind == "topic":
        words = say.label("topic", id_)
    elif name == "all":
        words = say.lang.gettext("all mentions")
    else:
        words = say.name(names.get(id_), id_)
    if name == series:
        return words
    return say.lang.gettext("%(name)s, negative", name=words)


def _quotations(
    mentions: Sequence[Row[Any]], people: People, say: Phrases
) -> list[Quotation]:
    shown: dict[str, Quotation] = {}
    for row in mentions:
        if not row.text or row.text[:_SAME] in shown:
            continue
        who = people.shown(row.platform, row.uid, row.handle) or ""
        about = (who, say.platform(row.platform), say.lang.moment(row.authored_at))
        shown[row.text[:_SAME]] = Quotation(
            "alert", " · ".join(filter(None, about)), excerpt(people, row)
        )
        if len(shown) == SHOWN:
            break
    return list(shown.values())
