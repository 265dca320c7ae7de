"""How many mentions there were, hour by hour and kind by kind; only SQL is here.

Every count is a `Cells`: how many mentions a platform had in one hour of a span. What
the hours mean together, and which of them may be compared, is for the caller.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    case,
    exists,
    extract,
    func,
    select,
)
from sqlalchemy.sql.roles import FromClauseRole
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import (
    Annotation,
    HourRollup,
    Mention,
    Relation,
)
from socialcell.listening.store.mentions.rollups import EVERY

MENTION = db.table(Mention)
ANNOTATION = db.table(Annotation)
RELATION = db.table(Relation)
ROLLUP = db.table(HourRollup)
M, A, R = MENTION.c, ANNOTATION.c, ROLLUP.c
_ANNOTATED = MENTION.join(ANNOTATION, A.mention_id == M.id)

Cells: TypeAlias = dict[tuple[str, int], int]
"""(platform, hour of the span, from 0) → mentions written in that hour."""

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class TimeSpan:
    """A half-open stretch of authored time, whole hours long; aware."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> int:
        return int((self.end - self.start) / HOUR)


def mentions(session: Session, span: TimeSpan) -> Cells:
    """All mentions of the span that are still there."""
    return _cells(session, span, MENTION, [])


def reposts(session: Session, span: TimeSpan) -> Cells:
    """Mentions that only repeat another post."""
    return _cells(session, span, MENTION, [is_repost()])


def by_column(
    session: Session,
    span: TimeSpan,
    name: str,
    *,
    intents: Iterable[str] = (),
    urgencies: Iterable[str] = (),
) -> dict[str, Cells]:
    """Counts by intent, sentiment, language, urgency or owner, as is in force.

    `intents` and `urgencies` keep mentions of these only.
    """
    rules = [M[name].is_not(None), *_only(intents, urgencies)]
    return _by_value(session, span, MENTION, M[name], rules)


def by_annotation(
    session: Session,
    span: TimeSpan,
    kind: str,
    *,
    intents: Iterable[str] = (),
    urgencies: Iterable[str] = (),
    values: Sequence[str] | None = None,
) -> dict[str, Cells]:
    """Counts by topic, ward or entity id; a mention may have several, or none.

    `intents` and `urgencies` keep mentions of these only, `values` these ids only.
    """
    value_in_force = func.coalesce(A.decided_value, A.value)
    rules = [A.kind == kind, *_only(intents, urgencies)]
    if values is not None:
        rules.append(value_in_force.in_(list(values)))
    return _by_value(session, span, _ANNOTATED, value_in_force, rules)


def topics(session: Session, span: TimeSpan) -> dict[str, Cells]:
    """Counts by topic, from the hourly rollup; a mention may have several topics."""
    return _rolled(session, span, R.topic, R.topic != EVERY)


def sentiments(session: Session, span: TimeSpan) -> dict[str, Cells]:
    """Counts by sentiment, from the hourly rollup."""
    return _rolled(session, span, R.sentiment, R.topic == EVERY)


def topics_by_sentiment(session: Session, span: TimeSpan) -> dict[str, dict[str, int]]:
    """topic → sentiment → mentions of the span, from the hourly rollup."""
    rows = session.execute(
        select(R.topic, R.sentiment, func.sum(R.n))
        .where(R.hour >= span.start, R.hour < span.end, R.topic != EVERY)
        .group_by(R.topic, R.sentiment)
    )
    counts_by_topic: dict[str, dict[str, int]] = {}
    for topic_id, sentiment, n in rows:
        counts_by_topic.setdefault(topic_id, {})[sentiment] = int(n)
    return counts_by_topic


def unsure(session: Session, span: TimeSpan, kind: str) -> dict[str, int]:
    """value → mentions of the span that the model was not confident about."""
    rows = session.execute(
        select(A.value, func.count(M.id.distinct()))
        .select_from(_ANNOTATED)
        .where(
            within(span),
            A.kind == kind,
            A.confident.is_(False),
            A.decided_value.is_(None),
        )
        .group_by(A.value)
    )
    return dict(rows.all())


def messages(session: Session, span: TimeSpan) -> int:
    """Mentions of the span that somebody wrote to the city alone."""
    return _count(session, within(span), M.kind == "message")


def unplaced(session: Session, span: TimeSpan) -> int:
    """Mentions of the span that name no place inside a ward."""
    placed = exists().where(A.mention_id == M.id, A.kind == "ward")
    return _count(session, within(span), ~placed)


def unread(session: Session, span: TimeSpan) -> int:
    """Mentions of the span that nothing has read yet."""
    return _count(session, within(span), M.tagged_at.is_(None))


def undated(session: Session) -> int:
    """Mentions without a time: they are in no count by time."""
    return _count(session, M.state == "present", M.authored_at.is_(None))


def by_week(
    session: Session, starts: Sequence[datetime], end: datetime
) -> dict[tuple[str, str, str], list[int]]:
    """(platform, topic, sentiment) → mentions of each week, from the hourly rollup.

    `starts` are the weeks' first moments in their order, `end` is that of the last one.
    Topic `*` counts every mention once.
    """
    since = [R.hour >= start for start in starts]
    until = [R.hour < after for after in (*starts[1:], end)]
    week = case(
        *((and_(a, b), n) for n, (a, b) in enumerate(zip(since, until, strict=True)))
    )
    rows = session.execute(
        select(R.platform, R.topic, R.sentiment, week, func.sum(R.n))
        .where(since[0], until[-1])
        .group_by(R.platform, R.topic, R.sentiment, week)
    )
    weekly_counts: dict[tuple[str, str, str], list[int]] = {}
    for platform, topic, sentiment, number, n in rows:
        cells = weekly_counts.setdefault(
            (platform, topic, sentiment), [0] * len(starts)
        )
        cells[number] = int(n)
    return weekly_counts


def within(span: TimeSpan) -> ColumnElement[bool]:
    """Mentions that are still there and were written in the span."""
    return and_(
        M.state == "present", M.authored_at >= span.start, M.authored_at < span.end
    )


def is_repost() -> ColumnElement[bool]:
    """The mention repeats another post."""
    return exists().where(RELATION.c.mention_id == M.id, RELATION.c.kind == "repost")


def _only(
    intents: Iterable[str], urgencies: Iterable[str]
) -> list[ColumnElement[bool]]:
    """Conditions of mentions with one of these values; none of an empty collection."""
    columns = ((M.intent, list(intents)), (M.urgency, list(urgencies)))
    return [column.in_(values) for column, values in columns if values]


def _cells(
    session: Session,
    span: TimeSpan,
    source: FromClauseRole,
    rules: list[ColumnElement[bool]],
) -> Cells:
    hour = span_hour(session, span)
    rows = session.execute(
        select(M.platform, hour, func.count())
        .select_from(source)
        .where(within(span), *rules)
        .group_by(M.platform, hour)
    )
    return {(platform, at): n for platform, at, n in rows}


def _by_value(
    session: Session,
    span: TimeSpan,
    source: FromClauseRole,
    column: ColumnElement[str],
    rules: list[ColumnElement[bool]],
) -> dict[str, Cells]:
    hour = span_hour(session, span)
    rows = session.execute(
        select(column, M.platform, hour, func.count(M.id.distinct()))
        .select_from(source)
        .where(within(span), *rules)
        .group_by(column, M.platform, hour)
    )
    cells_by_value: dict[str, Cells] = {}
    for name, platform, at, n in rows:
        cells_by_value.setdefault(name, {})[platform, at] = n
    return cells_by_value


def _rolled(
    session: Session,
    span: TimeSpan,
    column: ColumnElement[str],
    rule: ColumnElement[bool],
) -> dict[str, Cells]:
    rows = session.execute(
        select(column, R.platform, R.hour, func.sum(R.n))
        .where(R.hour >= span.start, R.hour < span.end, rule)
        .group_by(column, R.platform, R.hour)
    )
    cells_by_value: dict[str, Cells] = {}
    for name, platform, hour, n in rows:
        at = int((hour - span.start) / HOUR)
        cells_by_value.setdefault(name, {})[platform, at] = int(n)
    return cells_by_value


def span_hour(session: Session, span: TimeSpan) -> ColumnElement[int]:
    """The hour of the span in which a mention was written, counted from 0."""
    if db.is_sqlite(session):
        # SQLite keeps times as text in UTC; what is below a second is cut off, since
        # strftime would round 59.9999 s up into the next hour.
        seconds = func.strftime("%s", func.substr(M.authored_at, 1, 19)).cast(Integer)
    else:
        seconds = func.floor(extract("epoch", M.authored_at)).cast(Integer)
    since = seconds - int(span.start.timestamp())
    return since // 3600


def _count(session: Session, *rules: ColumnElement[bool]) -> int:
    statement = select(func.count()).select_from(MENTION).where(*rules)
    return int(session.execute(statement).scalar_one())
