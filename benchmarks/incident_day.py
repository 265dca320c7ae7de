"""Scores what a flood's incident knows of its first day.

    python -m benchmarks.incident_day [--seeds 7 3 101 …] [--minutes 30]

Stores four weeks of each sample city as its platforms give them, reads every text, and
lets the detector of alerts look every `--minutes` from the flood's beginning to the end
of that day, each time with what is written by then. Printed: when the incident was
opened; of the posts about the flood the share that have the topic `flood` by their own
words, and with the topic that the incident gives; how many posts of the day have it, by
the one and by the other, and which share of these is about the flood.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import col, select

from benchmarks.base_rates import END, SEEDS
from benchmarks.filled import Filled
from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.config import Workspace
from socialcell.connectors.base import Record, RecordAuthor
from socialcell.listening.alerts.model import Incident
from socialcell.listening.model import Annotation, Mention
from socialcell.listening.store.mentions.tags import FROM_INCIDENT
from socialcell.sandbox import City
from socialcell.sandbox.post import SandboxPost
from socialcell.services.alerts import detection
from socialcell.services.context import Context
from socialcell.settings import Config

_DAYS = 28
_TOPIC = "flood"


@dataclass(frozen=True, slots=True)
class DayCount:
    """Posts of a flood's day: those about it, those of them that have its topic by
    their own words and in all, and the same of all posts of the day."""

    about: int
    by_words: int
    in_all: int
    with_topic: int
    added: int
    added_right: int
    opened_after: timedelta | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--minutes", type=int, default=30)
    arguments = parser.parse_args()
    step = timedelta(minutes=arguments.minutes)
    counts = []
    for seed in arguments.seeds:
        with TemporaryDirectory() as folder:
            count = count_day(Path(folder), City(seed, END, _DAYS), step)
        _print(f"seed {seed}", [count])
        counts.append(count)
    _print("all", counts)


def count_day(folder: Path, city: City, step: timedelta) -> DayCount:
    """Live through the first day of a city's flood, and count what is known then."""
    start = city.crisis_start.astimezone(IST)
    midnight = (start + timedelta(days=1)).replace(hour=0, minute=0)
    posts = sorted(_by_people(city), key=lambda post: post.at)
    url = f"sqlite:///{folder / 'socialcell.db'}"
    filled = Filled(url, remember=True, semantic=True)
    clock = FixedClock(start)
    context = Context(Workspace(folder, Config()), filled.engine, clock)
    done = start
    _store(filled, [post for post in posts if post.at < start])
    while done < midnight:
        until = min(done + step, midnight)
        _store(filled, [post for post in posts if done <= post.at < until])
        clock.set(until)
        detection.detect(context, since=done)
        done = until
    count = _count(context, posts, start, midnight)
    filled.close()
    return count


def _by_people(city: City) -> Iterator[SandboxPost]:
    return (
        post
        for post in (*city.posts, *city.elsewhere)
        if post.author.kind not in ("city", "paper") and not post.reposts
    )


def _store(filled: Filled, posts: Sequence[SandboxPost]) -> None:
    filled.store(_records(posts))
    filled.tag()


def _records(posts: Sequence[SandboxPost]) -> Iterator[Record]:
    for post in posts:
        yield Record(
            platform=post.platform,
            external_id=post.id,
            text=post.text,
            title=post.title or None,
            raw={"id": post.id},
            authored_at=post.at,
            author=RecordAuthor(str(post.author.key)),
        )


def _count(
    context: Context, posts: Sequence[SandboxPost], start: datetime, end: datetime
) -> DayCount:
    about = {(post.platform, post.id) for post in posts if post.labels.topic == _TOPIC}
    with db.reading(context.engine) as session:
        day = session.execute(
            select(Mention.platform, Mention.external_id).where(
                col(Mention.authored_at) >= start, col(Mention.authored_at) < end
            )
        ).all()
        topics = session.execute(
            select(Mention.platform, Mention.external_id, Annotation.model)
            .join(Annotation, col(Annotation.mention_id) == col(Mention.id))
            .where(
                col(Mention.authored_at) >= start,
                col(Mention.authored_at) < end,
                Annotation.kind == "topic",
                Annotation.value == _TOPIC,
            )
        ).all()
        opened = session.scalars(
            select(Incident.opened_at)
            .where(Incident.subject == f"topic:{_TOPIC}")
            .order_by(col(Incident.opened_at))
        ).first()
    by_words = {(p, id_) for p, id_, model in topics if model != FROM_INCIDENT}
    added = {(p, id_) for p, id_, model in topics if model == FROM_INCIDENT}
    of_day = {(row[0], row[1]) for row in day} & about
    return DayCount(
        about=len(of_day),
        by_words=len(of_day & by_words),
        in_all=len(of_day & (by_words | added)),
        with_topic=len(by_words | added),
        added=len(added),
        added_right=len(added & about),
        opened_after=opened - start if opened else None,
    )


def _print(name: str, counts: Sequence[DayCount]) -> None:
    about = sum(count.about for count in counts)
    by_words = sum(count.by_words for count in counts)
    in_all = sum(count.in_all for count in counts)
    with_topic = sum(count.with_topic for count in counts)
    added = sum(count.added for count in counts)
    right = sum(count.added_right for count in counts)
    delays = [count.opened_after for count in counts]
    opened = f", opened after {delays[0]}" if len(delays) == 1 else ""
    print(
        f"{name:9} {about:5} posts about it, by own words {by_words / about:5.1%}, "
        f"with the incident {in_all / about:5.1%}; {with_topic} have the topic, "
        f"{in_all / with_topic:5.1%} rightly; {added} by the incident, "
        f"{right / max(added, 1):5.1%} rightly{opened}"
    )


if __name__ == "__main__":
    main()
