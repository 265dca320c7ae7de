"""Take in what platforms push: kept at the door first, read afterwards, each once.

`accept` is what happens before the platform gets its answer: the signature is looked
at and the bytes are committed. `work_off` turns what waits into mentions, a push a
transaction. Killed anywhere between the two, the next `work_off` goes on.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

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
from socialcell.connectors.meta.meta_push import Delivery, NotSigned, Push, Receiver
from socialcell.errors import ConfigError
from socialcell.listening.store.pages import attachments, pending_tombstones
from socialcell.ops import delivery_receipts, pending_fetches, store, webhook_deliveries
from socialcell.ops.model import Source
from socialcell.services.collection import allowance_ledger, collector
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.collection.collector import Result
from socialcell.services.collection.ingest_run import Intake
from socialcell.services.collection.source_lock import alone
from socialcell.services.context import Context
from socialcell.services.messaging import consent
from socialcell.services.webhooks import media_files

_LOG = log.logger(__name__)


class Welcome(StrEnum):
    """How somebody at the door was met."""

    KEPT = "kept"
    KNOWN = "known"  # the same bytes were handed in before
    UNSIGNED = "unsigned"
    FORGED = "forged"  # signed, and not by the platform
    NOBODY = "nobody"  # no source listens at this door


def doors(context: Context) -> list[str]:
    """Kinds of connectors that are pushed to and have an enabled source."""
    return sorted({source.connector for source in sources(context)})


def sources(context: Context, connector: str | None = None) -> list[Source]:
    """The enabled sources that are pushed to (of one connector), by name."""
    with db.reading(context.engine) as session:
        found = store.enabled(session)
    return [
        one
        for one in found
        if (connector is None or one.connector == connector) and _receives(one)
    ]


def challenge(context: Context, connector: str, query: Mapping[str, str]) -> str | None:
    """What to answer to a platform that asks whether the door is ours; None: refuse.

    ConfigError when a secret is missing.
    """
    listening = sources(context, connector)
    return receiver(context, listening[0]).challenge(query) if listening else None


def accept(
    context: Context, connector: str, headers: Mapping[str, str], body: bytes
) -> Welcome:
    """Look at the signature and keep the push, once for each source of its kind.

    On disk when this returns KEPT or KNOWN: the platform may be thanked. ConfigError
    when a secret is missing, SocialcellError when the database cannot be written; the
    platform hands it in again then.
    """
    listening = sources(context, connector)
    if not listening:
        return Welcome.NOBODY
    try:
        receiver(context, listening[0]).verify(headers, body)
    except NotSigned:
        return Welcome.UNSIGNED
    except ConnectorError:
        return Welcome.FORGED
    now = context.clock.now()
    with db.writing(context.engine) as session:
        new = [
            webhook_deliveries.save_push(session, one.id or 0, body, now)
            for one in listening
        ]
    return Welcome.KEPT if any(new) else Welcome.KNOWN


def work_off(
    context: Context, *, stop: Callable[[], bool] = collector.never
) -> list[Result]:
    """Read every push that waits; one result a source that had any.

    A source whose secrets are missing keeps its pushes and is told of in the log; one
    that another process reads is left to it.
    """
    with db.reading(context.engine) as session:
        waiting = webhook_deliveries.waiting_by_source(session)
        found = [one for one in store.sources(session) if one.id in waiting]
    results = []
    for source in found:
        assert source.id is not None
        if stop():
            break
        try:
            with alone(context, source.id) as free:
                if free:
                    results.append(read_waiting(context, source, stop=stop))
        except ConfigError as error:
            _LOG.error("pushes wait", source=source.name, reason=str(error))
    if any(one.counts["updated"] for one in results):
        media_files.sweep(context)  # the files of what was deleted
    return results


def read_waiting(
    context: Context, source: Source, *, stop: Callable[[], bool] = collector.never
) -> Result:
    """Read the pushes of one source, oldest first, each in its own transaction."""
    reads = receiver(context, source)
    ledger = allowance_ledger.of(context, source.connector, reads.platform)
    intake = Intake(context, source, reads.platform, "push")
    while not stop():
        with db.writing(context.engine) as session:
            waiting = webhook_deliveries.next_waiting(session, intake.source_id)
            if waiting is None:
                break
            push = _read(reads, waiting)
            now = context.clock.now()
            stones = [one for one in push.items if isinstance(one, Tombstone)]
            pending_tombstones.foretell(session, stones, now)
            run = intake.store(session, push)
            _beside(context, session, intake.source_id, reads.platform, push, ledger)
            webhook_deliveries.mark_mapped(session, waiting.id, run.id or 0, now)
        intake.opened()
    return intake.finish()


def note_open(context: Context, since: datetime) -> None:
    """The door has been open from `since` until now: so long was every push taken.

    What a platform could not hand in before, it hands in later, for as long as its
    connector says; a door that was shut for longer leaves a gap.
    """
    now = context.clock.now()
    for source in sources(context):
        redelivers = connectors.redelivers(source.connector)
        with db.writing(context.engine) as session:
            held = session.get(Source, source.id)
            assert held is not None
            assert held.id is not None
            until = store.covered_until(session, held.id)
            start = since if until is None else until
            if until is not None and since - until > redelivers:
                gap, cause = (until, since), "the door of pushes was shut for too long"
                store.add_coverage(session, held.id, gap, state="gap", cause=cause)
                start = since
            store.add_coverage(session, held.id, (start, now))
            held.last_ok_at = now


def receiver(context: Context, source: Source) -> Receiver:
    """The source's connector, as one that is pushed to. ConfigError."""
    made = connectors.build(source.connector, source.settings, context.surroundings)
    return cast(Receiver, made)


def _receives(source: Source) -> bool:
    try:
        return Capability.RECEIVE in connectors.capabilities(source.connector)
    except ConfigError:  # a kind of source that is no connector: an imported file
        return False


def _read(reads: Receiver, waiting: webhook_deliveries.WaitingPush) -> Push:
    """What was handed in as items; what has no shape that we know is kept aside."""
    try:
        push = reads.read(waiting.body)
    except ConnectorError as error:
        if error.kind is not Kind.DRIFT:
            raise
        raw: Any = {"push": waiting.body.decode("utf-8", "backslashreplace")}
        return Push([Reject(raw, str(error))], {}, observed_at=waiting.received_at)
    return Push(
        push.items,
        {},
        observed_at=waiting.received_at,
        media=push.media,
        awaited=push.awaited,
        deliveries=push.deliveries,
        refusals=push.refusals,
    )


def _beside(
    context: Context,
    session: Session,
    source_id: int,
    platform: str,
    push: Push,
    ledger: Ledger,
) -> None:
    """What a push tells beside its items, in the transaction that stores them."""
    now = context.clock.now()
    attachments.note(session, source_id, platform, push.media, now)
    pending_fetches.add_fetches(session, source_id, push.awaited, now)
    for told in push.deliveries:
        _learn(session, source_id, told, ledger, now)
    for wish in push.refusals:
        consent.refused(context, session, platform, wish, now)


def _learn(
    session: Session, source_id: int, told: Delivery, ledger: Ledger, now: datetime
) -> None:
    from socialcell.connectors.whatsapp.whatsapp_prices import bucket_name

    news = delivery_receipts.StatusReport(
        told.external_id,
        told.status,
        told.at,
        told.category,
        told.billable,
        told.error,
    )
    for charge in delivery_receipts.apply_report(session, source_id, news, now):
        cost = {bucket_name(charge.category): charge.n}
        ledger.book(session, Batch((), {}, cost=cost))
