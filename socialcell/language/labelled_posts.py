"""Labelled posts: read, split with a seed, and kept apart from what measures them."""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.language.normalisation import normalised
from socialcell.message_catalog import Message

OWN = "own"  # folder of what the operators decided: MODEL.jsonl for each model


@dataclass(frozen=True, slots=True)
class LabelledPost:
    """A text and the label that a person gave it."""

    text: str
    label: str


def posts(path: Path) -> list[LabelledPost]:
    """The posts of a file of JSON lines with `text` and `label`; blank lines are none.

    SocialcellError names the file and the line that has no two strings.
    """
    return list(_posts(path))


def split(
    posts: Sequence[LabelledPost], every: int, seed: int
) -> tuple[list[LabelledPost], list[LabelledPost]]:
    """(the rest, one of `every` posts), shuffled: some files are sorted by class."""
    shuffled = random.Random(seed).sample(list(posts), len(posts))
    return shuffled[len(shuffled) // every :], shuffled[: len(shuffled) // every]


def without_held_out(
    training: Iterable[LabelledPost], held_out: Iterable[LabelledPost]
) -> list[LabelledPost]:
    """The training posts whose text, normalised, is not one of those held out."""
    forbidden = {normalised(post.text) for post in held_out}
    return [post for post in training if normalised(post.text) not in forbidden]


def require_apart(
    training: Iterable[LabelledPost], held_out: Iterable[LabelledPost]
) -> None:
    """SocialcellError when a text that measures a model would also train it."""
    training_texts = {normalised(post.text) for post in training}
    shared = sum(normalised(post.text) in training_texts for post in held_out)
    if shared:
        raise SocialcellError("language.texts_not_separate", texts=shared)


def lines_of(path: Path) -> list[str]:
    """Lines that end at a newline only: posts may hold other separators."""
    try:
        return path.read_text("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise SocialcellError("files.not_utf8", path=path, byte=error.start) from None
    except OSError as error:
        raise SocialcellError(
            "files.unreadable", path=path, reason=error.strerror
        ) from None


def line_place(file: Path | str, number: int) -> Message:
    """A line of a file, for messages."""
    return Message("files.line", {"file": file, "line": number})


def _posts(path: Path) -> Iterator[LabelledPost]:
    for number, line in enumerate(lines_of(path), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise SocialcellError(
                "language.line_not_json", where=line_place(path, number)
            ) from None
        if not isinstance(row, dict) or not (
            isinstance(row.get("text"), str) and isinstance(row.get("label"), str)
        ):
            raise SocialcellError(
                "language.line_without_label", where=line_place(path, number)
            )
        yield LabelledPost(row["text"], row["label"])
