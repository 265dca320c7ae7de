"""The gazetteer's reviewer: the package is clean, and each fault is named."""

import json
import unicodedata
from pathlib import Path

import pytest
from typer.testing import CliRunner

from socialcell.commands.language import gazetteer
from socialcell.errors import SocialcellError
from socialcell.language.names.gazetteer_lint import COLUMNS, lint

GOOD = {
    "id": "place:moonpeth",
    "label": "PLACE",
    "name_en": "Moonpeth",
    "name_mr": "चांदपेठ",
    "name_hi": "चांदपेठ",
    "aliases": "Munpeth|Moon peth",
    "ward": "ward:aundh-baner",
    "needs_context": "",
    "unless": "",
    "source": "tests",
}


def write(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "ours.csv"
    lines = [COLUMNS, *([row[name] for name in COLUMNS] for row in rows)]
    path.write_text("\n".join(",".join(cells) for cells in lines) + "\n", "utf-8")
    return path


def test_the_gazetteer_of_the_package_is_clean() -> None:
    assert lint() == []


def test_a_good_file_is_clean(tmp_path: Path) -> None:
    assert lint([write(tmp_path, GOOD)]) == []


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        ({"id": "place:kothrud"}, "id", "place:kothrud is also in localities.csv"),
        ({"id": "Place Moon"}, "id", "must be one of place:…"),
        ({"label": "ORG"}, "label", "a place is labelled PLACE"),
        ({"name_hi": ""}, "name_hi", "is empty"),
        ({"name_mr": "Moonpeth"}, "name_mr", "has no Devanagari letters"),
        ({"name_en": "मूनपेठ"}, "name_en", "has Devanagari letters"),
        ({"ward": "ward:moon"}, "ward", "ward:moon is unknown"),
        ({"needs_context": "maybe"}, "needs_context", "is yes or empty"),
        ({"name_en": "Moon  peth"}, "name_en", "has white space or a bar too many"),
        ({"aliases": "Munpeth|"}, "aliases", "has white space or a bar too many"),
        (
            {"aliases": unicodedata.normalize("NFD", "Café peth")},
            "aliases",
            "is not in Unicode normal form C",
        ),
        ({"aliases": "Kothrood"}, "aliases", "also names place:kothrud"),
        ({"aliases": "पाणी"}, "aliases", "is also a common word"),
        ({"name_en": "Vishal"}, "name_en", "is also a first name"),
        ({"source": ""}, "source", "is empty"),
    ],
)
def test_a_fault_is_named_by_row_and_column(
    tmp_path: Path, change: dict[str, str], column: str, message: str
) -> None:
    problems = lint([write(tmp_path, GOOD | change)])

    assert [(p.row, p.column) for p in problems] == [(2, column)]
    assert message in str(problems[0].message)


@pytest.mark.parametrize("rule", [{"needs_context": "yes"}, {"unless": "cousin"}])
def test_a_rule_for_context_answers_the_doubt(tmp_path: Path, rule: dict) -> None:
    assert lint([write(tmp_path, GOOD | {"name_en": "Vishal"} | rule)]) == []


def test_two_rows_of_a_file_may_not_share_a_name(tmp_path: Path) -> None:
    (problem,) = lint([write(tmp_path, GOOD, GOOD | {"id": "place:other"})][:1])[:1]

    assert problem.row == 3
    assert "also names place:moonpeth" in str(problem.message)


@pytest.mark.parametrize(
    ("id_", "unless", "columns"),
    [
        ("place:moonpeth-dam", "dam", []),
        ("place:moonpeth-dam", "", ["name_en"]),
        ("place:moondam", "dam", ["name_en"]),
    ],
)
def test_a_dam_shares_its_village_s_name_where_words_part_them(
    tmp_path: Path, id_: str, unless: str, columns: list[str]
) -> None:
    dam = {"name_mr": "चांदधरण", "name_hi": "चांदबांध", "aliases": ""}
    village = write(
        tmp_path, GOOD | {"unless": unless}, GOOD | dam | {"id": id_, "source": "t"}
    )

    assert [problem.column for problem in lint([village])] == columns


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n", "row 1: the columns are id,label"),
        (",".join(COLUMNS) + "\nplace:x,PLACE\n", "row 2: 2 cells, not 10"),
        ("", "row 1: the columns are id,label"),
    ],
)
def test_what_is_no_gazetteer_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "ours.csv"
    path.write_text(text, "utf-8")

    with pytest.raises(SocialcellError, match=message):
        lint([path])


def test_an_empty_table_has_no_problem(tmp_path: Path) -> None:
    assert lint([write(tmp_path)]) == []


def test_the_command_says_the_problems_and_exits_with_1(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD | {"ward": "ward:moon"})
    bad = CliRunner().invoke(gazetteer.app, ["lint", str(path), "--json"])
    good = CliRunner().invoke(gazetteer.app, ["lint", "--json"])

    assert bad.exit_code == 1
    assert json.loads(bad.stdout) == {
        "problems": [
            {
                "file": str(path),
                "row": 2,
                "column": "ward",
                "message": "ward:moon is unknown",
            }
        ]
    }
    assert (good.exit_code, json.loads(good.stdout)) == (0, {"problems": []})
