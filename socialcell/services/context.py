"""What every service works with: workspace, database engine, clock, base addresses."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from socialcell import config, db
from socialcell.clock import Clock
from socialcell.config import Workspace
from socialcell.connectors.base import ConnectorContext
from socialcell.db import revisions
from socialcell.services.platform_sessions import SessionFiles


@dataclass(frozen=True)
class Context:
    """An open workspace. `owner` names this process in runs and claims."""

    workspace: Workspace
    engine: Engine
    clock: Clock
    base_urls: Mapping[str, str] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        return f"{socket.gethostname()}:{os.getpid()}"

    @property
    def connector_context(self) -> ConnectorContext:
        """The context of connectors; `base_urls` of this process override config's."""
        return ConnectorContext(
            clock=self.clock,
            config=self.workspace.config,
            secret=self.workspace.secret,
            base_urls={**self.workspace.config.sandbox.base_urls, **self.base_urls},
            sessions=SessionFiles(self.workspace.folder / "secrets"),
        )


def open_context(
    path: Path | None = None,
    *,
    clock: Clock | None = None,
    base_urls: Mapping[str, str] | None = None,
) -> Context:
    """Open a config file's workspace. ConfigError when its schema is not ours."""
    workspace = config.load(config.find(path))
    engine = db.connect(workspace.database_url, workspace.config.database.busy_seconds)
    try:
        revisions.require_current(engine)
    except BaseException:
        engine.dispose()
        raise
    return Context(
        workspace=workspace,
        engine=engine,
        clock=clock or workspace.clock(),
        base_urls=base_urls or {},
    )
