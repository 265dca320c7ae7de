"""Mentions that a pull stored, and the answers to questions about them."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, func, select

from socialcell import db
from socialcell.listening.model import Mention
from socialcell.ops.model import Source
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.collection.metrics_refresh import run_refresh
from socialcell.services.context import Context
from tests.builders import ScriptedConnector, make_batch

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def run(context: Context, source: Source, *items: Any) -> collector.RunResult:
    """One page that pulls bring."""
    connector = ScriptedConnector([make_batch(*items)])
    ledger = Ledger(context.engine, context.clock, "x")
    return collector.run(context, source, connector, ledger, kind="pull")


def answer(context: Context, source: Source, *items: Any) -> collector.RunResult:
    """One answer to a question about stored mentions."""
    batches = [make_batch(*items, cursor={})]
    ledger = Ledger(context.engine, context.clock, "x")
    return run_refresh(context, source, "x", ledger, batches, kind="recheck")


def count(engine: Engine, model: Any, **where: Any) -> int:
    table = db.table(model)
    asked = select(func.count()).select_from(table)
    for name, value in where.items():
        asked = asked.where(table.c[name] == value)
    with db.reading(engine) as session:
        return session.execute(asked).scalar_one()


def mention(engine: Engine, external_id: str) -> Any:
    table = db.table(Mention)
    with db.reading(engine) as session:
        return session.execute(
            select(table).where(table.c.external_id == external_id)
        ).one()
