"""Questions about what candidates posted, and about who answers whom."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.candidate import Answer, Post
from socialcell.campaigns.creators.store.candidates import AUTHOR, MENTION
from socialcell.listening.model import Annotation, Engagement, Relation
from socialcell.listening.people.protected_topics import TOPICS

RELATION = db.table(Relation)
ANNOTATION = db.table(Annotation)
ENGAGEMENT = db.table(Engagement)
_ENGAGED = ("reactions", "comments", "shares", "saves")
_AT = re.compile(r"@([A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9_]|[A-Za-z0-9_])")
_VALUE = func.coalesce(ANNOTATION.c.decided_value, ANNOTATION.c.value)


def posts(
    session: Session, authors: Collection[int], since: datetime, until: datetime
) -> dict[int, list[Post]]:
    """What each author posted in [since, until) and was read, oldest first.

    Replies and reposts are left out, and what is about something that nobody may watch
    (politics).
    """
    m = MENTION.c
    rows: list[Row[Any]] = []
    for some in db.chunks(sorted(authors)):
        asked = (
            select(m.id, m.author_id, m.authored_at, m.language, m.folded)
            .where(m.author_id.in_(some), m.state == "present")
            .where(m.authored_at >= since, m.authored_at < until)
            .where(m.tagged_at.is_not(None), m.id.not_in(_unwatched()))
            .where(m.kind != "comment", m.id.not_in(_turned()))
            .order_by(m.authored_at, m.id)
        )
        rows += session.execute(asked)
    ids = [row.id for row in rows]
    noted, counts = _noted(session, ids), _counts(session, ids)
    found: dict[int, list[Post]] = defaultdict(list)
    for row in rows:
        notes, metrics = noted[row.id], counts[row.id]
        known = [metrics[name] for name in _ENGAGED if name in metrics]
        found[row.author_id].append(
            Post(
                id=row.id,
                at=row.authored_at,
                language=row.language or "und",
                form=row.folded or "",
                topics=frozenset(notes["topic"]),
                entities=frozenset(notes["entity"]),
                wards=frozenset(notes["ward"]),
                engaged=sum(known) if known else None,
                views=metrics.get("views"),
            )
        )
    return found


def answers(session: Session, posts: Collection[int]) -> dict[int, list[Answer]]:
    """What others did with each post: replies, quotes and reposts."""
    m, t = MENTION.c, RELATION.c
    target = MENTION.alias()
    found: dict[int, list[Answer]] = defaultdict(list)
    for some in db.chunks(sorted(posts)):
        asked = (
            select(t.target_id, t.kind, m.author_id, m.folded)
            .join_from(RELATION, MENTION, t.mention_id == m.id)
            .join(target, target.c.id == t.target_id)
            .where(t.target_id.in_(some), m.state == "present")
            .where(m.author_id.is_not(None), m.author_id != target.c.author_id)
            .order_by(t.target_id, m.id)
        )
        for row in session.execute(asked):
            form = None if row.kind == "repost" else row.folded
            found[row.target_id].append(Answer(row.target_id, row.author_id, form))
    return found


def engaged(session: Session, posts: Collection[int]) -> set[tuple[str, str]]:
    """(platform, uid) of everybody who answered one of these posts."""
    whole = answers(session, posts).values()
    numbers = {one.who for some in whole for one in some}
    a = AUTHOR.c
    found: set[tuple[str, str]] = set()
    for some in db.chunks(sorted(numbers)):
        asked = select(a.platform, a.uid).where(a.id.in_(some))
        found |= {(platform, uid) for platform, uid in session.execute(asked)}
    return found


def numbers_of(session: Session, accounts: Collection[tuple[str, str]]) -> list[int]:
    """Our numbers of these accounts: (platform, handle)."""
    a = AUTHOR.c
    found: list[int] = []
    for platform, handle in accounts:
        bare = func.ltrim(func.lower(a.handle), "@")
        asked = select(a.id).where(a.platform == platform, bare == handle)
        found += session.scalars(asked)
    return found


def arrows(
    session: Session, since: datetime, until: datetime
) -> Mapping[tuple[int, int], int]:
    """Who turned to whom in [since, until), and how often: (author, author) → times.

    By replies, quotes and reposts, and by naming an account that we know with @.
    """
    m, t = MENTION.c, RELATION.c
    target = MENTION.alias()
    within = (m.state == "present", m.authored_at >= since, m.authored_at < until)
    turned: dict[tuple[int, int], set[int]] = defaultdict(set)
    asked = (
        select(m.id, m.author_id, target.c.author_id)
        .join_from(RELATION, MENTION, t.mention_id == m.id)
        .join(target, target.c.id == t.target_id)
        .where(*within, m.author_id.is_not(None), target.c.author_id.is_not(None))
    )
    for id_, who, whom in session.execute(asked):
        turned[who, whom].add(id_)
    known = _numbers(session)
    said = select(m.id, m.author_id, m.platform, m.text).where(
        *within, m.author_id.is_not(None), m.text.like("%@%")
    )
    for id_, who, platform, text in session.execute(said):
        for hit in _AT.findall(text):
            whom = known.get((platform, hit.lower()))
            if whom is not None:
                turned[who, whom].add(id_)
    return {pair: len(ids) for pair, ids in turned.items() if pair[0] != pair[1]}


def _numbers(session: Session) -> dict[tuple[str, str], int]:
    """(platform, handle in lower case) → the first number of that account."""
    a = AUTHOR.c
    asked = select(a.platform, a.handle, a.id).where(a.handle.is_not(None))
    found: dict[tuple[str, str], int] = {}
    for platform, handle, id_ in session.execute(asked.order_by(a.id)):
        found.setdefault((platform, handle.lower().lstrip("@")), id_)
    return found


def _unwatched() -> Any:
    c = ANNOTATION.c
    return select(c.mention_id).where(c.kind == "topic", _VALUE.in_(TOPICS))


def _turned() -> Any:
    c = RELATION.c
    return select(c.mention_id).where(c.kind.in_(("reply", "repost")))


def _noted(session: Session, ids: Sequence[int]) -> dict[int, dict[str, set[str]]]:
    """Topics, entities and wards in force of each mention."""
    c = ANNOTATION.c
    found: dict[int, dict[str, set[str]]] = {
        id_: {"topic": set(), "entity": set(), "ward": set()} for id_ in ids
    }
    for some in db.chunks(ids):
        asked = select(c.mention_id, c.kind, _VALUE).where(
            c.mention_id.in_(some), c.kind.in_(("topic", "entity", "ward"))
        )
        for id_, kind, value in session.execute(asked):
            found[id_][kind].add(value)
    return found


def _counts(session: Session, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """The newest observed count of each common metric of each mention.

    Of two counts of a platform for one of ours the larger one: they overlap.
    """
    c = ENGAGEMENT.c
    names = (*_ENGAGED, "views")
    newest: dict[tuple[int, str, str], int] = {}
    for some in db.chunks(ids):
        asked = (
            select(c.mention_id, c.common, c.metric, c.value)
            .where(c.mention_id.in_(some), c.common.in_(names))
            .where(c.state == "observed", c.value.is_not(None))
            .order_by(c.taken_at)
        )
        for id_, common, metric, value in session.execute(asked):
            newest[id_, common, metric] = value
    found: dict[int, dict[str, int]] = {id_: {} for id_ in ids}
    for (id_, common, _), value in newest.items():
        found[id_][common] = max(value, found[id_].get(common, 0))
    return found
