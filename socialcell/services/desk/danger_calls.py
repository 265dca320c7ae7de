"""Calls about cases of life and limb that nobody has answered or taken on, by the
ladder of config.yaml.

What a citizen posted and is critical is called about as a critical item. Where a case
has such an item, its calls stand under the item's key, so that no telephone rings twice
for one.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlmodel import Session

from socialcell import db
from socialcell.desk.clock_times import ClockKind
from socialcell.desk.model import DeskCase
from socialcell.desk.store import clocks as store
from socialcell.desk.store import duplicates
from socialcell.i18n import language
from socialcell.listening.alerts import danger_topics
from socialcell.listening.areas import area_table
from socialcell.listening.people import masking
from socialcell.listening.store import areas as area_store
from socialcell.listening.store.alerts import critical_calls
from socialcell.ops import outbox_store
from socialcell.reports.desk import late_case_page
from socialcell.reports.desk.late_case_page import DANGER, LateCase
from socialcell.reports.letters.letter_page import plain_text
from socialcell.services.alerts import critical_items, escalations
from socialcell.services.alerts import incident_notifications as notifications
from socialcell.services.context import Context
from socialcell.services.desk import case_reading
from socialcell.services.desk.case_escalations import letter_of
from socialcell.services.outbox import outbox
from socialcell.text import clean_text, one_line

MAX_LENGTH = 280  # characters of the words of a case


@dataclass(frozen=True, slots=True)
class DangerousCase:
    """A case that is to be called about: since when, and the key of its calls."""

    case: LateCase
    since: datetime
    key: str


def put_calls(context: Context) -> int:
    """Put the calls that are due into the outbox; how many are new. Nobody is called
    while config.yaml names nobody."""
    settings, now = context.workspace.config.alerts, context.clock.now()
    if settings.names_nobody:
        return 0
    with db.reading(context.engine) as session:
        dangers = _dangers(context, session, now)
    new = 0
    for danger in dangers:
        passed, _next_at = escalations.due_steps(settings, danger.since, now)
        for step, names in passed:
            new += _put_step(context, danger, f"{danger.key}{step}", names)
    return new


def _dangers(context: Context, session: Session, now: datetime) -> list[DangerousCase]:
    critical = set(critical_calls.ids_since(session, now - critical_items.MAX_AGE))
    names = {
        area.id: area_table.names(area)
        for area in area_store.areas_on(session, now.date())
    }
    dangers = []
    for case in store.unanswered_dangers(session):
        mentions = store.mentions_of(session, case.id or 0)
        is_item = any(
            id_ in critical or critical_calls.incident_of(session, id_) is not None
            for id_ in mentions
        )
        if case.assignee is None and not is_item:
            words = _words(context, session, case, mentions)
            topics = [case.topic] if case.topic else []
            late = LateCase(
                number=case.number,
                occasion=DANGER,
                at=now,
                topic=case.topic,
                area=names.get(case.area or ""),
                assigned=False,
                words=words,
                dangers=danger_topics.kinds_beside(topics, words or ""),
                place=masking.unnamed(case.place) or None,
                console_url=context.workspace.config.alerts.console_url,
            )
            key = (
                f"{outbox_store.ABOUT_ITEM}{mentions[0]}"
                if mentions
                else outbox_store.about_case(case.number)
            )
            dangers.append(DangerousCase(late, _since(session, case), key))
    return dangers


def _words(
    context: Context, session: Session, case: DeskCase, mentions: Sequence[int]
) -> str | None:
    """The first words of a case, in which nobody can be recognised; None: there are
    none."""
    if mentions:
        return escalations.masked_words(context, session, mentions[0]) or None
    texts = duplicates.texts_of_cases(session, [case.id or 0]).get(case.id or 0, ())
    words = next(iter(texts), case.summary)
    return one_line(masking.unnamed(clean_text(words)), MAX_LENGTH) or None


def _since(session: Session, case: DeskCase) -> datetime:
    """Since when a case has been one of life and limb."""
    before = store.last_stopped(session, case.id or 0, ClockKind.FIRST_ANSWER)
    if before is None or before.stopped_at is None:
        return case.opened_at
    return before.stopped_at


def _put_step(
    context: Context, danger: DangerousCase, key: str, names: Sequence[str]
) -> int:
    settings = context.workspace.config.alerts
    page = partial(letter_of, context, danger.case)
    calls = sum(
        outbox.put_call(
            context,
            "alert",
            key,
            name,
            f"case {danger.case.number}",
            partial(_phone_call, context, danger.case, settings.phone[name].lang),
        )
        for name in settings.phone
        if name in names
    )
    return calls + notifications.put_alert(
        context,
        key,
        notifications.readers_among(settings, names),
        lambda lang: notifications.as_letter(page(lang)),
        lambda lang: notifications.as_card(page(lang)),
    )


def _phone_call(context: Context, case: LateCase, lang: str) -> bytes:
    """The body of a call, as JSON: the case's number, and the text to be read out."""
    notice = letter_of(context, case, lang)
    document = {
        "incident": None,
        "item": None,
        "case": case.number,
        "lang": language(lang).code,
        "title": notice.subject,
        "lines": [plain_text(line) for line in notice.lead[bool(case.words) :]],
        "text": case.words or "",
        "place": case_reading.place_in_words(case.place or "", lang) or None,
        "topics": [case.topic] if case.topic else [],
        "acknowledge": late_case_page.take_command(case.number),
    }
    return json.dumps(document, ensure_ascii=False).encode()
