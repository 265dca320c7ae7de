"""Sessions with platforms, kept in secrets/ from one run to the next."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from socialcell import log
from socialcell.files import unfinished_files
from socialcell.redact import remember

_LOG = log.logger(__name__)


@dataclass(frozen=True)
class SessionFiles:
    """One file a session, NAME.session, for the owner's eyes alone (0600)."""

    folder: Path

    def load(self, name: str) -> dict[str, str]:
        """The session of that name; empty when there is none that can be read."""
        try:
            session = json.loads(self._place(name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(session, dict):
            return {}
        plain = {str(key): str(text) for key, text in session.items()}
        for text in plain.values():
            remember(text)  # no log line of this process shows it
        return plain

    def save(self, name: str, session: Mapping[str, str]) -> None:
        """Keep it instead of the one before; where the folder takes no file the log
        says so, and the next run signs in again."""
        for text in session.values():
            remember(text)
        path = self._place(name)
        try:
            with unfinished_files.writing(path, mode=0o600) as file:
                file.write(json.dumps(dict(session)).encode())
        except OSError as error:
            _LOG.warning(
                "a session cannot be kept: each run signs in",
                file=str(path),
                reason=error.strerror,
            )

    def _place(self, name: str) -> Path:
        return self.folder / f"{name}.session"
