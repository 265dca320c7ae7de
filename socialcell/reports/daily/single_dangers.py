"""Single dangers of a brief: each urgent text once, the most pressing first."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlmodel import Session

from socialcell.language.quantities import people_count
from socialcell.listening.alerts import danger_topics
from socialcell.listening.alerts.model import Incident
from socialcell.listening.store.alerts import critical_calls
from socialcell.listening.store.mentions import urgent_mentions
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.mentions.urgent_mentions import (
    LEVELS,
    QuotablePost,
    UrgentPost,
)
from socialcell.reports.daily.distinct_texts import distinct_texts
from socialcell.reports.incidents.incident_facts import IncidentFacts, locality

# Enough to find a few different texts; a crisis brings thousands of posts.
_MAX_COMPARED = 300
_ARTICLE = "article"


@dataclass(frozen=True)
class Subject:
    """What a mention is about: ids of the topic of its danger, and of
    its surest ward office and place."""

    topic: str | None
    ward: str | None
    place: str | None


@dataclass(frozen=True)
class SingleDanger:
    """One urgent text: the post that stands for it, of how many, written since when.

    `places` and `wards` are (id, posts that name it), the most first. It is quotable
    while none of a higher level is there: posts of a lower one are named, and not
    quoted. `incident_id` is the incident that it was gathered in, `assigned_to` who
    had acknowledged that by the end of the span. `same_level` of the posts have its
    level.
    """

    level: str
    post: QuotablePost
    topic: str | None
    places: Sequence[tuple[str, int]]
    wards: Sequence[tuple[str, int]]
    posts: int
    since: datetime
    incident_id: int | None
    assigned_to: str | None
    is_quotable: bool
    same_level: int = 1


@dataclass(frozen=True)
class DangerMessage:
    """An urgent private message: its level and subject, and never its words."""

    id: int
    level: str
    subject: Subject


@dataclass(frozen=True)
class SingleIncident:
    """An incident of one critical item, a post or a message, and what it is about."""

    incident: Incident
    mention_id: int
    subject: Subject


def collect(session: Session, span: TimeSpan, limit: int) -> list[SingleDanger]:
    """At most so many dangers of a span, posts and articles of the press.

    In order: danger to life first, then how sure the level is (in tenths), then how
    many people the text speaks of, then the one that has waited longest. Texts that
    are nearly the same are one.
    """
    posts = urgent_mentions.posts(session, span)
    first_posts = sorted(posts, key=_rank)[:_MAX_COMPARED]
    rows = {
        row.id: row
        for row in urgent_mentions.rows(session, [post.id for post in first_posts])
    }
    ranked = sorted(
        first_posts, key=lambda post: _rank(post, people_count(words_of(rows[post.id])))
    )
    texts = [words_of(rows[post.id]) for post in ranked]
    groups = [
        [ranked[position] for position in positions]
        for positions in distinct_texts(texts, limit)
    ]
    subjects = collect_subjects(session, [post.id for post in chain(*groups)])
    quoted_level = min(
        (post.level for post in posts if post.kind != _ARTICLE),
        key=LEVELS.index,
        default=None,
    )
    return [
        _danger(
            group,
            rows[group[0].id],
            [subjects[post.id] for post in group],
            _incident_of(session, group[0].id),
            span.end,
            is_quotable=group[0].kind != _ARTICLE and group[0].level == quoted_level,
        )
        for group in groups
    ]


def collect_messages(session: Session, span: TimeSpan) -> list[DangerMessage]:
    """The urgent private messages of a span, the worst first."""
    messages = urgent_mentions.messages(session, span)
    subjects = collect_subjects(session, [message.id for message in messages])
    return [
        DangerMessage(message.id, message.level, subjects[message.id])
        for message in messages
    ]


def collect_incidents(
    session: Session, incidents: Sequence[Incident]
) -> list[SingleIncident]:
    """What the incidents of one critical item are about, in this order."""
    ids = {
        incident.id or 0: next(iter(critical_calls.items_of(session, incident.id or 0)))
        for incident in incidents
    }
    subjects = collect_subjects(session, list(ids.values()))
    return [
        SingleIncident(incident, ids[incident.id or 0], subjects[ids[incident.id or 0]])
        for incident in incidents
    ]


def collect_subjects(
    session: Session, mention_ids: Sequence[int]
) -> dict[int, Subject]:
    """What each of these mentions is about."""
    topics, wards, entities = (
        urgent_mentions.values(session, mention_ids, kind)
        for kind in ("topic", "ward", "entity")
    )
    return {id_: _subject(id_, topics, wards, entities) for id_ in mention_ids}


def words_of(post: QuotablePost) -> str:
    """The words of a post; of an article its headline."""
    return (post.title if post.kind == _ARTICLE else post.text) or ""


def _danger(
    group: Sequence[UrgentPost],
    post: QuotablePost,
    subjects: Sequence[Subject],
    incident: Incident | None,
    at: datetime,
    *,
    is_quotable: bool,
) -> SingleDanger:
    return SingleDanger(
        level=group[0].level,
        post=post,
        topic=subjects[0].topic,
        places=_counts(subject.place for subject in subjects),
        wards=_counts(subject.ward for subject in subjects),
        posts=len(group),
        since=min(own.authored_at for own in group),
        incident_id=incident.id if incident else None,
        assigned_to=IncidentFacts(incident, at).assigned_to if incident else None,
        is_quotable=is_quotable,
        same_level=sum(own.level == group[0].level for own in group),
    )


def _incident_of(session: Session, mention_id: int) -> Incident | None:
    id_ = critical_calls.incident_of(session, mention_id)
    return None if id_ is None else session.get(Incident, id_)


def _counts(ids: Iterable[str | None]) -> list[tuple[str, int]]:
    counts = Counter(id_ for id_ in ids if id_ is not None)
    return sorted(counts.items(), key=lambda count: (-count[1], count[0]))


def _subject(
    id_: int,
    topics: Mapping[int, Sequence[str]],
    wards: Mapping[int, Sequence[str]],
    entities: Mapping[int, Sequence[str]],
) -> Subject:
    own_topics = danger_topics.of_danger(topics.get(id_, ()))
    places = [
        entity for entity in entities.get(id_, ()) if locality(entity) is not None
    ]
    return Subject(
        topic=own_topics[0] if own_topics else None,
        ward=next(iter(wards.get(id_, ())), None),
        place=places[0] if places else None,
    )


def _rank(post: UrgentPost, people: int = 0) -> tuple[int, float, int, datetime, int]:
    return (
        LEVELS.index(post.level),
        -round(post.confidence or 0.0, 1),
        -people,
        post.authored_at,
        post.id,
    )
