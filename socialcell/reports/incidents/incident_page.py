"""An incident as a letter: what, where, since when, whose it is, what is not known."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.language.quantities import quantities
from socialcell.listening.alerts.contradictions import Contradiction
from socialcell.listening.alerts.model import (
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
from socialcell.reports.incidents import incident_sentences as sentences
from socialcell.reports.incidents.incident_facts import IncidentFacts, Names
from socialcell.reports.letters.letter_page import (
    Entries,
    Entry,
    Hyperlink,
    LetterPage,
    LetterSection,
    LetterTable,
    Line,
    Lines,
    Quote,
    Strong,
)
from socialcell.reports.phrases import Phrases

MAX_QUOTATIONS = 3
_SAME_BEGINNING = 40
"""Texts that agree in so many first characters are the same, posted again."""
_SOURCE, _PHRASE, _RULE = "source:", "phrase:", "rule:"


@dataclass(frozen=True)
class Evidence:
    """What an incident rests on.

    `facts` are what is known of it now. `mentions` are its own, the most urgent first,
    of these the most engaging; `joined` the posts of accounts that joined it, by alert.
    The `rule` or the `promise` is what it is about.
    """

    facts: IncidentFacts
    alerts: Sequence[Alert]
    mentions: Sequence[MentionRow] = ()
    joined: Sequence[tuple[Alert, MentionRow]] = ()
    rule: AlertRule | None = None
    promise: Promise | None = None

    @property
    def state(self) -> IncidentState:
        return self.facts.state

    @property
    def names(self) -> Names:
        return self.facts.names


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
    sender: str,
    lang: Language,
) -> LetterPage:
    """The letter of one incident from `sender`, the closing one where it is over."""
    phrases = Phrases(lang)
    unknown = list(sentences.unknown_lines(evidence.facts, phrases))
    lead = list(_lead(incident, evidence, phrases))
    numbers = evidence.state.numbers
    return LetterPage(
        language=lang.code,
        subject=_title(incident, evidence, phrases),
        preheader=" ".join(lead[:1]),
        sender=sender,
        occasion=lang.gettext(
            "Incident %(id)s, as of %(at)s.",
            id=lang.number(incident.id or 0),
            at=lang.moment(numbers.as_of if numbers else evidence.facts.at),
        ),
        lead=[(line,) for line in lead],
        unknown=(Strong(lang.gettext("Not known:")), " ", " ".join(unknown))
        if unknown
        else None,
        sections=list(_sections(incident, evidence, recipients, people, phrases)),
        closing=list(_closing(incident, evidence, recipients, phrases)),
    )


def _title(incident: Incident, evidence: Evidence, phrases: Phrases) -> str:
    _, name = phrases.lang.gettext, sentences.title(evidence.facts, phrases)
    if evidence.state.closure is not None:
        return name
    if evidence.promise is not None:
        name = sentences.promise_title(evidence.promise.text, phrases.lang)
    if incident.state == "over":
        return _("Over: %(name)s", name=name)
    return name if evidence.promise is not None else _("Alert: %(name)s", name=name)


def _lead(incident: Incident, evidence: Evidence, phrases: Phrases) -> Iterator[str]:
    """What, where, how many since when; who has it and whose it is; is it over."""
    lang, facts = phrases.lang, evidence.facts
    alert = worst_alert(incident.subject, evidence.alerts)
    if evidence.promise is not None:
        yield lang.gettext(
            "It was due on %(at)s and is not marked as kept.",
            at=lang.moment(evidence.promise.due_at),
        )
    elif evidence.state.closure is not None:
        yield _closure_line(evidence, phrases)
    elif incident.kind == "source" or alert is None:
        yield _silence_line(incident.subject.removeprefix(_SOURCE), alert, lang)
        if incident.said:
            yield incident.said
    if facts.state.numbers is not None:
        count = [sentences.count_line(facts, lang)]
        if facts.state.numbers.people is not None:
            count.append(_people_line(facts.state.numbers.people, lang))
        yield " ".join([*count, *sentences.message_lines(facts, lang)])
        if wards := " ".join(sentences.ward_lines(facts, phrases)):
            yield wards
        yield sentences.danger_line(facts, lang)
    status = [*_status_lines(incident, facts, lang)]
    yield " ".join([*status, *sentences.responsible_lines(facts, phrases)])


def _people_line(people: int, lang: Language) -> str:
    return lang.ngettext(
        "They come from %(n)s account.", "They come from %(n)s accounts.", people
    )


def _closure_line(evidence: Evidence, phrases: Phrases) -> str:
    lang, closure = phrases.lang, evidence.state.closure
    assert closure is not None
    return lang.gettext(
        "From %(start)s to %(end)s: %(note)s",
        start=lang.moment(closure.from_at),
        end=lang.moment(closure.to_at),
        note=closure.note,
    )


def _status_lines(
    incident: Incident, facts: IncidentFacts, lang: Language
) -> Iterator[str]:
    """Whether it is over, else who has it."""
    if incident.ended_at is not None:
        yield lang.gettext(
            "Over on %(at)s, after %(lasted)s.",
            at=lang.moment(incident.ended_at),
            lasted=lang.lasted(incident.ended_at - incident.opened_at),
        )
    elif incident.state == "over":
        yield lang.gettext("It is over; when it ended was not recorded.")
    elif incident.kind == PLANNED:
        yield lang.gettext("It was announced: no one is notified of it.")
    else:
        yield sentences.assigned_line(facts, lang)


def _sections(
    incident: Incident,
    evidence: Evidence,
    recipients: Recipients,
    people: People,
    phrases: Phrases,
) -> Iterator[LetterSection]:
    _ = phrases.lang.gettext
    figures = [
        *(_contradiction_line(figure, phrases) for figure in evidence.state.figures),
        *(
            sentences.rumour_line(rumour, phrases.lang)
            for rumour in evidence.state.rumours
        ),
    ]
    if figures:
        yield LetterSection(
            _("Figures and rumours"), [Lines([(line,) for line in figures])]
        )
    if quotations := _quotations(evidence.mentions, people, phrases):
        yield LetterSection(_("What people say"), [Entries(quotations)])
    if evidence.joined:
        posts = [
            _joined_entry(alert, row, people, phrases)
            for alert, row in evidence.joined[:MAX_QUOTATIONS]
        ]
        yield LetterSection(_("Influential accounts that joined"), [Entries(posts)])
    reasons = list(_reason_lines(incident, evidence, recipients, phrases))
    yield LetterSection(
        _("Why this is sent"),
        [Lines([(line,) for line in reasons]), *_tables(evidence, phrases)],
    )


def _reason_lines(
    incident: Incident,
    evidence: Evidence,
    recipients: Recipients,
    phrases: Phrases,
) -> Iterator[str]:
    """What stood out, on what coverage, how severe that is, and who is notified."""
    lang, _ = phrases.lang, phrases.lang.gettext
    alert = worst_alert(incident.subject, evidence.alerts)
    is_counted = evidence.promise is None and evidence.state.closure is None
    if is_counted and alert is not None and incident.kind != "source":
        yield _alert_line(alert, phrases)
        yield _coverage_line(alert, lang)
    if incident.kind == PLANNED:
        yield _("It was announced: no one is notified of it.")
        return
    severity = severity_word(incident.severity, phrases)
    yield _("Severity: %(severity)s.", severity=severity)
    letters = lang.ngettext(
        "%(n)s e-mail sent", "%(n)s e-mails sent", recipients.letters
    )
    channels = [*([letters] if recipients.letters else []), *recipients.channels]
    if channels:
        yield _("Notified: %(ways)s.", ways=", ".join(channels))
    else:
        yield _("No one is notified: the settings name no one for alerts.")


def _closing(
    incident: Incident, evidence: Evidence, recipients: Recipients, phrases: Phrases
) -> Iterator[Line]:
    link = incident_link(incident, evidence, recipients)
    _ = phrases.lang.gettext
    if link is not None:
        yield (Hyperlink(_("More about this incident"), link),)
    else:
        command = evidence_command(incident, evidence)
        yield (_("More: %(where)s", where=command),)
    if incident.state != "over" and incident.kind != PLANNED:
        yield (sentences.acknowledge_line(incident.id, phrases.lang),)


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


def worst_alert(subject: str, alerts: Sequence[Alert]) -> Alert | None:
    """The alert that stands for an incident of a subject: of its own series, else of
    another that joined it, else a phrase, a rule."""
    counted_alerts = [alert for alert in alerts if alert.series not in OF_ONE]
    series_alerts = [
        alert for alert in counted_alerts if not alert.series.startswith(_PHRASE)
    ]
    own_alerts = [
        alert
        for alert in counted_alerts
        if alert.series.removeprefix("negative ") == subject
    ]
    return max(
        own_alerts or series_alerts or counted_alerts,
        key=lambda alert: alert.score or 0.0,
        default=None,
    )


def severity_word(level: str, phrases: Phrases) -> str:
    """How severe an incident is, in a word."""
    _ = phrases.lang.gettext
    return _("high") if level == "high" else _("medium")


def _contradiction_line(contradiction: Contradiction, phrases: Phrases) -> str:
    """Contradictory figures in one line; how many mentions give each, and when."""
    lang, quantity = phrases.lang, quantities()[contradiction.quantity]
    figures = "; ".join(
        f"{sentences.figure_text(contradiction.quantity, figure.value, lang)} "
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


def _silence_line(name: str, alert: Alert | None, lang: Language) -> str:
    if alert is None or alert.observed is None:
        return lang.gettext("%(name)s has brought nothing for a day.", name=name)
    return lang.ngettext(
        "%(name)s has brought nothing for %(n)s hour.",
        "%(name)s has brought nothing for %(n)s hours.",
        alert.observed,
        name=name,
    )


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


def _tables(evidence: Evidence, phrases: Phrases) -> Iterator[LetterTable]:
    _ = phrases.lang.gettext
    phrase_alerts = [
        alert for alert in evidence.alerts if alert.series.startswith(_PHRASE)
    ]
    series_alerts = [
        alert
        for alert in evidence.alerts
        if alert.score is not None and alert not in phrase_alerts
    ]
    for label, alerts in (
        (_("People who wrote in the hour before"), series_alerts),
        (_("Phrases of three hours"), phrase_alerts),
    ):
        if alerts:
            headings = (_("What stood out"), _("When"), _("People"), _("Normally"))
            rows = [_row(alert, evidence, phrases) for alert in alerts]
            yield LetterTable(label, headings, rows)


def _row(alert: Alert, evidence: Evidence, phrases: Phrases) -> list[Line]:
    number = phrases.lang.number
    return [
        (sentences.series_words(alert.series, evidence.names, phrases),),
        (phrases.lang.moment(alert.at),),
        (number(alert.observed or 0),),
        (number(round(alert.expected or 0.0)),),
    ]


def _quotations(
    mentions: Sequence[MentionRow], people: People, phrases: Phrases
) -> list[Entry]:
    entries_by_beginning: dict[str, Entry] = {}
    for row in mentions:
        if (
            row.withheld
            or not row.text
            or row.text[:_SAME_BEGINNING] in entries_by_beginning
        ):
            continue
        entries_by_beginning[row.text[:_SAME_BEGINNING]] = _entry(
            row, people, phrases, excerpt(people, row)
        )
        if len(entries_by_beginning) == MAX_QUOTATIONS:
            break
    return list(entries_by_beginning.values())


def _joined_entry(
    alert: Alert, row: MentionRow, people: People, phrases: Phrases
) -> Entry:
    followers = None
    if alert.observed is not None:
        n = phrases.lang.number(alert.observed)
        followers = phrases.lang.gettext("%(n)s followers", n=n)
    words = excerpt(people, row) if row.text and not row.withheld else ""
    return _entry(row, people, phrases, words, followers)


def _entry(
    row: MentionRow,
    people: People,
    phrases: Phrases,
    words: str,
    followers: str | None = None,
) -> Entry:
    """A post: who wrote it where, when, and the id that `mentions show` takes."""
    platform = phrases.platform(row.platform)
    author = people.shown(row.platform, row.uid, row.handle)
    moment = phrases.lang.moment(row.authored_at) if row.authored_at else None
    where = platform if author else None
    about = " · ".join(filter(None, (where, moment, followers, f"#{row.id}")))
    return Entry(
        author or platform,
        (about,),
        Quote(words, row.language, ()) if words else None,
        row.id,
    )
