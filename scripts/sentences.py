"""The sentences that carry a number, a name, a time or a claim, and their tests.

`make sentences` finds for each part of a sentence the test that fails when it is
changed (tests/sentence_changes.py), and writes tests/sentences.tsv. --check compares
that list with the code, and says which parts no test compares.
"""

import argparse
import csv
import re
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "sentences.tsv"
HEAD = ("sentence", "part", "test")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "n_": (1, 2)}
WHOLE = "(whole)"
"""The part of a sentence that has no value put into it."""
_VALUE = re.compile(r"%\((\w+)\)")


class Part(NamedTuple):
    """A value of a sentence, by its name; or the sentence as a whole."""

    sentence: str
    name: str


@lru_cache
def parts() -> tuple[Part, ...]:
    """Every value of every message, and every full sentence without one."""
    return tuple(sorted(set(_iterate_parts())))


def _iterate_parts() -> Iterator[Part]:
    messages = extract_from_dir(
        ROOT / "socialcell", method_map=[("**.py", "python")], keywords=KEYWORDS
    )
    for _file, _line, message, _notes, _context in messages:
        forms = (message,) if isinstance(message, str) else message
        names = {name for form in forms for name in _VALUE.findall(form)}
        yield from (Part(forms[0], name) for name in names)
        if not names and forms[0].rstrip().endswith((".", "?")):
            yield Part(forms[0], WHOLE)


def write(to: Path, tests: Mapping[Part, str]) -> None:
    """The list: sentence, part and test, "" where no test compares it."""
    with to.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter="\t", lineterminator="\n")
        rows.writerow(HEAD)
        rows.writerows((*part, tests[part]) for part in sorted(tests))


def read(place: Path = LIST) -> dict[Part, str]:
    with place.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {Part(row["sentence"], row["part"]): row["test"] for row in rows}


def faults() -> list[str]:
    """What is wrong with the list: parts that are missing, gone, or not compared."""
    listed, current = read(), set(parts())
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
