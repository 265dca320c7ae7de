"""Telephone calls about a critical mention, placed by a program or webhook of the cell.

The program or webhook receives the alert as JSON. Its output reports whether the call
was placed and, as JSON, who acknowledged the alert during the call:
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
from typing import IO

from socialcell import chat
from socialcell.json_types import JsonValue
from socialcell.mail import DeliveryDeferred, DeliveryUnavailable
from socialcell.redact import redact
from socialcell.text import one_line

ID_VARIABLE = "SOCIALCELL_INCIDENT"
# A call that was not placed is retried after this time; escalation goes on meanwhile.
RETRY_AFTER = timedelta(minutes=1)
_MOST_BYTES = 64 * 1024  # read of an output
_LONGEST_ANSWER, _LONGEST_NAME = 200, 100
# The environment variables that a program inherits: none that may hold a secret.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")


@dataclass(frozen=True)
class PlacedCall:
    """A call that was placed, and the output about it, shortened.

    `acknowledged_by`: who acknowledged the alert; "" where the output names nobody;
    None where nobody did.
    """

    answer: str
    acknowledged_by: str | None = None


def run_command(
    command: Sequence[str], body: bytes, incident: int | None, seconds: float
) -> PlacedCall:
    """Place a call with a program, run without a shell.

    The program gets the alert on standard input, and the id of the incident in the
    environment variable SOCIALCELL_INCIDENT, empty in a trial. Exit code 0 means that
    the call was placed. DeliveryDeferred for another exit code, and when the program
    does not end within `seconds`; its process group is killed then.
    DeliveryUnavailable when it cannot be started.
    """
    environment = {
        name: os.environ[name] for name in _ENVIRONMENT if name in os.environ
    }
    # Files, not pipes: reading a pipe would wait for the program's own children. In
    # memory: the disk may be full.
    with _memory_file() as stdin, _memory_file() as stdout:
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
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise DeliveryUnavailable(
                "delivery.program_not_started", program=command[0], reason=reason
            ) from None
        code = _exit_code(process, seconds)
        output = _read(stdout)
    summary = _answer_text(output)
    if code is None:
        raise DeliveryDeferred(
            "delivery.program_stopped", seconds=f"{seconds:g}", answer=summary
        )
    if code != 0:
        raise DeliveryDeferred(
            "delivery.program_failed", exit_code=code, answer=summary
        )
    return PlacedCall(f"exit code 0 {summary}".strip(), acknowledged_by(output))


def post_webhook(
    url: str,
    body: bytes,
    base_urls: Mapping[str, str],
    now: datetime,
    seconds: float,
) -> PlacedCall:
    """Place a call with a webhook: POST the alert to its address, https and public,
    which answers within `seconds`.

    Errors are those of `chat.send`.
    """
    channel = chat.ChatRoom(chat.PHONE, {"url": url}, base_urls, seconds)
    answer = chat.hand_over(channel, body, now)
    summary = f"{answer.status} {_answer_text(answer.body)}".strip()
    return PlacedCall(summary, acknowledged_by(answer.body))


def _exit_code(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    """The exit code; None when the process was killed after `seconds`."""
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def _memory_file() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("call"), "w+b")
    return tempfile.TemporaryFile()


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(_MOST_BYTES)


def _answer_text(output: bytes) -> str:
    text = output.decode("utf-8", "replace")
    if text.lstrip().startswith("<"):
        return ""
    return one_line(redact(text), _LONGEST_ANSWER)


def acknowledged_by(output: bytes) -> str | None:
    """Who acknowledged the alert, read from an output that is a JSON object, or whose
    last line is one. "" where it names nobody; None where nobody acknowledged."""
    text = output.decode("utf-8", "replace").strip()
    for part in (text, text.rpartition("\n")[2]):
        answer: JsonValue = None
        with suppress(ValueError):
            answer = json.loads(part)
        if isinstance(answer, dict) and answer.get("acknowledged") is True:
            by = answer.get("by")
            return one_line(by, _LONGEST_NAME) if isinstance(by, str) else ""
    return None
