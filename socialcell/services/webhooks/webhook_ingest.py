"""Webhooks: a push is stored first and processed afterwards, each once.

`accept` is what happens before the platform gets its answer: the signature is looked
at and the bytes are committed. `work_off` turns what waits into mentions, a push a
transaction. Killed anywhere between the two, the next `work_off` goes on.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from socialcell import connectors, db, log
from socialcell.connectors.base import (
    Batch,
    Capability,
    ConnectorError,
    Kind,
    Reject,
    Tombstone,
)
from socialcell.connectors.meta.meta_push import (
    DeliveryStatus,
    NotSigned,
    Push,
    WebhookConnector,
)
from socialcell.desk.store import answers
from socialcell.errors import ConfigError
from socialcell.listening.store.pages import attachments, pending_tombstones
from socialcell.ops import delivery_receipts, pending_fetches, store, webhook_deliveries
from socialcell.ops.model import Source
from socialcell.services.collection import allowance_ledger, collector
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.collection.collector import RunResult
from socialcell.services.collection.ingest_run import IngestRun
from socialcell.services.collection.source_lock import lock_source
from socialcell.services.context import Context
from socialcell.services.messaging import consent
from socialcell.services.webhooks import media_files

_LOG = log.logger(__name__)


class WebhookResult(StrEnum):
    """The result of a request to the webhook receiver."""

    STORED = "kept"
    DUPLICATE = "known"  # the same bytes were stored before

    UNSIGNED = "unsigned"
    FORGED = "forged"  # signed, and not by the platform

    NO_SOURCE = "nobody"  # no enabled source of this connector


def receiving_connectors(context: Context) -> list[str]:
    """Kinds of connectors that are pushed to and have an enabled source."""
    return sorted({source.connector for source in push_sources(context)})


def push_sources(context: Context, connector: str | None = None) -> list[Source]:
    """The enabled sources that are pushed to (of one connector), by name."""
    with db.reading(context.engine) as session:
        enabled = store.enabled(session)
    return [
        source
        for source in enabled
        if (connector is None or source.connector == connector) and _receives(source)
    ]


def answer_challenge(
    context: Context, connector: str, query: Mapping[str, str]
) -> str | None:
    """The answer to a platform's verification request; None: refuse.

    ConfigError when a secret is missing.
    """
    listening = push_sources(context, connector)
    return build_receiver(context, listening[0]).challenge(query) if listening else None


def store_push(
    context: Context, connector: str, headers: Mapping[str, str], body: bytes
) -> WebhookResult:
    """Check the signature and store the push, once for each source of its kind.

    On disk when this returns STORED or DUPLICATE: the platform gets its 200.
    ConfigError when a secret is missing, SocialcellError when the database cannot be
    written; the platform then delivers it again.
    """
    listening = push_sources(context, connector)
    if not listening:
        return WebhookResult.NO_SOURCE
    try:
        build_receiver(context, listening[0]).verify(headers, body)
    except NotSigned:
        return WebhookResult.UNSIGNED
    except ConnectorError:
        return WebhookResult.FORGED
    now = context.clock.now()
    with db.writing(context.engine) as session:
        new = [
            webhook_deliveries.save_push(session, source.id or 0, body, now)
            for source in listening
        ]
    return WebhookResult.STORED if any(new) else WebhookResult.DUPLICATE


def has_waiting(context: Context, source_id: int) -> bool:
    """Whether a push of a source waits to be read."""
    with db.reading(context.engine) as session:
        return source_id in webhook_deliveries.waiting_by_source(session)


def process_pushes(
    context: Context, *, stop: Callable[[], bool] = collector.never_stop
) -> list[RunResult]:
    """Read every push that waits; one result a source that had any.

    A source whose secrets are missing keeps its pushes and is reported in the log; one
    that another process reads is left to it.
    """
    with db.reading(context.engine) as session:
        waiting = webhook_deliveries.waiting_by_source(session)
        waiting_sources = [
            source for source in store.sources(session) if source.id in waiting
        ]
    results = []
    for source in waiting_sources:
        assert source.id is not None
        if stop():
            break
        try:
            with lock_source(context, source.id) as free:
                if free:
                    results.append(read_waiting(context, source, stop=stop))
        except ConfigError as error:
            _LOG.error("pushes wait", source=source.name, reason=str(error))
    if any(result.counts["updated"] for result in results):
        media_files.sweep_files(context)  # the files of what was deleted

    return results


def read_waiting(
    context: Context, source: Source, *, stop: Callable[[], bool] = collector.never_stop
) -> RunResult:
    """Read the pushes of one source, oldest first, each in its own transaction."""
    connector = build_receiver(context, source)
    ledger = allowance_ledger.ledger_of(context, source.connector, connector.platform)
    ingest_run = IngestRun(context, source, connector.platform, "push")
    while not stop():
        with db.writing(context.engine) as session:
            waiting = webhook_deliveries.next_waiting(session, ingest_run.source_id)
            if waiting is None:
                break
            push = _parse(connector, waiting)
            now = context.clock.now()
            deleted = [
                tombstone
                for tombstone in push.items
                if isinstance(tombstone, Tombstone)
            ]
            pending_tombstones.store_pending(session, deleted, now)
            run = ingest_run.store(session, push)
            _store_extras(
                context, session, ingest_run.source_id, connector.platform, push, ledger
            )
            webhook_deliveries.mark_mapped(session, waiting.id, run.id or 0, now)
        ingest_run.opened()
    return ingest_run.finish()


def record_open_time(context: Context, since: datetime) -> None:
    """Record that the receiver was up from `since` until now.

    A platform delivers again what it could not deliver, for as long as its connector
    says; a longer outage leaves a gap.
    """
    now = context.clock.now()
    for source in push_sources(context):
        redelivers = connectors.redelivery_period(source.connector)
        with db.writing(context.engine) as session:
            current = session.get(Source, source.id)
            assert current is not None
            assert current.id is not None
            until = store.covered_until(session, current.id)
            start = since if until is None else until
            if until is not None and since - until > redelivers:
                gap, cause = (until, since), "the door of pushes was shut for too long"
                store.add_coverage(session, current.id, gap, state="gap", cause=cause)
                start = since
            store.add_coverage(session, current.id, (start, now))
            current.last_ok_at = now
            if current.state == "new":
                current.state = "ok"


def build_receiver(context: Context, source: Source) -> WebhookConnector:
    """The source's connector, as one that is pushed to. ConfigError."""
    connector = connectors.build(
        source.connector, source.settings, context.connector_context
    )
    if not isinstance(connector, WebhookConnector):
        raise TypeError(f"{source.connector} receives no webhooks")
    return connector


def _receives(source: Source) -> bool:
    try:
        return Capability.RECEIVE in connectors.capabilities(source.connector)
    except ConfigError:  # a kind of source that is no connector: an imported file
        return False


def _parse(reads: WebhookConnector, waiting: webhook_deliveries.WaitingPush) -> Push:
    """What was handed in as items; what has no shape that we know is kept aside."""
    try:
        push = reads.read(waiting.body)
    except ConnectorError as error:
        if error.kind is not Kind.DRIFT:
            raise
        raw = {"push": waiting.body.decode("utf-8", "backslashreplace")}
        return Push([Reject(raw, str(error))], {}, observed_at=waiting.received_at)
    return Push(
        push.items,
        {},
        observed_at=waiting.received_at,
        media=push.media,
        pending_fetches=push.pending_fetches,
        deliveries=push.deliveries,
        opt_outs=push.opt_outs,
        reads=push.reads,
    )


def _store_extras(
    context: Context,
    session: Session,
    source_id: int,
    platform: str,
    push: Push,
    ledger: Ledger,
) -> None:
    """Store what a push holds beside its items, in the same transaction."""
    now = context.clock.now()
    attachments.queue_attachments(session, source_id, platform, push.media, now)
    pending_fetches.add_fetches(session, source_id, push.pending_fetches, now)
    for delivery in push.deliveries:
        _record_delivery(session, source_id, delivery, ledger, now)
    for refusal in push.opt_outs:
        consent.record_refusal(context, session, platform, refusal, now)
    for report in push.reads:
        reader = consent.person_of(context, platform, report.uid)
        answers.mark_read(session, platform, reader.pseudonym, report.until)


def _record_delivery(
    session: Session,
    source_id: int,
    delivery: DeliveryStatus,
    ledger: Ledger,
    now: datetime,
) -> None:
    from socialcell.connectors.whatsapp.whatsapp_prices import bucket_name

    status = delivery_receipts.StatusReport(
        delivery.external_id,
        delivery.status,
        delivery.at,
        delivery.category,
        delivery.billable,
        delivery.error,
    )
    for charge in delivery_receipts.apply_report(session, source_id, status, now):
        cost = {bucket_name(charge.category): charge.n}
        ledger.book(session, Batch((), {}, cost=cost))
    answers.apply_report(session, status.external_id, status.status, status.error)
