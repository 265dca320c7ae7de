"""Scores the level of plain posts, and of dangers told in few words or beside others.

    python -m benchmarks.plain_posts [--no-semantic] [--json]

`calibration/plain` holds 6,000 plain posts of ordinary days by twelve hands, full of
what a hasty reader takes for danger. `unseen/short_dangers.jsonl` and its second part
hold 400 dangers and 300 others of three to nine words; `unseen/two_sentences.jsonl`
holds 125 dangers beside another matter, 100 posts of which one sentence alone would
sound like a danger, and 75 ordinary ones. The mistakes on every second post of `unseen`
were read, the others are counted apart.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.danger_probe import print_counts
from socialcell.language import read

FOLDER = Path(__file__).resolve().parent
_HALVES = ("short_dangers", "short_dangers_2", "two_sentences")


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


def score(*, semantic: bool) -> dict[str, Counter[str]]:
    """Counts by set, and in it by the true level and the one that is read."""
    plain = [
        post
        for file in sorted((FOLDER / "calibration" / "plain").glob("*.jsonl"))
        for post in _posts(file)
    ]
    counts = {"plain": _count(plain, semantic=semantic)}
    for name in _HALVES:
        posts = _posts(FOLDER / "unseen" / f"{name}.jsonl")
        counts[f"{name}, read"] = _count(posts[::2], semantic=semantic)
        counts[f"{name}, unread"] = _count(posts[1::2], semantic=semantic)
    return counts


def _count(posts: Iterable[Mapping[str, Any]], *, semantic: bool) -> Counter[str]:
    posts = list(posts)
    counts: Counter[str] = Counter()
    readings = read([post["text"] for post in posts], semantic=semantic)
    for post, reading in zip(posts, readings, strict=True):
        level = post.get("urgency") or post["level"]
        if "kind" in post:
            level = f"{post['kind']}, {level}"
        counts[level] += 1
        counts[f"{level} read {reading.urgency.level}"] += 1
    return Counter(dict(sorted(counts.items())))


def _posts(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
