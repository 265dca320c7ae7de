"""Texts from which phrases are counted: those of some hours, and of the days before."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.listening.alerts.rising_phrases import DAYS, PhraseText, clauses
from socialcell.listening.model import Annotation, Mention
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.text import index_form

M = db.table(Mention).c
A = db.table(Annotation).c
# The newest texts of a span, and characters of each: a look costs seconds at most.
_MOST, _MOST_BEFORE = 5_000, 20_000
_LONGEST = 1_000
_DAY = timedelta(days=1)


def texts_between(session: Session, start: datetime, end: datetime) -> list[PhraseText]:
    """Texts of mentions in [start, end), without those of protected topics."""
    rows = session.execute(_texts(_between(start, end), _MOST))
    return [
        PhraseText(row.id, row.author_id or -row.id, clauses(row.text or ""))
        for row in rows
    ]


def texts_before(
    session: Session, start: datetime, end: datetime
) -> Iterator[PhraseText]:
    """The same of the same hours of the days before; somebody counts once a day."""
    days = (_between(start - n * _DAY, end - n * _DAY) for n in range(1, DAYS + 1))
    for row in session.execute(_texts(or_(*days), _MOST_BEFORE)):
        who = row.author_id or -row.id, row.authored_at.astimezone(IST).date()
        yield PhraseText(row.id, who, clauses(row.text or ""))


def persons(session: Session, mention_ids: Sequence[int]) -> frozenset[str]:
    """The words of persons' names in these mentions, in index form."""
    words: set[str] = set()
    for chunk in db.chunks(mention_ids):
        statement = select(A.detail).where(
            A.kind == "entity", A.value == "PERSON", A.mention_id.in_(chunk)
        )
        for detail in session.scalars(statement):
            words.update(index_form(detail["text"]).split())
    return frozenset(words)


def _between(start: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(M.authored_at >= start, M.authored_at < end)


def _texts(when: ColumnElement[bool], most: int) -> Select[tuple[int, int, str]]:
    topic_in_force = func.coalesce(A.decided_value, A.value)
    unwatched = select(A.mention_id).where(
        A.kind == "topic", topic_in_force.in_(TOPICS)
    )
    return (
        select(
            M.id,
            M.author_id,
            M.authored_at,
            func.substr(M.text, 1, _LONGEST).label("text"),
        )
        .where(when, M.state == "present", M.text.is_not(None), M.id.not_in(unwatched))
        .order_by(M.authored_at.desc(), M.id.desc())
        .limit(most)
    )
