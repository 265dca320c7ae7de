"""Runs of a source against a database, and the gap that they record."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import Clock
from socialcell.connectors import base
from socialcell.ops import store
from socialcell.ops.model import Coverage, Source
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Ledger


def run(
    engine: Engine, source: Source, connector: base.Connector, clock: Clock
) -> collector.RunResult:
    """What one run of a source comes to."""
    ledger = Ledger(engine, clock, connector.platform, {})
    context: Any = ContextOf(engine, clock)
    return collector.run(context, source, connector, ledger, kind="pull")


def gap_of(engine: Engine, source: Source) -> Coverage:
    """The one gap that the runs of a source recorded."""
    with db.reading(engine) as session:
        spans = store.coverage(session, source.id)
    (gap,) = [span for span in spans if span.state == "gap"]
    return gap


class ContextOf:
    """As much of a context as the runner needs."""

    def __init__(self, engine: Engine, clock: Any) -> None:
        self.engine, self.clock, self.owner = engine, clock, "tests"
        self.workspace = _NowhereListed(Path(os.devnull))


@dataclass(frozen=True)
class _NowhereListed:
    """As much of a workspace as the runner needs: a folder without people.csv."""

    folder: Path
