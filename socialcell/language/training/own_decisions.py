"""What operators decided about intent, topics and urgency, as examples for the civic
model: `own/intent.jsonl` and its sisters, as `language export-labels` writes them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.language import lexicon
from socialcell.language.classifiers import civic_model
from socialcell.language.labelled_posts import OWN, line_place, lines_of, posts
from socialcell.language.normalisation import normalised
from socialcell.language.training.posts import Example

ORIGIN = "own"


@dataclass
class _OwnPost:
    """The labels of one text, and the tasks or columns that they teach."""

    labels: set[str] = field(default_factory=set)
    tasks: set[str] = field(default_factory=set)


def own_files(folder: Path) -> list[str]:
    """The names of those of the three files that a folder of data has."""
    names = (f"{OWN}/{task}.jsonl" for task in civic_model.TASKS)
    return [name for name in names if (folder / name).exists()]


def own_examples(folder: Path, others: Sequence[Example] = ()) -> list[Example]:
    """The decided posts of a folder of data, each text once; those whose text is one of
    the `others` are left out.

    A decision about a mention names all its topics. One about a case names the topic of
    the case: it teaches that alone, and that a single other topic that the reader had
    suggested is wrong. SocialcellError names the file and the line that is none, or a
    label that there is not.
    """
    other_texts = {normalised(example.text) for example in others}
    own: dict[str, _OwnPost] = {}
    for name in own_files(folder):
        task = Path(name).stem
        for text, label, replaced, is_whole in _rows(folder / name):
            if label not in lexicon.vocabulary(task):
                raise SocialcellError(
                    "language.no_such_class",
                    model=civic_model.NAME,
                    label=label,
                    classes=sorted(lexicon.vocabulary(task)),
                )
            post = own.setdefault(text, _OwnPost())
            post.labels.add(f"{task}:{label}")
            if task != "topic" or is_whole:
                post.tasks.add(task)
            else:
                post.tasks |= {f"topic:{topic}" for topic in (label, *replaced)}
            if task == "urgency":
                post.tasks.add(civic_model.DANGER)
                if label in civic_model.DANGEROUS:
                    post.labels.add(f"{civic_model.DANGER}:{civic_model.DANGER}")
    return [
        Example(text, frozenset(post.labels), frozenset(post.tasks), origin=ORIGIN)
        for text, post in own.items()
        if normalised(text) not in other_texts
    ]


def _rows(path: Path) -> Iterator[tuple[str, str, list[str], bool]]:
    """(text, label, a topic that was replaced, whether all topics are decided)."""
    labelled = iter(posts(path))  # which says what is wrong with a line
    for number, line in enumerate(lines_of(path), 1):
        if not line.strip():
            continue
        post, row = next(labelled), json.loads(line)
        suggested = row.get("suggested", [])
        if not isinstance(suggested, list):
            raise SocialcellError(
                "language.line_without_label", where=line_place(path, number)
            )
        single = [str(topic) for topic in suggested] if len(suggested) == 1 else []
        replaced = [topic for topic in single if topic != post.label]
        yield post.text, post.label, replaced, "case" not in row
