"""Who owns a problem, by topic, place, date and named body: a department of the
corporation or another body, with the sentence that refers a citizen there."""

import functools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.listening.areas import area_table
from socialcell.listening.areas.area_table import NumberedCells

EVERY = "*"  # a row of this topic is of all topics
DANGER = "danger"  # and of this, of critical mentions whose topic nobody owns
RESCUE = f"{DANGER}:"  # with a topic or kind of danger: of critical mentions of it
NOBODY = "none"  # in place of an owner's id where no owner is known
OWN = "dept:"  # how the ids of the corporation's departments begin
OTHER = "body:"  # and those of other bodies
NAME = "owners.csv"
COLUMNS = (
    "topic",
    "owner",
    "name_en",
    "name_mr",
    "name_hi",
    "places",
    "scope",
    "referral_en",
    "referral_mr",
    "referral_hi",
    "accepts",
    "valid_from",
    "valid_to",
    "source",
)
OPTIONAL = frozenset({"places", "scope", "valid_from", "valid_to"})
WAYS_IN = frozenset({"tag", "e-mail", "portal", "phone"})


@dataclass(frozen=True, slots=True)
class OwnerRecord:
    """Whom a problem of one topic belongs to from `valid_from` up to `valid_to`.

    `places` are ids of what a text names, in which * stands for any letters; with them
    the row is of problems there. `scope` narrows the topic in words for people. A row
    with a scope and without places, or of every topic, is of problems whose text names
    the owner. `accepts` are the ways in: tag, e-mail, portal, phone.
    """

    topic: str
    owner: str
    name_en: str
    name_mr: str
    name_hi: str
    scope: str = ""
    places: tuple[str, ...] = ()
    referral_en: str = ""
    referral_mr: str = ""
    referral_hi: str = ""
    accepts: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""

    @property
    def identity(self) -> tuple[str, str, tuple[str, ...], str]:
        """What makes a row the same as another: all but dates and wording."""
        return self.topic, self.owner, self.places, self.scope

    @property
    def is_of_all(self) -> bool:
        """Is it of all of its topic, wherever and by whatever name?"""
        return not (self.scope or self.places) and self.topic != EVERY

    def is_valid(self, on: date) -> bool:
        return area_table.is_valid(self.valid_from, self.valid_to, on)

    def referral(self) -> dict[str, str]:
        """The sentence that refers a citizen to the owner, by language."""
        return {
            "mr": self.referral_mr,
            "hi": self.referral_hi,
            "en": self.referral_en,
        }


@dataclass(frozen=True, slots=True)
class OwnedProblem:
    """What was understood of a mention that says whose it is.

    `named` are the ids of the places, bodies and services that its text names, `wards`
    the ward offices of its places on `day`, which is a day in Pune.
    """

    topics: Sequence[str]
    named: Collection[str]
    wards: Collection[str]
    day: date


class OwnerFinder:
    """Finds the owner of problems in one table of owners."""

    def __init__(self, owners: Iterable[OwnerRecord]) -> None:
        self._by_topic: dict[str, list[OwnerRecord]] = defaultdict(list)
        for owner in owners:
            self._by_topic[owner.topic].append(owner)

    def find(self, problem: OwnedProblem) -> OwnerRecord | None:
        """The row of who owns a problem; None where nobody is known, or several are.

        An owner that the text names outweighs the topic; but only a body that looks
        after a named place, or rescues itself, outweighs who rescues. Else the first
        topic that anybody owns decides: by a place that the text names, then by who
        owns all of the topic. All that happens at a place outside the city is that
        place's body's, unless the text also names a place in a ward or the topic is
        another body's everywhere.
        """
        rescued = any(self._on(t, problem) for t in problem.topics if _is_rescue(t))
        for topic in (*problem.topics, EVERY):
            rows = [row for row in self._on(topic, problem) if _is_named(row, problem)]
            if rescued:
                rows = [row for row in rows if _outweighs_rescue(row, problem)]
            if rows:
                there = [row for row in rows if _is_there(row, problem)]
                return _agreed(there or rows)
        outside: list[OwnerRecord] = []
        if not problem.wards:
            every = self._on(EVERY, problem)
            outside = [row for row in every if _is_there(row, problem)]
        for topic in problem.topics:
            rows = self._on(topic, problem)
            there = [row for row in rows if _is_there(row, problem)]
            whole = [row for row in rows if row.is_of_all]
            is_others = any(row.owner.startswith(OTHER) for row in whole)
            for choice in (there, [] if is_others else outside, whole):
                if choice:
                    return _agreed(choice)
        return _agreed(outside)

    def row_of(self, owner: str, problem: OwnedProblem) -> OwnerRecord | None:
        """The row of an owner that fits a problem best, for its names and referral."""
        rows = [
            row
            for topic in (*problem.topics, EVERY, *self._by_topic)
            for row in self._by_topic.get(topic, ())
            if row.owner == owner
        ]
        valid = [row for row in rows if row.is_valid(problem.day)]
        there = [row for row in valid if _is_there(row, problem)]
        return next(iter(there or valid or rows), None)

    def _on(self, topic: str, problem: OwnedProblem) -> list[OwnerRecord]:
        rows = self._by_topic.get(topic, ())
        return [row for row in rows if row.is_valid(problem.day)]


@functools.cache
def _package_owners() -> tuple[OwnerRecord, ...]:
    return tuple(as_owner(cells) for _number, cells in read_cells())


def read_owners() -> list[OwnerRecord]:
    """The package's own rows."""
    return list(_package_owners())


def read_cells(
    path: Path | None = None, options: TableOptions = AS_IT_IS
) -> list[NumberedCells]:
    """The cells of an owners.csv (None: the package's own) by column, each row with its
    number; the heading is row 1. SocialcellError names file and row that cannot be
    read; `owner_lint` says what is wrong in what can."""
    rows, _name = area_table.read_rows(path, NAME, COLUMNS, options)
    return rows


def as_owner(cells: Mapping[str, str]) -> OwnerRecord:
    """The owner of a row whose cells `owner_lint` has found no fault in."""
    split = {name: split_cell(cells[name]) for name in ("places", "accepts")}
    days = {name: _day(cells[name]) for name in ("valid_from", "valid_to")}
    texts = {name: cells[name] for name in COLUMNS if name not in {*split, *days}}
    return OwnerRecord(
        **texts,
        places=split["places"],
        accepts=split["accepts"],
        valid_from=days["valid_from"],
        valid_to=days["valid_to"],
    )


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def split_cell(cell: str) -> tuple[str, ...]:
    """The values of a cell that holds several."""
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _is_rescue(topic: str) -> bool:
    return topic.startswith(RESCUE)


def _is_named(row: OwnerRecord, problem: OwnedProblem) -> bool:
    return row.owner in problem.named


def _outweighs_rescue(row: OwnerRecord, problem: OwnedProblem) -> bool:
    return row.owner.startswith(OTHER) and (
        _is_rescue(row.topic) or _is_there(row, problem)
    )


def _is_there(row: OwnerRecord, problem: OwnedProblem) -> bool:
    """Does the text name a place, or a ward, of the row?"""
    return any(
        fnmatchcase(id_, place)
        for place in row.places
        for id_ in (*problem.named, *problem.wards)
    )


def _agreed(rows: Sequence[OwnerRecord]) -> OwnerRecord | None:
    """The first of rows that all have one owner; None where they have several."""
    return rows[0] if len({row.owner for row in rows}) == 1 else None
