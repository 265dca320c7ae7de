"""Queries about the posts of candidates, and about who answers whom."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, literal, null, select, union_all
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.candidate import CandidatePost, PostAnswer
from socialcell.campaigns.creators.store.candidates import AUTHOR, MENTION
from socialcell.listening.model import Annotation, Engagement, Relation
from socialcell.listening.people.protected_topics import TOPICS

RELATION = db.table(Relation)
ANNOTATION = db.table(Annotation)
ENGAGEMENT = db.table(Engagement)
_ENGAGEMENT_METRICS = ("reactions", "comments", "shares", "saves")
_HANDLE = re.compile(r"@([A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9_]|[A-Za-z0-9_])")
_VALUE = func.coalesce(ANNOTATION.c.decided_value, ANNOTATION.c.value)


@dataclass(frozen=True, slots=True)
class _PostRow:
    id: int
    author_id: int
    authored_at: datetime
    language: str | None
    folded: str | None


def posts(
    session: Session, authors: Collection[int], since: datetime, until: datetime
) -> dict[int, list[CandidatePost]]:
    """The analysed posts of each author in [since, until), oldest first.

    Replies and reposts are left out, and posts about a protected topic (politics).
    """
    m = MENTION.c
    query = (
        select(m.id, m.author_id, m.authored_at, m.language, m.folded)
        .where(db.is_among(session, m.author_id, authors), m.state == "present")
        .where(m.authored_at >= since, m.authored_at < until)
        .where(m.tagged_at.is_not(None), m.id.not_in(_protected_mentions()))
        .where(m.kind != "comment", m.id.not_in(_replies_and_reposts()))
        .order_by(m.authored_at, m.id)
    )
    rows = db.records(session, query, _PostRow)
    annotations, counts = _details(session, [row.id for row in rows])
    posts_by_author: dict[int, list[CandidatePost]] = defaultdict(list)
    for row in rows:
        notes, metrics = annotations[row.id], counts[row.id]
        metric_counts = [
            metrics[name] for name in _ENGAGEMENT_METRICS if name in metrics
        ]
        posts_by_author[row.author_id].append(
            CandidatePost(
                id=row.id,
                at=row.authored_at,
                language=row.language or "und",
                form=row.folded or "",
                topics=frozenset(notes["topic"]),
                entities=frozenset(notes["entity"]),
                wards=frozenset(notes["ward"]),
                engaged=sum(metric_counts) if metric_counts else None,
                views=metrics.get("views"),
            )
        )
    return posts_by_author


def answers(session: Session, posts: Collection[int]) -> dict[int, list[PostAnswer]]:
    """Replies, quotes and reposts by others, for each post."""
    m, t = MENTION.c, RELATION.c
    target = MENTION.alias()
    answers_by_post: dict[int, list[PostAnswer]] = defaultdict(list)
    query = (
        select(t.target_id, t.kind, m.author_id, m.folded)
        .join_from(RELATION, MENTION, t.mention_id == m.id)
        .join(target, target.c.id == t.target_id)
        .where(db.is_among(session, t.target_id, posts), m.state == "present")
        .where(m.author_id.is_not(None), m.author_id != target.c.author_id)
        .order_by(t.target_id, m.id)
    )
    for row in session.execute(query):
        form = None if row.kind == "repost" else row.folded
        answers_by_post[row.target_id].append(
            PostAnswer(row.target_id, row.author_id, form)
        )
    return answers_by_post


def engaged_people(session: Session, posts: Collection[int]) -> set[tuple[str, str]]:
    """(platform, uid) of everybody who answered one of these posts."""
    answer_lists = answers(session, posts).values()
    ids = {answer.who for group in answer_lists for answer in group}
    a = AUTHOR.c
    people: set[tuple[str, str]] = set()
    for chunk in db.chunks(sorted(ids)):
        query = select(a.platform, a.uid).where(a.id.in_(chunk))
        people |= {(platform, uid) for platform, uid in session.execute(query)}
    return people


def author_ids_of(session: Session, accounts: Collection[tuple[str, str]]) -> list[int]:
    """Our ids of these accounts: (platform, handle)."""
    a = AUTHOR.c
    ids: list[int] = []
    for platform, handle in accounts:
        bare = func.ltrim(func.lower(a.handle), "@")
        query = select(a.id).where(a.platform == platform, bare == handle)
        ids += session.scalars(query)
    return ids


def addressing_counts(
    session: Session, since: datetime, until: datetime
) -> Mapping[tuple[int, int], int]:
    """Who addressed whom in [since, until), and how often: (author, author) → times.

    By replies, quotes and reposts, and by the @handle of a known account.
    """
    m, t = MENTION.c, RELATION.c
    target = MENTION.alias()
    within = (m.state == "present", m.authored_at >= since, m.authored_at < until)
    relations = (
        select(m.id, m.author_id, target.c.author_id, m.platform, literal(""))
        .join_from(RELATION, MENTION, t.mention_id == m.id)
        .join(target, target.c.id == t.target_id)
        .where(*within, m.author_id.is_not(None), target.c.author_id.is_not(None))
    )
    named = select(m.id, m.author_id, literal(0), m.platform, m.text).where(
        *within, m.author_id.is_not(None), m.text.like("%@%")
    )
    a = AUTHOR.c
    accounts = select(literal(0), a.id, literal(0), a.platform, a.handle).where(
        a.handle.is_not(None)
    )
    mentions_by_pair: dict[tuple[int, int], set[int]] = defaultdict(set)
    texts: list[tuple[int, int, str, str]] = []
    ids_by_account: dict[tuple[str, str], int] = {}
    for id_, who, whom, platform, words in session.execute(
        union_all(relations, named, accounts)
    ):
        if whom:
            mentions_by_pair[who, whom].add(id_)
        elif id_:
            texts.append((id_, who, platform, words))
        else:  # the first number of an account counts
            account = platform, words.lower().lstrip("@")
            ids_by_account[account] = min(who, ids_by_account.get(account, who))
    for id_, who, platform, words in texts:
        for hit in _HANDLE.findall(words):
            named_id = ids_by_account.get((platform, hit.lower()))
            if named_id is not None:
                mentions_by_pair[who, named_id].add(id_)
    return {
        pair: len(ids) for pair, ids in mentions_by_pair.items() if pair[0] != pair[1]
    }


def _protected_mentions() -> Select[tuple[int]]:
    c = ANNOTATION.c
    return select(c.mention_id).where(c.kind == "topic", _VALUE.in_(TOPICS))


def _replies_and_reposts() -> Select[tuple[int]]:
    c = RELATION.c
    return select(c.mention_id).where(c.kind.in_(("reply", "repost")))


def _details(
    session: Session, ids: Sequence[int]
) -> tuple[dict[int, dict[str, set[str]]], dict[int, dict[str, int]]]:
    """Of each mention the topics, entities and wards in force, and the newest observed
    count of each common metric: in one statement.

    Of two counts of a platform for one of ours the larger one: they overlap.
    """
    a, c = ANNOTATION.c, ENGAGEMENT.c
    names = (*_ENGAGEMENT_METRICS, "views")
    notes = select(null(), a.mention_id, a.kind, _VALUE, literal(0)).where(
        db.is_among(session, a.mention_id, ids), a.kind.in_(("topic", "entity", "ward"))
    )
    counted = (
        select(c.taken_at, c.mention_id, c.common, c.metric, c.value)
        .where(db.is_among(session, c.mention_id, ids), c.common.in_(names))
        .where(c.state == "observed", c.value.is_not(None))
    )
    annotations: dict[int, dict[str, set[str]]] = {
        id_: {"topic": set(), "entity": set(), "ward": set()} for id_ in ids
    }
    counts: dict[int, dict[str, int]] = {id_: {} for id_ in ids}
    seen: list[tuple[datetime, int, str, str, int]] = []
    for taken_at, id_, kind, value, n in session.execute(union_all(counted, notes)):
        if taken_at is None:
            annotations[id_][kind].add(value)
        else:
            seen.append((taken_at, id_, kind, value, n))
    newest = {(id_, common, metric): n for _at, id_, common, metric, n in sorted(seen)}
    for (id_, common, _metric), n in newest.items():
        counts[id_][common] = max(n, counts[id_].get(common, 0))
    return annotations, counts
