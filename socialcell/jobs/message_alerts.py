"""A critical direct message is told at once to whoever is told of incidents."""

from datetime import timedelta
from functools import partial

from socialcell import db, mail
from socialcell.chat import Card
from socialcell.i18n import language
from socialcell.jobs import people, telling
from socialcell.jobs.context import Context
from socialcell.listening import areas
from socialcell.listening.store import areas as area_store
from socialcell.listening.store import conversations, questions
from socialcell.ops import outgoing as outbox
from socialcell.reports import render, urgent_message
from socialcell.reports.page import Page

# What reached us before this is not told any more: nobody waits for it, and a new model
# that reads old messages anew alarms nobody.
_RECENT = timedelta(days=2)


def tell(context: Context) -> int:
    """Put letters and messages about each critical message into the outbox for those
    who have not had them, whatever the hour; how many are new.

    Done again, a message has the same key and nothing happens.
    """
    readers = telling.everybody(context.workspace.config.alerts)
    if not readers.channels and not any(readers.letters.values()):
        return 0
    with db.reading(context.engine) as session:
        ids = conversations.critical_messages(session, context.clock.now() - _RECENT)
    return sum(
        telling.put_alert(
            context,
            f"{outbox.ABOUT_MESSAGE}{id_}",
            readers,
            partial(_letter, context, id_),
            partial(_card, context, id_),
        )
        for id_ in ids
    )


def page(context: Context, mention_id: int, lang: str) -> Page:
    """The message as it is told."""
    shown = people.of(context)
    with db.reading(context.engine) as session:
        row = questions.mention(session, mention_id)
        assert row is not None
        understood = questions.annotations(session, [mention_id])[mention_id]
        names = {one.id: areas.names(one) for one in area_store.all_areas(session)}
    return urgent_message.page(row, understood, names, shown, language(lang))


def _letter(context: Context, mention_id: int, lang: str) -> mail.Letter:
    notice = page(context, mention_id, lang)
    return mail.Letter(
        subject=f"{notice.title}: {notice.subtitle}",
        text=render.text(notice),
        html=render.html(notice),
    )


def _card(context: Context, mention_id: int, lang: str) -> Card:
    return telling.as_card(page(context, mention_id, lang))
