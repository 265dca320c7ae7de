"""Escalation of critical items, step by step, until somebody acknowledges them.

Each step goes through the outbox, once for each recipient: a process that dies anywhere
repeats it under the same keys.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session

from socialcell import db, mail
from socialcell.chat import ChatCard
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.i18n import language
from socialcell.listening import incident_state
from socialcell.listening.alerts.model import CRITICAL, Escalation, Incident
from socialcell.listening.areas import area_table
from socialcell.listening.areas.owner_table import OwnerFinder
from socialcell.listening.people.visibility import People
from socialcell.listening.store import owners
from socialcell.listening.store.alerts import alerts, critical_calls
from socialcell.listening.store.mentions import mention_queries
from socialcell.ops import outbox_store
from socialcell.reports.incidents import critical_item_page, incident_facts
from socialcell.reports.incidents.critical_item_page import (
    CriticalItemFacts,
    IncidentEnd,
    ItemStatus,
)
from socialcell.reports.incidents.incident_facts import Names
from socialcell.reports.letters.letter_page import LetterPage, plain_text
from socialcell.services import pseudonyms
from socialcell.services.alerts import critical_items, incident_notifications
from socialcell.services.alerts.incident_grouping import INCIDENT_GAP, IncidentGrouping
from socialcell.services.alerts.incident_notifications import ReadIncident
from socialcell.services.context import Context
from socialcell.services.letter_sender import letter_sender
from socialcell.services.outbox import acknowledgements, outbox
from socialcell.settings.notifications import Alerts
from socialcell.views.mentions.mention_view import group_values

MAX_NOTICED = 30  # further items of an incident whose words one letter has

_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class EscalationRun:
    """The result of one run: incidents that were opened, messages and calls that are
    new in the outbox, and the delivery of those that were due."""

    opened: tuple[int, ...]
    messages: int
    delivered: outbox.Delivery


@dataclass(frozen=True)
class ItemLetter:
    """What a letter, message or call is about: an item, again where nobody has
    acknowledged it, and the ids of others whose words it has, too."""

    mention_id: int
    repeated: bool = False
    quoted: tuple[int, ...] = ()


@dataclass(frozen=True)
class PassedCall:
    """A telephone call of a step whose time has come; `key` is that of the outbox."""

    key: str
    mention_id: int
    phone: str
    repeated: bool


def advance(
    context: Context, stop: Callable[[], bool] = lambda: False, *, deliver: bool = True
) -> EscalationRun:
    """Group critical items into incidents, put every step that is due into the outbox,
    and send what waits of alerts at once, whatever the hour. Done again, nothing
    happens twice; threads of a process do it one after the other."""
    with _ONE_AT_A_TIME:
        opened = group_critical_items(context)
        messages = put_due_steps(context)
        delivery = outbox.Delivery()
        if deliver:
            delivery = outbox.deliver_due(context, alerts=True, stop=stop)
        return EscalationRun(opened, messages, delivery)


def group_critical_items(context: Context) -> tuple[int, ...]:
    """Put critical items that are in no incident into one; ids of the new incidents.

    In one transaction with their escalations.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        db.take_turn(session, "alerts")
        grouping = IncidentGrouping(session, now)
        critical_items.group_items(grouping)
        return tuple(grouping.opened)


def put_due_steps(context: Context) -> int:
    """Put the messages and calls of every step that is due, and the closing messages
    of false alarms, into the outbox; how many are new. Nothing is due to anybody while
    config.yaml names nobody."""
    settings, now = context.workspace.config.alerts, context.clock.now()
    if settings.names_nobody:
        return 0
    with db.reading(context.engine) as session:
        climbing = critical_calls.climbing(session, now - INCIDENT_GAP)
        session.expunge_all()
    new = 0
    notices: dict[int, list[Escalation]] = defaultdict(list)
    for escalation in climbing:
        if not escalation.climbs:
            notices[escalation.incident_id].append(escalation)
            continue
        passed, next_at = due_steps(settings, escalation.started_at, now)
        if not _is_due(escalation, next_at, now):
            continue
        for step, names in passed:
            letter = ItemLetter(escalation.mention_id, repeated=bool(step))
            new += _put_step(context, letter, step, names)
        with db.writing(context.engine) as session:
            critical_calls.set_next(session, escalation, next_at)
    new += sum(_put_notice(context, waiting) for waiting in notices.values())
    return new + _put_closing_messages(context)


def passed_calls(context: Context) -> list[PassedCall]:
    """The telephone calls of steps up to now of escalations that go on: of one item and
    telephone that of the newest step alone."""
    settings, now = context.workspace.config.alerts, context.clock.now()
    with db.reading(context.engine) as session:
        climbing = critical_calls.climbing(session, now - INCIDENT_GAP)
        session.expunge_all()
    calls = {
        (escalation.mention_id, name): PassedCall(
            f"{outbox_store.ABOUT_ITEM}{escalation.mention_id}{step}|{name}",
            escalation.mention_id,
            name,
            repeated=bool(step),
        )
        for escalation in climbing
        if escalation.climbs
        for step, names in due_steps(settings, escalation.started_at, now)[0]
        for name in names
        if name in settings.phone
    }
    return list(calls.values())


def body_of(context: Context, call: PassedCall) -> bytes:
    """What the telephone of such a call is given."""
    lang = context.workspace.config.alerts.phone[call.phone].lang
    letter = ItemLetter(call.mention_id, repeated=call.repeated)
    return _phone_call(context, letter, lang)


def next_step_at(context: Context) -> datetime | None:
    """When the next step of any escalation is due, maybe in the past; None where none
    is, or config.yaml names nobody."""
    if context.workspace.config.alerts.names_nobody:
        return None
    since = context.clock.now() - INCIDENT_GAP
    with db.reading(context.engine) as session:
        return critical_calls.next_step_at(session, since)


def page(
    context: Context, mention_id: int, lang: str, *, repeated: bool = False
) -> LetterPage:
    """The letter that reports the item; `repeated`: nobody has acknowledged it yet."""
    return _page_of(context, ItemLetter(mention_id, repeated=repeated), lang)


def _page_of(context: Context, letter: ItemLetter, lang: str) -> LetterPage:
    evidence, standing = _evidence(context, letter)
    return _page(context, evidence, standing, pseudonyms.load_people(context), lang)


def incident_page(context: Context, incident_id: int, lang: str) -> LetterPage:
    """The letter that reports an incident; of a critical one, its first remaining item.
    UsageError when there is none, or no such language."""
    language(lang)
    with db.reading(context.engine) as session:
        read = incident_notifications.read_incident(session, incident_id)
        if read is None:
            raise UsageError("alerts.no_such_incident", incident=incident_id)
        return letter_of(context, session, read, lang)


def letter_of(
    context: Context, session: Session, read: ReadIncident, lang: str
) -> LetterPage:
    """The same of an incident that was read."""
    incident = read.incident
    if incident.kind != CRITICAL:
        return incident_notifications.page_of(context, session, read, lang)
    items = [
        alert.mentions[0]
        for alert in sorted(read.alerts, key=lambda alert: alert.id or 0)
        if alert.series == CRITICAL
    ]
    left = next(iter(critical_calls.present_of(session, items)), None)
    if left is None:
        sender = letter_sender(context, lang)
        return critical_item_page.removed_page(
            incident,
            sender,
            language(lang),
            at_source=critical_calls.is_removed_at_source(session, items),
        )
    evidence = replace(
        _item_facts(context, session, left, read.names),
        rumours=incident_state.rumours_in(session, items, context.clock.now()),
        figures=incident_state.figures_in(session, items, context.clock.now()),
    )
    escalation = critical_calls.escalation_of_item(session, left)
    standing = _status(context, left, incident, items, escalation)
    if incident.state != "over":
        standing = replace(
            standing, quoted=_newest_others(context, session, left, items, read.names)
        )
    people = pseudonyms.read_people(context, session)
    return _page(context, evidence, standing, people, lang)


def _newest_others(
    context: Context, session: Session, first: int, items: Sequence[int], names: Names
) -> list[CriticalItemFacts]:
    """The newest items of an incident but its first one, as far as they are there."""
    others = [id_ for id_ in reversed(items) if id_ != first]
    present = critical_calls.present_of(session, others)
    return [
        _item_facts(context, session, id_, names)
        for id_ in present[: critical_item_page.MAX_QUOTED]
    ]


def _page(
    context: Context,
    evidence: CriticalItemFacts,
    standing: ItemStatus,
    people: People,
    lang: str,
) -> LetterPage:
    sender = letter_sender(context, lang)
    return critical_item_page.page(evidence, standing, people, sender, language(lang))


def _put_notice(context: Context, waiting: Sequence[Escalation]) -> int:
    """The one letter and message about the further items of an incident that wait for
    theirs, when it is due; how many are new.

    It has the key of the last one: whatever joins them before all of it is in the
    outbox has another, so that nobody lacks an item.
    """
    settings, now = context.workspace.config.alerts, context.clock.now()
    if not any(_is_due(escalation, None, now) for escalation in waiting):
        return 0
    *others, last = [escalation.mention_id for escalation in waiting]
    letter = ItemLetter(last, quoted=tuple(reversed(others)))
    names = [name for name in settings.steps[0].who if name not in settings.phone]
    new = _put_step(context, letter, "", names)
    with db.writing(context.engine) as session:
        for escalation in waiting:
            critical_calls.set_next(session, escalation, None)
    return new


def _is_due(escalation: Escalation, next_at: datetime | None, now: datetime) -> bool:
    """Whether a step of an escalation is due, or its next one comes earlier than was
    written down: config.yaml has a step, or somebody in a step, that it had not."""
    assert escalation.next_at is not None
    if escalation.next_at <= now:
        return True
    return next_at is not None and next_at < escalation.next_at


def due_steps(
    settings: Alerts, started_at: datetime, now: datetime
) -> tuple[list[tuple[str, Sequence[str]]], datetime | None]:
    """The steps of the ladder up to now of calls that began at a moment, as (what is
    added to the key, names), and when the next one is due.

    After the last step everybody is called again and again; of repetitions that were
    missed the newest stands for all.
    """
    steps = settings.steps
    minute = timedelta(minutes=1)
    passed: list[tuple[str, Sequence[str]]] = []
    for n, step in enumerate(steps):
        at = started_at + step.after * minute
        if at > now:
            return passed, at
        passed.append((f"{outbox_store.LATER}{n}" if n else "", step.who))
    last = started_at + steps[-1].after * minute
    repeats = (now - last) // (settings.repeat * minute)
    if repeats:
        passed.append(
            (f"{outbox_store.LATER}{len(steps) + repeats - 1}", settings.names)
        )
    return passed, last + (repeats + 1) * settings.repeat * minute


def _put_step(
    context: Context, letter: ItemLetter, step: str, names: Sequence[str]
) -> int:
    """The messages and calls of one step that are not in the outbox yet."""
    settings, id_ = context.workspace.config.alerts, letter.mention_id
    key = f"{outbox_store.ABOUT_ITEM}{id_}{step}"
    readers = incident_notifications.readers_among(settings, names)
    new = sum(
        outbox.put_call(
            context,
            "alert",
            key,
            name,
            f"{CRITICAL} #{id_}",
            partial(_phone_call, context, letter, settings.phone[name].lang),
        )
        for name in settings.phone
        if name in names
    )
    return new + incident_notifications.put_alert(
        context,
        key,
        readers,
        lambda lang: incident_notifications.as_letter(_page_of(context, letter, lang)),
        lambda lang: incident_notifications.as_card(_page_of(context, letter, lang)),
    )


def _put_closing_messages(context: Context) -> int:
    """Put a letter and messages about each false alarm into the outbox, once for each
    of its ends, for those who were told of its items; how many are new."""
    config = context.workspace.config.alerts
    since = context.clock.now() - incident_notifications.ENDED_FOR
    with db.reading(context.engine) as session:
        ended = [
            (
                incident.id or 0,
                f"incident.{incident.id}.{incident_notifications.ENDED}."
                f"{incident.ended_at:%Y%m%dT%H%M%S}",
                incident_notifications.notified_readers(
                    session,
                    config,
                    outbox_store.prefixes_about(
                        critical_calls.items_of(session, incident.id or 0)
                    ),
                ),
            )
            for incident in alerts.ended_since(session, since)
            if incident.is_false_alarm
        ]
    return sum(
        incident_notifications.put_alert(
            context,
            key,
            readers,
            partial(_closing_letter, context, id_),
            partial(_closing_card, context, id_),
        )
        for id_, key, readers in ended
    )


def _closing_letter(context: Context, incident_id: int, lang: str) -> mail.Letter:
    return incident_notifications.as_letter(incident_page(context, incident_id, lang))


def _closing_card(context: Context, incident_id: int, lang: str) -> ChatCard:
    return incident_notifications.as_card(incident_page(context, incident_id, lang))


def _phone_call(context: Context, letter: ItemLetter, lang: str) -> bytes:
    """The body of a phone call, as JSON: our ids, and the text to be read out."""
    mention_id = letter.mention_id
    evidence, standing = _evidence(context, letter)
    people = pseudonyms.load_people(context)
    notice = _page(context, evidence, standing, people, lang)
    written_at = evidence.row.authored_at
    document = {
        "incident": standing.incident_id,
        "item": mention_id,
        "lang": lang,
        "title": notice.subject,
        "lines": [
            *(plain_text(line) for line in notice.lead),
            *critical_item_page.quoted_lines(standing, people, language(lang)),
        ],
        "text": critical_item_page.mask_text(evidence, people),
        "further": [
            {
                "item": item.row.id,
                "text": critical_item_page.mask_text(item, people),
                "wards": list(item.values.get("ward", ())),
            }
            for item in standing.quoted
        ],
        "platform": evidence.row.platform,
        "at": written_at.astimezone(IST).isoformat() if written_at else None,
        "topics": list(evidence.values.get("topic", ())),
        "wards": list(evidence.values.get("ward", ())),
        "owner": evidence.owner,
        "repeated": letter.repeated,
        "acknowledge": f"socialcell alerts ack {standing.incident_id}",
        "acknowledge_path": acknowledgements.acknowledge_path(context, mention_id),
    }
    return json.dumps(document, ensure_ascii=False).encode()


def _evidence(
    context: Context, letter: ItemLetter
) -> tuple[CriticalItemFacts, ItemStatus]:
    mention_id = letter.mention_id
    with db.reading(context.engine) as session:
        names = incident_facts.area_names(session)
        evidence = _item_facts(context, session, mention_id, names)
        incident_id = critical_calls.incident_of(session, mention_id)
        incident = session.get(Incident, incident_id) if incident_id else None
        escalation = critical_calls.escalation_of_item(session, mention_id)
        items = critical_calls.items_of(session, incident_id) if incident_id else []
        standing = _status(context, mention_id, incident, items, escalation)
        quoted = letter.quoted
        if letter.repeated and incident_id:
            quoted = _told_others(session, incident_id, mention_id)
        shown = critical_item_page.MAX_QUOTED if letter.repeated else MAX_NOTICED
        now = context.clock.now()
        evidence = replace(
            evidence,
            rumours=incident_state.rumours_in(
                session, [mention_id, *quoted[:shown]], now
            ),
            figures=incident_state.figures_in(session, items, now),
        )
        return evidence, replace(
            standing,
            repeated=letter.repeated,
            quoted=[
                _item_facts(context, session, id_, names) for id_ in quoted[:shown]
            ],
        )


def masked_words(context: Context, session: Session, mention_id: int) -> str:
    """The beginning of a mention's text, in which nobody can be recognised; "" where
    there is none any more."""
    names = incident_facts.area_names(session)
    people = pseudonyms.read_people(context, session)
    facts = _item_facts(context, session, mention_id, names)
    return critical_item_page.mask_text(facts, people)


def _told_others(
    session: Session, incident_id: int, mention_id: int
) -> tuple[int, ...]:
    """The other items of an incident that are still critical, the newest first; of
    copies the first alone."""
    escalations = critical_calls.escalations_of_incident(session, incident_id)
    ids = [row.mention_id for row in reversed(escalations)]
    critical = critical_calls.items(session, ids)
    return tuple(item.id for item in critical if item.id != mention_id)


def _item_facts(
    context: Context, session: Session, mention_id: int, names: Names
) -> CriticalItemFacts:
    row = mention_queries.mention(session, mention_id)
    assert row is not None
    annotations = mention_queries.annotations(session, [mention_id])[mention_id]
    values = group_values(annotations)
    finder = OwnerFinder(owners.list_owners(session))
    owner = finder.find(owners.problem_of(row, values))
    return CriticalItemFacts(
        row=row,
        annotations=annotations,
        values=values,
        names=names,
        owner=owner.owner if owner else None,
        owner_names=area_table.names(owner) if owner else None,
        rumours=incident_state.rumours_in(session, [mention_id], context.clock.now()),
    )


def _status(
    context: Context,
    mention_id: int,
    incident: Incident | None,
    items: Sequence[int],
    escalation: Escalation | None,
) -> ItemStatus:
    return ItemStatus(
        incident_id=incident.id if incident else None,
        other_ids=[id_ for id_ in items if id_ != mention_id],
        called_since=escalation.started_at if escalation else None,
        acked_by=incident.acked_by if incident and incident.state != "open" else None,
        end=_end(incident) if incident and incident.state == "over" else None,
        repeated=False,
        console_url=context.workspace.config.alerts.console_url,
    )


def _end(incident: Incident) -> IncidentEnd:
    return IncidentEnd(
        incident.opened_at,
        incident.ended_at,
        incident.is_false_alarm,
        incident.is_acknowledged_late,
    )
