"""How far back in time a page of the newest mentions reaches.

The newest of a topic or a word are mostly among the newest of all, and ids follow the
order of arrival: looked for there, they are found in the same time however many
mentions there are. What is not found there is looked for further back.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session

from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.listening.store.mentions.mention_matching import M

LEAST = 1000  # mentions that are looked at first
_FURTHER = 20  # times as far where too few were found to tell
_TELLING = 5  # found from which the rest is foreseen
_SPARE = 1.5


@dataclass(frozen=True, slots=True)
class PageReach:
    """From a time on; `first` is the least id of all mentions from then on."""

    since: datetime
    first: int


def reach(
    session: Session, mention_filter: MentionFilter, span: int
) -> PageReach | None:
    """As far back as the newest `span` mentions before the end of what is wanted.

    None where that is as far as all that is wanted.
    """
    before: ColumnElement[bool] = M.authored_at.is_not(None)
    if mention_filter.until is not None:
        before = M.authored_at < mention_filter.until
    order = (M.authored_at.desc().nulls_last(), M.id.desc())
    newest = select(M.authored_at).where(before).order_by(*order)
    since = session.scalar(newest.limit(1).offset(span - 1))
    if since is None or (
        mention_filter.since is not None and since <= mention_filter.since
    ):
        return None
    # The sum keeps SQLite from going through all ids to the first one that is so new.
    least = select(func.min(M.id + 0)).where(before, M.authored_at >= since)
    return PageReach(since, session.execute(least).scalar_one())


def nearest(limit: int, apart: float) -> int:
    """How many of the newest are looked at first, where matches are so far apart."""
    return max(LEAST, int(limit * apart * _SPARE))


def further(span: int, match_count: int, limit: int) -> int:
    """How many next, after `match_count` of `limit` among the newest `span`."""
    if match_count < _TELLING:
        return span * _FURTHER
    return int(span * limit / match_count * _SPARE)
