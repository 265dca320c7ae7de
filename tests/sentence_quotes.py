"""Which sentences a test file quotes: some of their words stand in its strings."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from scripts import sentences
from socialcell.i18n import CODES, language

_LEAST = 3
"""Words in a row that show a quotation; what is shorter is quoted whole."""
_PLACE = re.compile(r"%(?:\(\w+\)s|%)")


@cache
def quoted(file: Path) -> frozenset[str]:
    """The sentences that a file quotes in one of the languages."""
    strings = " ".join(
        " ".join(node.value.split())
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return frozenset(
        sentence
        for sentence in sentences.messages()
        if any(piece in strings for piece in _pieces(sentence))
    )


@cache
def _pieces(sentence: str) -> tuple[str, ...]:
    """Words in a row of the longest stretch without a value, in each language; a
    sentence of values alone is quoted everywhere."""
    return tuple(piece for form in _forms(sentence) for piece in _pieces_of(form))


def _forms(sentence: str) -> Iterator[str]:
    """A sentence in all languages, as it stands in the catalogs."""
    for form in sentences.messages()[sentence]:
        names = {name: f"%({name})s" for name in sentences.VALUE.findall(form)}
        for code in CODES:
            yield language(code).gettext(form, **names)


def _pieces_of(form: str) -> Iterator[str]:
    stretches = [words.strip(" .,:;()") for words in _PLACE.split(form)]
    words = max(stretches, key=len).split()
    for first in range(max(len(words) - _LEAST, 0) + 1):
        yield " ".join(words[first : first + _LEAST])
