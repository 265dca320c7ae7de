"""Posts of ordinary days from the sentence patterns of `benchmarks/unseen`."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "unseen"
FILLINGS = 3  # of each pattern
SEED = 17
_COLUMNS = {"mr": 0, "hi": 1}  # of places.txt and roads.txt; the others are in Latin
_TIMES = ("7", "9", "10:30", "11", "4", "5:30", "6", "8")


@dataclass(frozen=True, slots=True)
class PatternPost:
    """A filled pattern; `weight` is how often it is written, over all fillings 1/3."""

    text: str
    language: str
    intent: str
    urgency: str
    topic: str | None
    sentiment: str
    weight: float


def days_of_patterns(part: str = "") -> Iterator[PatternPost]:
    """Every pattern of `patterns{part}.jsonl`, its slots filled, three times over."""
    rng = random.Random(SEED)
    names = {slot: _names(f"{slot}s.txt") for slot in ("place", "road")}
    file = FOLDER / f"patterns{part}.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines():
        pattern = json.loads(line)
        column = _COLUMNS.get(pattern["lang"], 2)
        topics = pattern["topics"]
        for _ in range(FILLINGS):
            slots = {slot: rng.choice(rows)[column] for slot, rows in names.items()}
            text = pattern["text"].format(
                ward=rng.randint(1, 41),
                days=rng.randint(2, 9),
                time=rng.choice(_TIMES),
                **slots,
            )
            yield PatternPost(
                text,
                pattern["lang"],
                pattern["intent"],
                pattern["urgency"],
                topics[0] if topics else None,
                pattern["sentiment"],
                pattern["weight"] / FILLINGS,
            )


def part_of_set(number: int) -> str:
    """What the names of the files of a set in `benchmarks/unseen` end with."""
    return "" if number == 1 else f"_{number}"


def _names(file: str) -> list[list[str]]:
    lines = (FOLDER / file).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]
