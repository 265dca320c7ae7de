"""Scores complaints of what can hurt whoever passes next: open chambers, low wires.

    python -m benchmarks.hazards [--seen] [--no-semantic] [--json]

The posts are `unseen/hazards.jsonl`, whose mistakes nobody has read: 100 hazards (high
by docs/labelling.md) and 100 posts about the same things that tell of none. `--seen`
scores `calibration/hazards.jsonl`, by another hand, whose mistakes were read to write
`hazards` and `routine` of danger.yaml. Only counts are printed, no post.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from benchmarks.base_rates import DANGEROUS
from benchmarks.danger_probe import ALL, print_counts
from socialcell.language import read

FOLDER = Path(__file__).resolve().parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seen", action="store_true")
    parser.add_argument(
        "--semantic", action=argparse.BooleanOptionalAction, default=True
    )
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    folder = FOLDER / ("calibration" if arguments.seen else "unseen")
    counts_by_group = score(folder / "hazards.jsonl", semantic=arguments.semantic)
    if arguments.json:
        print(json.dumps(counts_by_group, indent=1))
        return
    print_counts(counts_by_group)


def score(file: Path, *, semantic: bool) -> dict[str, Counter[str]]:
    """Counts of all posts, by language and by kind of hazard."""
    posts = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    readings = read([post["text"] for post in posts], semantic=semantic)
    counts: dict[str, Counter[str]] = {}
    for post, reading in zip(posts, readings, strict=True):
        name = "hazards" if post["level"] in DANGEROUS else "others"
        level = reading.urgency.level
        for group in (ALL, post["lang"], post["kind"]):
            own = counts.setdefault(group, Counter())
            own[name] += 1
            own[f"{name} read high or critical"] += level in DANGEROUS
            own[f"{name} read critical"] += level == "critical"
    return counts


if __name__ == "__main__":
    main()
