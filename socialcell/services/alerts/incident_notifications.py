"""Notifications of incidents by mail and in chat channels, once for each severity."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import TypeGuard

from sqlmodel import Session

from socialcell import db, log, mail
from socialcell.chat import ChatCard
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.i18n import CODES, language
from socialcell.json_types import JsonValue
from socialcell.listening.alerts.model import (
    CRITICAL,
    OF_ONE,
    PLANNED,
    Alert,
    AlertRule,
    Incident,
)
from socialcell.listening.store.alerts import alert_rules, alerts, incident_numbers
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.message_catalog import Message
from socialcell.ops import outbox_store
from socialcell.reports.incidents import incident_facts
from socialcell.reports.incidents import incident_page as report
from socialcell.reports.incidents.incident_facts import Names
from socialcell.reports.incidents.incident_page import Evidence, Recipients
from socialcell.reports.letters import letter_render
from socialcell.reports.letters.letter_page import (
    Entries,
    Hyperlink,
    LetterPage,
    Lines,
    Span,
    plain_text,
)
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.letter_sender import letter_sender
from socialcell.services.outbox import outbox
from socialcell.settings.notifications import Alerts, Channel, Phone

_LOG = log.logger(__name__)
_MOST_MENTIONS = 20
ENDED = "ended"  # in a key, in place of the severity


# How long after its end an incident's end is still notified.
ENDED_FOR = timedelta(days=2)


@dataclass(frozen=True)
class AlertReaders:
    """The recipients of an incident's notices: addresses by language, and channels."""

    letters: dict[str, tuple[str, ...]]
    channels: tuple[str, ...]


def notify_incidents(context: Context) -> int:
    """Put a letter and messages about each incident that is new, or whose severity
    rose, into the outbox, and one about its end for those who had the first. Returns
    how many are new.

    In the quiet hours only incidents of high severity are notified. Run again, an
    incident has the same key and nothing happens. Critical items are notified by
    `escalations`.
    """
    config = context.workspace.config.alerts
    quiet = is_quiet(config, context.clock.now())
    with db.reading(context.engine) as session:
        due = [
            (incident, _readers(config, _rule(session, incident)))
            for incident in alerts.incidents(session, ("open",), None)
            if incident.kind not in (CRITICAL, PLANNED)
            and (incident.severity == "high" or not quiet)
        ]
    new = sum(_notify(context, incident, readers) for incident, readers in due)
    return new + _notify_ended(context, quiet=quiet)


def send_trial(context: Context, name: str) -> outbox.Delivery:
    """Send a message that says it is a trial to a channel or a mail address, or place a
    call that says so with a phone, by the outbox and once.

    UsageError when config.yaml has none of that name.
    """
    to = find_recipient(context, name)
    code = to if isinstance(to, str) else to.lang
    lang, now = language(code), context.clock.now()
    sentence = lang.gettext(
        "Alerts of the social media cell come here. This is a trial."
    )
    title, key = lang.gettext("Trial"), f"{outbox_store.TRIAL}{now.isoformat()}"
    if isinstance(to, str):
        sender, moment = letter_sender(context, code), lang.moment(now)
        page = LetterPage(code, title, "", sender, moment, [[sentence]])
        readers, letter = [name], as_letter(page)
        outbox.put_letter(context, "alert", key, code, readers, lambda: letter)
    elif isinstance(to, Phone):
        call: dict[str, JsonValue] = {"incident": None, "item": None, "trial": True}
        call |= {"lang": to.lang, "title": title, "lines": [sentence]}
        body = json.dumps(call, ensure_ascii=False).encode()
        outbox.put_call(context, "alert", key, name, title, lambda: body)
    else:
        card = ChatCard(title, (sentence, lang.moment(now)))
        outbox.put_card(context, "alert", key, name, lambda: card)
    return outbox.deliver_trial(context, key, name)


def find_recipient(context: Context, name: str) -> Channel | Phone | str:
    """The channel or phone of that name, or the language of that mail address.
    UsageError when config.yaml has none."""
    settings = context.workspace.config.alerts
    destinations: dict[str, Channel | Phone | str] = {
        address: lang for lang in CODES for address in settings.recipients.of(lang)
    }
    destinations |= {**settings.channels, **settings.phone}
    if name not in destinations:
        raise UsageError(
            "alerts.no_such_channel",
            name=name,
            names=list(destinations) or Message("alerts.none"),
        )
    return destinations[name]


@dataclass(frozen=True)
class ReadIncident:
    """An incident as it was read: with its alerts and the names of the city's areas."""

    incident: Incident
    alerts: Sequence[Alert]
    names: Names


def read_incident(session: Session, incident_id: int) -> ReadIncident | None:
    """An incident with what its letter rests on; None: there is none."""
    incident, own = alerts.with_alerts(session, incident_id)
    if incident is None:
        return None
    return ReadIncident(incident, own, incident_facts.area_names(session))


def page(context: Context, incident_id: int, lang: str) -> LetterPage:
    """The letter that reports an incident. UsageError when there is none."""
    with db.reading(context.engine) as session:
        read = read_incident(session, incident_id)
        if read is None:
            raise UsageError("alerts.no_such_incident", incident=incident_id)
        return page_of(context, session, read, lang)


def page_of(
    context: Context, session: Session, read: ReadIncident, lang: str
) -> LetterPage:
    """The letter that reports an incident that was read."""
    config, incident = context.workspace.config.alerts, read.incident
    rule = _rule(session, incident)
    readers = _readers(config, rule)
    recipients = Recipients(
        sum(map(len, readers.letters.values())),
        readers.channels,
        config.console_url,
    )
    return report.page(
        incident,
        _evidence(session, read, rule, context.clock.now()),
        recipients,
        pseudonyms.read_people(context, session),
        letter_sender(context, lang),
        language(lang),
    )


def is_quiet(config: Alerts, now: datetime) -> bool:
    """Whether only high severity is notified now."""
    if config.quiet is None:
        return False
    begin, end = (time.fromisoformat(moment) for moment in config.quiet)
    at = now.astimezone(IST).time()
    return begin <= at < end if begin <= end else at >= begin or at < end


def configured_readers(config: Alerts) -> AlertReaders:
    """Everybody whom config.yaml names for alerts."""
    letters = {lang: config.recipients.of(lang) for lang in CODES}
    return AlertReaders(letters, tuple(config.channels))


def readers_among(config: Alerts, names: Collection[str]) -> AlertReaders:
    """Those of them who are among these names."""
    everybody = configured_readers(config)
    return AlertReaders(
        {
            lang: tuple(address for address in addresses if address in names)
            for lang, addresses in everybody.letters.items()
        },
        tuple(channel for channel in everybody.channels if channel in names),
    )


def put_alert(
    context: Context,
    key: str,
    readers: AlertReaders,
    letter: Callable[[str], mail.Letter],
    card: Callable[[str], ChatCard],
) -> int:
    """Put the letters and messages of an alert into the outbox for readers who have
    not had it under this key; how many are new. `letter` and `card` take a language.
    """
    channels = context.workspace.config.alerts.channels
    letters = sum(
        outbox.put_letter(
            context,
            "alert",
            f"{key}.{lang}",
            lang,
            readers.letters[lang],
            partial(letter, lang),
        )
        for lang in CODES
        if readers.letters[lang]
    )
    return letters + sum(
        outbox.put_card(context, "alert", key, name, partial(card, channels[name].lang))
        for name in readers.channels
    )


def _notify(context: Context, incident: Incident, readers: AlertReaders) -> int:
    id_ = incident.id or 0
    return put_alert(
        context,
        f"incident.{id_}.{incident.severity}",
        readers,
        partial(_letter, context, id_),
        partial(_card, context, id_),
    )


def _notify_ended(context: Context, *, quiet: bool) -> int:
    """Notify those who had a notice of an incident of its end."""
    config, now = context.workspace.config.alerts, context.clock.now()
    with db.reading(context.engine) as session:
        ended = [
            (
                incident.id or 0,
                notified_readers(session, config, [f"incident.{incident.id}."]),
            )
            for incident in alerts.ended_since(session, now - ENDED_FOR)
            if incident.kind != CRITICAL and (incident.severity == "high" or not quiet)
        ]
    return sum(
        put_alert(
            context,
            f"incident.{id_}.{ENDED}",
            readers,
            partial(_letter, context, id_),
            partial(_card, context, id_),
        )
        for id_, readers in ended
    )


def notified_readers(
    session: Session, config: Alerts, prefixes: Sequence[str]
) -> AlertReaders:
    """Those of config.yaml who had a letter or a message whose dedup key begins with
    one of these."""
    readers = configured_readers(config)
    notified = {
        message.recipient
        for prefix in prefixes
        for message in outbox_store.messages_with_prefix(session, prefix)
        if outbox_store.has_left(message)
    }
    letters = {
        lang: _select(tuple(notified), own) for lang, own in readers.letters.items()
    }
    return AlertReaders(letters, _select(tuple(notified), readers.channels))


def _readers(config: Alerts, rule: AlertRule | None) -> AlertReaders:
    """All whom config.yaml names, or those of them whom the incident's rule names."""
    all_readers = configured_readers(config)
    if rule is None or not rule.told:
        return all_readers
    chosen = AlertReaders(
        {lang: _select(rule.told, own) for lang, own in all_readers.letters.items()},
        _select(rule.told, all_readers.channels),
    )
    if not chosen.channels and not any(chosen.letters.values()):
        # Somebody must be notified.
        _LOG.error("nobody of a rule's readers is in config.yaml", rule=rule.name)
        return all_readers
    return chosen


def _select(names: Sequence[str], candidates: Sequence[str]) -> tuple[str, ...]:
    return tuple(candidate for candidate in candidates if candidate in names)


def as_letter(page: LetterPage) -> mail.Letter:
    """A page as a mail."""
    return mail.Letter(
        subject=page.subject,
        text=letter_render.text(page),
        html=letter_render.html(page),
    )


def as_card(page: LetterPage) -> ChatCard:
    """A page as a message for a room; its link stands for the first closing line."""
    quotes = [
        (f"{entry.title} · {plain_text(entry.about)}", entry.quote.text)
        for section in page.sections
        for block in section.blocks
        if isinstance(block, Entries)
        for entry in block.entries
        if entry.quote is not None
    ]
    links = [span.url for line in page.closing for span in line if _is_link(span)]
    unknown = [page.unknown] if page.unknown is not None else []
    others = [
        line
        for section in page.sections
        for block in section.blocks
        if isinstance(block, Lines)
        for line in block.lines
    ]
    lines = [plain_text(line) for line in (*page.lead, *unknown, *others)]
    lines = [*opening_lines(page), *lines]
    foot = [plain_text(line) for line in page.closing]
    return ChatCard(
        title=page.subject,
        lines=[*lines, page.occasion],
        quotes=quotes,
        foot=foot[1:] if links else foot,
        link=links[0] if links else None,
    )


def opening_lines(page: LetterPage) -> list[str]:
    """The words that a page is about, a line for each."""
    lines: list[str] = []
    for block in (block for section in page.opening for block in section.blocks):
        if isinstance(block, Entries):
            lines += [
                f"“{entry.quote.text}” {entry.title} · {plain_text(entry.about)}"
                for entry in block.entries
                if entry.quote is not None
            ]
        elif isinstance(block, Lines):
            lines += map(plain_text, block.lines)
    return lines


def _is_link(span: Span) -> TypeGuard[Hyperlink]:
    return isinstance(span, Hyperlink) and span.url is not None


def _letter(context: Context, incident_id: int, lang: str) -> mail.Letter:
    return as_letter(page(context, incident_id, lang))


def _card(context: Context, incident_id: int, lang: str) -> ChatCard:
    return as_card(page(context, incident_id, lang))


def _evidence(
    session: Session, read: ReadIncident, rule: AlertRule | None, now: datetime
) -> Evidence:
    incident, own = read.incident, read.alerts
    counted = [alert for alert in own if alert.series not in OF_ONE]
    ids = dict.fromkeys(
        id_ for alert in reversed(counted) for id_ in alert.mentions[:_MOST_MENTIONS]
    )
    facts = incident_facts.collect(
        session, incident, own, now, names=read.names, rule=rule
    )
    scope = facts.state.scope
    first_ids = (
        []
        if scope is None
        else incident_numbers.ids_to_quote(session, scope, list(ids), _MOST_MENTIONS)
    )
    joining = [alert for alert in own if alert.series == "account"]
    by_id = mention_queries.mentions_by_id(
        session, [*first_ids, *(alert.mentions[0] for alert in joining)]
    )
    rows = [by_id.get(id_) for id_ in first_ids]
    joined = [(alert, by_id.get(alert.mentions[0])) for alert in joining]
    return Evidence(
        facts=facts,
        alerts=own,
        mentions=[row for row in rows if _may_be_quoted(row)],
        joined=[
            (alert, row)
            for alert, row in sorted(joined, key=lambda pair: -(pair[0].observed or 0))
            if row is not None and _may_be_quoted(row)
        ],
        rule=rule,
        promise=alerts.promised(session, incident),
    )


def _may_be_quoted(row: MentionRow | None) -> TypeGuard[MentionRow]:
    """A message was written to the city alone, and stays with it."""
    return row is not None and row.state == "present" and row.kind != "message"


def _rule(session: Session, incident: Incident) -> AlertRule | None:
    kind, _, name = incident.subject.partition(":")
    return alert_rules.named(session, name) if kind == "rule" else None
