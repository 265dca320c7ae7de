"""Questions to a database of N mentions against one of N/10, and rollups against rows.

    python -m benchmarks.bench_query [--full]

Both databases are filled as the jobs do it: stored by pages, read, counted; texts come
again after 50,000. A question is asked of both in turn, each time with another word,
topic or ward.
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from benchmarks import corpus
from benchmarks.filled import Filled
from benchmarks.ratios import Figure, scratch, tell
from socialcell import db
from socialcell.clock import IST
from socialcell.listening.model import Annotation, EntityRollup, HourRollup, Mention
from socialcell.listening.query.query_language import parse
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.mentions.mention_filter import MentionFilter

DIFFERENT = 50_000  # texts
TIMES = 40
GROUPS = 5
GROWTH = 3.0
MENTION, ANNOTATION = db.table(Mention).c, db.table(Annotation).c
HOUR, ENTITY = db.table(HourRollup).c, db.table(EntityRollup).c
Ask = Callable[[Session], Any]

TOPICS = ("water", "roads", "waste", "traffic", "streetlights", "drainage", "flood")
COMMON = ("camp", "पाणी", "kachra", "traffic", "रस्त्यावर", "days", "road")
PHRASES = ("no water in", "is not collected", "khup traffic ahe", "दिवसांपासून पाणी")
WARDS = ("wanawadi-ramtekdi", "kothrud-bavdhan", "dhole-patil-road", "hadapsar-mundhwa")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="a million mentions")
    parser.add_argument("--mentions", type=int, help="so many instead")
    arguments = parser.parse_args()
    n = arguments.mentions or (1_000_000 if arguments.full else 20_000)
    with scratch() as folder:
        large, small = filled(folder, n), filled(folder, n // 10)
        tell(growth(large, small, n))
        tell(rollups(large, n))
        large.close()
        small.close()


def filled(folder: Path, n: int) -> Filled:
    """A database of `n` mentions of one year, all read."""
    made = Filled(f"sqlite:///{folder}/{n}.db", remember=True)
    made.store(corpus.records(n, different=DIFFERENT))
    made.tag()
    return made


def growth(large: Filled, small: Filled, n: int) -> Iterator[Figure]:
    """How much longer a list takes when there are ten times as many mentions."""
    kinds: dict[str, Callable[[random.Random], MentionFilter]] = {
        "newest 50 of a topic": lambda rng: MentionFilter(topic=rng.choice(TOPICS)),
        "newest 50 of a ward": lambda rng: MentionFilter(
            ward=f"ward:{rng.choice(WARDS)}"
        ),
        "search, common word": lambda rng: MentionFilter(
            query=parse(rng.choice(COMMON))
        ),
        "search, phrase": lambda rng: MentionFilter(
            query=parse(f'"{rng.choice(PHRASES)}"')
        ),
    }
    for name, make in kinds.items():
        rng = random.Random(name)
        asked = [make(rng) for _ in range(TIMES * GROUPS)]
        asks = [_list(wanted) for wanted in asked]
        taken = _in_turn([(large, ask, small, ask) for ask in asks])
        yield _figure(f"p95 of {name}, {n:,} / {n // 10:,}", taken, GROWTH, p=0.95)


def rollups(large: Filled, n: int) -> Iterator[Figure]:
    """How much longer the same numbers take from the rows themselves; medians."""
    midnight = corpus.END.astimezone(IST).replace(hour=0, minute=0)
    week = TimeSpan(midnight - timedelta(days=7), midnight)
    month = TimeSpan(midnight - timedelta(days=30), midnight)
    pairs = {
        "hourly counts of a topic in 7 days": (_hours_of_rows, _hours, week),
        "20 most named places of 30 days": (_places_of_rows, _places, month),
    }
    for name, (rows, cells, span) in pairs.items():
        base, rolled = (lambda s, f=f, sp=span: f(s, sp) for f in (rows, cells))
        with db.reading(large.engine) as session:
            assert base(session) == rolled(session), f"{name}: not the same numbers"
        taken = _in_turn([(large, base, large, rolled)] * (TIMES * GROUPS // 4))
        yield _figure(f"{name}: rows / rollup, {n:,}", taken, None, p=0.5)


def _list(wanted: MentionFilter) -> Ask:
    return lambda session: mention_queries.mentions(session, wanted)


def _in_turn(
    questions_: list[tuple[Filled, Ask, Filled, Ask]],
) -> list[tuple[float, float]]:
    """Milliseconds of both sides, one pair a question; the first few are not kept."""
    warm_up = 4
    both = [
        (_timed(one, ask), _timed(other, same))
        for one, ask, other, same in questions_[:warm_up] + questions_
    ]
    return both[warm_up:]


def _timed(database: Filled, ask: Ask) -> float:
    with db.reading(database.engine) as session:
        begun = time.perf_counter()
        ask(session)
        return (time.perf_counter() - begun) * 1000


def _figure(
    name: str, taken: list[tuple[float, float]], goal: float | None, *, p: float
) -> Figure:
    """One ratio of quantiles for all, and one for each group of questions in turn."""
    size = len(taken) // GROUPS
    groups = [taken[at : at + size] for at in range(0, size * GROUPS, size)]
    each = [_quantile(some, 0, p) / _quantile(some, 1, p) for some in groups]
    above, below = (_quantile(taken, side, p) for side in (0, 1))
    return Figure(
        name,
        above / below,
        min(each),
        max(each),
        goal,
        at_most=True,
        detail={
            "ms": [round(above, 2), round(below, 2)],
            "questions": len(taken),
        },
    )


def _quantile(taken: list[tuple[float, float]], side: int, p: float) -> float:
    values = sorted(pair[side] for pair in taken)
    return values[min(len(values) - 1, int(p * len(values)))]


def _hours_of_rows(session: Session, span: TimeSpan) -> dict[str, int]:
    hour = _indian_hour(MENTION.authored_at)
    rows = session.execute(
        select(hour, func.count())
        .where(
            MENTION.authored_at >= span.start,
            MENTION.authored_at < span.end,
            ANNOTATION.mention_id == MENTION.id,
            ANNOTATION.kind == "topic",
            func.coalesce(ANNOTATION.decided_value, ANNOTATION.value) == "water",
        )
        .group_by(hour)
    )
    return dict(rows.all())


def _hours(session: Session, span: TimeSpan) -> dict[str, int]:
    hour = _indian_hour(HOUR.hour)
    rows = session.execute(
        select(hour, func.sum(HOUR.n))
        .where(HOUR.hour >= span.start, HOUR.hour < span.end, HOUR.topic == "water")
        .group_by(hour)
    )
    return dict(rows.all())


def _places_of_rows(session: Session, span: TimeSpan) -> list[tuple[str, int]]:
    entity = func.coalesce(ANNOTATION.decided_value, ANNOTATION.value)
    n = func.count(MENTION.id.distinct())
    rows = session.execute(
        select(entity, n)
        .where(
            MENTION.authored_at >= span.start,
            MENTION.authored_at < span.end,
            ANNOTATION.mention_id == MENTION.id,
            ANNOTATION.kind == "entity",
            entity.contains(":"),  # an id: only names of the gazetteer are counted
        )
        .group_by(entity)
        .order_by(n.desc(), entity)
        .limit(20)
    )
    return [tuple(row) for row in rows]


def _places(session: Session, span: TimeSpan) -> list[tuple[str, int]]:
    n = func.sum(ENTITY.n)
    first, end = (moment.astimezone(IST).date() for moment in (span.start, span.end))
    rows = session.execute(
        select(ENTITY.entity, n)
        .where(ENTITY.day >= first, ENTITY.day < end)
        .group_by(ENTITY.entity)
        .order_by(n.desc(), ENTITY.entity)
        .limit(20)
    )
    return [tuple(row) for row in rows]


def _indian_hour(moment: Any) -> Any:
    """`2026-11-16 09`: rollups are kept by hours that begin on Indian clocks."""
    return func.substr(func.datetime(func.substr(moment, 1, 19), "+330 minutes"), 1, 13)


if __name__ == "__main__":
    main()
