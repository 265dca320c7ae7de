"""How the doors of pushes stand: what waits, what is fetched, who was turned away."""

from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.listening.store.pages import attachments
from socialcell.ops import pending_fetches, store, webhook_deliveries
from socialcell.services.context import Context
from socialcell.services.webhooks import webhook_ingest


@dataclass(frozen=True)
class Inflow:
    """One source that is pushed to. `open_until`: when its door was last open."""

    source: str
    waiting: int
    refused: dict[str, int]
    files: dict[str, int]
    mentions: dict[str, int]
    open_until: datetime | None


def inflows(context: Context) -> list[Inflow]:
    """Every enabled source that is pushed to, by name."""
    found = webhook_ingest.sources(context)
    with db.reading(context.engine) as session:
        waiting = webhook_deliveries.waiting_by_source(session)
        return [
            Inflow(
                source=source.name,
                waiting=waiting.get(id_, 0),
                refused=webhook_deliveries.refusals(session, id_),
                files=attachments.by_state(session, id_),
                mentions=pending_fetches.count_by_state(session, id_),
                open_until=store.covered_until(session, id_),
            )
            for source in found
            if (id_ := source.id) is not None
        ]
