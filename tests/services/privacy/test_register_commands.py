"""The law's registers on the command line, from the first word to the report."""

import json
from pathlib import Path
from typing import Any

import pytest

from socialcell.clock import FixedClock
from socialcell.roles import Role
from socialcell.services.context import Context
from tests.inside import socialcell
from tests.operators import sign_in_shell, sign_out_shell
from tests.services.privacy.request_desk import HOW, OFFICER, officer, store_hers


class Shell:
    """Commands of the data protection officer in a workspace."""

    def __init__(self, config: Path) -> None:
        self._config = config

    def run(self, *words: str | Path, stdin: str = "", code: int = 0) -> str:
        result = socialcell("--config", self._config, *words, stdin=stdin)
        assert result.returncode == code, result.stdout + result.stderr
        return result.stdout if code == 0 else result.stderr

    def json(self, *words: str | Path) -> Any:
        return json.loads(self.run(*words, "--json"))


@pytest.fixture
def shell(context: Context, folder: Path, clock: FixedClock) -> Shell:
    store_hers(context)
    officer(context)
    sign_in_shell(context, OFFICER, Role.DPO)
    config = folder / "config.yaml"
    settings = f"clock: {{fixed: {clock.now().isoformat()}}}\n"
    config.write_text(config.read_text() + settings)
    return Shell(config)


def receive(shell: Shell, kind: str, *more: str, stdin: str = "") -> str:
    named = ("--name", "Asha Canary", "--account", "x:@asha_canary")
    words = ("privacy", "requests", "receive", kind, *named, *more)
    return shell.run(*words, stdin=stdin)


def test_an_access_request_from_its_letter_to_the_persons_copy(
    shell: Shell, tmp_path: Path
) -> None:
    said = receive(shell, "access", "--words", "-", stdin="What do you hold of me?")
    assert "Request R26-0001 (access). Answer it by 2026-12-08 18:15" in said
    shell.run("privacy", "requests", "identify", "R26-0001", "--how", HOW)
    place = tmp_path / "asha.json"

    shell.run("privacy", "requests", "answer", "R26-0001", "--out", place)

    assert "zebrawort" in place.read_text()
    assert place.stat().st_mode & 0o777 == 0o600
    assert shell.json("privacy", "requests", "list")["requests"] == []
    (line,) = shell.json("privacy", "requests", "list", "--all")["requests"]
    assert (line["state"], line["outcome"]) == ("answered", "done")


def test_names_are_shown_only_with_reveal(shell: Shell) -> None:
    receive(shell, "grievance", "--words", "You never answered")

    assert "Asha" not in shell.run("privacy", "requests", "show", "R26-0001")
    shown = shell.run("privacy", "requests", "show", "R26-0001", "--reveal")
    assert "Asha Canary" in shown
    assert "You never answered" in shown
    (entry,) = shell.json("privacy", "accesses")["accesses"]
    assert (entry["kind"], entry["subject"]) == ("request", "R26-0001")


def test_a_refusal_needs_a_reason_of_the_list(shell: Shell) -> None:
    receive(shell, "erasure")
    words = ("--words", "Nobody wrote our word from that account.")

    shell.run("privacy", "requests", "refuse", "R26-0001", "lazy", *words, code=2)
    said = shell.run(
        *("privacy", "requests", "refuse", "R26-0001", "not_identified"), *words
    )

    assert "Request R26-0001: answered" in said


@pytest.mark.parametrize("text", ["asha", "x:", ":asha"])
def test_an_account_without_its_platform_is_refused(shell: Shell, text: str) -> None:
    words = ("privacy", "requests", "receive", "erasure", "--name", "Asha")

    said = shell.run(*words, "--account", text, code=2)

    assert f"'{text}' is no account" in said


def test_a_breach_from_its_report_to_its_end(shell: Shell, tmp_path: Path) -> None:
    shell.run(
        *("privacy", "breaches", "report", "Lost laptop", "--data", "texts"),
        *("--what", "A laptop with an export was lost."),
        *("--since", "2026-11-20"),
    )
    shell.run("privacy", "breaches", "update", "B26-01", "--persons", "3")
    letters = tmp_path / "letters"
    shell.run("privacy", "breaches", "letters", "B26-01", "--out", letters)
    persons = shell.run("privacy", "breaches", "affected", "B26-01", "--everybody")
    for duty in ("cert_in", "board", "persons", "board_details"):
        shell.run("privacy", "breaches", "told", "B26-01", duty, "--note", "letter 4")
    shell.run("privacy", "breaches", "close", "B26-01")

    assert len(list(letters.iterdir())) == 12
    assert "Persons affected: 3" in (letters / "board.en.txt").read_text()
    assert "asha_canary" not in persons
    assert persons.count("\n") == 4  # a heading, and three accounts
    (breach,) = shell.json("privacy", "breaches", "list")["breaches"]
    assert breach["closed_at"] is not None


def test_a_consent_rests_on_the_notice_of_its_language(
    shell: Shell, tmp_path: Path
) -> None:
    files = []
    for language in ("mr", "hi", "en"):
        file = tmp_path / f"{language}.txt"
        file.write_text(f"{language}: We write to you about water, and nothing else.")
        files += [f"--{language}", str(file)]
    shell.run("privacy", "notices", "add", "messages", *files)
    shell.run(
        *("consent", "grant", "9876543210", "--evidence", "form 12"),
        *("--language", "hi"),
    )

    notices = shell.json("privacy", "notices", "list")["notices"]
    (entry,) = shell.json("consent", "list")["consent"]
    (hindi,) = [line for line in notices if line["language"] == "hi"]
    assert entry["notice"] == hindi["sha256"]
    assert [line["consents"] for line in notices if line["language"] != "hi"] == [0, 0]


def test_the_report_and_the_tables_are_for_people_and_programs(shell: Shell) -> None:
    receive(shell, "erasure")

    span = ("--since", "2026-11-01", "--until", "2026-11-24")
    said = shell.run("privacy", "report", *span)
    made = shell.json("privacy", "report", *span)["report"]
    tables = shell.json("privacy", "tables")["tables"]

    assert "Requests of persons" in said
    assert made["requests"]["erasure"]["received"] == 1
    assert {"mention", "rights_request"} <= {row["table"] for row in tables}


def test_nobody_who_has_not_signed_in_sees_a_register(
    shell: Shell, context: Context
) -> None:
    sign_out_shell(context)

    for words in (
        ("privacy", "requests", "list"),
        ("privacy", "breaches", "list"),
        ("privacy", "accesses"),
        ("privacy", "report"),
    ):
        assert "Nobody has signed in" in shell.run(*words, code=4)
