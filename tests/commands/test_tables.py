"""A table of any content in a terminal of any width: no id or moment is cut."""

import contextlib
import functools
import io
import os
import re
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialcell.commands import tables

MOMENT = "2026-11-23 09:00"
Show: TypeAlias = Callable[[list[str], list[list[str]]], None]


def partial(**settings: Any) -> Show:
    """The table with settings of its command."""
    return functools.partial(tables.show, **settings)


def shown(
    columns: list[str],
    rows: list[list[str]],
    width: int = 80,
    show: Show = tables.show,
) -> list[str]:
    """The lines that a terminal of that width shows."""
    said = io.StringIO()
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(width)
    try:
        with contextlib.redirect_stdout(said):
            show(columns, rows)
    finally:
        del os.environ["COLUMNS"]
        if before is not None:
            os.environ["COLUMNS"] = before
    return said.getvalue().splitlines()


def test_words_of_other_columns_move_to_the_next_line() -> None:
    lines = shown(["id", "at (IST)", "text"], [["4711", MOMENT, "no water " * 15]])

    assert lines[0].split() == ["id", "at", "(IST)", "text"]
    assert lines[2].startswith(f"4711  {MOMENT}  no water no water")
    assert max(map(len, lines)) == 80
    assert " ".join(lines[2:]).count("water") == 15


def test_a_text_ends_after_three_lines_with_a_whole_word() -> None:
    text = " ".join(f"word{number}" for number in range(100))

    lines = shown(["id", "text"], [["4711", text]], 60)

    assert len(lines) == 5
    assert lines[-1].rstrip().endswith(" …")
    assert {*"".join(lines[2:]).split()} <= {"4711", "…", *text.split()}


def test_a_text_by_which_somebody_decides_is_shown_in_full() -> None:
    text = " ".join(f"word{number}" for number in range(100))

    lines = shown(["id", "answer"], [["4711", text]], 60, partial(full=["answer"]))

    assert "".join(lines[2:]).split() == ["4711", *text.split()]


def test_a_row_whose_ids_and_moments_do_not_fit_becomes_a_record() -> None:
    columns = ["id", "since", "ended", "told", "what", "note"]
    moments = [MOMENT, "2026-11-24 10:00", "2026-11-24 11:30"]
    row = ["7", *moments, "topic:flood", ""]

    lines = shown(columns, [row, row], width=60)

    record = [
        ["id", "7".ljust(16)],
        ["since (IST)", moments[0]],
        ["ended", moments[1]],
        ["told", moments[2]],
        ["what", "topic:flood".ljust(16)],
    ]
    assert [re.split(r"  +", line, maxsplit=1) for line in lines] == [
        *record,
        [""],
        *record,
    ]


COLUMNS = ["id", "network", "clicks", "at (IST)", "text"]
CELLS = ["4711", "x" * 20, "12", MOMENT, "no water " * 9]


def test_the_last_of_the_less_important_columns_leave_and_are_named() -> None:
    lines = shown(COLUMNS, [CELLS], 70)

    assert lines[0].split() == ["id", "network", "at", "(IST)", "text"]
    assert lines[-1] == "Not shown in 70 columns; --columns shows them: clicks"


def test_an_important_column_stays_where_others_leave() -> None:
    lines = shown(COLUMNS, [CELLS], 70, partial(important=["clicks"]))

    assert lines[0].split() == ["id", "clicks", "at", "(IST)", "text"]
    assert lines[-1].endswith(": network")


def test_a_column_without_any_cell_leaves_first() -> None:
    lines = shown(["id", "note", "what"], [["1", "", "x" * 90]], 30)

    assert lines[-1].endswith(": note")


def test_columns_that_somebody_chose_never_leave() -> None:
    lines = shown(COLUMNS, [CELLS], 40, partial(is_chosen=True))

    assert [line.split()[0] for line in lines if line.split()[0] in COLUMNS] == [
        "id", "network", "clicks", "text",
    ]  # fmt: skip
    assert "Not shown" not in "".join(lines)


def test_columns_of_devanagari_stand_last_so_that_they_shift_no_other() -> None:
    row = ["4711", "पुणे महानगरपालिका", "2026-11-23"]

    lines = shown(["id", "name", "day"], [row])

    assert lines[0].split() == ["id", "day", "name"]
    assert lines[2].startswith("4711  2026-11-23  पुणे")
    assert not {*"".join(lines)} & {*"│|┃"}


def test_the_first_heading_over_times_of_day_names_the_zone_once() -> None:
    row = ["2026-11-23", MOMENT, MOMENT]

    assert shown(["day", "since", "until"], [row])[0].split() == [
        "day", "since", "(IST)", "until",
    ]  # fmt: skip
    assert shown(["day", "since", "until (IST)"], [row])[0].count("IST") == 1


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("at", "2026-11-23T09:00:00+05:30"),
        ("day", "2026-11-23"),
        ("cost", "1,234,567.50"),
        ("where", "ward:aundh-baner-and-all-that-lies-behind"),
        ("code", "a_code-as-long-as-codes-may-be"),
        ("first id", "123456789"),
    ],
)
def test_moments_numbers_and_ids_stay_on_one_line(name: str, cell: str) -> None:
    lines = shown(["who", name, "text"], [["पुणे महानगरपालिका", cell, "word " * 60]])

    assert sum(cell in line for line in lines) == 1


def test_an_empty_table_has_its_heads() -> None:
    assert shown(["id", "text"], [])[0].split() == ["id", "text"]


WORDS = st.lists(
    st.sampled_from(["पाणी", "नागरिक-M7B7GQ5I", "water", "a", "[red]", ":tap:"])
    | st.just("x" * 90),
    max_size=12,
).map(" ".join)  # fmt: skip
WHOLE = st.sampled_from([MOMENT, "2026-11-23", "4711", "12.5", "ward:kothrud-bavdhan"])


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 14), st.integers(40, 160))
def test_what_a_column_on_the_screen_holds_is_never_cut(
    data: st.DataObject, n: int, width: int
) -> None:
    kinds = [data.draw(st.booleans()) for _ in range(n)]
    row = [data.draw(WHOLE if is_whole else WORDS) for is_whole in kinds]

    lines = shown([f"c{k}" for k in range(n)], [row], width)

    note, _, missing = "\n".join(lines).partition("columns shows them:")
    left = [int(name) for name in re.findall(r"c(\d+)", missing)]
    cells = [cell.strip() for line in lines for cell in re.split(r"  +", line)]
    words = {word for line in lines for word in line.split()}
    whole = "".join(note.split())
    for place, (cell, is_whole) in enumerate(zip(row, kinds, strict=True)):
        if is_whole and place not in left:
            assert cell in cells
        if MOMENT_OR_ID.fullmatch(cell):
            assert place not in left
        if place not in left and "…" not in whole:
            assert all(word in words or word in whole for word in cell.split())


MOMENT_OR_ID = re.compile(r"2026-.*|ward:.*")


RECORD = ["4711", MOMENT, "critical", "Kasba - Vishrambaugwada", "dept:disaster"]
HEADS = ["id", "at (IST)", "urgency", "ward", "owner", "intent", "platform"]


@pytest.mark.parametrize(("width", "below"), [(80, "x · me"), (120, "me")])
def test_the_last_columns_of_records_make_room_for_the_others(
    width: int, below: str
) -> None:
    text = "A tree fell on a car and a man is trapped inside, please send somebody " * 2

    lines = records([[*RECORD, "help", "x", "me", text]], width)

    assert max(map(len, lines)) <= width
    assert lines[0].split()[:2] == ["id", "at"]
    assert f"4711  {MOMENT}  critical  Kasba -" in lines[1]
    assert "dept:disaster" in lines[1]
    assert "Vishrambaugwada" in " ".join(lines[1:3])
    assert lines[-1].strip() == below
    words = [line.strip() for line in lines[1:-1] if line.startswith("    ")]
    assert text.strip() in " ".join(words)


def test_notes_of_a_record_stand_below_its_words() -> None:
    lines = records([[*RECORD, "", "", "", "help"]], 80, [["https://a.example/1"]])

    assert [line.strip() for line in lines[-2:]] == ["help", "https://a.example/1"]


@given(st.lists(st.text(alphabet="ab- ,", max_size=40), min_size=5, max_size=5))
@settings(max_examples=30, deadline=None)
def test_no_word_of_a_record_is_lost_at_any_content(cells: list[str]) -> None:
    row = ["7", MOMENT, *cells, "words"]

    said = "".join(records([row], 60)).replace(" ", "")

    for cell in cells:
        assert all(said.count(letter) >= cell.count(letter) for letter in "ab")


def records(
    rows: list[list[str]], width: int, notes: list[list[str]] | None = None
) -> list[str]:
    """The lines that a terminal of that width shows, without marks of bold."""

    def show(columns: list[str], rows: list[list[str]]) -> None:
        tables.show_records(columns, rows, notes or [[] for _ in rows])

    plain = "\n".join(shown(HEADS, rows, width, show))
    return [line.rstrip() for line in re.sub(r"\x1b\[\d*m", "", plain).splitlines()]
