"""Prints how far the two labelling passes over the civic posts agree.

    python benchmarks/agreement.py [--json]

Cohen's kappa for language, mixed, intent, sentiment and urgency; for topics the mean
of one kappa per topic; for entities the F1 of the second pass against the first, on
exact span and label, and on exact span, label and id. What the passes disagreed on
was decided afterwards: `docs/labelling.md` says how.
"""

import argparse
import json
from collections import Counter
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any

LABELS = Path(__file__).resolve().parent.parent / "socialcell/language/labels"
PASSES = ("first", "second")
SINGLE = ("language", "mixed", "intent", "sentiment", "urgency")

Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    first, second = (load(LABELS / f"{name}_pass.jsonl") for name in PASSES)
    figures = agreement(first, second)
    if parser.parse_args().json:
        print(json.dumps(figures, indent=1))
        return
    print(f"{len(first)} posts, two passes")
    for task, value in figures.items():
        print(f"{task:22} {value:.3f}")


def load(path: Path) -> list[Row]:
    """The rows of a JSON lines file in the order of their ids."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return sorted((json.loads(line) for line in lines), key=lambda row: row["id"])


def agreement(first: Sequence[Row], second: Sequence[Row]) -> dict[str, float]:
    """Task → agreement of two labellings of the same posts, each at most 1."""
    if [row["id"] for row in first] != [row["id"] for row in second]:
        raise SystemExit("the two passes do not label the same posts: compare the ids")
    figures = {
        f"{task} (kappa)": kappa(
            [row[task] for row in first], [row[task] for row in second]
        )
        for task in SINGLE
    }
    figures["topics (mean kappa)"] = topic_kappa(first, second)
    figures["entities (F1)"] = span_f1(first, second, ("start", "end", "label"))
    figures["entities with id (F1)"] = span_f1(
        first, second, ("start", "end", "label", "id")
    )
    return figures


def kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Cohen's kappa (1960): agreement beyond what the two label counts would give."""
    n = len(first)
    seen = sum(a == b for a, b in zip(first, second, strict=True)) / n
    one, two = Counter(first), Counter(second)
    chance = sum(one[label] * two[label] for label in one) / n**2
    return 1.0 if chance == 1 else (seen - chance) / (1 - chance)


def topic_kappa(first: Sequence[Row], second: Sequence[Row]) -> float:
    """The mean over topics of the kappa of "this post has the topic"."""
    topics = {topic for row in (*first, *second) for topic in row["topics"]}
    return sum(
        kappa(
            [topic in row["topics"] for row in first],
            [topic in row["topics"] for row in second],
        )
        for topic in topics
    ) / len(topics)


def span_f1(
    first: Sequence[Row], second: Sequence[Row], keys: tuple[str, ...]
) -> float:
    """F1 of the entities of one pass against the other, equal where `keys` are."""
    one, two = (
        {
            (row["id"], *(entity[key] for key in keys))
            for row in rows
            for entity in row["entities"]
        }
        for rows in (first, second)
    )
    return 2 * len(one & two) / (len(one) + len(two))


if __name__ == "__main__":
    main()
