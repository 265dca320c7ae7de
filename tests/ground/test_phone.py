"""A program that places calls: what it is given, how long it may take, what it says."""

import json
import socket
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from socialcell import phone
from socialcell.errors import SocialcellError
from socialcell.mail import DeliveryDeferred, DeliveryUnavailable
from socialcell.sandbox.server import Request, ServerResponse, serve_http


def run(folder: Path, program: str, seconds: float = 20) -> phone.PlacedCall:
    place = folder / "call.py"
    place.write_text(program)
    body = json.dumps({"incident": 7}).encode()
    return phone.run_command([sys.executable, str(place)], body, 7, seconds)


def test_it_is_given_the_alert_our_number_and_none_of_our_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIALCELL_SECRET_X_BEARER", "a secret of ours")
    placed = run(
        tmp_path,
        "import json, os, sys\n"
        "print(json.load(sys.stdin)['incident'], os.environ['SOCIALCELL_INCIDENT'])\n"
        "print([one for one in os.environ if 'SECRET' in one])\n",
    )

    assert placed == phone.PlacedCall("exit code 0 7 7 []")


@pytest.mark.parametrize(
    ("said", "by"),
    [
        ('{"acknowledged": true, "by": "Duty officer"}', "Duty officer"),
        ('calling …\\n{"acknowledged": true}', ""),
        ('{"acknowledged": "true", "by": "x"}', None),
        ('{"acknowledged": false, "by": "x"}', None),
        ("yes", None),
    ],
)
def test_only_a_plain_yes_acknowledges(
    tmp_path: Path, said: str, by: str | None
) -> None:
    assert run(tmp_path, f"print('{said}')").acknowledged_by == by


def test_another_exit_code_says_that_no_call_was_placed(tmp_path: Path) -> None:
    long = "import sys; print('busy ' * 1000); sys.exit(2)"

    with pytest.raises(DeliveryDeferred, match="exit code 2: busy busy") as error:
        run(tmp_path, long)

    assert len(str(error.value)) < 250
    assert error.value.wait is None  # the phone did not ask us to wait


def test_a_program_that_hangs_is_killed_with_what_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "still here"
    child = f"import time; time.sleep(1); open({str(mark)!r}, 'w')"
    hangs = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        "time.sleep(60)\n"
    )
    began = time.monotonic()

    with pytest.raises(DeliveryDeferred, match=r"no end after 0\.5 s"):
        run(tmp_path, hangs, seconds=0.5)

    assert time.monotonic() - began < 30
    assert not mark.exists()


def test_a_program_that_is_not_there_waits_for_a_person() -> None:
    with pytest.raises(
        DeliveryUnavailable, match="/nowhere/call cannot be started: No"
    ):
        phone.run_command(["/nowhere/call"], b"{}", 7, 5)


def test_a_webhook_has_the_seconds_of_its_phone_and_no_more() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        base_urls = {"https://phone.example": f"http://127.0.0.1:{port_of(silent)}"}
        began = time.monotonic()

        with pytest.raises(DeliveryDeferred, match="telephone's webhook cannot be"):
            call("https://phone.example/1", base_urls, seconds=0.5)

    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (ServerResponse(302, "moved", {"Location": "/in"}), "redirects to another"),
        (ServerResponse(200, "<html>Sign in</html>"), "is a web page"),
        (ServerResponse(404, "gone"), "telephone's webhook takes nothing"),
    ],
)
def test_a_webhook_that_is_none_says_what_to_correct(
    answer: ServerResponse, sentence: str
) -> None:
    with (
        serve_http(Fixed(answer), []) as url,
        pytest.raises(SocialcellError, match=sentence),
    ):
        call("https://phone.example/1", {"https://phone.example": url}, seconds=20)


@dataclass
class Fixed:
    """A server with one answer."""

    response: ServerResponse
    name: str = "phone"

    def answer(self, request: Request) -> ServerResponse:
        return self.response


def call(url: str, base_urls: dict[str, str], seconds: float) -> phone.PlacedCall:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return phone.post_webhook(url, b"{}", base_urls, now, seconds)


def port_of(server: socket.socket) -> int:
    port: int = server.getsockname()[1]
    return port
