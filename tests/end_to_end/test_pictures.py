"""The pictures of the documentation are those of today's demo."""

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scripts import pictures
from tests.end_to_end.conftest import WHOLE, Demo

SVG = "{http://www.w3.org/2000/svg}"


def words(file: Path) -> list[str]:
    """All texts of an SVG, with the numbers that a screen reader reads."""
    root = ElementTree.fromstring(file.read_bytes())
    kinds = {f"{SVG}{kind}" for kind in ("title", "desc", "text")}
    return [node.text or "" for node in root.iter() if node.tag in kinds]


def drawn(demo: Demo, folder: Path) -> Path:
    """All pictures, drawn from a copy of a demo, which drawing changes."""
    shutil.copytree(demo.folder, folder / "demo", symlinks=True)
    fresh = folder / "pictures"
    fresh.mkdir()
    pictures.draw_pictures(folder / "demo", fresh)
    return fresh


@pytest.mark.faults
def test_a_short_demo_shows_all_that_the_pictures_of_the_documentation_show(
    demo: Demo, tmp_path: Path
) -> None:
    fresh = drawn(demo, tmp_path)

    for name in pictures.PICTURES:
        assert words(fresh / f"{name}.svg")


@pytest.mark.faults
@pytest.mark.timeout(1_600)
@pytest.mark.parametrize("city", [WHOLE], indirect=True)
def test_the_pictures_of_the_documentation_are_those_of_todays_demo(
    city: Demo, tmp_path: Path
) -> None:
    fresh = drawn(city, tmp_path)

    for name in pictures.PICTURES:
        kept = pictures.FOLDER / f"{name}.svg"
        assert words(fresh / f"{name}.svg") == words(kept), name
