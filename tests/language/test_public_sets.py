"""docs/labelling.md says of every public set of the recipes how a stranger gets it."""

import re
from collections.abc import Iterator

from socialcell.language.training.recipes import RECIPES, TAGGERS
from tests.shared import REPOSITORY

HEADING = "## Public sets that train the models"
FILE = re.compile(r"`((?:sentiment|topic|langid|ner)/[\w.-]+)`")


def files_of_the_recipes() -> Iterator[str]:
    for recipe in (*RECIPES, *TAGGERS):
        yield from (one.file for one in recipe.sources if not one.in_package)
    for recipe in RECIPES:
        yield from recipe.measures


def rows() -> list[list[str]]:
    """The cells of each row of the table below the heading."""
    _, _, section = (
        (REPOSITORY / "docs" / "labelling.md").read_text().partition(HEADING)
    )
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_table_names_every_file_of_the_recipes_and_no_other() -> None:
    documented = [name for cells in rows() for name in FILE.findall(cells[0])]

    assert sorted(documented) == sorted(set(files_of_the_recipes()))


def test_every_row_says_what_it_is_where_it_is_and_its_licence() -> None:
    assert {len(cells) for cells in rows()} == {5}
    assert [cells for cells in rows() if not all(cells)] == []


def test_a_licence_in_the_table_is_the_one_of_the_recipe() -> None:
    stated = {
        source.file: source.licence
        for recipe in (*RECIPES, *TAGGERS)
        for source in recipe.sources
        if not source.in_package and source.licence.startswith(("CC", "MIT", "GPL"))
    }
    for cells in rows():
        for name in FILE.findall(cells[0]):
            if name in stated and "; parts" not in stated[name]:
                assert cells[4] == stated[name], name
