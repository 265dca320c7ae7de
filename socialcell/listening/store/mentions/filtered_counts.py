"""How many mentions of a filter there were, hour by hour and value by value."""

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.sql.roles import FromClauseRole
from sqlmodel import Session

from socialcell.listening.areas.owner_table import NOBODY
from socialcell.listening.store.mentions.mention_counts import (
    Cells,
    TimeSpan,
    span_hour,
    within,
)
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.listening.store.mentions.mention_matching import (
    ANNOTATION,
    MENTION,
    M,
    Matching,
)

# The filter looks into the same table for annotations of its own.
_TAG = ANNOTATION.alias("counted_annotation")
T = _TAG.c


def by_hour(session: Session, span: TimeSpan, mention_filter: MentionFilter) -> Cells:
    """All mentions of the filter in the span."""
    hour = span_hour(session, span)
    rows = session.execute(
        select(M.platform, hour, func.count())
        .where(_rules(session, span, mention_filter))
        .group_by(M.platform, hour)
    )
    return {(platform, at): n for platform, at, n in rows}


def by_column(
    session: Session, span: TimeSpan, mention_filter: MentionFilter, name: str
) -> dict[str, Cells]:
    """Counts by intent, sentiment, language, urgency or owner, as is in force."""
    column = M[name]
    rules = and_(_rules(session, span, mention_filter), column.is_not(None))
    if name == "owner":
        rules = and_(rules, column != NOBODY)
    return _by_value(session, span, MENTION, column, rules)


def by_annotation(
    session: Session, span: TimeSpan, mention_filter: MentionFilter, kind: str
) -> dict[str, Cells]:
    """Counts by topic or ward, as is in force; a mention may have several, or none."""
    source = MENTION.join(_TAG, T.mention_id == M.id)
    rules = and_(_rules(session, span, mention_filter), T.kind == kind)
    return _by_value(
        session, span, source, func.coalesce(T.decided_value, T.value), rules
    )


def without_annotation(
    session: Session, span: TimeSpan, mention_filter: MentionFilter, kind: str
) -> int:
    """Mentions of the filter in the span that have no annotation of a kind."""
    tagged = exists().where(T.mention_id == M.id, T.kind == kind)
    statement = select(func.count()).where(
        _rules(session, span, mention_filter), ~tagged
    )
    return int(session.execute(statement).scalar_one())


def _rules(
    session: Session, span: TimeSpan, mention_filter: MentionFilter
) -> ColumnElement[bool]:
    # The span narrows them: what holds few is not looked up wherever it is.
    matching = Matching(session, assumed=False)
    return and_(within(span), matching.condition(mention_filter))


def _by_value(
    session: Session,
    span: TimeSpan,
    source: FromClauseRole,
    column: ColumnElement[str],
    rules: ColumnElement[bool],
) -> dict[str, Cells]:
    hour = span_hour(session, span)
    rows = session.execute(
        select(column, M.platform, hour, func.count(M.id.distinct()))
        .select_from(source)
        .where(rules)
        .group_by(column, M.platform, hour)
    )
    cells_by_value: dict[str, Cells] = {}
    for value, platform, at, n in rows:
        cells_by_value.setdefault(value, {})[platform, at] = n
    return cells_by_value
