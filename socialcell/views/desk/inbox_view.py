"""Rows of the inbox as a page shows them: the last words of a citizen are masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell.desk.store.case_lists import CaseRow
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
    counts: Mapping[str, int]
    following: str | None
    held: int
    held_until: datetime | None


def view_line(
    row: CaseRow, mention: MentionRow | None, clock: ClockView | None, people: People
) -> InboxLine:
    """A line of the inbox; `mention` is the row's last one, None: it is gone."""
    words, language = case_view.last_words(row.last_text, mention, people)
    return InboxLine(
        number=row.number,
        rev=row.rev,
        kind=row.kind,
        topic=row.topic,
        priority=row.priority,
        area=row.area,
        place=masking.unnamed(row.place),
        title=masking.unnamed(row.summary),
        state=row.state,
        waits_for=row.waits_for,
        reopened=row.reopened,
        level=row.level,
        owner=row.owner,
        assignee=row.assignee,
        holder=row.holder,
        opened_at=row.opened_at,
        channels=row.channels,
        words=words,
        language=language,
        clock=clock,
    )
