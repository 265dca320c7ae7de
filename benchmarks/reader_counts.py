"""Counts how the reader labels the posts that test it, for shares with an interval.

    nice python -m benchmarks.reader_counts [--into FILE]

Reads the test half of our own posts (`tests/language/civic_test.jsonl`: intent,
sentiment, urgency, topics) and the ordinary day of `benchmarks/unseen` (intent and
urgency) with each of the three readers that a workspace may choose, and writes how
often each true label was read as which, by the language that was read:
`socialcell/language/data/reader_counts.json`. No text of a post is in it. Run it again
whenever a model or a list of words has changed; `version` says what was measured.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from socialcell.language import Analysis, read
from socialcell.settings.language import NcModels

ROOT = Path(__file__).resolve().parent.parent
TEST = "tests/language/civic_test.jsonl"
ORDINARY = "benchmarks/unseen/ordinary_day.jsonl"
INTO = ROOT / "socialcell/language/data/reader_counts.json"
TASKS = {
    TEST: ("intent", "sentiment", "urgency", "topic"),
    ORDINARY: ("intent", "urgency"),
}
READERS = (
    (NcModels.ALL, True),
    (NcModels.ALL, False),
    (NcModels.LICENSED, False),
    (NcModels.NONE, False),
)

_LIST = re.compile(r"\[([^\[\]]*)\]")

Key = tuple[str, str, str, str]
"""Task, language as it was read, true label, label as it was read."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, default=INTO)
    into = parser.parse_args().into
    document = {
        "sources": list(TASKS),
        "command": "python -m benchmarks.reader_counts",
        "readers": [_measured(*reader) for reader in READERS],
    }
    text = json.dumps(document, indent=1)
    # A count stands on one line.
    text = _LIST.sub(lambda match: f"[{' '.join(match[1].split())}]", text)
    into.write_text(text + "\n", "utf-8")


def _measured(nc: NcModels, semantic: bool) -> dict[str, object]:
    """A reader's name and version, and rows of key and count."""
    counts: Counter[Key] = Counter()
    for file, tasks in TASKS.items():
        lines = (ROOT / file).read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        analyses = read([row["text"] for row in rows], nc=nc, semantic=semantic)
        for row, analysis in zip(rows, analyses, strict=True):
            counts.update(_keys(row, analysis, tasks))
    model = analyses[0].model
    return {
        "name": model.name,
        "version": model.version,
        "counts": [[*key, n] for key, n in sorted(counts.items())],
    }


def _keys(
    row: dict[str, Any], analysis: Analysis, tasks: tuple[str, ...]
) -> Iterator[Key]:
    labels = {
        "intent": analysis.intent.label,
        "sentiment": analysis.sentiment.label,
        "urgency": analysis.urgency.level,
        "topic": _joined(topic.id for topic in analysis.topics),
    }
    for task in tasks:
        true = _joined(row["topics"]) if task == "topic" else row[task]
        yield task, analysis.language, str(true), labels[task]


def _joined(topics: Iterable[str]) -> str:
    """Several topics as one label; "" without any."""
    return "|".join(sorted(topics))


if __name__ == "__main__":
    main()
