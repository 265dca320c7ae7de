"""A headless browser at a phone's width; skips the test where there is none."""

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
DRIVER = Path("/usr/bin/chromedriver")
_PATIENCE = 110  # seconds of a script, as axe on a long page on a busy machine

# Elements whose content is wider than they are: their text is cut or runs out.
CLIPPED = """
return [...document.querySelectorAll("body *")]
  .filter(e => e.clientWidth > 0 && e.scrollWidth > e.clientWidth)
  .map(e => e.tagName + ": " + e.textContent.trim().slice(0, 60));
"""
# Parts of text that lie outside the screen's width.
OUTSIDE = """
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const range = document.createRange();
  range.selectNodeContents(walker.currentNode);
  for (const box of range.getClientRects())
    if (box.width && (box.left < 0 || box.right > window.innerWidth + 0.5))
      found.push(walker.currentNode.textContent.trim().slice(0, 60));
}
return found;
"""


@contextmanager
def browser(width: int, profile: Path) -> Iterator[object]:
    """A selenium driver whose window is `width` CSS pixels wide."""
    for needed in (CHROMIUM, DRIVER):
        if not needed.exists():
            pytest.skip(f"{needed} is not installed")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-dev-shm-usage",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    driver.set_script_timeout(_PATIENCE)
    try:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 800, "deviceScaleFactor": 2, "mobile": True},
        )
        yield driver
    finally:
        driver.quit()


def photograph(driver: object, to: Path) -> None:
    """The whole page as PNG, to look at."""
    shot = driver.execute_cdp_cmd(
        "Page.captureScreenshot", {"captureBeyondViewport": True}
    )
    to.write_bytes(base64.b64decode(shot["data"]))


def violations(driver: object) -> list[str]:
    """What axe finds against the rules of accessibility: rule, and where it stands."""
    from axe_core_python.selenium import Axe

    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in Axe().run(driver)["violations"]
        for node in violation["nodes"]
    ]


def prefer_dark(driver: object) -> None:
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": "dark"}]},
    )


def printed(driver: object) -> bytes:
    """The page on A4 paper, as a PDF."""
    answer = driver.execute_cdp_cmd(
        "Page.printToPDF", {"preferCSSPageSize": True, "printBackground": False}
    )
    return base64.b64decode(answer["data"])


def sides(pdf: bytes) -> int:
    """The pages of a PDF that Chromium made."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))
