"""The outbox: each message is put in once, held by the mode, sent, and retried."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TypeAlias

from socialcell import chat, db, log, mail, phone
from socialcell.errors import ConfigError, UsageError
from socialcell.ops import audit, outbox_store
from socialcell.ops.delivery import Delivery as Delivery
from socialcell.ops.outbox_model import Outgoing
from socialcell.services import parallel_ways
from socialcell.services.context import Context
from socialcell.services.outbox import (
    acknowledgements,
    message_senders,
    outbox_mode,
    phone_calls,
    unsubscriptions,
)
from socialcell.services.outbox.delivery_failures import (
    Failure,
    failure_of,
    reason_of,
)

_LOG = log.logger(__name__)
_BATCH = 50
_CONNECTION_OVER = "the mail server ended the connection: other letters leave later"
_SUPERSEDED, _ = outbox_store.SUPERSEDED
# A phone takes two minutes at most: a trial without a result since then has none.
_LONGEST_TRIAL = timedelta(minutes=5)

Bodies: TypeAlias = tuple[str, Callable[[str], bytes]]
"""A subject, and what is sent to each recipient."""


@dataclass(frozen=True)
class Release:
    """How many messages were let go, and the ids of those that are stale and stay."""

    count: int
    stale: tuple[int, ...] = ()


SendingWay: TypeAlias = parallel_ways.Way[phone.PlacedCall | None, Delivery]
"""A room, a phone or the mail server, with what it has to send."""
_Attempt: TypeAlias = Generator[
    Callable[[], phone.PlacedCall | None],
    phone.PlacedCall | None,
    tuple[Delivery, bool],
]


def release(context: Context, ids: list[int] | None) -> Release:
    """Let what is held leave: these messages, or all that is not stale. Audited.

    What is said in public is stale when its time passed more than
    publishing.late_hours ago: it leaves only when a person names it.
    """
    now = context.clock.now()
    late = timedelta(hours=context.workspace.config.publishing.late_hours)
    with db.writing(context.engine) as session:
        fresh, stale = outbox_store.held_ids(session, now - late)
        if ids is not None:
            fresh, stale = list(dict.fromkeys(ids)), []
            if unsure := outbox_store.unsure_answers(session, fresh):
                raise UsageError("outbox.unsure_answer", messages=unsure)
        count = outbox_store.release(session, fresh, now)
        if ids is not None and count < len(fresh):
            raise UsageError("outbox.not_held", n=len(fresh) - count)
        detail = {"messages": count, "ids": ids or "all", "stale": stale}
        audit.append(
            session, context.actor, "outgoing.release", "messages", detail, now
        )
    return Release(count, tuple(stale))


def put_letter(
    context: Context,
    kind: str,
    key: str,
    lang: str,
    readers: Sequence[str],
    make: Callable[[], mail.Letter],
) -> int:
    """Put the letter of this key into the outbox for each reader who has not had it;
    how many are new.

    The letter is made only when somebody lacks it. The mode decides whether it waits
    to be sent or is held. Who stopped letters of this kind is left out; the log says
    how many those are.
    """
    settings, now = context.workspace.config.mail, context.clock.now()
    subscribers = unsubscriptions.subscribers(context, kind, readers)
    if len(subscribers) < len(readers):
        count = len(readers) - len(subscribers)
        _LOG.info("recipients stopped this letter", kind=kind, key=key, count=count)

    def bodies() -> Bodies:
        letter = make()
        return letter.subject, lambda reader: mail.compose(
            letter,
            settings,
            key,
            reader,
            lang,
            now,
            kind,
            unsubscriptions.address(context, kind, reader),
        )

    return _put(context, kind, "mail", key, subscribers, bodies)


def put_card(
    context: Context, kind: str, key: str, room: str, make: Callable[[], chat.ChatCard]
) -> int:
    """Put the message of this key into the outbox for a room of config.yaml, unless it
    has had it; 1 when it is new. As `put`."""
    channel = context.workspace.config.alerts.channels[room].kind

    def bodies() -> Bodies:
        card = make()
        return card.title, lambda _room: chat.payload(channel, card)

    return _put(context, kind, channel, key, [room], bodies)


def put_call(
    context: Context,
    kind: str,
    key: str,
    name: str,
    subject: str,
    make: Callable[[], bytes],
) -> int:
    """Put the call of this key into the outbox for a phone of config.yaml, unless it
    has had it; 1 when it is new. As `put`; `make` gives the body."""

    def bodies() -> Bodies:
        body = make()
        return subject, lambda _name: body

    return _put(context, kind, outbox_store.PHONE, key, [name], bodies)


def deliver_due(
    context: Context,
    *,
    alerts: bool | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Delivery:
    """Send what is due, of `alerts` alone or without them; no trial. Each message is
    claimed, sent, and settled by itself.

    Between the receiver's yes and our note of it a kill leaves the message to be sent
    once more (a letter under the same Message-ID). A refused password stops letters, a
    dead address one room, and neither the others. Telephones, rooms and the mail server
    are served at the same time, each one message after the other. Of alerts one that
    hangs is left at work where the context has ways for that.
    """
    now = context.clock.now()
    _end_interrupted_trials(context)
    with db.reading(context.engine) as session:
        letters = outbox_store.waiting(session, now, _BATCH, alerts=alerts)
        rooms = outbox_store.rooms_waiting(session, now, alerts=alerts)
    phones = context.workspace.config.alerts.phone
    ways = {
        f"room {room}": _send_messages(context, room, stop, alerts=alerts)
        for room in sorted(rooms, key=lambda room: room not in phones)
    }
    if letters:
        ways["mail"] = _send_letters(context, letters, stop)
    runner = context.alert_ways if alerts else None
    return sum((runner or parallel_ways.WayRunner()).run(ways), Delivery())


def deliver_trial(context: Context, key: str, room: str) -> Delivery:
    """Send the trial of this key to its room or phone, once: whatever becomes of it, it
    never leaves later."""
    now = context.clock.now()
    is_letter = room in context.workspace.config.alerts.addresses
    with db.reading(context.engine) as session:
        ids = outbox_store.waiting_trial(session, f"{key}|{room}", now)
    try:
        way = (
            _send_letters(context, ids, stop=lambda: False)
            if is_letter
            else _send_each(
                context, ids, message_senders.sender(context, room), stop=lambda: False
            )
        )
        (delivery,) = parallel_ways.run_ways([way])
    except ConfigError as error:
        delivery = Delivery(dead=len(ids), stopped=str(error))
    if not delivery.sent:
        delivery = replace(delivery, later=0, dead=len(ids))
    with db.writing(context.engine) as session:
        reason = delivery.stopped or "the trial was interrupted"
        outbox_store.end_trials(session, ids, now, reason)
    return delivery


def _end_interrupted_trials(context: Context) -> None:
    now = context.clock.now()
    with db.reading(context.engine) as session:
        ids = outbox_store.interrupted_trials(session, now - _LONGEST_TRIAL)
    if ids:
        with db.writing(context.engine) as session:
            outbox_store.end_trials(session, ids, now, "the trial was interrupted")


def recover_unsent(context: Context) -> int:
    """Make messages due at once whose sender died. Under the daemon's lease; without a
    daemon they are due when the dead process's claim expires."""
    with db.writing(context.engine) as session:
        return outbox_store.return_unsent(session, context.clock.now())


def _put(
    context: Context,
    kind: str,
    channel: str,
    key: str,
    recipients: Sequence[str],
    make: Callable[[], Bodies],
) -> int:
    with db.reading(context.engine) as session:
        missing = outbox_store.new_keys(
            session, [f"{key}|{dedup_key}" for dedup_key in recipients]
        )
    if not missing:
        return 0
    (subject, body_for), now = make(), context.clock.now()
    messages = [
        Outgoing(
            kind=kind,
            channel=channel,
            dedup_key=dedup_key,
            recipient=(recipient := dedup_key.removeprefix(f"{key}|")),
            subject=subject,
            body=body_for(recipient),
            state="pending",
            not_before=now,
            made_at=now,
        )
        for dedup_key in missing
    ]
    with db.writing(context.engine) as session:
        is_held, mode = outbox_mode.check_mode(session, kind)
        for message in messages if is_held else ():
            message.state, message.held_by = "held", "mode"
            message.answer = outbox_mode.held_by_mode(mode)
        return sum(outbox_store.add(session, message) for message in messages)


def _send_letters(
    context: Context, ids: list[int], stop: Callable[[], bool]
) -> SendingWay:
    """Letters of one connection. Where there is none each of them says why."""
    settings = context.workspace.config.mail
    if settings.host is None:
        return Delivery(stopped="mail.host is not set: letters wait in the outbox")
    try:
        server = mail.Server(settings, message_senders.mail_password(context))
    except ConfigError as error:
        _note_reason(context, ids, str(error))
        return Delivery(stopped=str(error))
    try:
        try:
            yield server.open
        except (ConfigError, mail.DeliveryDeferred, mail.DeliveryUnavailable) as error:
            _note_reason(context, ids, str(error))
            return Delivery(stopped=str(error))
        _end_superseded(context)

        def send(body: bytes, recipient: str) -> phone.PlacedCall:
            return phone.PlacedCall(server.send(body, recipient))

        delivery = yield from _send_each(
            context, ids, send, lambda: stop() or not server.is_open
        )
        if not server.is_open and not delivery.stopped:
            delivery += Delivery(stopped=_CONNECTION_OVER)
        yield server.close
        return delivery
    finally:
        server.close()


def _note_reason(context: Context, ids: Sequence[int], answer: str) -> None:
    """Letters that wait for a server that takes none say so; none was tried. The log
    says it when the reason is new."""
    with db.writing(context.engine) as session:
        is_new = outbox_store.note_answer(session, ids, answer)
    if is_new:
        _LOG.warning("no letter can be sent", letters=len(ids), answer=answer)


def _send_messages(
    context: Context, room: str, stop: Callable[[], bool], *, alerts: bool | None = None
) -> SendingWay:
    """What is due for one room or phone. One that asks us to wait is asked nothing
    more. Of several that wait about one incident the newest alone leaves."""
    now = context.clock.now()
    if room in context.workspace.config.alerts.phone:
        phone_calls.end_superseded(context, room)
    else:
        _end_superseded(context, room)
    with db.reading(context.engine) as session:
        ids = outbox_store.waiting(session, now, _BATCH, room, alerts=alerts)
    try:
        send = message_senders.sender(context, room)
    except ConfigError as error:
        return Delivery(stopped=str(error))
    return (yield from _send_each(context, ids, send, stop))


def _end_superseded(context: Context, room: str | None = None) -> None:
    """Of several messages about one alert that wait for one reader, after an outage of
    ours or of the server, the newest alone leaves."""
    with db.reading(context.engine) as session:
        older = outbox_store.superseded(session, room)
    if older:
        with db.writing(context.engine) as session:
            now = context.clock.now()
            outbox_store.end_unsent(session, older, now, _SUPERSEDED)


def _send_each(
    context: Context,
    ids: Sequence[int],
    send: message_senders.Send,
    stop: Callable[[], bool],
) -> SendingWay:
    """Send one after another, until all are settled or nothing more can be sent."""
    total = Delivery()
    for id_ in ids:
        if stop():
            break
        delivery, goes_on = yield from _send_one(context, send, id_)
        total += delivery
        if not goes_on:
            break
    return total


def _send_one(context: Context, send: message_senders.Send, id_: int) -> _Attempt:
    """One message, and whether others may follow; nothing when somebody else has it.
    What a phone's answer acknowledges is written down with the answer."""
    with db.writing(context.engine) as session:
        message = outbox_store.claim(session, id_, context.clock.now())
        if message is None:
            return Delivery(), True
        recipient, attempts, body = message.recipient, message.attempts, message.body
        channel, key = message.channel, message.dedup_key
    assert body is not None
    failure: Failure | None = None
    acknowledged_by: str | None = None
    try:
        placed = yield partial(send, body, recipient)
        assert placed is not None
        answer, acknowledged_by = placed.answer, placed.acknowledged_by
    except (
        mail.DeliveryRefused,
        mail.DeliveryDeferred,
        mail.DeliveryUnavailable,
    ) as error:
        failure = failure_of(error, channel, attempts)
        if key.startswith(outbox_store.TRIAL):
            failure = replace(failure, state="dead", ends_run=True)
        answer = failure.answer
    state = failure.state if failure else "sent"
    with db.writing(context.engine) as session:
        now = context.clock.now()
        not_before = now + failure.wait if failure and failure.wait else None
        outbox_store.settle(session, id_, state, now, answer, not_before)
        if failure and failure.is_of_all and not_before and channel != "mail":
            outbox_store.postpone(session, recipient, not_before)
        item_id = outbox_store.mention_of_key(key)
        if acknowledged_by is not None and item_id is not None:
            acknowledgements.acknowledge_by_phone(
                session, item_id, acknowledged_by, recipient, now
            )
    if state == "dead" and not key.startswith(outbox_store.TRIAL):
        _LOG.error("a message is dead", message=id_, answer=answer)
    return Delivery(
        sent=int(state == "sent"),
        later=int(state == "pending"),
        dead=int(state == "dead"),
        stopped=reason_of(failure, channel, recipient),
    ), failure is None or not failure.ends_run
