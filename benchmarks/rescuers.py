"""Scores whose a danger is said to be: of somebody who comes to it, or somebody else.

    python -m benchmarks.rescuers [--no-semantic] [--json]

`unseen/rescuers.jsonl` holds 100 dangers to a life by one hand, seven in ten with a
word of another office beside the danger, and for each who may be the first to be
responsible (`owners`). Printed are how many are read as critical, and how many of these
are given to one of them by the package's owners; three are at places of other councils,
which have them and count as wrong. Mistakes on them were read on 1 December 2026.
"""

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.danger_probe import print_counts
from socialcell.language import Analysis, read
from socialcell.language.names.places import places
from socialcell.listening.areas.owner_table import OwnerFinder, read_owners
from socialcell.listening.store import owners

FILE = Path(__file__).resolve().parent / "unseen" / "rescuers.jsonl"
ALL = "all"


@dataclass(frozen=True, slots=True)
class ReadPost:
    """What the owner of a post follows from, beside its annotations."""

    intent: str
    urgency: str
    text: str
    stored_at: datetime
    authored_at: datetime | None = None
    title: str | None = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--semantic", action=argparse.BooleanOptionalAction, default=True
    )
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    counts = score(semantic=arguments.semantic)
    if arguments.json:
        print(json.dumps(counts, indent=1))
        return
    print_counts(counts)


def score(*, semantic: bool) -> Mapping[str, Mapping[str, int]]:
    """Counts by language and of all posts."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    posts: list[dict[str, Any]] = list(map(json.loads, lines))
    counts: dict[str, Counter[str]] = {}
    finder = OwnerFinder(read_owners())
    readings = read([post["text"] for post in posts], semantic=semantic)
    for post, reading in zip(posts, readings, strict=True):
        is_critical = reading.urgency.level == "critical"
        owner = _owner(finder, post["text"], reading)
        comes = is_critical and owner in post["owners"]
        for group in (ALL, post["lang"]):
            found = counts.setdefault(group, Counter())
            found["dangers"] += 1
            found["read critical"] += is_critical
            found["of these given to who comes"] += comes
    return counts


def _owner(finder: OwnerFinder, text: str, reading: Analysis) -> str | None:
    wards = {place.id: place.ward for place in places()}
    named = [entity.id for entity in reading.entities if entity.id is not None]
    understood = {
        "topic": [topic.id for topic in reading.topics],
        "entity": named,
        "ward": [ward for id_ in named if (ward := wards.get(id_)) is not None],
    }
    now = datetime.now(UTC)
    post = ReadPost(reading.intent.label, reading.urgency.level, text, now)
    found = finder.find(owners.problem_of(post, understood))
    return None if found is None else found.owner


if __name__ == "__main__":
    main()
