"""The page for people beside a model file: what it is from, how good, whose."""

from collections.abc import Iterator
from typing import Any


def page(facts: dict[str, Any]) -> str:
    """Markdown of a card's facts."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    yield f"# {facts['name']}"
    yield ""
    yield f"- Task: {facts['task']}; classes: {', '.join(facts['classes'])}."
    yield f"- Kind: {facts['kind']}, {facts['bytes'] / 1e6:.2f} MB, `{facts['file']}`."
    yield f"- Licence of the weights: {facts['licence']}."
    yield f"- Trained on {facts['posts']:,} items with seed {facts['seed']}."
    yield f"- SHA-256: `{facts['sha256']}`."
    yield ""
    yield "| data | from | licence |"
    yield "|---|---|---|"
    for source in facts["data"]:
        yield f"| `{source['file']}` | {source['origin']} | {source['licence']} |"
    yield ""
    if "measured_posts" in facts:
        yield (
            f"Scores, in percent, of a model from {facts['measured_posts']:,} items "
            "without these; those of its own files then trained this one too:"
        )
    else:
        yield "Scores on items that were not in training, in percent:"
    yield ""
    yield from _table(facts["scores"])


def _table(scores: dict[str, Any]) -> Iterator[str]:
    first = next(iter(scores.values()))
    names = [n for n in ("accuracy", "macro_f1", "macro_recall") if n in first] or [
        "precision",
        "recall",
        "f1",
    ]
    yield f"| held out | n | {' | '.join(names)} | F1 by class |"
    yield "|---" * (len(names) + 3) + "|"
    for name, set_scores in scores.items():
        values = " | ".join(_percent(set_scores[key]) for key in names)
        classes = ", ".join(
            f"{label} {_percent(class_scores['f1'])}"
            for label, class_scores in set_scores["per_class"].items()
        )
        yield f"| {name} | {set_scores['n']} | {values} | {classes} |"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"
