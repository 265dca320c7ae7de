"""The report on a phone: nothing is cut, nothing scrolls sideways."""

from pathlib import Path

import pytest

from socialcell.i18n import CODES
from socialcell.jobs import report
from tests.reports.browser import CLIPPED, OUTSIDE, browser
from tests.reports.test_documents import full
from tests.reports.world import HOUR, MONDAY, World

pytestmark = pytest.mark.browser

LONG = "अतिशयलांबशब्द" * 40 + " " + "x" * 400


def test_nothing_is_clipped_at_360_pixels(world: World, tmp_path: Path) -> None:
    full(world)
    for hour in range(0, 30, 2):
        world.mention(MONDAY + hour * HOUR, LONG, topics=("water",), urgency="critical")
    pages = [report.weekly(world.context, lang=code).html for code in CODES]
    with browser(360, tmp_path / "profile") as driver:
        for page in pages:
            driver.get(page.as_uri())
            wide = driver.execute_script("return document.documentElement.scrollWidth")
            assert wide <= 360, page.name
            assert driver.execute_script(CLIPPED) == [], page.name
            assert driver.execute_script(OUTSIDE) == [], page.name
            broken = "return [...document.images].filter(i => !i.naturalWidth).length"
            assert driver.execute_script(broken) == 0, page.name
