"""Telephone calls about a critical mention, placed by a program or webhook of the cell.

Either receives the alert as JSON. Its answer says whether the call was placed, and who
acknowledged it on the telephone, if somebody did:
`{"acknowledged": true, "by": "duty officer"}`.
"""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from socialcell import chat
from socialcell.mail import DeliveryDeferred, DeliveryUnavailable
from socialcell.redact import redact
from socialcell.text import one_line

ID_VARIABLE = "SOCIALCELL_INCIDENT"
# A call that was not placed is tried again so soon: the ladder does not wait for it.
AGAIN = timedelta(minutes=1)
_READ = 64 * 1024  # bytes of an answer
_LONGEST_ANSWER, _LONGEST_NAME = 200, 100
# What a program is given of our environment: no secret that we were started with.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")


@dataclass(frozen=True)
class PlacedCall:
    """A call that was placed: the answer in a few words, and who acknowledged the
    alert, if somebody did; "" where the answer names nobody."""

    answer: str
    acknowledged_by: str | None = None


def run_command(
    command: Sequence[str], body: bytes, incident: int | None, seconds: float
) -> PlacedCall:
    """Run a program, without a shell: the alert on standard input, our number of the
    incident in the environment variable SOCIALCELL_INCIDENT; "" in a trial.

    Exit code 0: the call was placed. Later when it is another one, or the program does
    not end in time; it and what it started are killed then. NobodyCan when it cannot be
    started.
    """
    environment = {
        name: os.environ[name] for name in _ENVIRONMENT if name in os.environ
    }
    # Files, not pipes: what the program leaves running keeps nobody waiting.
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout:
        stdin.write(body)
        stdin.seek(0)
        try:
            process = subprocess.Popen(
                list(command),
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.STDOUT,
                env={**environment, ID_VARIABLE: str(incident or "")},
                cwd="/",
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise DeliveryUnavailable(
                f"{command[0]} cannot be started: {why}"
            ) from None
        code = _ended(process, seconds)
        output = _read(stdout)
    words = _answer_text(output)
    if code is None:
        raise DeliveryDeferred(
            f"no end after {seconds:g} s; it was stopped. {words}", AGAIN
        )
    if code != 0:
        raise DeliveryDeferred(f"exit code {code}: {words}", AGAIN)
    return PlacedCall(f"exit code 0 {words}".strip(), acknowledged_by(output))


def post_webhook(
    url: str, body: bytes, base_urls: Mapping[str, str], now: datetime
) -> PlacedCall:
    """POST the alert to a webhook, whose address is https and public.

    Errors are those of chat.send; a webhook that has trouble is asked again soon.
    """
    room = chat.ChatRoom("phone", {"url": url}, base_urls)
    try:
        answer = chat.hand_over(room, body, now)
    except DeliveryDeferred as error:
        raise DeliveryDeferred(str(error), error.wait or AGAIN) from None
    words = f"{answer.status} {_answer_text(answer.body)}".strip()
    return PlacedCall(words, acknowledged_by(answer.body))


def _ended(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    """The exit code; None when it had to be killed."""
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(_READ)


def _answer_text(output: bytes) -> str:
    text = output.decode("utf-8", "replace")
    if text.lstrip().startswith("<"):
        return ""
    return one_line(redact(text), _LONGEST_ANSWER)


def acknowledged_by(output: bytes) -> str | None:
    """Who acknowledged the alert; "" where nobody is named, None where nobody did. The
    answer as a whole, or its last line, is a JSON object."""
    text = output.decode("utf-8", "replace").strip()
    for part in (text, text.rpartition("\n")[2]):
        answer: Any = None
        with suppress(ValueError):
            answer = json.loads(part)
        if isinstance(answer, dict) and answer.get("acknowledged") is True:
            by = answer.get("by")
            return one_line(by, _LONGEST_NAME) if isinstance(by, str) else ""
    return None
