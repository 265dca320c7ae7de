"""What a server refuses is in the database once it ends, and before by the minute."""

from dataclasses import replace

from sqlalchemy import text

from socialcell import db
from socialcell.ops.web import refused_connections
from socialcell.services.context import Context
from socialcell.web import redirect_server
from socialcell.web.connections.connection_limits import RefusalReason
from socialcell.web.connections.refusal_log import RefusalLog
from tests.web.guarded_server import connect, read_all


def counted(context: Context) -> dict[str, dict[str, int]]:
    with db.reading(context.engine) as session:
        return refused_connections.since(session, context.clock.now().date())


def test_what_was_refused_adds_up_by_server_and_reason(context: Context) -> None:
    for _ in range(2):
        with RefusalLog(context, "webhooks") as log:
            for refusal in (
                RefusalReason.FULL,
                RefusalReason.UNREAD,
                RefusalReason.FULL,
            ):
                log.count(refusal)
    with RefusalLog(context, "redirect") as log:
        log.count(RefusalReason.FULL)
    assert counted(context) == {
        "redirect": {"full": 1},
        "webhooks": {"full": 4, "unread": 2},
    }


def test_a_head_that_is_too_large_is_counted_of_the_redirect(context: Context) -> None:
    with redirect_server.serving(context) as address, connect(address) as line:
        line.sendall(b"GET /" + b"a" * 20_000)
        assert b" 431 " in read_all(line)
    assert counted(context) == {"redirect": {"large_head": 1}}


def test_counts_that_the_database_does_not_take_are_stored_in_the_next_round(
    context: Context, database_url: str
) -> None:
    engine = db.connect(database_url, 0.05)
    log = RefusalLog(replace(context, engine=engine), "redirect")
    log.count(RefusalReason.BUSY)
    with context.engine.connect() as holder, holder.begin():
        if not db.is_sqlite(engine):
            holder.execute(text("LOCK TABLE refused_connections IN EXCLUSIVE MODE"))
        log.store()
    assert counted(context) == {}
    log.store()
    log.store()
    engine.dispose()
    assert counted(context) == {"redirect": {"busy": 1}}
