"""Scores the reader on posts kept for measuring: dangers, look-alikes, a plain day.

    python -m benchmarks.danger_probe [--set 1|...|7] [--no-semantic] [--json]
    python -m benchmarks.danger_probe --hard    those of benchmarks/calibration

The posts are the last set of `benchmarks/unseen`, or an earlier one; the README there
says who wrote them, how seldom they are scored and whose mistakes have been read. Only
counts are printed, no post: nobody mends the reader by the mistakes it makes here.
"""

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.base_rates import DANGEROUS
from benchmarks.pattern_days import part_of_set
from socialcell.language import Analysis, read
from socialcell.language.analysis import ASKING, NO_MESSAGE

FOLDER = Path(__file__).resolve().parent / "unseen"
HARD = FOLDER.parent / "calibration"
ALL = "all"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--semantic", action=argparse.BooleanOptionalAction, default=True
    )
    parser.add_argument("--set", type=int, choices=range(1, 8), default=7)
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.hard:
        figures = score_hard(semantic=arguments.semantic)
    else:
        figures = score(part_of_set(arguments.set), semantic=arguments.semantic)
    if arguments.json:
        print(json.dumps(figures, indent=1))
        return
    print_counts(figures)


def print_counts(figures: Mapping[str, Mapping[str, int]]) -> None:
    """Each group with its counts below it."""
    for group, counts in figures.items():
        print(group)
        for name, count in counts.items():
            print(f"  {name:34} {count}")


def score(part: str, *, semantic: bool) -> dict[str, dict[str, int]]:
    """Counts by language and of all posts."""
    counts: dict[str, Counter[str]] = {}

    def add(language: str, name: str, hit: bool) -> None:
        for group in (ALL, language):
            counts.setdefault(group, Counter())[name] += hit

    for post, reading in _read(f"dangers{part}", semantic):
        high = reading.urgency.level in DANGEROUS
        add(post["lang"], "dangers", True)
        add(post["lang"], "dangers read high or critical", high)
        add(post["lang"], "dangers read critical", reading.urgency.level == "critical")
        if not post["obvious"]:
            add(post["lang"], "without the obvious word", True)
            add(post["lang"], "of these high or critical", high)
    for post, reading in _read(f"lookalikes{part}", semantic):
        add(post["lang"], "look-alikes", True)
        high = reading.urgency.level in DANGEROUS
        add(post["lang"], "look-alikes read high or critical", high)
    for post, reading in _read(f"ordinary_day{part}", semantic):
        add(post["lang"], "posts of an ordinary day", True)
        add(post["lang"], "ask for something", post["asks"])
        add(post["lang"], "read as asking", reading.intent.label in ASKING)
        idle = post["intent"] in NO_MESSAGE
        add(post["lang"], "not civic", idle)
        add(
            post["lang"],
            "of these recognised",
            idle and reading.intent.label in NO_MESSAGE,
        )
        wrong = reading.urgency.level == "critical" != post["urgency"]
        add(post["lang"], "wrongly read critical", wrong)
    return {group: dict(found) for group, found in counts.items()}


def score_hard(*, semantic: bool) -> dict[str, dict[str, int]]:
    """The same of hard posts, whose mistakes were read, in all: by file and level, how
    many there are and how many are read as high or critical, and as critical."""
    figures: dict[str, dict[str, int]] = {}
    for name in ("dangers", "lookalikes", "ordinary_day"):
        counts: Counter[str] = Counter()
        for post, reading in _read(name, semantic, HARD):
            counts[post["level"]] += 1
            high = reading.urgency.level in DANGEROUS
            counts[f"{post['level']}, read high or critical"] += high
            critical = reading.urgency.level == "critical"
            counts[f"{post['level']}, read critical"] += critical
        figures[name] = dict(counts)
    return figures


def _read(
    name: str, semantic: bool, folder: Path = FOLDER
) -> list[tuple[dict[str, Any], Analysis]]:
    lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    posts = [json.loads(line) for line in lines]
    readings = read([post["text"] for post in posts], semantic=semantic)
    return list(zip(posts, readings, strict=True))


if __name__ == "__main__":
    main()
