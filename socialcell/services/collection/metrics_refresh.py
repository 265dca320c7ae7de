"""Account for what a platform says about items that are held already."""

from collections.abc import Iterable

from socialcell import db, log
from socialcell.connectors.base import Batch, ConnectorError, Kind
from socialcell.ops.model import Source
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Enough, Ledger
from socialcell.services.collection.ingest_run import Intake, Result, ended
from socialcell.services.context import Context

# What stands in the way of every question to a platform, not of one kind of them.
_HOLDS_ALL = (Kind.RATE, Kind.QUOTA, Kind.AUTH)


def ask(
    context: Context,
    source: Source,
    platform: str,
    ledger: Ledger,
    batches: Iterable[Batch],
    *,
    kind: str,
) -> Result:
    """Store the answers as a run of their own.

    The source's place, coverage and state stay as they are, unless the platform asks
    us to wait or does not take the credential: that holds its pulls up too. A run that
    stopped at its share of an allowance is partial, or failed when nothing was asked.
    """
    intake = Intake(context, source, platform, kind)
    with db.writing(context.engine) as session:
        run_id = intake.open(session)
    intake.opened()
    with log.about(run=run_id, source=source.name, kind=kind):
        try:
            for batch in batches:
                with db.writing(context.engine) as session:
                    intake.store(session, batch)
                    ledger.book(session, batch)
        except Enough as enough:
            # The platform was not asked: nobody has to wait for it.
            error = ConnectorError(enough.kind, str(enough))
            with db.writing(context.engine) as session:
                return ended(context, intake.close(session, error))
        except ConnectorError as error:
            if error.kind in _HOLDS_ALL:
                failure = collector.failed(context, source, intake, error)
            else:
                with db.writing(context.engine) as session:
                    failure = intake.close(session, error)
            return ended(context, failure)
        return intake.finish()
