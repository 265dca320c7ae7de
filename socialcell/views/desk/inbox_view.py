"""Rows of the inbox as a page shows them: the last words of a citizen are masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell.desk.model import CaseMessage, DeskCase
from socialcell.desk.store.inbox_rows import InboxView
from socialcell.listening.people import masking
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.views.desk import case_view
from socialcell.views.desk.clock_view import ClockView


@dataclass(frozen=True)
class InboxLine:
    """A case in a list: what is asked, where, by which channels, its next clock.

    `words` are the last of a citizen, masked; None: removed, or none were held.
    """

    number: str
    rev: int
    kind: str
    topic: str | None
    priority: str
    area: str | None
    place: str
    title: str
    state: str
    waits_for: str | None
    reopened: int
    level: int
    owner: str | None
    assignee: str | None
    holder: str | None
    is_mine: bool
    opened_at: datetime
    channels: Sequence[str]
    words: str | None
    language: str | None
    clock: ClockView | None


@dataclass(frozen=True)
class InboxPage:
    """A page of a view. `following`: the cursor of the next page; None: there is none.
    `held` is how many cases whoever asks holds now, until `held_until`."""

    lines: Sequence[InboxLine]
    counts: Mapping[InboxView, int]
    following: str | None
    held: int
    held_until: datetime | None


@dataclass(frozen=True)
class InboxLineParts:
    """What is read for a line beside its case."""

    assignee: str | None
    holder: str | None
    is_mine: bool
    channels: Sequence[str]
    message: CaseMessage | None
    mention: MentionRow | None
    clock: ClockView | None


def view_line(case: DeskCase, parts: InboxLineParts, people: People) -> InboxLine:
    """A line of the inbox."""
    words = language = None
    if parts.message is not None:
        words, language, _ = case_view.shown_words(parts.message, parts.mention, people)
    return InboxLine(
        number=case.number,
        rev=case.rev,
        kind=case.kind,
        topic=case.topic,
        priority=case.priority,
        area=case.area,
        place=masking.unnamed(case.place),
        title=masking.unnamed(case.summary),
        state=case.state,
        waits_for=case.waits_for,
        reopened=case.reopened,
        level=case.level,
        owner=case.owner,
        assignee=parts.assignee,
        holder=parts.holder,
        is_mine=parts.is_mine,
        opened_at=case.opened_at,
        channels=parts.channels,
        words=words,
        language=language,
        clock=parts.clock,
    )
