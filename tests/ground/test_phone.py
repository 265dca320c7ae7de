"""A program that places calls: what it is given, how long it may take, what it says."""

import json
import sys
import time
from pathlib import Path

import pytest

from socialcell import phone
from socialcell.mail import DeliveryDeferred, DeliveryUnavailable


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
