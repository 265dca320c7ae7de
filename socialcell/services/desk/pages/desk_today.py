"""The cases with which a day begins: those to work on first."""

from collections.abc import Mapping
from dataclasses import dataclass

from socialcell import db
from socialcell.desk.model import DeskCase
from socialcell.desk.store import case_details, conversations
from socialcell.desk.store.conversations import LastWords
from socialcell.listening.people import masking
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.views.desk.case_view import words_said_last
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
        if not rows:
            return []
        last = conversations.last_words(session, [case.id or 0 for case, _ in rows])
        mentions = mention_queries.mentions_by_id(
            session, [words.mention_id for words in last.values() if words.mention_id]
        )
        people = pseudonyms.read_people(context, session)
    return [
        _view(
            case,
            view_clock(clock, now) if clock else None,
            last.get(case.id or 0),
            mentions,
            people,
        )
        for case, clock in rows
    ]


def _view(
    case: DeskCase,
    clock: ClockView | None,
    last: LastWords | None,
    mentions: Mapping[int, MentionRow],
    people: People,
) -> TodayCase:
    words, language = None, None
    if last is not None:
        mention = mentions.get(last.mention_id or 0)
        words, language = words_said_last(last.text, mention, people)
    return TodayCase(
        number=case.number,
        kind=case.kind,
        topic=case.topic,
        priority=case.priority,
        title=masking.unnamed(case.summary),
        place=masking.unnamed(case.place),
        state=case.state,
        words=words,
        language=language,
        clock=clock,
    )
