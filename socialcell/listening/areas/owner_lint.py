"""What is wrong in a table of owners: in a row, and between rows."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase

from socialcell.language import lexicon
from socialcell.language.classifiers.danger_kinds import danger_kinds
from socialcell.listening.areas.area_table import NumberedCells
from socialcell.listening.areas.owner_table import (
    DANGER,
    EVERY,
    OPTIONAL,
    OTHER,
    OWN,
    RESCUE,
    WAYS_IN,
    OwnerRecord,
    split_cell,
)
from socialcell.listening.areas.row_problem import RowProblem
from socialcell.message_catalog import Message

_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_LATIN = re.compile(r"[A-Za-z]{3}")


def owned_topics() -> tuple[str, ...]:
    """What a row may have as its topic: each topic, every one, and those of dangers."""
    topics = lexicon.vocabulary("topic")
    told = dict.fromkeys((*topics, *danger_kinds()))
    return (*topics, EVERY, DANGER, *(f"{RESCUE}{danger}" for danger in told))


def lint_cells(rows: Sequence[NumberedCells]) -> list[RowProblem]:
    """What is wrong in cells, so that their row makes no owner: one that must not be
    empty is, a way in is unknown, a day cannot be read, or the days are no span."""
    return [problem for row in rows for problem in _cell_problems(*row)]


def lint_owners(
    rows: Sequence[tuple[int, OwnerRecord]],
    stored_owners: Sequence[OwnerRecord],
    ids: Collection[str],
) -> list[RowProblem]:
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


def _cell_problems(number: int, cells: Mapping[str, str]) -> Iterator[RowProblem]:
    for column, cell in cells.items():
        if not cell and column not in OPTIONAL:
            yield RowProblem(number, column, Message("areas.no_value"))
    if unknown := set(split_cell(cells["accepts"])) - WAYS_IN:
        message = Message(
            "areas.unknown_way", {"ways": sorted(unknown), "known": sorted(WAYS_IN)}
        )
        yield RowProblem(number, "accepts", message)
    days: list[date] = []
    for column in ("valid_from", "valid_to"):
        if not (text := cells[column]):
            continue
        try:
            days.append(date.fromisoformat(text))
        except ValueError:
            yield RowProblem(number, column, Message("areas.not_a_day", {"text": text}))
    if len(days) == 2 and days[0] >= days[1]:
        yield RowProblem(number, "valid_to", Message("areas.ends_before_it_starts"))


def _row_problems(
    number: int, owner: OwnerRecord, ids: Collection[str]
) -> Iterator[RowProblem]:
    topics = owned_topics()
    if owner.topic not in topics:
        near = _nearest(owner.topic, topics)
        message = Message(
            "areas.no_topic_nearest" if near else "areas.no_topic",
            {"topic": owner.topic, "nearest": near},
        )
        yield RowProblem(number, "topic", message)
    if not owner.owner.startswith((OWN, OTHER)):
        message = Message(
            "areas.no_owner_id",
            {"owner": owner.owner, "department": OWN, "body": OTHER},
        )
        yield RowProblem(number, "owner", message)
    elif owner.owner not in ids:
        near = _nearest(owner.owner, ids)
        message = Message(
            "areas.not_in_gazetteer_nearest" if near else "areas.not_in_gazetteer",
            {"owner": owner.owner, "nearest": near},
        )
        yield RowProblem(number, "owner", message)
    if owner.topic == EVERY and not (owner.places or owner.scope):
        message = Message("areas.every_topic_without_places", {"topic": EVERY})
        yield RowProblem(number, "topic", message)
    for place in owner.places:
        if not any(fnmatchcase(id_, place) for id_ in ids):
            near = _nearest(place, ids)
            message = Message(
                "areas.no_such_place_nearest" if near else "areas.no_such_place",
                {"place": place, "nearest": near},
            )
            yield RowProblem(number, "places", message)
    for column, pattern in (
        ("referral_en", _LATIN),
        ("referral_mr", _DEVANAGARI),
        ("referral_hi", _DEVANAGARI),
    ):
        if not pattern.search(getattr(owner, column)):
            message = Message("areas.referral_in_another_language")
            yield RowProblem(number, column, message)
    if owner.referral_mr == owner.referral_hi:
        message = Message("areas.same_referral")
        yield RowProblem(number, "referral_hi", message)


def _clashes(
    number: int, owner: OwnerRecord, others: Sequence[OwnerRecord]
) -> Iterator[RowProblem]:
    for other in others:
        if other.topic != owner.topic or not _overlap(owner, other):
            continue
        if other.identity == owner.identity:
            message = Message(
                "areas.same_owner_row", {"owner": owner.owner, "topic": owner.topic}
            )
            yield RowProblem(number, "owner", message)
        elif owner.is_of_all and other.is_of_all:
            message = Message(
                "areas.two_owners",
                {"other": other.owner, "owner": owner.owner, "topic": owner.topic},
            )
            yield RowProblem(number, "owner", message)


def _overlap(owner: OwnerRecord, other: OwnerRecord) -> bool:
    starts = max(owner.valid_from or date.min, other.valid_from or date.min)
    ends = min(owner.valid_to or date.max, other.valid_to or date.max)
    return starts < ends


def _nearest(text: str, choices: Collection[str]) -> str | None:
    near = get_close_matches(text, choices, n=1)
    return near[0] if near else None
