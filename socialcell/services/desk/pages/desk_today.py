"""The cases with which a day begins: those to work on first."""

from collections.abc import Mapping
from dataclasses import dataclass

from socialcell import db
from socialcell.desk.store import case_details, conversations
from socialcell.desk.store.conversations import LastWords
from socialcell.listening.people import masking
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.views.desk.case_view import words_of_mention
from socialcell.views.desk.clock_view import ClockView, view_clock


@dataclass(frozen=True)
class TodayCase:
    """A case to work on first, with the clock that ends first.

    `words` are the last of a citizen, masked; None: removed, or none were held.
    """

    number: str
    kind: str
    topic: str | None
    priority: str
    title: str
    place: str
    state: str
    words: str | None
    language: str | None
    clock: ClockView | None


def read_first_cases(context: Context, limit: int) -> list[TodayCase]:
    """The open cases of the whole city to work on first."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        rows = case_details.first_cases(session, limit)
        numbers = [case.id or 0 for case, _clock in rows]
        last = conversations.last_words(session, numbers)
        ids = [words.mention_id for words in last.values() if words.mention_id]
        mentions = mention_queries.mentions_by_id(session, ids) if ids else {}
        people = pseudonyms.load_people(context) if mentions else None
        return [
            TodayCase(
                number=case.number,
                kind=case.kind,
                topic=case.topic,
                priority=case.priority,
                title=masking.unnamed(case.summary),
                place=masking.unnamed(case.place),
                state=case.state,
                words=words,
                language=language,
                clock=view_clock(clock, now) if clock else None,
            )
            for case, clock in rows
            for words, language in [_words(last.get(case.id or 0), mentions, people)]
        ]


def _words(
    last: LastWords | None, mentions: Mapping[int, MentionRow], people: People | None
) -> tuple[str | None, str | None]:
    """Last words as they may be shown, and their language."""
    if last is None:
        return None, None
    if last.mention_id is None or people is None:
        return None if last.text is None else masking.unnamed(last.text), None
    mention = mentions.get(last.mention_id)
    return (None, None) if mention is None else words_of_mention(mention, people)
