"""Sends what is queued to citizens privately: each answer at most once.

It is marked as being sent before the platform is called. Whoever finds that mark after
a crash does not send again: nobody knows whether it was heard, and a person looks.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import connectors, db, log
from socialcell.connectors.base import Batch, ConnectorError, Kind
from socialcell.connectors.meta.meta_messages import Messenger
from socialcell.connectors.publisher import UnconfirmedCall, run_write
from socialcell.connectors.whatsapp.whatsapp_connector import WhatsApp
from socialcell.connectors.whatsapp.whatsapp_prices import bucket_name
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import answers as answer_store
from socialcell.desk.store import outgoing_answers
from socialcell.errors import ConfigError, UsageError
from socialcell.json_types import JsonObject
from socialcell.message_catalog import Message
from socialcell.ops import delivery_receipts
from socialcell.ops.model import Source
from socialcell.ops.webhook_model import SentMessage
from socialcell.services.collection import allowance_ledger
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.context import Context
from socialcell.services.desk.answers import answer_results
from socialcell.services.desk.answers.answer_channels import (
    SERVICE,
    WHATSAPP,
    AnswerWay,
)
from socialcell.services.desk.answers.answer_queue import queue_message
from socialcell.services.desk.answers.answers import open_way
from socialcell.services.outbox.outbox import Delivery

_LOG = log.logger(__name__)
_BATCH = 200
_RETRY = timedelta(minutes=15)
# These concern the account, not one answer: nothing else is sent there in this run.
_STOPPING = (Kind.AUTH, Kind.ACCESS, Kind.RATE, Kind.QUOTA, Kind.TRANSIENT)


@dataclass
class AnswerRun:
    """A run, as numbers of answers: `later` is tried again, `returned` did not go out
    since something stands against it, `unsure` a person looks after. `stopped`: the
    channels on which nothing more was tried, with why. `noted`: public answers of which
    it is now known what became."""

    sent: int = 0
    later: int = 0
    returned: int = 0
    failed: int = 0
    unsure: int = 0
    noted: int = 0
    stopped: dict[str, str] = field(default_factory=dict)

    @property
    def is_idle(self) -> bool:
        return self == AnswerRun()

    def as_delivery(self) -> Delivery:
        """The run as the outbox counts its own: what does not go out is dead."""
        why = "; ".join(
            f"{channel}: {words}" for channel, words in self.stopped.items()
        )
        return Delivery(self.sent, self.later, self.returned + self.failed, why or None)


@dataclass(frozen=True)
class _AnswerClaim:
    """An answer that is nobody else's now, and all that sending it takes."""

    key: str
    to: str
    words: str
    template: JsonObject | None
    source: Source
    channel: str
    category: str


def send_due(
    context: Context, *, stop: Callable[[], bool] = lambda: False
) -> AnswerRun:
    """Send the answers that are due, and note what became of public ones."""
    run = AnswerRun()
    now = context.clock.now()
    run.unsure += answer_results.doubt_abandoned(context, now)
    run.noted += answer_results.note_public(context)
    run.returned += _place_fixed_words(context)
    with db.reading(context.engine) as session:
        keys = outgoing_answers.due_keys(session, now, _BATCH)
    for key in keys:
        if stop():
            break
        _send_one(context, key, run)
    return run


def recover(context: Context) -> int:
    """What a dead daemon was sending: nobody knows whether it was heard, a person
    looks; how many. Under the daemon's lease."""
    return answer_results.doubt_abandoned(context, None)


def _place_fixed_words(context: Context) -> int:
    """Put into the outbox what the cell says by itself in fixed words; how many go
    back, since their contacts cannot be written to."""
    with db.reading(context.engine) as session:
        ids = answer_store.unplaced_ids(session)
    returned = 0
    for id_ in ids:
        with db.writing(context.engine) as session:
            message = session.get_one(CaseMessage, id_, with_for_update=True)
            if message.state != "queued" or message.outbox_key is not None:
                continue
            contact = session.get_one(CaseContact, message.contact_id)
            case = session.get_one(DeskCase, contact.case_id)
            try:
                way = open_way(context, session, contact, message)
            except UsageError as error:
                why = error.message
                answer_results.return_unplaced(context, session, message, why)
                returned += 1
                continue
            queue_message(context, session, case, contact, message, way)
    return returned


def _send_one(context: Context, key: str, run: AnswerRun) -> None:
    """One answer; nothing when somebody else has it, or its channel was stopped."""
    with db.writing(context.engine) as session:
        message = answer_store.of_outbox(session, key)
        if message is None:
            return
        contact = session.get_one(CaseContact, message.contact_id)
        if contact.channel in run.stopped:
            return
        try:
            # Asked again: the window may have closed, somebody may have said no.
            way = open_way(context, session, contact, message)
        except UsageError as error:
            answer_results.return_unsent(context, session, message, error.message)
            run.returned += 1
            return
        claim = _claim(context, session, message, contact, way)
    ledger = _ledger(context, claim)
    try:
        if ledger is not None:
            ledger.take(bucket_name(claim.category))
        send = _sender(context, claim)
    except (ConnectorError, ConfigError) as error:
        until = error.until if isinstance(error, ConnectorError) else None
        _postpone(context, claim, run, str(error), until, claimed=False)
        return
    with db.writing(context.engine) as session:
        if not outgoing_answers.claim(session, key, context.clock.now()):
            return
    try:
        external_id = send()
    except UnconfirmedCall as error:
        answer_results.doubt(context, key, error.message)
        run.unsure += 1
        _stop_channel(context, claim.channel, run, str(error), None)
    except ConfigError as error:
        _postpone(context, claim, run, str(error), None, claimed=True)
    except ConnectorError as error:
        if error.kind in _STOPPING:
            _postpone(context, claim, run, str(error), error.until, claimed=True)
        else:
            _fail(context, claim, run, error.message)
    else:
        _settle_sent(context, claim, external_id, ledger)
        run.sent += 1


def _claim(
    context: Context,
    session: Session,
    message: CaseMessage,
    contact: CaseContact,
    way: AnswerWay,
) -> _AnswerClaim:
    conversation = way.conversation
    assert conversation is not None
    source = session.get_one(Source, conversation.source_id)
    category = SERVICE
    if message.template is not None:
        category = next(
            form.category
            for form in way.templates
            if form.name == message.template["name"]
            and form.language == message.template["language"]
        )
    claim = _AnswerClaim(
        key=message.outbox_key or "",
        to=conversation.uid,
        words=message.text or "",
        template=message.template,
        source=source,
        channel=contact.channel,
        category=category,
    )
    session.flush()
    session.expunge(source)
    return claim


def _sender(context: Context, claim: _AnswerClaim) -> Callable[[], str]:
    """The call that sends. ConfigError when a secret is missing."""
    connector = connectors.build(
        claim.source.connector, claim.source.settings, context.connector_context
    )
    if isinstance(connector, WhatsApp) and claim.template is not None:
        form = claim.template
        values = form["values"]
        assert isinstance(values, list)
        whatsapp = connector
        texts = [str(value) for value in values]
        return lambda: run_write(
            lambda: whatsapp.send_template(
                claim.to, str(form["name"]), str(form["language"]), texts
            )
        )
    if isinstance(connector, WhatsApp):
        number = connector
        return lambda: run_write(lambda: number.send_text(claim.to, claim.words))
    if isinstance(connector, Messenger):
        page = connector  # which says itself what is not known
        return lambda: page.send_text(claim.to, claim.words)
    raise TypeError(f"{claim.source.connector} sends no messages")


def _ledger(context: Context, claim: _AnswerClaim) -> Ledger | None:
    """What an answer is booked in; None where the channel costs nothing."""
    if claim.channel != WHATSAPP:
        return None
    return allowance_ledger.ledger_of(context, claim.source.connector, WHATSAPP)


def _postpone(
    context: Context,
    claim: _AnswerClaim,
    run: AnswerRun,
    why: str,
    until: datetime | None,
    *,
    claimed: bool,
) -> None:
    """It was certainly not sent: it waits, and so does its channel."""
    if claimed:
        now = context.clock.now()
        with db.writing(context.engine) as session:
            outgoing_answers.put_back(session, claim.key, now, why)
    run.later += 1
    _stop_channel(context, claim.channel, run, why, until)


def _stop_channel(
    context: Context, channel: str, run: AnswerRun, why: str, until: datetime | None
) -> None:
    """Nothing more is sent on a channel before a moment: a platform that is away would
    leave every answer in doubt, one after another."""
    run.stopped[channel] = why
    with db.writing(context.engine) as session:
        outgoing_answers.postpone(
            session, channel, until or context.clock.now() + _RETRY, why
        )


def _fail(context: Context, claim: _AnswerClaim, run: AnswerRun, why: Message) -> None:
    """The platform refused this answer: it does not go out, and a person reads why."""
    answer_results.fail(context, claim.key, why)
    run.failed += 1
    _LOG.error("an answer was refused", message=claim.key, answer=str(why))


def _settle_sent(
    context: Context, claim: _AnswerClaim, external_id: str, ledger: Ledger | None
) -> None:
    now = context.clock.now()
    with db.writing(context.engine) as session:
        source_id = claim.source.id or 0
        # A report may have come before our note.
        report = session.get(SentMessage, (source_id, external_id))
        state = answer_store.state_of_report(None if report is None else report.status)
        if ledger is not None:
            if report is None or report.billed_at is None:
                ledger.book(
                    session, Batch((), {}, cost={bucket_name(claim.category): 1})
                )
            delivery_receipts.record_accepted(
                session, source_id, external_id, claim.category, now
            )
        outgoing_answers.settle_sent(session, claim.key, now, "sent")
        answer_results.note_sent(context, session, claim.key, external_id, state)
