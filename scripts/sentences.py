"""The sentences that carry a number, a name, a time or a claim, and their tests.

`make sentences` finds for each part of a sentence the test that fails when it is
changed (tests/sentence_changes.py), and writes tests/sentences.tsv. --check compares
that list with the code, and says which parts no test compares.

The sentences are those of all packages but `web` and `commands`: pages and output of
commands are judged by tests of their own.
"""

import argparse
import csv
import fcntl
import os
import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "sentences.tsv"
HEAD = ("sentence", "part", "test")
METHODS = [("web/**.py", "ignore"), ("commands/**.py", "ignore"), ("**.py", "python")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "n_": (1, 2)}
WHOLE = "(whole)"
"""The part of a sentence that has no value put into it."""
VALUE = re.compile(r"%\((\w+)\)")
_SENTENCE = re.compile(r"\S+ .*[.?]", re.DOTALL)  # a word alone is a heading: No.


class Part(NamedTuple):
    """A value of a sentence, by its name; or the sentence as a whole."""

    sentence: str
    name: str


@lru_cache
def parts() -> tuple[Part, ...]:
    """Every value of every message, and every full sentence without one."""
    return tuple(
        sorted(
            Part(sentence, name)
            for sentence, forms in messages().items()
            for name in _part_names(forms)
        )
    )


@lru_cache
def messages() -> Mapping[str, tuple[str, ...]]:
    """The forms of each message by its first: one, or singular and plural."""
    extracted = extract_from_dir(
        ROOT / "socialcell", method_map=METHODS, keywords=KEYWORDS
    )
    forms = (
        (message,) if isinstance(message, str) else tuple(message)
        for _file, _line, message, _notes, _context in extracted
    )
    return {form[0]: form for form in forms}


def _part_names(forms: tuple[str, ...]) -> set[str]:
    names = {name for form in forms for name in VALUE.findall(form)}
    return names or ({WHOLE} if _SENTENCE.fullmatch(forms[0]) else set())


def record(place: Path, tests: Mapping[Part, str]) -> dict[Part, str]:
    """Enter the test of some parts in the list, and drop tests that are there no more;
    the test of every part, "" for none.

    Several processes may do so at once, and a killed one leaves a whole list.
    """
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        listed = {**(read(place) if place.exists() else {}), **tests}
        gone = {test for test in set(listed.values()) if not _exists(test)}
        current = {
            part: "" if (test := listed.get(part, "")) in gone else test
            for part in parts()
        }
        draft = place.with_suffix(".draft")
        _write(draft, current)
        draft.replace(place)
    finally:
        os.close(folder)
    return current


def _write(to: Path, tests: Mapping[Part, str]) -> None:
    with to.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter="\t", lineterminator="\n")
        rows.writerow(HEAD)
        rows.writerows((*part, test) for part, test in sorted(tests.items()))


def read(place: Path = LIST) -> dict[Part, str]:
    """The test of each part that is in the list."""
    with place.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {Part(row["sentence"], row["part"]): row["test"] for row in rows}


def faults(listed: Mapping[Part, str] | None = None) -> list[str]:
    """What is wrong with a list, by default that of the repository: parts that are
    missing, gone, or not compared."""
    listed, current = read() if listed is None else listed, set(parts())
    return [
        *(f"not in the list: {part}" for part in sorted(current - set(listed))),
        *(f"no longer said: {part}" for part in sorted(set(listed) - current)),
        *(f"compared by no test: {part}" for part, test in listed.items() if not test),
        *(
            f"no such test: {test}"
            for test in sorted(set(filter(None, listed.values())))
            if not _exists(test)
        ),
    ]


def _exists(test: str) -> bool:
    file, _, name = test.partition("::")
    place = ROOT / file
    return place.is_file() and f"def {name.rpartition('::')[2]}(" in place.read_text(
        "utf-8"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", required=True)
    parser.parse_args()
    wrong = faults()
    print("\n".join(wrong) or "Each sentence is compared by a test.")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
