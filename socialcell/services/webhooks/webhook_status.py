"""The status of webhooks: pushes that wait, files to fetch, refused requests."""

from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.listening.store.pages import attachments
from socialcell.ops import pending_fetches, store, webhook_deliveries
from socialcell.services.context import Context
from socialcell.services.webhooks import webhook_ingest


@dataclass(frozen=True)
class WebhookStatus:
    """One source that is pushed to. `open_until`: when the receiver was last up."""

    source: str
    waiting: int
    refused: dict[str, int]
    files: dict[str, int]
    mentions: dict[str, int]
    open_until: datetime | None


def webhook_statuses(context: Context) -> list[WebhookStatus]:
    """Every enabled source that is pushed to, by name."""
    push_sources = webhook_ingest.push_sources(context)
    with db.reading(context.engine) as session:
        waiting = webhook_deliveries.waiting_by_source(session)
        return [
            WebhookStatus(
                source=source.name,
                waiting=waiting.get(id_, 0),
                refused=webhook_deliveries.refusals(session, id_),
                files=attachments.by_state(session, id_),
                mentions=pending_fetches.count_by_state(session, id_),
                open_until=store.covered_until(session, id_),
            )
            for source in push_sources
            if (id_ := source.id) is not None
        ]
