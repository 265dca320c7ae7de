"""Draws the layers of the package into docs/pictures/structure.svg; --check compares.

The layers are those that import-linter holds in pyproject.toml, so that the picture
shows what `make check` enforces. A layer that has no module yet is left out.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "pictures" / "structure.svg"

# Pixels. Letters are 14 high and about 8 wide in the fonts that readers have.
WIDTH, MARGIN, GAP = 880, 16, 8
BOX_HEIGHT, LETTER, PADDING = 34, 8.2, 12
LEFT, RIGHT_WIDTH, LINE = 44, 268, 22
STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#1f2328}"
    "rect{rx:4px;fill:#eef3fa;stroke:#0b5394}"
    ".page{fill:#fff;stroke:none}.beside{fill:#f6f3ea;stroke:#7a6a2f}"
    ".note{font-size:13px;fill:#57606a}"
    "path{stroke:#57606a;fill:none;stroke-width:1.5}"
)
TITLE = "The layers of socialcell: imports go downward only"
# A name → what its layer holds; the layers below these are the ground floor.
HOLDS = {
    "cli": "the command line as a whole",
    "commands": "a thin file for each noun",
    "web": "HTTP servers; the daemon's process",
    "services": "what those above share",
    "reports": "numbers and sentences for people",
    "views": "what a page, a file and the API show",
    "campaigns": "reaching people; deciding together",
    "listening": "mentions, search, alerts",
    "connectors": "platforms; texts; arrays: no database",
    "ops": "runs, outbox, coverage, audit log",
}


def main() -> int:
    """Write the picture; with --check, 1 if the one on disk differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    check = parser.parse_args().check
    picture = draw(layers(ROOT))
    if not check:
        PICTURE.write_text(picture, encoding="utf-8")
        return 0
    if PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == picture:
        return 0
    sys.stderr.write(f"{PICTURE.name} is not what pyproject.toml says: `make docs`.\n")
    return 1


def layers(root: Path) -> list[list[str]]:
    """The names of each layer, top to bottom, as far as the package has them."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    rows = next(part["layers"] for part in contracts if part.get("exhaustive"))
    named = [re.findall(r"\w+", row) for row in rows]
    present = [[name for name in row if exists(root, name)] for row in named]
    return [row for row in present if row]


def exists(root: Path, name: str) -> bool:
    package = root / "socialcell"
    return (package / name).is_dir() or (package / f"{name}.py").is_file()


def draw(rows: list[list[str]]) -> str:
    """The picture as SVG: a row of boxes for each layer, the sandbox beside the lowest.

    A layer with more names than fit goes on in the next line.
    """
    width = WIDTH - MARGIN - LEFT - RIGHT_WIDTH - GAP
    lines = [line for row in rows for line in wrapped(row, width)]
    height = 2 * MARGIN + len(lines) * (BOX_HEIGHT + GAP) - GAP
    top = MARGIN
    boxes, ground = list[str](), MARGIN
    for line in lines:
        boxes += row_of_boxes(line, top, width)
        holds = [HOLDS[name] for name in line if name in HOLDS]
        boxes += [note(text, top + BOX_HEIGHT / 2) for text in holds]
        top += BOX_HEIGHT + GAP
        ground = top if holds else ground
    parts = [*arrow(height), *boxes, *sandbox(ground, height - MARGIN)]
    return page(height, parts)


def wrapped(names: list[str], width: float) -> Iterator[list[str]]:
    """The names in lines whose boxes fit side by side."""
    line: list[str] = []
    for name in names:
        if line and sum(map(least_width, [*line, name])) + GAP * len(line) > width:
            yield line
            line = []
        line.append(name)
    yield line


def least_width(name: str) -> float:
    return len(name) * LETTER + 2 * PADDING


def row_of_boxes(names: list[str], top: float, width: float) -> Iterator[str]:
    """Boxes over the whole width; what is left over is shared evenly."""
    free = width - GAP * (len(names) - 1) - sum(map(least_width, names))
    left = float(LEFT)
    for name in names:
        wide = least_width(name) + free / len(names)
        yield box(name, left, top, wide, BOX_HEIGHT)
        left += wide + GAP


def box(
    name: str, left: float, top: float, width: float, height: float, kind: str = ""
) -> str:
    mark = f' class="{kind}"' if kind else ""
    middle, line = left + width / 2, top + height / 2 + 5
    return (
        f'<rect{mark} x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}"/>'
        f'<text x="{middle:.1f}" y="{line:.1f}" text-anchor="middle">'
        f"{escape(name)}</text>"
    )


def arrow(height: float) -> list[str]:
    """The direction of imports, at the left edge."""
    x, end = MARGIN + 6, height - MARGIN
    return [
        f'<path d="M{x} {MARGIN}V{end}M{x - 5} {end - 9}L{x} {end}L{x + 5} {end - 9}"/>'
    ]


def note(text: str, middle: float, *, inset: float = PADDING) -> str:
    """Words at the right of the boxes; `inset` is how far from their left edge."""
    left = WIDTH - MARGIN - RIGHT_WIDTH + inset
    return f'<text class="note" x="{left}" y="{middle + 5:.1f}">{escape(text)}</text>'


def sandbox(top: float, bottom: float) -> list[str]:
    """The sample city, beside the ground floor, which alone it may import."""
    left, height = WIDTH - MARGIN - RIGHT_WIDTH, bottom - top
    words = "a sample city on loopback"
    place = box("sandbox", left, top, RIGHT_WIDTH, height, "beside")
    return [place, note(words, (top + bottom) / 2 + LINE, inset=RIGHT_WIDTH / 5)]


def page(height: float, parts: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" '
        f'width="{WIDTH}" height="{height:g}" role="img">'
    )
    ground = f'<rect class="page" width="{WIDTH}" height="{height:g}"/>'
    lines = [head, f"<title>{TITLE}</title>", f"<style>{STYLE}</style>", ground]
    return "\n".join([*lines, *parts, "</svg>\n"])


if __name__ == "__main__":
    sys.exit(main())
