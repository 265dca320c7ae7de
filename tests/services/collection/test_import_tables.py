"""Whatever takes a table of ours takes a workbook, and headings of other names."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from socialcell.campaigns.outcomes.lift_files import read_panel
from socialcell.connectors.files.plain_tables import plain_rows
from socialcell.connectors.files.table_mapping import TableOptions
from socialcell.errors import SocialcellError
from socialcell.language.names import gazetteer_lint, public_people
from socialcell.listening.alerts.series_file import read_series
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.areas.owner_table import read_cells
from socialcell.participation.votes import read_votes, read_weights
from socialcell.services.mentions import gazetteer
from socialcell.services.mentions import public_people as people_service
from socialcell.services.mentions.name_files import read_names
from tests.shared import REPOSITORY

DATA = REPOSITORY / "socialcell"


def workbook(folder: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    path = folder / "table.xlsx"
    book.save(path)
    return path


def as_workbook(folder: Path, csv_file: Path, *above: list[str]) -> Path:
    """A CSV file of ours as a workbook, below some titles."""
    table = [row for _number, row in plain_rows(csv_file, ())]
    return workbook(folder, [*above, *table])


def test_areas_and_owners_of_a_workbook_are_those_of_their_file(
    tmp_path: Path,
) -> None:
    areas, owners = (
        DATA / "listening" / "data" / n for n in ("areas.csv", "owners.csv")
    )
    titled = as_workbook(tmp_path, areas, ["Areas of Pune"], [])
    assert read_areas(titled) == read_areas(areas)
    rows = read_cells(as_workbook(tmp_path, owners, ["Owners"], []))
    # The heading is row 3 of the workbook and row 1 of the file.
    assert [(n - 2, cells) for n, cells in rows] == read_cells(owners)


def test_days_of_areas_may_be_written_day_first(tmp_path: Path) -> None:
    heading = "id,tree,kind,parent,name_en,name_mr,name_hi,valid_from,valid_to,source"
    path = tmp_path / "areas.csv"
    path.write_text(f"{heading}\na,electoral,city,,A,अ,अ,25-11-2026,03-12-2026,x\n")
    (area,) = read_areas(path)
    assert (str(area.valid_from), str(area.valid_to)) == ("2026-11-25", "2026-12-03")


@pytest.mark.parametrize("module", [gazetteer_lint, public_people])
def test_names_of_a_workbook_have_the_rows_of_the_spreadsheet(
    module: Any, tmp_path: Path
) -> None:
    columns = module.COLUMNS
    rows = [["Names"], [], list(columns), [f"{name}!" for name in columns]]
    path = workbook(tmp_path, rows)
    table = read_names(path, columns, TableOptions())
    (row,) = module.rows_of(path, table)
    assert (row.number, row.cells["name_mr"]) == (4, "name_mr!")


@pytest.mark.parametrize(
    ("service", "columns"),
    [
        (gazetteer, gazetteer_lint.COLUMNS),
        (people_service, public_people.COLUMNS),
    ],
)
def test_a_workbook_of_names_is_checked_with_the_rows_of_the_spreadsheet(
    service: Any, columns: tuple[str, ...], tmp_path: Path
) -> None:
    entry = ["no id" if name == "id" else "" for name in columns]
    path = workbook(tmp_path, [["Names"], [], list(columns), entry])
    problems = service.lint_files([path])
    assert {(problem.file, problem.row) for problem in problems} == {(str(path), 4)}


def test_a_file_of_names_that_is_no_table_is_refused_as_before(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes(b"id,\xff\n")
    table = read_names(path, gazetteer_lint.COLUMNS, TableOptions())
    with pytest.raises(SocialcellError, match=r"names\.csv"):
        list(gazetteer_lint.rows_of(path, table))


def test_votes_and_weights_of_a_workbook_are_counted(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, [["सहभागी", "विधान", "मत"], ["a", "1", 1], ["b", "1", -1]]
    )
    votes = read_votes(path)
    assert votes.participants == ("a", "b")
    assert votes.matrix.tolist() == [[1.0], [-1.0]]
    weights = workbook(tmp_path, [["participant", "weight"], ["a", 1.5]])
    assert read_weights(weights) == {"a": 1.5}


def test_a_mapping_names_the_columns_of_votes(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text("wer,was,wie\na,1,1\n")
    names = {"wer": "participant", "was": "statement", "wie": "vote"}
    assert read_votes(path, TableOptions(columns=names)).participants == ("a",)


def test_a_panel_and_a_series_are_read_from_a_workbook(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["unit", "date", "value"]]
    rows += [["a", "2026-11-24", 7], ["a", "2026-11-25", 8.5]]
    assert read_panel(str(workbook(tmp_path, rows))).values.tolist() == [[7.0, 8.5]]
    series: list[list[Any]] = [["timestamp", "value"], ["2026-11-24T05:00:00+00:00", 3]]
    ((at, count),) = read_series(workbook(tmp_path, series))
    assert (at.isoformat(), count) == ("2026-11-24T05:00:00+00:00", 3.0)
