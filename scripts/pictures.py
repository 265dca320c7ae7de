"""Draw the pictures of a workspace, its mail and its console, into docs/pictures/.

    .venv/bin/python scripts/pictures.py demo
    .venv/bin/python scripts/pictures.py demo --pictures-only
    .venv/bin/python scripts/pictures.py demo --console-only

The workspace is best one that `make demo` made. Pictures (incident, wards, heat map,
funnel, lift) are SVG in English, as wide as a page; a test compares their texts with
those of a demo made afresh. The mail is sent to a server of our own on loopback, and
what arrives is what is drawn, in Marathi and in English, 360 pixels wide: for that it
needs Debian's chromium and chromium-driver, and the packages of `make setup`.
"""

import argparse
import base64
import email
import email.message
import email.policy
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import fontpkg_noto_sans_devanagari
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import url_changes
from selenium.webdriver.support.wait import WebDriverWait

from socialcell.services.context import open_context
from socialcell.services.rehearsal import sample_operators
from socialcell.web.console import console_server

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
WIDTH, SHARPNESS = 360, 2
LONGEST = 1500  # CSS pixels: the beginning of a mail says how it looks
READER = "reader@example.org"
# Name of the file → the words of the command; @flood is the number of the flood.
PICTURES = {
    "incident": ["incident", "@flood"],
    "wards": ["wards"],
    "heatmap": ["heatmap"],
    "funnel": ["funnel", "monsoon26"],
    "lift": ["lift", "monsoon26"],
}


class Mailbox(Message):
    """Keeps what it is handed."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[EmailMessage] = []

    def handle_message(self, message: email.message.Message) -> None:
        whole = message.as_bytes()
        self.letters.append(
            email.message_from_bytes(whole, policy=email.policy.default)
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument(
        "--pictures-only",
        action="store_true",
        help="leave mail and console as they are",
    )
    parser.add_argument(
        "--console-only", action="store_true", help="draw the console alone"
    )
    arguments = parser.parse_args()
    workspace = arguments.workspace
    FOLDER.mkdir(exist_ok=True)
    if arguments.console_only:
        draw_console(workspace)
        return
    draw_pictures(workspace, FOLDER)
    if arguments.pictures_only:
        return
    draw_console(workspace)
    with tempfile.TemporaryDirectory() as place, browser(Path(place)) as driver:
        for lang in ("mr", "en"):
            page = Path(place) / f"{lang}.html"
            page.write_text(self_contained(sent(workspace, lang)), encoding="utf-8")
            driver.get(page.as_uri())
            picture = driver.get_screenshot_as_png()
            save(picture, FOLDER / f"weekly-{lang}.png")


def draw_pictures(workspace: Path, folder: Path) -> None:
    """Each picture that a command draws, as SVG in English: PICTURES names them."""
    flood = flood_of(workspace)
    for name, words in PICTURES.items():
        out = folder / f"{name}.svg"
        command = [word.replace("@flood", flood) for word in words]
        run = [sys.executable, "-m", "socialcell", "--config"]
        run += [str(workspace / "config.yaml"), "pictures", *command, "--out", str(out)]
        subprocess.run(run, check=True)


def draw_console(workspace: Path) -> None:
    """Pages of the console on a desk, as the lead of the sample city sees them."""
    context = open_context(workspace / "config.yaml")
    name, password = next(iter(sample_operators.passwords(context).items()))
    pages = {
        "console-today-mr": "/mr/",
        "console-incident-en": f"/en/incidents/{flood_of(workspace)}",
    }
    desk = {"width": 1280, "height": 900, "mobile": False, "deviceScaleFactor": 1}
    with (
        tempfile.TemporaryDirectory() as place,
        browser(Path(place)) as driver,
        console_server.serving(context) as address,
    ):
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", desk)
        sign_in = f"{address}/en/sign-in"
        driver.get(sign_in)
        driver.find_element(By.NAME, "name").send_keys(name)
        driver.find_element(By.NAME, "password").send_keys(password)
        driver.find_element(By.CSS_SELECTOR, "main button").click()
        # Else the page that follows may come in place of the first that is drawn.
        WebDriverWait(driver, 60).until(url_changes(sign_in))
        for picture, path in pages.items():
            driver.get(address + path)
            save(driver.get_screenshot_as_png(), FOLDER / f"{picture}.png")
    context.engine.dispose()


def flood_of(workspace: Path) -> str:
    """The number of the sandbox city's flood."""
    config = str(workspace / "config.yaml")
    run = [sys.executable, "-m", "socialcell", "--config", config]
    run += ["alerts", "list", "--all", "--json"]
    output = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    incidents = json.loads(output)["incidents"]
    return next(str(row["id"]) for row in incidents if row["subject"] == "topic:flood")


def sent(workspace: Path, lang: str) -> EmailMessage:
    """The weekly report as it arrives in a mailbox, from a copy of the workspace."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "workspace"
        shutil.copytree(workspace, copy)
        box, port = Mailbox(), free_port()
        server = Controller(box, hostname="127.0.0.1", port=port)
        server.start()
        try:
            config = copy / "config.yaml"
            settings = yaml.safe_load(config.read_text(encoding="utf-8"))
            settings["mail"] = {
                "host": "127.0.0.1",
                "port": port,
                "security": "none",
                "sender": "cell@example.org",
            }
            settings["report"]["recipients"] = {lang: [READER]}
            config.write_text(yaml.safe_dump(settings, allow_unicode=True))
            command = ["report", "weekly", "--lang", lang, "--send"]
            run = [sys.executable, "-m", "socialcell", "--config", str(config)]
            subprocess.run([*run, *command], check=True)
        finally:
            server.stop()
    (letter,) = box.letters
    return letter


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def self_contained(letter: EmailMessage) -> str:
    """The HTML part, with its pictures inside."""
    page = letter.get_body(("html",))
    assert page is not None
    text: str = page.get_content()
    for part in letter.walk():
        name = part.get("Content-ID", "").strip("<>")
        if name and part.get_content_maintype() == "image":
            data = base64.b64encode(part.get_content()).decode()
            text = text.replace(f"cid:{name}", f"data:image/png;base64,{data}")
    return text


@contextmanager
def browser(place: Path) -> Iterator[webdriver.Chrome]:
    """A phone's browser that has letters for Devanagari, as phones in India do."""
    fonts = place / "share" / "fonts"
    fonts.mkdir(parents=True)
    for font in Path(fontpkg_noto_sans_devanagari.__file__).parent.rglob("*.ttf"):
        shutil.copy(font, fonts)
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-background-networking",
        f"--user-data-dir={place / 'profile'}",
    ):
        options.add_argument(argument)
    os.environ["XDG_DATA_HOME"] = str(place / "share")
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        phone = {"width": WIDTH, "height": LONGEST, "mobile": True}
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {**phone, "deviceScaleFactor": SHARPNESS},
        )
        yield driver
    finally:
        driver.quit()


def save(png: bytes, place: Path) -> None:
    """With few colours: a page is mostly white."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(64).save(place, optimize=True)
    print(f"{place}: {place.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
