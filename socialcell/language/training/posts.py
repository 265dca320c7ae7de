"""Our own invented posts and the phrases of the rules, as examples with labels.

`civic_train.jsonl` was labelled twice. `once/` and `weak/` hold text files: a head line
"= intent topics urgency" ("-" is no topic), and below it one post a line. In `once/`
places stand in brackets, which are no part of the text: `[कोथरूड]मध्ये`. A file there
is named after the language of its posts: LANGUAGE.txt, or LANGUAGE-2.txt and so on.
`day/` holds a JSON Lines file of each hand.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.language import lexicon
from socialcell.language.classifiers import civic_model
from socialcell.language.labelled_posts import LabelledPost, line_place, lines_of
from socialcell.language.normalisation import normalised
from socialcell.message_catalog import Message

LABELS = Path(__file__).parents[1] / "labels"
ONCE = "once"
DAY = "day"
_PHRASE = 0.3  # weight of a phrase of the rules beside a post, for intents
_NAME = re.compile(rf"({'|'.join(lexicon.LANGUAGES)})(?:-([2-9]|[1-9]\d+))?\.txt")


@dataclass(frozen=True, slots=True)
class Example:
    """A text with `task:class` of all its labels, and the tasks that it teaches, or
    single classes of a task (`topic:water`).

    `origin` says how it was labelled: "twice", "once" or "weak"; "own": in a workspace.
    """

    text: str
    labels: frozenset[str]
    tasks: frozenset[str]
    weight: float = 1.0
    origin: str = ""


@dataclass(frozen=True, slots=True)
class DayPost:
    """A post of `day/`, by which hand, and with which feeling."""

    example: Example
    hand: str
    sentiment: str


def examples() -> list[Example]:
    """All that the n-grams learn from; no text is there twice."""
    return [*posts(), *phrases()]


def posts() -> list[Example]:
    """The posts, those labelled twice first; a text that came before is left out."""
    keys: set[str] = set()
    unique = []
    for post in (
        *posts_labelled_twice(),
        *posts_of_origin(ONCE),
        *posts_of_origin("weak"),
    ):
        key = normalised(post.text)
        if key not in keys:
            keys.add(key)
            unique.append(post)
    return unique


def posts_of_a_day() -> Iterator[DayPost]:
    """The posts of `day/`, hand by hand: they teach the model of a day alone."""
    for path in sorted((LABELS / DAY).glob("*.jsonl")):
        for line in lines_of(path):
            if line.strip():
                row = json.loads(line)
                labels = row["intent"], row["topics"], row["urgency"]
                example = _example(DAY, row["text"], *labels)
                yield DayPost(example, path.stem, row["sentiment"])


def posts_labelled_twice() -> Iterator[Example]:
    """The training half of the posts that were labelled twice."""
    for line in lines_of(LABELS / "civic_train.jsonl"):
        if line.strip():
            row = json.loads(line)
            labels = row["intent"], row["topics"], row["urgency"]
            yield _example("twice", row["text"], *labels)


def split_marked(line: str) -> tuple[str, list[tuple[int, int]]]:
    """(the text without brackets, where the names in brackets are in it)."""
    text, spans, start = "", [], 0
    for piece in re.split(r"(\[|\])", line):
        if piece == "[":
            start = len(text)
        elif piece == "]":
            spans.append((start, len(text)))
        else:
            text += piece
    return text, spans


def phrases() -> Iterator[Example]:
    """The phrases of the rules teach their own topic; the sure ones their intent."""
    for cue in lexicon.cues():
        label = frozenset({f"{cue.kind}:{cue.value}"})
        if cue.kind == "topic":
            yield Example(cue.phrase, label, frozenset({"topic"}))
        elif cue.kind == "intent" and cue.weight >= lexicon.STRENGTH["sure"]:
            yield Example(cue.phrase, label, frozenset({"intent"}), _PHRASE)


def posts_of_origin(origin: str) -> Iterator[Example]:
    """The posts of a folder: `once`, labelled with care, or `weak`, in passing."""
    for path in _files(origin):
        head: tuple[str, list[str], str] | None = None
        for number, line in enumerate(lines_of(path), 1):
            if line.startswith("= "):
                head = _head(line, line_place(path.name, number))
            elif line.strip():
                if head is None:
                    raise SocialcellError(
                        "language.post_without_head",
                        where=line_place(path.name, number),
                    )
                yield _example(origin, split_marked(line)[0], *head)


def by_language() -> list[LabelledPost]:
    """The posts of `once/`, each with the language that its file is named after.

    SocialcellError for a file that is named otherwise.
    """
    return [
        LabelledPost(split_marked(line)[0], language)
        for path, language in once_files()
        for line in lines_of(path)
        if line.strip() and not line.startswith("= ")
    ]


def once_files() -> list[tuple[Path, str]]:
    """The files of `once/` with their languages, in the order of their names.

    SocialcellError for anything else in the folder: it would teach unseen, as a file
    that measures might, or be left out unseen.
    """
    files = []
    for path in sorted((LABELS / ONCE).iterdir()):
        name = _NAME.fullmatch(path.name)
        if name is None:
            raise SocialcellError(
                "language.other_file_name",
                path=f"labels/{ONCE}/{path.name}",
                languages=list(lexicon.LANGUAGES),
            )
        files.append((path, name[1]))
    return files


def _files(origin: str) -> list[Path]:
    if origin == ONCE:
        return [path for path, _ in once_files()]
    return sorted((LABELS / origin).glob("*.txt"))


def _head(line: str, where: Message) -> tuple[str, list[str], str]:
    words = line.split()[1:]
    if len(words) != 3:
        raise SocialcellError("language.incomplete_head", where=where)
    intent, posts_of_origin, level = words
    names = [] if posts_of_origin == "-" else posts_of_origin.split(",")
    columns = set(civic_model.columns())
    for name in (
        f"intent:{intent}",
        *(f"topic:{n}" for n in names),
        f"urgency:{level}",
    ):
        if name not in columns:
            raise SocialcellError("language.not_in_vocabulary", where=where, name=name)
    return intent, names, level


def _example(
    origin: str, text: str, intent: str, names: Sequence[str], level: str
) -> Example:
    labels = [f"intent:{intent}", *(f"topic:{n}" for n in names), f"urgency:{level}"]
    if level in civic_model.DANGEROUS:
        labels.append(f"{civic_model.DANGER}:{civic_model.DANGER}")
    tasks = frozenset((*civic_model.TASKS, civic_model.DANGER))
    return Example(text, frozenset(labels), tasks, origin=origin)
