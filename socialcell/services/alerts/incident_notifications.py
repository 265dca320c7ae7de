"""Incidents are told: by mail and in rooms of chats, once for each severity."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, TypeGuard

from sqlmodel import Session

from socialcell import db, log, mail
from socialcell.chat import ChatCard
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.i18n import CODES, language
from socialcell.listening import incident_state
from socialcell.listening.alerts.model import (
    CRITICAL,
    OF_ONE,
    PLANNED,
    AlertRule,
    Incident,
)
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.listening.store.alerts import alert_rules, alerts
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.ops import outbox_store as outbox
from socialcell.reports import render
from socialcell.reports.incidents import incident_page as report
from socialcell.reports.incidents.incident_page import Evidence, Told
from socialcell.reports.page import Page, Quotation
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.outbox import outbox as outgoing
from socialcell.settings.telling import Alerts, Channel, Phone

_LOG = log.logger(__name__)
_LOOKED_AT = 20
_ENDED = "ended"  # in a key, in place of the severity
# Who had the first message late is told of the end late; after this, not any more.
_CLOSING = timedelta(days=2)


@dataclass(frozen=True)
class Readers:
    """Who is told of an incident: addresses by language, and channels."""

    letters: dict[str, tuple[str, ...]]
    channels: tuple[str, ...]


def incidents(context: Context) -> int:
    """Put a letter and messages about each incident that nobody was told of, or that
    grew worse, into the outbox, and one that it is over for those who had the first.
    How many are new.

    In the quiet hours only incidents of high severity are told. Told again, an incident
    has the same key and nothing happens. Critical items go their own way (escalations).
    """
    config = context.workspace.config.alerts
    quiet = is_quiet(config, context.clock.now())
    with db.reading(context.engine) as session:
        found = [
            (one, _readers(session, config, one))
            for one in alerts.incidents(session, ("open",), None)
            if one.kind not in (CRITICAL, PLANNED)
            and (one.severity == "high" or not quiet)
        ]
    told = sum(_tell(context, one, readers) for one, readers in found)
    return told + _ended(context, quiet=quiet)


def attempt(context: Context, name: str) -> int:
    """Put a message that says it is a trial into the outbox for a channel, or a call
    that says so for a phone; 1.

    UsageError when config.yaml has none of that name.
    """
    to = require_channel(context, name)
    lang, now = language(to.lang), context.clock.now()
    said = lang.gettext("Alerts of the social media cell come here. This is a trial.")
    title, key = lang.gettext("Trial"), f"trial.{now.isoformat()}"
    if isinstance(to, Phone):
        told: dict[str, Any] = {"incident": None, "item": None, "trial": True}
        told |= {"lang": to.lang, "title": title, "lines": [said]}
        body = json.dumps(told, ensure_ascii=False).encode()
        return outgoing.call(context, "alert", key, name, title, lambda: body)
    card = ChatCard(title, (said, lang.moment(now)))
    return outgoing.post(context, "alert", key, name, lambda: card)


def require_channel(context: Context, name: str) -> Channel | Phone:
    """The channel or phone of that name. UsageError when config.yaml has none."""
    settings = context.workspace.config.alerts
    every: dict[str, Channel | Phone] = {**settings.channels, **settings.phone}
    if name not in every:
        known = ", ".join(every) or "none"
        raise UsageError(f"There is no channel or phone {name!r}. There are: {known}.")
    return every[name]


def page(context: Context, incident_id: int, lang: str) -> Page:
    """The incident as it is told. UsageError when there is none."""
    return _known(context, incident_id, lang)[0]


def is_quiet(config: Alerts, now: datetime) -> bool:
    """Whether only the worst is told now."""
    if config.quiet is None:
        return False
    begin, end = (time.fromisoformat(one) for one in config.quiet)
    at = now.astimezone(IST).time()
    return begin <= at < end if begin <= end else at >= begin or at < end


def everybody(config: Alerts) -> Readers:
    """All whom config.yaml names for alerts."""
    letters = {lang: config.recipients.of(lang) for lang in CODES}
    return Readers(letters, tuple(config.channels))


def put_alert(
    context: Context,
    key: str,
    readers: Readers,
    letter: Callable[[str], mail.Letter],
    card: Callable[[str], ChatCard],
) -> int:
    """Put the letters and messages of an alert into the outbox for readers who have
    not had it under this key; how many are new. `letter` and `card` take a language.
    """
    channels = context.workspace.config.alerts.channels
    letters = sum(
        outgoing.put(
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
        outgoing.post(context, "alert", key, name, partial(card, channels[name].lang))
        for name in readers.channels
    )


def _tell(context: Context, incident: Incident, readers: Readers) -> int:
    id_ = incident.id or 0
    return put_alert(
        context,
        f"incident.{id_}.{incident.severity}",
        readers,
        partial(_letter, context, id_),
        partial(_card, context, id_),
    )


def _ended(context: Context, *, quiet: bool) -> int:
    """Tell those who were told of an incident that it is over."""
    config, now = context.workspace.config.alerts, context.clock.now()
    with db.reading(context.engine) as session:
        over = [
            (one.id or 0, _told_of(session, one.id or 0, everybody(config)))
            for one in alerts.ended_since(session, now - _CLOSING)
            if one.severity == "high" or not quiet
        ]
    return sum(
        put_alert(
            context,
            f"incident.{id_}.{_ENDED}",
            readers,
            partial(_letter, context, id_),
            partial(_card, context, id_),
        )
        for id_, readers in over
    )


def _told_of(session: Session, incident_id: int, every: Readers) -> Readers:
    """Those of config.yaml who had a letter or a message about an incident."""
    had = {
        message.recipient
        for message in outbox.messages_with_prefix(session, f"incident.{incident_id}.")
        if message.state == "sent"
    }
    letters = {lang: _of(tuple(had), own) for lang, own in every.letters.items()}
    return Readers(letters, _of(tuple(had), every.channels))


def _readers(session: Session, config: Alerts, incident: Incident) -> Readers:
    """All whom config.yaml names, or those of them whom the incident's rule names."""
    every = everybody(config)
    rule = _rule(session, incident)
    if rule is None or not rule.told:
        return every
    chosen = Readers(
        {lang: _of(rule.told, own) for lang, own in every.letters.items()},
        _of(rule.told, every.channels),
    )
    if not chosen.channels and not any(chosen.letters.values()):
        # Somebody must hear of it.
        _LOG.error("nobody of a rule's readers is in config.yaml", rule=rule.name)
        return every
    return chosen


def _of(told: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in known if one in told)


def _letter(context: Context, incident_id: int, lang: str) -> mail.Letter:
    made, _ = _known(context, incident_id, lang)
    return mail.Letter(
        subject=made.title, text=render.text(made), html=render.html(made)
    )


def _card(context: Context, incident_id: int, lang: str) -> ChatCard:
    return as_card(*_known(context, incident_id, lang))


def as_card(page: Page, link: str | None = None) -> ChatCard:
    """A page as a message for a room; a link stands for the first line of its foot."""
    quotes = [
        (block.about, block.text)
        for section in page.sections
        for block in section.blocks
        if isinstance(block, Quotation) and block.text
    ]
    return ChatCard(
        title=page.title,
        lines=[page.subtitle, *page.summary],
        quotes=quotes,
        foot=page.footer[1:] if link else page.footer,
        link=link,
    )


def _known(context: Context, incident_id: int, lang: str) -> tuple[Page, str | None]:
    """The incident's page, and its link."""
    shown, config = pseudonyms.of(context), context.workspace.config.alerts
    with db.reading(context.engine) as session:
        incident = session.get(Incident, incident_id)
        if incident is None:
            raise UsageError(f"There is no incident {incident_id}.")
        known = _evidence(session, incident, context.clock.now())
        readers = _readers(session, config, incident)
        told = Told(
            sum(map(len, readers.letters.values())),
            readers.channels,
            config.console_url,
        )
        made = report.page(incident, known, told, shown, language(lang))
        return made, report.link(incident, known, told)


def _evidence(session: Session, incident: Incident, now: datetime) -> Evidence:
    own = alerts.alerts_of(session, incident.id or 0)
    counted = [one for one in own if one.series not in OF_ONE]
    ids = dict.fromkeys(
        id_ for one in reversed(counted) for id_ in one.mentions[:_LOOKED_AT]
    )
    rows = [mention_queries.mention(session, id_) for id_ in list(ids)[:_LOOKED_AT]]
    joined = [
        (one, mention_queries.mention(session, one.mentions[0]))
        for one in own
        if one.series == "account"
    ]
    return Evidence(
        alerts=own,
        mentions=[row for row in rows if _may_be_quoted(row)],
        joined=[
            (one, row)
            for one, row in sorted(joined, key=lambda pair: -(pair[0].observed or 0))
            if row is not None and _may_be_quoted(row)
        ],
        names={one.id: area_table.names(one) for one in area_store.all_areas(session)},
        rule=_rule(session, incident),
        promise=alerts.promised(session, incident),
        state=incident_state.state_of(session, incident, own, now),
    )


def _may_be_quoted(row: MentionRow | None) -> TypeGuard[MentionRow]:
    """A message was written to the city alone, and stays with it."""
    return row is not None and row.state == "present" and row.kind != "message"


def _rule(session: Session, incident: Incident) -> AlertRule | None:
    kind, _, name = incident.subject.partition(":")
    return alert_rules.named(session, name) if kind == "rule" else None
