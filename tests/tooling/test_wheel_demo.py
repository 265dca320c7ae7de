"""The wheel's console, where the source tree is not: empty, and after the demo."""

import http.client
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.running import environment
from tests.web.console.browser_session import PageAnswer

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(1200),
    pytest.mark.xdist_group("wheel"),
]


@pytest.fixture
def running(home: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    words = (home / "bin" / "socialcell", "demo", "--days", "7", "--serve")
    with subprocess.Popen(
        # A run in the background ignores Ctrl-C, and so would its children.
        ["env", "--default-signal=INT", *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(),
    ) as process:
        yield process
        process.kill()


def ask(
    address: str, path: str, cookie: str = "", form: dict[str, str] | None = None
) -> tuple[PageAnswer, str]:
    """The page, and the cookie that a browser has afterwards."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    body = None if form is None else urlencode(form)
    connection.request("GET" if body is None else "POST", path, body, headers)
    answer = connection.getresponse()
    page = PageAnswer(answer.status, dict(answer.headers), answer.read(), path)
    connection.close()
    return page, (answer.getheader("Set-Cookie") or cookie).partition(";")[0]


def test_the_wheel_s_console_asks_who_signs_in(home: Path, tmp_path: Path) -> None:
    program, folder = home / "bin" / "socialcell", tmp_path / "cell"
    subprocess.run([program, "init", folder], check=True, env=environment())
    ports = ("--port", "0", "--health-port", "0")
    words = (program, "--config", folder / "config.yaml", "serve", "console", *ports)

    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env=environment()
    ) as process:
        try:
            assert process.stdout is not None
            (address,) = re.findall(r"http://[^/\s]+", process.stdout.readline())
            page, _cookie = ask(address, "/mr/sign-in")
        finally:
            process.terminate()

    assert page.status == 200
    assert page.form("/sign-in").fields.keys() >= {"name", "password"}
    assert process.returncode == 0


@pytest.mark.long
def test_the_wheel_s_demo_leaves_a_console_on_and_says_how_to_sign_in(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert running.stdout is not None
    output = ""
    while output.count("Sign in as") < 2:
        line = running.stdout.readline()
        assert line, output
        output += line
    (address,) = re.findall(r"The console: (\S+)", output)
    name, password = re.findall(r"Sign in as (.+) with the password (\S+)", output)[0]

    sign_in, cookie = ask(address, "/en/sign-in")
    fields = sign_in.form("/sign-in").fields | {"name": name, "password": password}
    entered, cookie = ask(address, "/en/sign-in", cookie, fields)
    today, cookie = ask(address, "/en/", cookie)
    inbox, _cookie = ask(address, "/en/inbox?view=open", cookie)
    running.send_signal(signal.SIGINT)

    assert running.wait(60) == 0
    assert (entered.status, today.status) == (303, 200)
    assert name in today.text
    assert re.search(r"\b26-0000\d\d\b", inbox.text)
    assert list(tmp_path.glob("demo/reports/**/*.html"))
