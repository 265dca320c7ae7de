"""What every service works with: workspace, database engine, clock, actor."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from socialcell import config, db
from socialcell.clock import Clock
from socialcell.config import Workspace
from socialcell.connectors.base import ConnectorContext
from socialcell.db import revisions
from socialcell.identity import login_session, session_file
from socialcell.identity import store as operators
from socialcell.identity.actor import Actor, os_account
from socialcell.ops.delivery import Delivery
from socialcell.services.parallel_ways import WayRunner
from socialcell.services.platform_sessions import SessionFiles

if TYPE_CHECKING:  # who only reads loads no client of a telephone
    from socialcell.phone import PlacedCall


@dataclass(frozen=True)
class Context:
    """An open workspace and who acts in it.

    `owner` names this process in runs and claims. `alert_ways` are those of the
    daemon, which waits for no alert's way that hangs; None: whoever sends waits.
    """

    workspace: Workspace
    engine: Engine
    clock: Clock
    base_urls: Mapping[str, str] = field(default_factory=dict)
    actor: Actor = field(default_factory=os_account)
    alert_ways: "WayRunner[PlacedCall | None, Delivery] | None" = None

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


WEB_BUSY_SECONDS = 5.0  # for which a request waits for the database


def open_context(
    path: Path | None = None,
    *,
    clock: Clock | None = None,
    base_urls: Mapping[str, str] | None = None,
    for_web: bool = False,
) -> Context:
    """Open a config file's workspace. ConfigError when its schema is not ours.

    Of a server whose requests write: `for_web` has connections for `web.threads`
    threads, which share their commits, and waits 5 s for the database.
    """
    workspace = config.load(config.find(path))
    if for_web:
        engine = db.connect(
            workspace.database_url,
            WEB_BUSY_SECONDS,
            threads=workspace.config.web.threads,
        )
    else:
        engine = db.connect(
            workspace.database_url, workspace.config.database.busy_seconds
        )
    try:
        revisions.require_current(engine)
    except BaseException:
        engine.dispose()
        raise
    clock = clock or workspace.clock()
    return Context(
        workspace=workspace,
        engine=engine,
        clock=clock,
        base_urls=base_urls or {},
        actor=acting_in(workspace, engine, clock.now()),
    )


def acting_in(workspace: Workspace, engine: Engine, now: datetime) -> Actor:
    """Who acts in this shell: the operator who has signed in, else the account of the
    computer."""
    return _signed_in_actor(workspace, engine, now) or os_account()


def _signed_in_actor(
    workspace: Workspace, engine: Engine, now: datetime
) -> Actor | None:
    """The operator whose session this shell has open; None: nobody's."""
    token = session_file.load(workspace.folder)
    if token is None:
        return None
    with db.reading(engine) as session:
        opened = operators.open_session(session, now, token=token)
        if opened is None or opened.shell != login_session.current():
            return None
        return operators.actor_of(session, opened, now)
