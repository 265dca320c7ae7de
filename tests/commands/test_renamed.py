"""Old words of commands work for one release: hidden, and with a line that says so."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from socialcell.cli import app

pytestmark = pytest.mark.on_sqlite

OLD = [
    ("outgoing list", "outbox list"),
    ("outgoing mode", "outbox mode"),
    ("outgoing release", "outbox release"),
    ("alerts plan", "alerts mute"),
    ("alerts promises list", "commitments list"),
    ("messages agree", "consent grant"),
    ("messages refuse", "consent withdraw"),
    ("messages consent", "consent list"),
    ("sources remap", "sources reprocess"),
    ("sources drift", "sources mapping-errors"),
    ("influencers sketch", "influencers audience"),
    ("campaigns publish", "posts publish"),
]
# Those that need no more words to show what a workspace holds.
SHOWN = [
    ("outgoing list", "outbox list"),
    ("alerts promises list", "commitments list"),
    ("messages consent", "consent list"),
    ("sources drift", "sources mapping-errors"),
]


@pytest.mark.parametrize(("old", "new"), OLD)
def test_an_old_word_takes_what_the_new_one_takes(old: str, new: str) -> None:
    before, after = (
        CliRunner().invoke(app, [*words.split(), "--help"]) for words in (old, new)
    )
    assert before.exit_code == after.exit_code == 0
    assert before.stdout.replace(old, new) == after.stdout


@pytest.mark.parametrize(("old", "new"), SHOWN)
def test_an_old_word_does_the_same_and_says_the_new_one(
    folder: Path, old: str, new: str
) -> None:
    place = ["--config", str(folder / "config.yaml")]
    before, after = (
        CliRunner().invoke(app, [*place, *words.split(), "--json"])
        for words in (old, new)
    )
    assert before.stdout == after.stdout != ""
    assert after.stderr == ""
    named = " ".join(new.split()[:1] if old.startswith(("outg", "alerts")) else [new])
    assert f"is now socialcell {named}" in before.stderr


def test_no_old_word_is_listed() -> None:
    for group in ("", "alerts", "messages", "sources", "influencers", "campaigns"):
        listed = CliRunner().invoke(app, [*group.split(), "--help"]).stdout
        first = {line.split()[0] for line in listed.splitlines() if line.strip()}
        words = {old.split()[1] for old, _ in OLD if old.split()[0] == group}
        words |= {"outgoing"} if not group else set()
        assert first.isdisjoint(words), group
