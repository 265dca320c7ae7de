"""Questions that several people ask, and whether they were answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell.campaigns.publishing import store as own_posts
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.listening.store.mentions import (
    mention_counts,
    topic_profiles,
    urgent_mentions,
)
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.mentions.urgent_mentions import QuotablePost
from socialcell.reports.daily.distinct_texts import distinct_texts
from socialcell.reports.daily.mention_totals import totals
from socialcell.reports.daily.single_dangers import (
    Subject,
    collect_subjects,
    words_of,
)

_MAX_COMPARED = 300
_LEAST_ASKED = 2
_MARKS = ("?", "？")
_OTHER = "other"


@dataclass(frozen=True)
class RepeatedQuestion:
    """A question in the words of one post, asked in so many posts.

    `answered_at` is when the first public answer to one of them was published,
    `waiting_since` when one was entered that a second person has not approved or that
    was not yet published.
    """

    post: QuotablePost
    subject: Subject
    posts: int
    answered_at: datetime | None
    waiting_since: datetime | None


@dataclass(frozen=True)
class BriefQuestions:
    """All questions of a span by topic, private messages among them, and those that
    several posts ask in nearly the same words."""

    total: int
    topics: Sequence[tuple[str, int]]
    repeated: Sequence[RepeatedQuestion]


def collect(
    session: Session, span: TimeSpan, quoted: Sequence[QuotablePost], limit: int
) -> BriefQuestions:
    """The questions of a span; at most so many that are repeated, the most first, and
    none that says what a quoted post says."""
    intents = mention_counts.by_column(session, span, "intent")
    topics = mention_counts.by_annotation(session, span, "topic", intents=("question",))
    return BriefQuestions(
        total=sum(intents.get("question", {}).values()),
        topics=[count for count in totals(topics) if count[0] != _OTHER],
        repeated=_repeated(session, span, quoted, limit),
    )


def _repeated(
    session: Session, span: TimeSpan, quoted: Sequence[QuotablePost], limit: int
) -> list[RepeatedQuestion]:
    ids = topic_profiles.question_ids(session, span)[:_MAX_COMPARED]
    posts = [*quoted, *urgent_mentions.rows(session, ids)]
    groups = [
        [posts[position] for position in positions]
        for positions in distinct_texts([words_of(post) for post in posts], len(posts))
        if len(positions) >= _LEAST_ASKED and positions[0] >= len(quoted)
    ]
    groups.sort(key=lambda group: (-len(group), group[0].id))
    asking = [group for group in groups if any(map(_asks, group))][:limit]
    subjects = collect_subjects(session, [group[0].id for group in asking])
    return [
        _question(group, subjects[group[0].id], _answers(session, group))
        for group in asking
    ]


def _question(
    group: Sequence[QuotablePost], subject: Subject, answers: Sequence[OwnPost]
) -> RepeatedQuestion:
    posted = [answer.posted_at for answer in answers if answer.posted_at is not None]
    waiting = [answer.made_at for answer in answers if answer.posted_at is None]
    return RepeatedQuestion(
        post=next(post for post in group if _asks(post)),
        subject=subject,
        posts=len(group),
        answered_at=min(posted, default=None),
        waiting_since=min(waiting, default=None),
    )


def _answers(session: Session, posts: Iterable[QuotablePost]) -> list[OwnPost]:
    ids_by_platform: dict[str, list[str]] = {}
    for post in posts:
        ids_by_platform.setdefault(post.platform, []).append(post.external_id)
    return [
        answer
        for platform, ids in ids_by_platform.items()
        for answer in own_posts.answers_to(session, platform, ids)
    ]


def _asks(post: QuotablePost) -> bool:
    """Whether its words ask: what is quoted as a question is one."""
    return any(mark in (post.text or "") for mark in _MARKS)
