"""Account for what a platform says about items that are held already."""

from collections.abc import Iterable

from socialcell import db, log
from socialcell.connectors.base import Batch, ConnectorError, Kind
from socialcell.ops.model import Source
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Ledger, ShareUsedUp
from socialcell.services.collection.ingest_run import IngestRun, RunResult, log_end
from socialcell.services.context import Context

# What stands in the way of every question to a platform, not of one kind of them.
_SHARED_KINDS = (Kind.RATE, Kind.QUOTA, Kind.AUTH)


def run_refresh(
    context: Context,
    source: Source,
    platform: str,
    ledger: Ledger,
    batches: Iterable[Batch],
    *,
    kind: str,
) -> RunResult:
    """Store the answers as a run of their own.

    The source's place, coverage and state stay as they are, unless the platform asks
    us to wait or does not take the credential: that holds its pulls up too. A run that
    stopped at its share of an allowance is partial, or failed when nothing was asked.
    """
    ingest_run = IngestRun(context, source, platform, kind)
    with db.writing(context.engine) as session:
        run_id = ingest_run.open(session)
    ingest_run.opened()
    with log.about(run=run_id, source=source.name, kind=kind):
        try:
            for batch in batches:
                with db.writing(context.engine) as session:
                    ingest_run.store(session, batch)
                    ledger.book(session, batch)
        except ShareUsedUp as enough:
            # The platform was not asked: nobody has to wait for it.
            error = ConnectorError.from_message(enough.kind, enough.message)
            with db.writing(context.engine) as session:
                return log_end(context, ingest_run.close(session, error))
        except ConnectorError as error:
            if error.kind in _SHARED_KINDS:
                failure = collector.close_failed_run(context, source, ingest_run, error)
            else:
                with db.writing(context.engine) as session:
                    failure = ingest_run.close(session, error)
            return log_end(context, failure)
        return ingest_run.finish()
