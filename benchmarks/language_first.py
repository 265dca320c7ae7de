"""Scores the language rules on the shared research files and times them.

    python benchmarks/language_first.py [FOLDER] [--limit N] [--rate-only]

FOLDER holds `sentiment/`, `langid/`, `topic/` (default: `../shared/data/language/train`
beside the repository, or below $SOCIALCELL_SHARED). Sentiment on the validation files,
language on the identification file and on its first six words, complaint or not on
the Mumbai posts, topics on the Bengaluru posts. Texts are never printed.
"""

import argparse
import json
import os
import random
import time
from collections import Counter
from pathlib import Path

from socialcell.language import Analysis, read, read_stream

ROOT = Path(__file__).resolve().parent.parent
SENTIMENT = {"neg": "negative", "neu": "neutral", "pos": "positive"}


def main() -> None:
    arguments = parse()
    folder: Path = arguments.folder
    read(["warm"])
    if not arguments.rate_only:
        language(folder, arguments.limit)
        sentiment(folder, arguments.limit)
        topics(folder, arguments.limit)
        complaint(folder, arguments.limit)
    rate(folder, arguments.limit)


def shared_folder() -> Path:
    """Where the shared research files lie, there or not."""
    shared = Path(os.environ.get("SOCIALCELL_SHARED", ROOT.parent / "shared"))
    return shared / "data" / "language" / "train"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=shared_folder())
    parser.add_argument("--limit", type=int, default=None, help="rows per file")
    parser.add_argument("--rate-only", action="store_true")
    return parser.parse_args()


def language(folder: Path, limit: int | None) -> None:
    rows = every(folder / "langid" / "langid_5way_train.jsonl", limit)
    true = [row["label"] for row in rows]
    for name, texts in (
        ("language", [row["text"] for row in rows]),
        ("language, six words", [" ".join(row["text"].split()[:6]) for row in rows]),
    ):
        found = [reading.language for reading in read_stream(texts)]
        report(name, true, found)


def sentiment(folder: Path, limit: int | None) -> None:
    for path in sorted((folder / "sentiment").glob("*_val.jsonl")):
        rows = every(path, limit)
        readings = read(row["text"] for row in rows)
        true = [SENTIMENT[row["label"]] for row in rows]
        report(path.stem, true, [reading.sentiment.label for reading in readings])
        sure = [(t, r) for t, r in zip(true, readings, strict=True) if is_sure(r)]
        right = sum(t == r.sentiment.label for t, r in sure)
        print(
            f"    confident on {len(sure)} of {len(rows)}, right {share(right, sure)}"
        )


def topics(folder: Path, limit: int | None) -> None:
    rows = every(folder / "topic" / "en_bengaluru_civic_train.jsonl", limit)
    readings = read(row["text"] for row in rows)
    for label, known in BENGALURU.items():
        mine = [
            r for row, r in zip(rows, readings, strict=True) if row["label"] == label
        ]
        hit = sum(any(topic.id in known for topic in r.topics) for r in mine)
        print(f"topics: {label:16} n {len(mine):5}  found {share(hit, mine)}")


BENGALURU = {
    "Waste/Garbage": {"waste", "debris"},
    "Potholes": {"roads"},
    "Traffic/Parking": {"traffic"},
    "Water": {"water"},
    "Streetlights": {"streetlights"},
    "Sewage": {"drainage"},
    "Sanitation": {"waste", "toilets", "drainage"},
    "Air": {"air"},
    "Plastic": {"waste"},
}


def complaint(folder: Path, limit: int | None) -> None:
    rows = every(folder / "topic" / "en_mumbai_complaint_train.jsonl", limit)
    readings = read(row["text"] for row in rows)
    true = [row["label"] for row in rows]
    found = [
        "complaint" if r.intent.label in ("complaint", "help") else "other"
        for r in readings
    ]
    report("complaint or not (Mumbai)", true, found)


def rate(folder: Path, limit: int | None) -> None:
    """Posts a CPU-second beside the bare spaCy tokenizer, both on unseen batches."""
    import spacy

    paths = sorted((folder / "sentiment").glob("*_val.jsonl"))
    texts = [row["text"] for path in paths for row in every(path, limit or 1000)]
    bare = spacy.blank("xx")
    for name, work in (
        ("tokenizer", lambda: sum(1 for _ in bare.pipe(texts))),
        ("read", lambda: len(read(texts))),
    ):
        for turn in ("cold", "warm"):
            start = time.process_time()
            work()
            spent = time.process_time() - start
            print(
                f"rate: {name:9} {turn} {len(texts) / spent:9,.0f} posts a CPU-second"
            )


def report(name: str, true: list[str], found: list[str]) -> None:
    right = sum(t == f for t, f in zip(true, found, strict=True))
    scores = {label: f1(label, true, found) for label in sorted(set(true))}
    mean = sum(scores.values()) / len(scores)
    detail = "  ".join(f"{label} {score:.1f}" for label, score in scores.items())
    print(f"{name}: n {len(true)} accuracy {share(right, true)} macro-F1 {mean:.1f}")
    print(f"    F1 {detail}")
    recall = {
        label: 100 * sum(t == f == label for t, f in zip(true, found, strict=True)) / n
        for label, n in sorted(Counter(true).items())
    }
    print("    recall " + "  ".join(f"{k} {v:.1f}" for k, v in recall.items()))


def f1(label: str, true: list[str], found: list[str]) -> float:
    both = sum(t == f == label for t, f in zip(true, found, strict=True))
    return 200 * both / max(true.count(label) + found.count(label), 1)


def share(part: int, whole: list[object] | list[str] | list[Analysis]) -> str:
    return f"{100 * part / max(len(whole), 1):.1f}%"


def is_sure(reading: Analysis) -> bool:
    return reading.sentiment.confident


def every(path: Path, limit: int | None) -> list[dict[str, str]]:
    """The rows of a file, or a seeded sample: some files are sorted by class."""
    rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    if limit is not None and limit < len(rows):
        rows = random.Random(7).sample(rows, limit)
    return rows


if __name__ == "__main__":
    main()
