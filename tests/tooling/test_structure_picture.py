"""The picture of the structure shows the layers that are enforced."""

import xml.etree.ElementTree as ElementTree
from itertools import pairwise

from scripts import structure_picture
from tests.shared import REPOSITORY

SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_is_what_pyproject_says():
    drawn = structure_picture.draw(structure_picture.layers(REPOSITORY))
    assert structure_picture.PICTURE.read_text(encoding="utf-8") == drawn


def test_every_layer_of_the_package_is_in_the_picture_above_those_it_may_import():
    heights = {name: top for name, (top, _, _) in boxes().items()}
    rows = structure_picture.layers(REPOSITORY)
    assert heights.keys() == {name for row in rows for name in row} | {"sandbox"}
    for upper, lower in pairwise(rows):
        assert max(heights[name] for name in upper) < min(heights[n] for n in lower)


def test_a_layer_without_a_module_is_left_out(tmp_path):
    (tmp_path / "socialcell" / "web").mkdir(parents=True)
    (tmp_path / "socialcell" / "errors.py").touch()
    (tmp_path / "pyproject.toml").write_text(
        "[[tool.importlinter.contracts]]\n"
        'layers = ["(web) | (desk)", "(absent)", "errors"]\n'
        "exhaustive = true\n"
    )
    assert structure_picture.layers(tmp_path) == [["web"], ["errors"]]


def test_no_box_covers_another_or_leaves_the_picture():
    places = sorted(boxes().values())
    for index, (top, left, width) in enumerate(places):
        assert left >= 0
        assert left + width <= structure_picture.WIDTH
        same_line = [place for place in places[index + 1 :] if place[0] == top]
        assert all(other[1] >= left + width for other in same_line)


def boxes() -> dict[str, tuple[float, float, float]]:
    """Name → top, left and width of its box."""
    root = ElementTree.fromstring(structure_picture.PICTURE.read_text(encoding="utf-8"))
    rects = root.findall(f"{SVG}rect")[1:]  # the first is the page
    texts = [text for text in root.findall(f"{SVG}text") if "class" not in text.attrib]
    names = [text.text or "" for text in texts]
    places = [
        tuple(float(rect.attrib[k]) for k in ("y", "x", "width")) for rect in rects
    ]
    return dict(zip(names, places, strict=True))
