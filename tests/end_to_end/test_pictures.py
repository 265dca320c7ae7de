"""The pictures of the documentation are those of today's demo."""

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scripts import pictures
from tests.end_to_end.conftest import Demo

SVG = "{http://www.w3.org/2000/svg}"


def words(file: Path) -> list[str]:
    """All texts of an SVG, with the numbers that a screen reader reads."""
    root = ElementTree.fromstring(file.read_bytes())
    kinds = {f"{SVG}{kind}" for kind in ("title", "desc", "text")}
    return [node.text or "" for node in root.iter() if node.tag in kinds]


@pytest.mark.faults
@pytest.mark.timeout(1_600)
def test_the_pictures_of_the_documentation_are_those_of_todays_demo(
    sample_city: Demo, tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(sample_city.folder, folder, symlinks=True)
    fresh = tmp_path / "pictures"
    fresh.mkdir()

    pictures.draw_pictures(folder, fresh)

    for name in pictures.PICTURES:
        kept = pictures.FOLDER / f"{name}.svg"
        assert words(fresh / f"{name}.svg") == words(kept), name
