"""An incident as a page for a letter: its numbers, three mentions, what to do."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.language.quantities import UNTIL, quantities
from socialcell.listening.alerts.contradictions import Contradiction, RumourSpread
from socialcell.listening.alerts.model import (
    CRITICAL,
    OF_ONE,
    PLANNED,
    Alert,
    AlertRule,
    Incident,
    Promise,
)
from socialcell.listening.incident_state import IncidentState
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.reports.frozen_quotes import excerpt
from socialcell.reports.page import Page, Quotation, Section, Table
from socialcell.reports.phrases import Phrases

MAX_QUOTATIONS = 3
_MAX_WARDS = 5
_SAME_BEGINNING = (
    40  # texts that agree in so many first characters are one, posted again
)
_SOURCE, _PHRASE, _RULE = "source:", "phrase:", "rule:"


@dataclass(frozen=True)
class Evidence:
    """What an incident rests on.

    `mentions` are its own, the most engaging first; `joined` the posts of accounts that
    joined it, by alert. `names` are those of areas, by id and language. The `rule` or
    the `promise` is what it is about. `state` is how it stands now.
    """

    alerts: Sequence[Alert]
    mentions: Sequence[MentionRow] = ()
    joined: Sequence[tuple[Alert, MentionRow]] = ()
    names: Mapping[str, Mapping[str, str]] | None = None
    rule: AlertRule | None = None
    promise: Promise | None = None
    state: IncidentState = field(default_factory=IncidentState)


@dataclass(frozen=True)
class Recipients:
    """Who is notified: how many by mail, which channels; and where the console is."""

    letters: int
    channels: Sequence[str] = ()
    console_url: str | None = None


def page(
    incident: Incident,
    evidence: Evidence,
    recipients: Recipients,
    people: People,
    lang: Language,
) -> Page:
    """The letter of one incident, the closing one where it is over."""
    phrases, _ = Phrases(lang), lang.gettext
    details = incident_link(incident, evidence, recipients) or evidence_command(
        incident, evidence
    )
    return Page(
        language=lang.code,
        title=_title(incident, evidence, phrases),
        subtitle=lang.moment(incident.opened_at),
        summary=[
            *_summary(incident, evidence, phrases),
            *_current_state_lines(evidence, phrases),
            *_status_lines(incident, recipients, phrases),
        ],
        sections=list(_sections(evidence, people, phrases)),
        footer=(
            _("More: %(where)s", where=details),
            *_acknowledge_request(incident, phrases),
        ),
    )


def _title(incident: Incident, evidence: Evidence, phrases: Phrases) -> str:
    _, closure = phrases.lang.gettext, evidence.state.closure
    if closure is not None:
        return _("Planned: %(name)s", name=phrases.label("topic", closure.topic))
    name = series_words(incident.subject, evidence.names or {}, phrases)
    if evidence.promise is not None:
        name = _("Promise missed: %(text)s", text=evidence.promise.text)
    if incident.state == "over":
        return _("Over: %(name)s", name=name)
    return name if evidence.promise is not None else _("Alert: %(name)s", name=name)


def _acknowledge_request(incident: Incident, phrases: Phrases) -> Iterator[str]:
    if incident.state != "over" and incident.kind != PLANNED:
        yield phrases.lang.gettext(
            "Whoever takes charge records it: %(command)s",
            command=f"socialcell alerts ack {incident.id}",
        )


def incident_link(
    incident: Incident, evidence: Evidence, recipients: Recipients
) -> str | None:
    """The incident in the console, else where the promise was given, if anywhere."""
    if recipients.console_url:
        return f"{recipients.console_url}/incidents/{incident.id}"
    return evidence.promise.link if evidence.promise else None


def evidence_command(incident: Incident, evidence: Evidence) -> str:
    """The command line that shows what the incident rests on."""
    if incident.kind == "source":
        return "socialcell sources list"
    if incident.kind == "promise":
        return "socialcell commitments list"
    subject, closure = incident.subject, evidence.state.closure
    if closure is not None:
        subject = f"topic:{closure.topic}"
    elif evidence.rule is not None:
        subject = f"({evidence.rule.query})"
    elif subject.startswith(_PHRASE):
        subject = f'"{subject.removeprefix(_PHRASE)}"'
    minutes = max((alert.minutes for alert in evidence.alerts), default=60)
    start, end = incident.opened_at - timedelta(minutes=minutes), incident.last_at
    if evidence.state.numbers is not None and incident.subject != "all":
        start, end = evidence.state.numbers.since, evidence.state.numbers.as_of
    since, until = (
        moment.astimezone(IST).isoformat(timespec="minutes")
        for moment in (start, end + timedelta(minutes=1))
    )
    parts = ["" if subject == "all" else subject, f"since:{since}", f"until:{until}"]
    query = " ".join(filter(None, parts))
    return f"socialcell mentions search {shlex.quote(query)}"


def worst_alert(alerts: Sequence[Alert]) -> Alert | None:
    """The alert that stands for an incident: of a series, else a phrase, a rule."""
    counted_alerts = [alert for alert in alerts if alert.series not in OF_ONE]
    series_alerts = [
        alert for alert in counted_alerts if not alert.series.startswith(_PHRASE)
    ]
    return max(
        series_alerts or counted_alerts,
        key=lambda alert: alert.score or 0.0,
        default=None,
    )


def severity_word(level: str, phrases: Phrases) -> str:
    """How severe an incident is, in a word."""
    _ = phrases.lang.gettext
    return _("high") if level == "high" else _("medium")


def series_words(
    series: str, names: Mapping[str, Mapping[str, str]], phrases: Phrases
) -> str:
    """A series in words: Flood, Aundh, everything; and whether only negative ones."""
    name = series.removeprefix("negative ")
    kind, _, id_ = name.partition(":")
    if kind in ("topic", "detail"):
        words = phrases.label(kind, id_)
    elif kind == CRITICAL:
        words = phrases.lang.gettext("critical post or message #%(id)s", id=id_)
    elif kind == "phrase":
        words = f"“{id_}”"
    elif name == "all":
        words = phrases.lang.gettext("all mentions")
    else:
        words = phrases.name(names.get(id_), id_)
    if name == series:
        return words
    return phrases.lang.gettext("%(name)s, negative", name=words)


def _summary(incident: Incident, evidence: Evidence, phrases: Phrases) -> Iterator[str]:
    lang, _ = phrases.lang, phrases.lang.gettext
    alert = worst_alert(evidence.alerts)
    if evidence.promise is not None:
        yield _(
            "It was due on %(at)s and is not marked as kept.",
            at=lang.moment(evidence.promise.due_at),
        )
    elif evidence.state.closure is not None:
        yield _(
            "From %(start)s to %(end)s: %(note)s",
            start=lang.moment(evidence.state.closure.from_at),
            end=lang.moment(evidence.state.closure.to_at),
            note=evidence.state.closure.note,
        )
    elif incident.kind == "source" or alert is None:
        yield _silence_line(incident.subject.removeprefix(_SOURCE), alert, lang)
        if incident.said:
            yield incident.said
    else:
        yield _alert_line(alert, phrases)
        yield _coverage_line(alert, lang)


def _silence_line(name: str, alert: Alert | None, lang: Language) -> str:
    if alert is None or alert.observed is None:
        return lang.gettext("%(name)s has brought nothing for a day.", name=name)
    return lang.ngettext(
        "%(name)s has brought nothing for %(n)s hour.",
        "%(name)s has brought nothing for %(n)s hours.",
        alert.observed,
        name=name,
    )


def _current_state_lines(evidence: Evidence, phrases: Phrases) -> Iterator[str]:
    """The current numbers, the owner of the incident, contradictions and rumours."""
    lang, _ = phrases.lang, phrases.lang.gettext
    numbers = evidence.state.numbers
    if numbers is not None:
        values = {
            "since": lang.moment(numbers.since),
            "urgent": lang.number(numbers.urgent),
            "at": lang.moment(numbers.as_of),
        }
        if numbers.people is None:
            yield lang.ngettext(
                "%(n)s mention since %(since)s, %(urgent)s urgent; as of %(at)s.",
                "%(n)s mentions since %(since)s, %(urgent)s urgent; as of %(at)s.",
                numbers.mentions,
                **values,
            )
        else:
            yield _(
                "Mentions since %(since)s: %(n)s by %(people)s people, %(urgent)s "
                "urgent; as of %(at)s.",
                n=lang.number(numbers.mentions),
                people=lang.number(numbers.people),
                **values,
            )
        if numbers.wards:
            wards = ", ".join(
                f"{phrases.name((evidence.names or {}).get(id_), id_)} {lang.number(n)}"
                for id_, n in numbers.wards[:_MAX_WARDS]
            )
            yield _("Ward offices: %(wards)s.", wards=wards)
        if numbers.owner:
            owner = phrases.name(evidence.state.owner_names, numbers.owner)
            yield _("Owner: %(owner)s.", owner=owner)
    yield from (
        contradiction_line(contradiction, phrases)
        for contradiction in evidence.state.figures
    )
    yield from (
        rumour_line(contradiction, phrases) for contradiction in evidence.state.rumours
    )


def contradiction_line(contradiction: Contradiction, phrases: Phrases) -> str:
    """Contradictory figures in one line; how many mentions give each, and when."""
    lang, quantity = phrases.lang, quantities()[contradiction.quantity]
    figures = "; ".join(
        f"{_figure_text(contradiction.quantity, figure.value, lang)} "
        f"({lang.number(len(figure.mentions))} · "
        f"{lang.clock(figure.first_at)}–{lang.clock(figure.last_at)})"
        for figure in contradiction.figures
    )
    unit = quantity.unit_label[lang.code]
    label = quantity.label[lang.code] + (f", {unit}" if unit else "")
    return lang.gettext(
        "Figures differ: %(what)s (mentions, from–to): %(told)s.",
        what=label,
        told=figures,
    )


def short_contradiction_line(contradiction: Contradiction, phrases: Phrases) -> str:
    """The same for a phone: the figures alone."""
    quantity = quantities()[contradiction.quantity]
    unit = quantity.unit_label[phrases.lang.code]
    return phrases.lang.gettext(
        "Figures differ: %(what)s: %(told)s.",
        what=quantity.label[phrases.lang.code] + (f", {unit}" if unit else ""),
        told=" / ".join(
            _figure_text(contradiction.quantity, figure.value, phrases.lang)
            for figure in contradiction.figures
        ),
    )


def rumour_line(spread: RumourSpread, phrases: Phrases) -> str:
    """A rumour that spreads, in one line, with what is true instead."""
    return phrases.lang.ngettext(
        "Marked as false, in %(n)s mention: “%(what)s”. %(note)s",
        "Marked as false, in %(n)s mentions: “%(what)s”. %(note)s",
        len(spread.mentions),
        what=spread.rumour.text or spread.rumour.url or "",
        note=spread.rumour.note,
    )


def _figure_text(quantity: str, number: float, lang: Language) -> str:
    if quantity == UNTIL:
        return lang.digits(f"{int(number) // 60:02}:{int(number) % 60:02}")
    return lang.number(number)


def _alert_line(alert: Alert, phrases: Phrases) -> str:
    lang, _ = phrases.lang, phrases.lang.gettext
    numbers = {
        "n": lang.number(alert.observed or 0),
        "at": lang.moment(alert.at),
        "usual": lang.number(round(alert.expected or 0.0)),
    }
    if alert.series.startswith(_PHRASE):
        return _(
            "%(n)s people wrote “%(phrase)s” in the %(hours)s hours to %(at)s; "
            "normally %(usual)s.",
            phrase=alert.series.removeprefix(_PHRASE),
            hours=lang.number(alert.minutes // 60),
            **numbers,
        )
    if alert.series.startswith(_RULE):
        return _(
            "%(n)s mentions in the %(minutes)s minutes to %(at)s; the rule asks for "
            "%(usual)s.",
            minutes=lang.number(alert.minutes),
            **numbers,
        )
    return _("%(n)s people wrote in the hour to %(at)s; normally %(usual)s.", **numbers)


def _coverage_line(alert: Alert, lang: Language) -> str:
    if alert.coverage is None:
        return lang.gettext("Nothing is known of what was not collected.")
    return lang.gettext(
        "%(share)s of the day's hours were collected without gaps.",
        share=lang.percent(round(alert.coverage * 100), 100),
    )


def _status_lines(
    incident: Incident, recipients: Recipients, phrases: Phrases
) -> Iterator[str]:
    """How severe it is, whether it is over, and who is notified."""
    lang, _ = phrases.lang, phrases.lang.gettext
    if incident.kind != PLANNED:
        word = severity_word(incident.severity, phrases)
        yield _("Severity: %(severity)s.", severity=word)
    if incident.ended_at is not None:
        yield _(
            "Over on %(at)s, after %(lasted)s.",
            at=lang.moment(incident.ended_at),
            lasted=lang.lasted(incident.ended_at - incident.opened_at),
        )
    elif incident.state == "over":
        yield _("It is over; when it ended was not kept.")
    if incident.kind == PLANNED:
        yield _("It was announced: no one is notified of it.")
        return
    letters = lang.ngettext(
        "%(n)s e-mail sent", "%(n)s e-mails sent", recipients.letters
    )
    channels = [*([letters] if recipients.letters else []), *recipients.channels]
    if channels:
        yield _("Notified: %(ways)s.", ways=", ".join(channels))
    else:
        yield _("No one is notified: the settings name no one for alerts.")


def _sections(
    evidence: Evidence, people: People, phrases: Phrases
) -> Iterator[Section]:
    _ = phrases.lang.gettext
    if quotations := _quotations(evidence.mentions, people, phrases):
        yield Section(_("What people say"), quotations)
    if evidence.joined:
        posts = [
            _joined_quotation(alert, row, people, phrases)
            for alert, row in evidence.joined
        ]
        yield Section(_("Influential accounts that joined"), posts[:MAX_QUOTATIONS])
    tables = list(_tables(evidence, phrases))
    if tables:
        yield Section(_("Numbers"), tables)


def _tables(evidence: Evidence, phrases: Phrases) -> Iterator[Table]:
    _ = phrases.lang.gettext
    phrase_alerts = [
        alert for alert in evidence.alerts if alert.series.startswith(_PHRASE)
    ]
    series_alerts = [
        alert
        for alert in evidence.alerts
        if alert.score is not None and alert not in phrase_alerts
    ]
    for caption, alerts in (
        (_("People who wrote in the hour before"), series_alerts),
        (_("Phrases of three hours"), phrase_alerts),
    ):
        if alerts:
            heads = (_("What stood out"), _("When"), _("People"), _("Normally"))
            rows = [_row(alert, evidence, phrases) for alert in alerts]
            yield Table(caption, heads, rows)


def _row(alert: Alert, evidence: Evidence, phrases: Phrases) -> list[tuple[str, ...]]:
    number = phrases.lang.number
    return [
        (series_words(alert.series, evidence.names or {}, phrases),),
        (phrases.lang.moment(alert.at),),
        (number(alert.observed or 0),),
        (number(round(alert.expected or 0.0)),),
    ]


def _quotations(
    mentions: Sequence[MentionRow], people: People, phrases: Phrases
) -> list[Quotation]:
    quotations_by_beginning: dict[str, Quotation] = {}
    for row in mentions:
        if (
            row.withheld
            or not row.text
            or row.text[:_SAME_BEGINNING] in quotations_by_beginning
        ):
            continue
        about = " · ".join(filter(None, _attribution(row, people, phrases)))
        quotations_by_beginning[row.text[:_SAME_BEGINNING]] = Quotation(
            "alert", about, excerpt(people, row)
        )
        if len(quotations_by_beginning) == MAX_QUOTATIONS:
            break
    return list(quotations_by_beginning.values())


def _joined_quotation(
    alert: Alert, row: MentionRow, people: People, phrases: Phrases
) -> Quotation:
    author, *rest = _attribution(row, people, phrases)
    if alert.observed is not None:
        n = phrases.lang.number(alert.observed)
        rest.insert(0, phrases.lang.gettext("%(n)s followers", n=n))
    about = " · ".join(filter(None, (author, *rest)))
    quotable = row.text and not row.withheld
    return Quotation("alert", about, excerpt(people, row) if quotable else "")


def _attribution(
    row: MentionRow, people: People, phrases: Phrases
) -> tuple[str, str, str, str]:
    """Who, where, when, and the id that `mentions show` and `mentions open` take."""
    author = people.shown(row.platform, row.uid, row.handle) or ""
    moment = phrases.lang.moment(row.authored_at) if row.authored_at else ""
    return author, phrases.platform(row.platform), moment, f"#{row.id}"
