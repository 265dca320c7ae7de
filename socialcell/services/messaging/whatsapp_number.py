"""The city's number on WhatsApp: its source, and what a message is booked as."""

from sqlmodel import Session

from socialcell import connectors, db
from socialcell.connectors.base import Batch
from socialcell.connectors.whatsapp.whatsapp_connector import WhatsApp
from socialcell.connectors.whatsapp.whatsapp_prices import bucket_name
from socialcell.errors import UsageError
from socialcell.ops import delivery_receipts, store
from socialcell.ops.model import Source
from socialcell.platforms import WHATSAPP
from socialcell.services.collection import allowance_ledger
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.context import Context

CONNECTOR = WHATSAPP.id


def find_source(context: Context, name: str | None) -> Source:
    """The named source, or the only one of WhatsApp. UsageError."""
    with db.reading(context.engine) as session:
        if name is not None:
            source = store.source_named(session, name)
            if source.connector != CONNECTOR:
                raise UsageError(
                    "messages.source_of_another_connector",
                    source=name,
                    connector=source.connector,
                )
        else:
            every = [s for s in store.sources(session) if s.connector == CONNECTOR]
            if not every:
                raise UsageError("messages.no_source")
            if len(every) > 1:
                names = [source.name for source in every]
                raise UsageError("messages.several_sources", sources=names)
            source = every[0]
        session.expunge(source)
    return source


def connect(context: Context, source: Source) -> WhatsApp:
    """The connector of a number. ConfigError."""
    connector = connectors.build(
        source.connector, source.settings, context.connector_context
    )
    if not isinstance(connector, WhatsApp):
        raise TypeError(f"{source.connector} sends no messages")
    return connector


def open_ledger(context: Context, source: Source) -> Ledger:
    """What a number's messages are booked in."""
    return allowance_ledger.ledger_of(context, source.connector, CONNECTOR)


def book(
    context: Context,
    session: Session,
    source: Source,
    id_: str,
    category: str,
    ledger: Ledger,
) -> None:
    """Book a message that Meta took under this id; what Meta reports of it afterwards
    corrects that."""
    assert source.id is not None
    now = context.clock.now()
    delivery_receipts.record_accepted(session, source.id, id_, category, now)
    ledger.book(session, Batch((), {}, cost={bucket_name(category): 1}))
