"""Templates of pages leave it to Jinja to escape what people wrote."""

import re
from pathlib import Path

import socialcell.web

TEMPLATES = sorted(Path(socialcell.web.__file__).parent.rglob("*.html"))


def test_no_template_takes_a_text_as_markup_or_switches_escaping_off() -> None:
    unsafe = re.compile(r"\|\s*safe\b|\bautoescape\s+false\b")

    assert len(TEMPLATES) > 50
    assert [path.name for path in TEMPLATES if unsafe.search(path.read_text())] == []
