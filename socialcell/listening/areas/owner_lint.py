"""What is wrong in a table of owners: in a row, and between rows."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase

from socialcell.language import lexicon
from socialcell.listening.areas.owner_table import (
    DANGER,
    EVERY,
    OTHER,
    OWN,
    RESCUE,
    OwnerRecord,
)

_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_LATIN = re.compile(r"[A-Za-z]{3}")


@dataclass(frozen=True, slots=True)
class OwnerProblem:
    """What is wrong in one row; `row` is its number in its file, from 2."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.message}"


def lint_owners(
    rows: Sequence[tuple[int, OwnerRecord]],
    stored_owners: Sequence[OwnerRecord],
    ids: Collection[str],
) -> list[OwnerProblem]:
    """What is wrong in numbered rows beside those that are held already.

    `ids` are those of everything that a text can name, and of wards: places must match
    one of them. Two rows may not say the same of one time, nor may two owners have all
    of a topic at once.
    """
    problems = [problem for row in rows for problem in _row_problems(*row, ids)]
    before = list(stored_owners)
    for number, owner in rows:
        problems += _clashes(number, owner, before)
        before.append(owner)
    return sorted(
        problems, key=lambda owner_problem: (owner_problem.row, owner_problem.column)
    )


def _row_problems(
    number: int, owner: OwnerRecord, ids: Collection[str]
) -> Iterator[OwnerProblem]:
    every = lexicon.vocabulary("topic")
    topics = (*every, EVERY, DANGER, *(f"{RESCUE}{topic}" for topic in every))
    if owner.topic not in topics:
        message = f"there is no topic {owner.topic!r}{_nearest(owner.topic, topics)}"
        yield OwnerProblem(number, "topic", message)
    if not owner.owner.startswith((OWN, OTHER)):
        message = f"{owner.owner!r} is neither {OWN}… nor {OTHER}…"
        yield OwnerProblem(number, "owner", message)
    elif owner.owner not in ids:
        near = _nearest(owner.owner, ids)
        message = f"the gazetteer does not know {owner.owner!r}{near}"
        yield OwnerProblem(number, "owner", message)
    if owner.topic == EVERY and not (owner.places or owner.scope):
        message = f"a row of every topic ({EVERY}) needs places or a scope"
        yield OwnerProblem(number, "topic", message)
    for place in owner.places:
        if not any(fnmatchcase(id_, place) for id_ in ids):
            message = f"no id is {place!r}{_nearest(place, ids)}"
            yield OwnerProblem(number, "places", message)
    for column, pattern in (
        ("referral_en", _LATIN),
        ("referral_mr", _DEVANAGARI),
        ("referral_hi", _DEVANAGARI),
    ):
        if not pattern.search(getattr(owner, column)):
            yield OwnerProblem(number, column, "is not written in its language")
    if owner.referral_mr == owner.referral_hi:
        message = "is the same sentence in Marathi and in Hindi"
        yield OwnerProblem(number, "referral_hi", message)


def _clashes(
    number: int, owner: OwnerRecord, others: Sequence[OwnerRecord]
) -> Iterator[OwnerProblem]:
    for other in others:
        if other.topic != owner.topic or not _overlap(owner, other):
            continue
        if other.identity == owner.identity:
            message = f"{owner.owner} has the same row of {owner.topic} at one time"
            yield OwnerProblem(number, "owner", message)
        elif owner.is_of_all and other.is_of_all:
            message = (
                f"{other.owner} and {owner.owner} both own all of {owner.topic}: end "
                "one of them by valid_to"
            )
            yield OwnerProblem(number, "owner", message)


def _overlap(owner: OwnerRecord, other: OwnerRecord) -> bool:
    starts = max(owner.valid_from or date.min, other.valid_from or date.min)
    ends = min(owner.valid_to or date.max, other.valid_to or date.max)
    return starts < ends


def _nearest(text: str, choices: Collection[str]) -> str:
    near = get_close_matches(text, choices, n=1)
    return f"; the nearest is {near[0]}" if near else ""
