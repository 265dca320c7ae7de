"""What is wrong in a routing.csv: in a row, and between rows."""

import math
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches

from socialcell.desk.routing_table import CELL, EVERY, WALL, WORKING
from socialcell.language import lexicon
from socialcell.listening.areas.area_table import NumberedCells
from socialcell.listening.areas.row_problem import RowProblem
from socialcell.message_catalog import Message

_MOST_HOURS = 24 * 366


def lint_routes(
    rows: Sequence[NumberedCells], areas: Collection[str], teams: Collection[str]
) -> list[RowProblem]:
    """What is wrong in numbered rows. `areas` are ids of ward offices, `teams` those of
    departments."""
    problems: list[RowProblem] = []
    rows_by_identity: dict[tuple[str, str], int] = {}
    for number, cells in rows:
        problems += _row_problems(number, cells, areas, teams)
        identity = cells["topic"], cells["area"]
        first = rows_by_identity.setdefault(identity, number)
        if first != number:
            message = Message("deskclocks.same_route", {"first": first})
            problems.append(RowProblem(number, "topic", message))
    return problems


def _row_problems(
    number: int, cells: dict[str, str], areas: Collection[str], teams: Collection[str]
) -> Iterator[RowProblem]:
    for column, choices, empty in (
        ("topic", (*lexicon.vocabulary("topic"), EVERY), False),
        ("area", areas, True),
        ("team", (*teams, CELL), False),
        ("counts", (WORKING, WALL), False),
    ):
        value = cells[column]
        if value not in choices and not (empty and not value):
            message = _unknown(value, choices)
            yield RowProblem(number, column, message)
    if not cells["source"]:
        yield RowProblem(number, "source", Message("deskclocks.no_source"))
    hours = {name: _hours(cells[name]) for name in ("stage_hours", "total_hours")}
    for column, span in hours.items():
        if span is None:
            message = Message("deskclocks.no_hours", {"text": cells[column]})
            yield RowProblem(number, column, message)
    stage, total = hours["stage_hours"], hours["total_hours"]
    if stage is not None and total is not None and stage > total:
        message = Message("deskclocks.stage_over_total")
        yield RowProblem(number, "stage_hours", message)


def _hours(text: str) -> float | None:
    try:
        hours = float(text)
    except ValueError:
        return None
    is_span = math.isfinite(hours) and 0 < hours <= _MOST_HOURS
    return hours if is_span else None


def _unknown(value: str, choices: Collection[str]) -> Message:
    near = get_close_matches(value, choices, n=1)
    if near:
        return Message("deskclocks.unknown_nearest", {"text": value, "near": near[0]})
    return Message("deskclocks.unknown", {"text": value})
