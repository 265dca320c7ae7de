"""Pages of the mentions of a question, at a cost that does not grow with the table.

What an index holds few of is looked up wherever it is. Of anything else the newest
`LOOKED_AT` mentions are looked through, and it is said how far back that was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import and_, false, func, literal, or_, select, union_all
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session

from socialcell.listening.query.query_language import Node
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_filter import MentionFilter, list_parts
from socialcell.listening.store.mentions.mention_matching import MANY, M, Matching
from socialcell.listening.store.mentions.mention_queries import NEWEST_FIRST, MentionRow

LOOKED_AT = 50_000
_PROBED = 12  # parts of a question of which it is asked whether they hold few
_INSTANT = timedelta(microseconds=1)  # the least by which two times differ


@dataclass(frozen=True, slots=True)
class PageCursor:
    """The last place of a page: what is older follows, then what has no time (`at` is
    None among these)."""

    at: datetime | None
    id: int


@dataclass(frozen=True, slots=True)
class MentionSlice:
    """The mentions of one page, newest first, and the cursor of the next one; None:
    there are no more."""

    rows: Sequence[MentionRow]
    following: PageCursor | None


@dataclass(frozen=True, slots=True)
class _Range:
    """A condition of SQL, and since when mentions are looked for; None: all are."""

    condition: ColumnElement[bool]
    since: datetime | None


class MentionSearch:
    """A search of the mentions of a filter, in the session's transaction.

    `condition` is its SQL. Matches from before `since` are not looked for; None: all
    are. At most four statements to begin.
    """

    def __init__(
        self,
        session: Session,
        mention_filter: MentionFilter,
        *,
        looked_at: int = LOOKED_AT,
    ) -> None:
        self._session = session
        self._looked_at = looked_at
        self._filter = mention_filter
        self._owners: list[str] = []
        self._parts = list(list_parts(mention_filter))
        self._narrow = self._narrow_parts()
        self._range = self._range_of(mention_filter)

    @property
    def condition(self) -> ColumnElement[bool]:
        return self._range.condition

    @property
    def since(self) -> datetime | None:
        return self._range.since

    @property
    def is_plain(self) -> bool:
        """Whether nothing is asked for but a span of time."""
        return not self._parts and self._filter.kind is None

    def page(self, cursor: PageCursor | None, size: int) -> MentionSlice:
        """The next `size` mentions after a cursor, by at most four statements.

        A page may be short, and another one follow, where LOOKED_AT mentions were
        looked through.
        """
        rows: list[MentionRow] = []
        searched = self._range
        if cursor is None:
            rows = self._listed(searched.condition, size + 1)
        elif cursor.at is not None:
            searched = self._range_of(_up_to(self._filter, cursor.at))
            # The first of these two is for the index of times.
            older = M.authored_at <= cursor.at
            after = or_(M.authored_at < cursor.at, M.id < cursor.id)
            rows = self._listed(and_(searched.condition, older, after), size + 1)
        if cursor is not None and len(rows) <= size and self._may_be_undated(searched):
            last = cursor.id if cursor.at is None else None
            rows += self._undated(last, size + 1 - len(rows))
        if len(rows) > size:
            last_row = rows[size - 1]
            return MentionSlice(
                rows[:size], PageCursor(last_row.authored_at, last_row.id)
            )
        following = None if searched.since is None else PageCursor(searched.since, 0)
        return MentionSlice(rows, following)

    def _narrow_parts(self) -> list[Node]:
        """The parts that hold few mentions, by one statement."""
        probing = Matching(self._session, owners=self._owners)
        counts = []
        for number, part in enumerate(self._parts[:_PROBED]):
            ids = probing.ids(part)
            if ids is not None:
                least = select(ids.subquery().c.id).limit(MANY).subquery()
                counts.append(select(literal(number), func.count()).select_from(least))
        if not counts:
            return []
        rows = self._session.execute(union_all(*counts))
        return [self._parts[number] for number, n in rows if n < MANY]

    def _range_of(self, mention_filter: MentionFilter) -> _Range:
        few = self._matching(assumed=True)
        if self.is_plain:
            return _Range(few.condition(mention_filter), None)
        if self._narrow:
            many = self._matching(assumed=False)
            rules = [
                (few if part in self._narrow else many).compiled(part)
                for part in self._parts
            ]
            return _Range(and_(*few.plain_rules(mention_filter), *rules), None)
        return self._newest(mention_filter)

    def _newest(self, mention_filter: MentionFilter) -> _Range:
        """The newest LOOKED_AT mentions before the end of what is asked for."""
        start, until = mention_filter.since, mention_filter.until
        before = M.authored_at.is_not(None) if until is None else M.authored_at < until
        newest = select(M.authored_at).where(before).order_by(*NEWEST_FIRST)
        edge = self._session.scalar(newest.limit(1).offset(self._looked_at - 1))
        if edge is not None and start is not None and edge <= start:
            edge = None
        since = edge or start
        if since is None:
            everywhere = self._matching(assumed=True).condition(mention_filter)
            return _Range(everywhere, None)
        # The sum keeps SQLite from going through all ids to the first one so new.
        least = select(func.min(M.id + 0)).where(before, M.authored_at >= since)
        first = self._session.scalar(least)
        if first is None:
            return _Range(false(), None)
        near = replace(mention_filter, since=since)
        condition = self._matching(first, assumed=True).condition(near)
        return _Range(condition, edge)

    def _may_be_undated(self, searched: _Range) -> bool:
        is_any_time = self._filter.since is None and self._filter.until is None
        return is_any_time and searched.since is None

    def _undated(self, last: int | None, limit: int) -> list[MentionRow]:
        condition = self._matching(assumed=False).condition(self._filter)
        rules = [condition, M.authored_at.is_(None)]
        if last is not None:
            rules.append(M.id < last)
        return self._listed(and_(*rules), limit)

    def _listed(self, condition: ColumnElement[bool], limit: int) -> list[MentionRow]:
        return mention_queries.list_matching(self._session, condition, limit)

    def _matching(self, first: int | None = None, *, assumed: bool) -> Matching:
        return Matching(self._session, first, assumed=assumed, owners=self._owners)


def _up_to(mention_filter: MentionFilter, at: datetime) -> MentionFilter:
    end = at + _INSTANT
    until = mention_filter.until
    return replace(mention_filter, until=end if until is None else min(until, end))


def newest_times(session: Session, search: MentionSearch, limit: int) -> list[datetime]:
    """When the newest mentions of a search were written, the newest first."""
    return list(
        session.scalars(
            select(M.authored_at)
            .where(search.condition, M.authored_at.is_not(None))
            .order_by(*NEWEST_FIRST)
            .limit(limit)
        )
    )
