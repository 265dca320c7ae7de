"""Topics that grew since the same hours a week before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from socialcell.listening.coverage import Watch
from socialcell.listening.store.mentions import mention_counts, topic_profiles
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.reports.daily.mention_totals import totals
from socialcell.reports.incidents.incident_facts import WEEK, is_collected

_LEAST_MENTIONS = 5
_LEAST_FACTOR = 2  # from twice as many on a topic has grown
_MAX_WARDS = 2
_LEAST_COVERED = 0.5  # of both spans
_OTHER = "other"


@dataclass(frozen=True)
class TopicGrowth:
    """A topic's mentions now and in the same hours a week before, the ward offices
    that are named most, and the id of whose problem most of them are."""

    topic: str
    now: int
    before: int
    wards: Sequence[tuple[str, int]]
    owner: str | None


def week_before(span: TimeSpan) -> TimeSpan:
    return TimeSpan(span.start - WEEK, span.end - WEEK)


def is_comparable(sources: Sequence[Watch], span: TimeSpan) -> bool:
    """Whether at least half of both spans was collected."""
    return all(
        is_collected(sources, own.start, own.end, _LEAST_COVERED)
        for own in (span, week_before(span))
    )


def collect(
    session: Session, span: TimeSpan, excluded: Collection[str], limit: int
) -> list[TopicGrowth]:
    """At most so many topics that have at least five mentions and twice as many as
    before, the largest growth first; without those of named incidents."""
    now = dict(totals(mention_counts.by_annotation(session, span, "topic")))
    before = dict(
        totals(mention_counts.by_annotation(session, week_before(span), "topic"))
    )
    grown = [
        topic
        for topic, n in now.items()
        if topic not in (_OTHER, *excluded)
        and n >= _LEAST_MENTIONS
        and n >= _LEAST_FACTOR * before.get(topic, 0)
    ]
    grown.sort(key=lambda topic: (before.get(topic, 0) - now[topic], topic))
    return [
        TopicGrowth(
            topic=topic,
            now=now[topic],
            before=before.get(topic, 0),
            wards=topic_profiles.wards_of(session, span, topic)[:_MAX_WARDS],
            owner=topic_profiles.owner_of(session, span, topic),
        )
        for topic in grown[:limit]
    ]
