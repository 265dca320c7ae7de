"""Marked passwords, codes, tokens and keys of operators come out nowhere but where each
is issued."""

import json
import re
import subprocess
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import inspect, text

from socialcell import config, db
from socialcell.identity import session_file
from tests.inside import socialcell
from tests.operator_accounts import ASHA, MEERA
from tests.running import command, environment

MARKED = "zebra quagga okapi eland"
MARKED_LATER = "eland okapi quagga zebra kudu"
WRONG = "zebra quagga okapi gnu wrong"


@dataclass
class Canary:
    """A workspace through which every secret of an operator has gone."""

    folder: Path
    results: list[tuple[tuple[str, ...], subprocess.CompletedProcess[str]]] = field(
        default_factory=list
    )
    secrets: set[str] = field(default_factory=set)
    issued: dict[str, int] = field(default_factory=dict)

    def run(self, *words: str, stdin: str = "", code: int = 0) -> Any:
        """Run a command with --json; its document."""
        config_words = () if words[0] == "init" else ("--config", self.config)
        result = socialcell(*words, *config_words, "--json", stdin=stdin)
        assert result.returncode == code, result.stderr
        self.results.append((words, result))
        return json.loads(result.stdout) if result.stdout else None

    @property
    def config(self) -> str:
        return str(self.folder / "config.yaml")

    def issue(self, *secrets: str) -> None:
        """What the newest command gave out: there it may stand."""
        self.secrets |= set(secrets)
        self.issued |= {secret: len(self.results) - 1 for secret in secrets}

    @property
    def tokens(self) -> list[str]:
        token = session_file.load(self.folder)
        return [token] if token else []


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Canary:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    canary = Canary(tmp_path / "cell", secrets={MARKED, MARKED_LATER, WRONG})
    names = ("--operator", ASHA, "--operator", MEERA)
    operators = canary.run("init", str(canary.folder), *names)["operators"]
    codes = [operator["code"] for operator in operators]
    canary.issue(*codes)
    for name, code in zip((ASHA, MEERA), codes, strict=True):
        canary.run("operators", "set-password", name, stdin=f"{code}\n{MARKED}\n")
    weak = f"{MARKED}\nzebra\n"
    canary.run("operators", "set-password", ASHA, stdin=weak, code=2)
    canary.run("operators", "sign-in", ASHA, stdin=f"{WRONG}\n", code=1)
    canary.run("operators", "sign-in", ASHA, stdin=f"{MARKED}\n")
    canary.secrets |= set(canary.tokens)
    recovery = set_up_factor(canary)
    canary.run("operators", "sign-in", ASHA, stdin=f"{MARKED}\n{recovery[0]}\n")
    canary.secrets |= set(canary.tokens)
    half = canary.run("operators", "add", "Ravi Sample")["operator"]["code"]
    canary.issue(half)
    half = canary.run("operators", "reset", MEERA)["operator"]["code"]
    canary.issue(half)
    lines = f"{MARKED}\n{MARKED_LATER}\n{recovery[1]}\n"
    canary.run("operators", "set-password", ASHA, stdin=lines)
    return canary


def set_up_factor(canary: Canary) -> list[str]:
    """The recovery codes of an authenticator; its address came on standard error."""
    process = subprocess.Popen(
        command("operators", "second-factor", "--config", canary.config, "--json"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    address = process.stderr.readline()
    listed = Path(f"/proc/{process.pid}/cmdline").read_text()
    secret = re.findall(r"secret=([A-Z2-7]+)", address)[0]
    output, errors = process.communicate(f"{pyotp.TOTP(secret).now()}\n")
    assert process.returncode == 0, errors
    recovery: list[str] = json.loads(output)["recovery_codes"]
    assert secret not in listed
    assert [code for code in recovery if code in errors] == []
    canary.secrets |= {secret, *recovery}
    return recovery


def forms(secret: str) -> set[str]:
    """How a secret may be written."""
    return {secret, secret.replace("-", ""), json.dumps(secret)[1:-1]}


def leaks(
    canary: Canary, written: str, allowed: AbstractSet[str] = frozenset()
) -> set[str]:
    return {
        secret
        for secret in canary.secrets - allowed
        if any(form in written for form in forms(secret))
    }


def test_no_secret_of_an_operator_comes_out(canary: Canary, tmp_path: Path) -> None:
    assert len(canary.secrets) >= 19
    readers = (
        *(("operators", "list"), ("audit", "list"), ("audit", "verify")),
        *(("db", "backup"), ("db", "verify"), ("doctor",), ("posts", "list")),
    )
    for words in readers:
        for also in ((), ("--json",)):
            result = socialcell(*words, "--config", canary.config, *also)
            canary.results.append((words, result))

    for n, (words, result) in enumerate(canary.results):
        allowed = {secret for secret, at in canary.issued.items() if at == n}
        assert all(secret in result.stdout for secret in allowed), words
        assert leaks(canary, result.stdout, allowed) == set(), words
        assert leaks(canary, result.stderr) == set(), words
        assert leaks(canary, " ".join(result.args)) == set(), words


def test_no_column_of_the_database_and_no_file_of_a_copy_has_one_in_clear(
    canary: Canary,
) -> None:
    socialcell("db", "backup", "--config", canary.config)
    workspace = config.load(Path(canary.config))
    engine = db.connect(workspace.database_url)
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        rows = [
            str(tuple(row))
            for table in tables
            for row in connection.execute(text(f'SELECT * FROM "{table}"'))
        ]
    engine.dispose()

    assert len(rows) > 20
    assert leaks(canary, "\n".join(rows)) == set()
    files = [path for path in canary.folder.rglob("*") if path.is_file()]
    assert any("backups" in path.parts for path in files)
    leaking = {
        path.name: marks
        for path in files
        if (marks := leaks(canary, path.read_bytes().decode("latin-1")))
    }
    assert leaking == {}
