"""Writes listening/data/everyday_words.txt: words of everyday that are no names.

    python scripts/everyday_words.py

Every word of three letters and more of the sentences that classifiers are trained with
(socialcell/language/labels), which are invented. Left out are places in brackets, words
that mostly have a capital within a sentence, and listed names: all in Devanagari, where
no capital tells them, and those in Latin letters that are there once. Masking takes a
word that stands where a name stands, and is not among these, for a name.
"""

import re
from collections import Counter
from pathlib import Path

from socialcell.listening.people.name_lists import listed_names, word_lists

ROOT = Path(__file__).resolve().parent.parent / "socialcell"
FILE = ROOT / "listening/data/everyday_words.txt"
_WORD = re.compile(r"[A-Za-z]+|[\u0900-\u0963]+")
_PLACE = re.compile(r"\[[^\]]*\]")
_SENTENCE_START = re.compile(r"(?:^|[.!?:\-–—])\W*$")
_SHORTEST = 3


def main() -> None:
    FILE.write_text("".join(f"{word}\n" for word in words()), "utf-8")


def words() -> list[str]:
    """The words, in the order of their letters."""
    counts, capitals = Counter[str](), Counter[str]()
    for file in sorted((ROOT / "language/labels").glob("*/*.txt")):
        for line in file.read_text("utf-8").splitlines():
            if line[:1] not in "=#":
                _count(_PLACE.sub(" ", line), counts, capitals)
    names, sure = listed_names(), word_lists("third_persons")["sure"]
    return sorted(
        word
        for word, n in counts.items()
        if len(word) >= _SHORTEST
        and n > 2 * capitals[word]
        and (word not in names or (word.isascii() and n > 1 and word not in sure))
    )


def _count(line: str, counts: Counter[str], capitals: Counter[str]) -> None:
    for hit in _WORD.finditer(line):
        word = hit[0].lower()
        counts[word] += 1
        if hit[0].istitle() and not _SENTENCE_START.search(line[: hit.start()]):
            capitals[word] += 1


if __name__ == "__main__":
    main()
