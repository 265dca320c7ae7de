"""Sentences in the CoNLL form, and what the tags of several schemes are called here."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.language.labelled_posts import line_place, lines_of
from socialcell.language.measure import Span

# The one table of label schemes: HiNER, MahaNER and MahaSocialNER, our own.
LABELS = {
    "PERSON": "PERSON",
    "LOCATION": "PLACE",
    "ORGANIZATION": "ORG",
    "NEP": "PERSON",
    "NEL": "PLACE",
    "NEO": "ORG",
    "NEM": "OTHER",  # measures
    "NED": "OTHER",  # dates
    "NETI": "OTHER",  # times
    "ED": "OTHER",  # designations
    "PLACE": "PLACE",
    "ORG": "ORG",
    "SERVICE": "SERVICE",
    "INITIATIVE": "INITIATIVE",
    "EVENT": "EVENT",
    "OTHER": "OTHER",
    "PER": "PERSON",
    "LOC": "PLACE",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words and their tags: O, or B- or I- before a label."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


def sentences(path: Path) -> list[Sentence]:
    """Sentences of `word TAB tag` lines with a blank line after each.

    SocialcellError names the line that has no word and tag, or an unknown label.
    """
    complete: list[Sentence] = []
    words: list[str] = []
    tags: list[str] = []
    for number, line in enumerate([*lines_of(path), ""], 1):
        if not line.strip():
            if words:
                complete.append(Sentence(tuple(words), tuple(tags)))
            words, tags = [], []
            continue
        word, _, tag = line.rstrip().rpartition("\t")
        if not word or (tag != "O" and tag[:2] not in ("B-", "I-")):
            raise SocialcellError("language.no_tag", where=line_place(path, number))
        if tag != "O" and tag[2:] not in LABELS:
            raise SocialcellError(
                "language.unknown_label", where=line_place(path, number), label=tag[2:]
            )
        words.append(word)
        tags.append(tag)
    return complete


def spans(tags: Sequence[str]) -> list[Span]:
    """(first word, word after the last, label); an I- that continues nothing begins."""
    complete: list[Span] = []
    start, label = 0, ""
    for at, tag in enumerate([*tags, "O"]):
        if tag[:2] == "I-" and tag[2:] == label:
            continue
        if label:
            complete.append((start, at, label))
        start, label = at, "" if tag == "O" else tag[2:]
    return complete


def mapped_spans(tags: Sequence[str]) -> list[Span]:
    """The same with our labels."""
    return [(start, end, LABELS[label]) for start, end, label in spans(tags)]
