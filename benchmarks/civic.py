"""Scores what the product reads in our own civic posts against their labels.

    python benchmarks/civic.py [FILE] [--language ID] [--mistakes TASK]
        [--no-semantic] [--json]

FILE is JSON lines as in `docs/labelling.md` (default: the test half). The posts are
synthetic. Per task: accuracy and macro-F1; topics also by the share of posts with at
least one right topic; places by exact span and, where the label has one, by id.
`--mistakes` lists what went wrong in one task; use it on the training half only.
`--mistakes page` writes the rows of docs/language-mistakes.md without their reasons.
`--no-semantic` reads without the encoder.
"""

import argparse
import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from socialcell.language import Analysis, read

ROOT = Path(__file__).resolve().parent.parent
TEST = ROOT / "tests/language/civic_test.jsonl"

Row = dict[str, Any]
Figures = dict[str, float]
Span = tuple[int, int, str | None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=TEST)
    parser.add_argument("--language", help="only the posts labelled so")
    parser.add_argument("--mistakes", choices=[*SINGLE, "topics", "places", "page"])
    parser.add_argument(
        "--semantic", action=argparse.BooleanOptionalAction, default=True
    )
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    lines = arguments.file.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if arguments.language in (None, row["language"])]
    readings = read([row["text"] for row in rows], semantic=arguments.semantic)
    if arguments.mistakes == "page":
        print_page(rows, readings)
        return
    if arguments.mistakes:
        mistakes(arguments.mistakes, rows, readings)
        return
    figures = score(rows, readings)
    if arguments.json:
        print(json.dumps(figures, indent=1))
        return
    print(f"{len(rows)} synthetic posts of {arguments.file.name}")
    for task, values in figures.items():
        told = "  ".join(f"{name} {100 * value:.1f}" for name, value in values.items())
        print(f"{task:10} {told}")


SINGLE = ("language", "mixed", "intent", "sentiment", "urgency")


def score(rows: Sequence[Row], readings: Sequence[Analysis]) -> dict[str, Figures]:
    """Task → named figures in [0, 1]."""
    pairs = list(zip(rows, readings, strict=True))
    figures: dict[str, Figures] = {}
    for task in SINGLE:
        truth = [{row[task]} for row in rows]
        guess = [{found(reading, task)} for reading in readings]
        right = sum(a == b for a, b in zip(truth, guess, strict=True))
        figures[task] = {
            "accuracy": right / len(rows),
            "macro-F1": macro_f1(truth, guess),
        }
    figures["topics"] = topic_figures(
        [set(row["topics"]) for row in rows],
        [{topic.id for topic in reading.topics} for reading in readings],
    )
    figures["places"] = place_figures(
        [(true_places(row), found_places(reading)) for row, reading in pairs]
    )
    return figures


def found(reading: Analysis, task: str) -> str | bool:
    """The product's answer in a task with one label a post."""
    answers: dict[str, str | bool] = {
        "language": reading.language,
        "mixed": reading.mixed,
        "intent": reading.intent.label,
        "sentiment": reading.sentiment.label,
        "urgency": reading.urgency.level,
    }
    return answers[task]


def macro_f1(
    truth: Sequence[Collection[Any]], guess: Sequence[Collection[Any]]
) -> float:
    """The mean F1 over every label that occurs in the truth."""
    labels = {label for labels in truth for label in labels}
    return sum(
        f1(
            sum(label in a and label in b for a, b in zip(truth, guess, strict=True)),
            sum(label in b for b in guess),
            sum(label in a for a in truth),
        )
        for label in labels
    ) / len(labels)


def f1(both: int, guessed: int, true: int) -> float:
    """The harmonic mean of precision and recall; 0 where nothing was right."""
    return 2 * both / (guessed + true) if both else 0.0


def topic_figures(truth: Sequence[set[str]], guess: Sequence[set[str]]) -> Figures:
    pairs = list(zip(truth, guess, strict=True))
    with_topic = [(a, b) for a, b in pairs if a]
    return {
        "exact": sum(a == b for a, b in pairs) / len(pairs),
        "any right": sum(bool(a & b) for a, b in with_topic) / len(with_topic),
        "micro-F1": f1(
            sum(len(a & b) for a, b in pairs),
            sum(len(b) for b in guess),
            sum(len(a) for a in truth),
        ),
        "macro-F1": macro_f1(truth, guess),
    }


def true_places(row: Row) -> list[Span]:
    return [
        (entity["start"], entity["end"], entity["id"])
        for entity in row["entities"]
        if entity["label"] == "PLACE"
    ]


def found_places(reading: Analysis) -> list[Span]:
    return [
        (entity.start, entity.end, entity.id)
        for entity in reading.entities
        if entity.label == "PLACE"
    ]


def place_figures(pairs: Sequence[tuple[list[Span], list[Span]]]) -> Figures:
    """Exact spans; `by id` asks for the id where the label has one."""
    true = sum(len(a) for a, _ in pairs)
    guessed = sum(len(b) for _, b in pairs)
    spans = sum(len({x[:2] for x in a} & {x[:2] for x in b}) for a, b in pairs)
    listed = [({x for x in a if x[2]}, set(b)) for a, b in pairs]
    named = sum(len(a) for a, _ in listed)
    return {
        "precision": spans / max(guessed, 1),
        "recall": spans / true,
        "F1": f1(spans, guessed, true),
        "recall by id": sum(len(a & b) for a, b in listed) / named,
    }


def mistakes(task: str, rows: Sequence[Row], readings: Sequence[Analysis]) -> None:
    """One line a mistake: id, truth, answer, text."""
    for row, reading in zip(rows, readings, strict=True):
        truth, guess = both(task, row, reading)
        if truth != guess:
            print(row["id"], row["language"], truth, "→", guess, "|", row["text"])


def print_page(rows: Sequence[Row], readings: Sequence[Analysis]) -> None:
    """A row of a table for each post with a mistake, without its text."""
    print(f"{readings[0].model.name} {readings[0].model.version}")
    for row, reading in zip(rows, readings, strict=True):
        if differences := list(page_differences(row, reading)):
            print(f"| {row['id']} | {row['language']} | {'; '.join(differences)} |")


def page_differences(row: Row, reading: Analysis) -> Iterator[str]:
    """`task label → answer` of intent, topics, urgency and places where wrong."""
    for task in ("intent", "topics", "urgency"):
        truth, guess = both(task, row, reading)
        if truth != guess:
            yield f"{task} {listed(truth)} → {listed(guess)}"
    text = row["text"]
    true, found = true_places(row), found_places(reading)
    if {span[:2] for span in true} != {span[:2] for span in found}:
        missed = [text[a:b] for a, b, _ in true if (a, b) not in {x[:2] for x in found}]
        wrong = [text[a:b] for a, b, _ in found if (a, b) not in {x[:2] for x in true}]
        yield f"places {listed(missed)} → {listed(wrong)}"
    ids = {span[:2]: span[2] for span in found}
    for start, end, id_ in true:
        other = ids.get((start, end), id_)
        if id_ and other != id_:
            yield f"places {id_} → {other}"


def listed(answer: str | Sequence[str]) -> str:
    return answer if isinstance(answer, str) else ", ".join(answer) or "none"


def both(task: str, row: Row, reading: Analysis) -> tuple[Any, Any]:
    if task == "topics":
        return sorted(row["topics"]), sorted(topic.id for topic in reading.topics)
    if task == "places":
        return true_places(row), found_places(reading)
    return row[task], found(reading, task)


if __name__ == "__main__":
    main()
