"""Scores calls of danger on texts that people really wrote.

    python -m benchmarks.real_texts [--folder FOLDER] [--each 700] [--json]

FOLDER holds `topic/` and `sentiment/` (default: `../shared/data/language/train`, or
below `$SOCIALCELL_SHARED`). `topic/` holds complaints and tweets of people in Bengaluru
and Mumbai to their cities, in English: `unseen/real_urgency.json` says of which lines
one person read the urgency, and which of these are critical or high. Files of
`sentiment/` are tweets and sentences about anything in all five kinds of text. Nearly
none tells a city of a danger, so that what is called critical there is a false call but
for news. The reader learned from other lines of `topic/` and of some of these files
what danger is not (training/public.py), and feelings from most of them: of a file that
taught it, only texts are drawn that were kept from the nets.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.base_rates import DANGEROUS
from benchmarks.language_first import shared_folder
from socialcell.language import read
from socialcell.language.training.public import is_kept
from socialcell.language.training.recipes import TALK_TEXTS

LABELS = Path(__file__).resolve().parent / "unseen" / "real_urgency.json"
TAUGHT = {source.file for source in TALK_TEXTS}
SEED = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=shared_folder())
    parser.add_argument("--each", type=int, default=700)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = [*complaints(arguments.folder), *talk(arguments.folder, arguments.each)]
    if arguments.json:
        print(json.dumps(figures, indent=1))
        return
    for row in figures:
        print(row["file"])
        for name, value in row.items():
            if name != "file":
                print(f"  {name:34} {value}")


def complaints(folder: Path) -> Iterator[dict[str, Any]]:
    """Of each labelled file: how many texts are called what, and how many rightly."""
    labels_by_file = json.loads(LABELS.read_text(encoding="utf-8"))
    for file, texts in labelled_texts(folder):
        labels = labels_by_file[file]
        levels = dict(zip(labels["read"], _levels(texts), strict=True))
        dangerous = {*labels["critical"], *labels["high"]}
        called = {at for at, level in levels.items() if level in DANGEROUS}
        critical = {at for at, level in levels.items() if level == "critical"}
        yield {
            "file": file,
            "texts": len(levels),
            "critical or high": len(dangerous),
            "of these read so": len(called & dangerous),
            "wrongly read critical or high": len(called - dangerous),
            "critical": len(labels["critical"]),
            "of these read critical": len(critical & {*labels["critical"]}),
            "high read critical": len(critical & {*labels["high"]}),
            "neither, read critical": len(critical - dangerous),
        }


def talk(folder: Path, each: int) -> Iterator[dict[str, Any]]:
    """Of files about anything: how many texts are called critical or high."""
    for file, texts in drawn_talk(folder, each):
        counts = Counter(_levels(texts))
        yield {
            "file": file,
            "texts": len(texts),
            **{f"read {level}": counts[level] for level in DANGEROUS},
        }


def labelled_texts(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Of each labelled file its name, and the texts that were read by hand."""
    for file, labels in json.loads(LABELS.read_text(encoding="utf-8")).items():
        texts = _texts(folder / "topic" / file)
        yield file, [texts[at] for at in labels["read"]]


def drawn_talk(folder: Path, each: int) -> Iterator[tuple[str, list[str]]]:
    """Of each file about anything its name, and so many texts drawn with one seed."""
    for path in sorted((folder / "sentiment").glob("*.jsonl")):
        texts = _texts(path)
        if f"sentiment/{path.name}" in TAUGHT:
            texts = list(filter(is_kept, texts))
        yield path.name, random.Random(SEED).sample(texts, min(each, len(texts)))


def _texts(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def _levels(texts: Sequence[str]) -> list[str]:
    return [reading.urgency.level for reading in read(texts, semantic=True)]


if __name__ == "__main__":
    main()
