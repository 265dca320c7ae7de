"""The file in a person's own home that holds the token of an open session."""

import hashlib
import json
import os
import stat
from pathlib import Path

import platformdirs

from socialcell.files import unfinished_files
from socialcell.identity import login_session
from socialcell.redact import remember


def load(workspace: Path) -> str | None:
    """The token of this shell's session with a workspace; None when there is none, or
    its file is not this user's alone."""
    path = _path(workspace)
    try:
        with path.open(encoding="utf-8") as file:
            status = os.fstat(file.fileno())
            document = json.load(file)
    except (OSError, ValueError):
        return None
    is_private = (
        status.st_uid == os.getuid() and not stat.S_IMODE(status.st_mode) & 0o77
    )
    token = document.get("token") if isinstance(document, dict) else None
    if not is_private or not isinstance(token, str):
        return None
    remember(token)  # no log line of this process shows it
    return token


def save(workspace: Path, token: str) -> Path:
    """Keep a token for this shell, mode 0600. OSError where there is no home for it."""
    path = _path(workspace)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)  # also where it was there before
    content = json.dumps({"token": token, "workspace": str(workspace)})
    with unfinished_files.writing(path, mode=0o600) as file:
        file.write(content.encode())
    return path


def delete(workspace: Path) -> None:
    """Forget this shell's session with a workspace."""
    _path(workspace).unlink(missing_ok=True)


def _path(workspace: Path) -> Path:
    """One file a workspace and shell: people who share a home do not share sessions."""
    key = f"{workspace.resolve()}\n{login_session.current()}"
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    folder = platformdirs.user_state_path("socialcell", appauthor=False)
    return folder / "sessions" / f"{name}.json"
