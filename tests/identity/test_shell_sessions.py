"""A sign-in belongs to its shell, and not to what goes on by itself after it."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from socialcell.commands.options import AT_THE_END, open_context, open_server_context
from socialcell.identity import login_session, session_file
from socialcell.services.context import Context
from tests.operators import sign_in_shell


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_a_daemon_or_server_does_not_act_as_whoever_started_it(
    context: Context,
) -> None:
    sign_in_shell(context, "Asha Sample")
    path = context.workspace.folder / "config.yaml"
    with ExitStack() as stack:
        AT_THE_END.set(stack)
        command, server = open_context(path), open_server_context(path)

        assert command.actor.name == "Asha Sample"
        assert (server.actor.id, server.actor.session_id) == (None, None)
        assert not server.actor.is_signed_in


def test_a_token_is_found_in_the_shell_and_for_the_workspace_it_was_kept_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    session_file.save(first, "a token of the first")
    session_file.save(second, "a token of the second")

    assert session_file.load(first) == "a token of the first"
    assert session_file.load(second) == "a token of the second"
    monkeypatch.setattr(login_session, "current", lambda: "another shell")
    assert session_file.load(first) is None
    session_file.delete(first)
    monkeypatch.undo()


def test_a_file_of_another_account_is_nobodys_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_file.save(tmp_path, "a token of the first")
    monkeypatch.setattr("os.getuid", lambda: 4_000_001)

    assert session_file.load(tmp_path) is None


def test_a_shell_is_known_by_its_session_and_the_start_of_its_first_process() -> None:
    boot, leader, started = login_session.current().split(":")

    assert login_session.current() == f"{boot}:{leader}:{started}"
    assert leader.isdecimal()
    assert len(boot) == 36
