"""Holds corrected shares against the truth of the sample city.

    python -m benchmarks.shares_near_truth DEMO_FOLDER [--decisions N]

DEMO_FOLDER is what `socialcell demo` made. For each whole week of it: the share that
asks for something, of urgent and of negative mentions and of the largest topics, as it
was read, corrected with its interval, and true among the same mentions by
`truth.json`. The last line counts the intervals that hold the truth. With
`--decisions` N mentions of the days before, drawn by lot, are decided as they are
true, in a copy: from 300 on they measure the reader instead of the shipped tests.
"""

import argparse
import json
import random
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from socialcell import db
from socialcell.clock import IST
from socialcell.language.analysis import ASKING
from socialcell.listening.model import Mention
from socialcell.listening.store.mentions import labels
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.reports import reader_agreement
from socialcell.reports.week_numbers import CorrectedShare

MONDAYS = tuple(datetime(2026, 11, day, tzinfo=IST) for day in (2, 9, 16))
TOPICS = ("flood", "water", "roads", "traffic", "waste")
SHOWN = (
    ("asking", "asking"),
    ("urgent", "urgent"),
    ("sentiment", "negative"),
    *(("topic", topic) for topic in TOPICS),
)
Truth = dict[tuple[str, str], dict[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--decisions", type=int, default=0)
    arguments = parser.parse_args()
    folder = arguments.folder
    document = json.loads((folder / "truth.json").read_text("utf-8"))
    truth = {(post["platform"], post["id"]): post for post in document["items"]}
    truth |= {("url", post["url"]): post for post in document["items"]}
    with TemporaryDirectory() as copy:
        database = Path(copy) / "socialcell.db"
        shutil.copy(folder / database.name, database)
        engine = db.connect(f"sqlite:///{database}")
        if arguments.decisions:
            _decide(engine, truth, arguments.decisions)
        _print_weeks(engine, truth)


def _decide(engine: Engine, truth: Truth, number: int) -> None:
    """Mentions before the weeks, drawn by lot, get the labels that are true."""
    with db.writing(engine) as session:
        rows = session.execute(
            select(Mention.id, Mention.platform, Mention.external_id)
            .where(Mention.authored_at < MONDAYS[0], Mention.state == "present")
            .order_by(Mention.id)
        ).all()
        posts = [(row[0], truth[row[1:]]) for row in rows if row[1:] in truth]
        for id_, post in random.Random(7).sample(posts, number):
            decision = {kind: [post[kind]] for kind in reader_agreement.TASKS}
            labels.decide(session, id_, decision, "benchmark", MONDAYS[0])


def _print_weeks(engine: Engine, truth: Truth) -> None:
    holding = shown = 0
    for monday in MONDAYS:
        week = TimeSpan(monday, monday + timedelta(days=7))
        with db.reading(engine) as session:
            print(f"week of {monday:%d %B %Y}")
            for share, true in _pairs(session, week, truth):
                shown += 1
                holding += _print_share(share, true)
    print(f"{holding} of {shown} intervals hold the truth")


def _pairs(
    session: Session, week: TimeSpan, truth: Truth
) -> Iterator[tuple[CorrectedShare, float]]:
    """Shares that were corrected, each with the true one of the same mentions."""
    numbers = reader_agreement.count_reader(session, week)
    rows = session.execute(
        select(Mention.platform, Mention.external_id, Mention.url).where(
            Mention.state == "present",
            Mention.authored_at >= week.start,
            Mention.authored_at < week.end,
            col(Mention.language).is_not(None),
        )
    ).all()
    posts = [
        truth[key]
        for platform, id_, url in rows
        for key in [("url", url) if platform == "news" else (platform, id_)]
        if key in truth
    ]
    print(f"  {len(posts)} of {len(rows)} mentions are in truth.json")
    for task, id_ in SHOWN:
        share = reader_agreement.share_of(numbers, task, id_)
        if share and share["share"] is not None:
            right = sum(_is_true(post, task, id_) for post in posts)
            yield share, right / len(posts)


def _is_true(post: dict[str, str], task: str, id_: str) -> bool:
    return {
        "asking": post["intent"] in ASKING,
        "urgent": post["urgency"] in reader_agreement.URGENT,
        "sentiment": post["sentiment"] == id_,
        "topic": post["topic"] == id_,
    }[task]


def _print_share(share: CorrectedShare, true: float) -> bool:
    best, low, high = share["share"], share["low"], share["high"]
    assert best is not None
    assert low is not None
    assert high is not None
    holds = low <= true <= high
    print(
        f"  {share['id']:10} read {share['n'] / share['of']:6.1%}  corrected "
        f"{best:6.1%} ({low:.1%} to {high:.1%})  true {true:6.1%}"
        f"{'' if holds else '  outside'}"
    )
    return holds


if __name__ == "__main__":
    main()
