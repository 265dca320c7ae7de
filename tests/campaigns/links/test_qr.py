"""QR codes, read back module by module, and as a phone reads them."""

import io
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
import segno
import zxingcpp
from matplotlib.image import imread

from socialcell import config
from socialcell.errors import ConfigError, SocialcellError, UsageError
from socialcell.services.context import Context
from socialcell.services.links import qr_codes
from tests.campaigns.links.link_requests import make_link

TEXT = "https://go.pune.example/r/k7mq2xd?qr=1"
BORDER = 4


@pytest.fixture
def cell(folder: Path, context: Context) -> Context:
    """A workspace that knows where its redirect is reached."""
    with (folder / "config.yaml").open("a") as settings:
        settings.write("links: {address: 'https://go.pune.example/'}\n")
    text = (folder / "config.yaml").read_text().replace("{}\nlinks", "links")
    (folder / "config.yaml").write_text(text)
    return Context(config.load(folder / "config.yaml"), context.engine, context.clock)


def test_a_png_shows_every_module_within_its_white_border() -> None:
    pixels = imread(io.BytesIO(qr_codes.qr_image(TEXT, ".png")))
    gray = pixels if pixels.ndim == 2 else pixels[..., 0]
    modules = np.array(segno.make(TEXT, error="q", boost_error=False).matrix)
    side = len(modules) + 2 * BORDER
    scale = gray.shape[0] // side
    middle = np.arange(side) * scale + scale // 2
    read = gray[np.ix_(middle, middle)] < 0.5
    assert gray.shape == (side * scale, side * scale)
    assert (read[BORDER:-BORDER, BORDER:-BORDER] == (modules == 1)).all()
    assert read.sum() == (modules == 1).sum()  # nothing dark in the border


def read_by_a_phone(gray: np.ndarray) -> list[str]:
    """What another program reads in a picture, as phones do."""
    return [code.text for code in zxingcpp.read_barcodes(gray)]


def pixels_of(text: str) -> np.ndarray:
    """The picture as shades of gray, 0 to 255."""
    found = imread(io.BytesIO(qr_codes.qr_image(text, ".png")))
    gray = found if found.ndim == 2 else found[..., 0]
    return (gray * 255).astype(np.uint8)


def test_another_program_reads_the_link_and_that_it_was_scanned() -> None:
    assert read_by_a_phone(pixels_of(TEXT)) == [TEXT]


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_poster_may_hang_askew(turns: int) -> None:
    assert read_by_a_phone(np.rot90(pixels_of(TEXT), turns).copy()) == [TEXT]


def test_a_poster_with_a_torn_edge_is_still_read() -> None:
    gray = pixels_of(TEXT)
    gray[-240:-80, -400:-80] = 255  # 160 × 320 of 660 × 660 pixels: more than a tenth
    assert read_by_a_phone(gray) == [TEXT]


def test_a_small_print_in_poor_light_is_read() -> None:
    gray = pixels_of(TEXT)[::8, ::8].astype(float)
    noise = np.random.default_rng(3).normal(0, 20, gray.shape)
    dim = np.clip(60 + gray * 0.4 + noise, 0, 255).astype(np.uint8)
    assert read_by_a_phone(dim) == [TEXT]


def test_an_svg_has_the_same_modules_and_no_size_of_its_own() -> None:
    root = ET.fromstring(qr_codes.qr_image(TEXT, ".svg"))
    modules = len(segno.make(TEXT, error="q", boost_error=False).matrix)
    side = modules + 2 * BORDER
    assert root.get("viewBox") == f"0 0 {side} {side}"
    assert root.get("width") is None


def test_a_quarter_of_it_may_be_torn() -> None:
    assert segno.make(TEXT, error="q", boost_error=False).error == "Q"


def test_the_code_says_the_link_and_that_it_was_scanned(
    cell: Context, tmp_path: Path
) -> None:
    link = make_link(cell)
    path = tmp_path / "poster.svg"
    said = qr_codes.write_qr_code(cell, link.code, path)
    assert said == f"https://go.pune.example/r/{link.code}?qr=1"
    assert path.read_bytes() == qr_codes.qr_image(said, ".svg")


def test_without_an_address_there_is_no_code(context: Context) -> None:
    link = make_link(context)
    with pytest.raises(ConfigError, match=r"links\.address"):
        qr_codes.qr_address(context, link.code)


def test_another_form_is_refused() -> None:
    with pytest.raises(UsageError, match=r"\.svg or \.png"):
        qr_codes.qr_image(TEXT, ".pdf")


def test_a_folder_that_is_not_there_is_said_so(cell: Context, tmp_path: Path) -> None:
    link = make_link(cell)
    with pytest.raises(SocialcellError, match="cannot be written"):
        qr_codes.write_qr_code(cell, link.code, tmp_path / "nowhere" / "poster.svg")
