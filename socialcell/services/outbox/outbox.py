"""What leaves the house: put in once, held by the switch, sent, tried again."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from sqlmodel import Session

from socialcell import chat, db, log, mail, phone
from socialcell.errors import ConfigError, UsageError
from socialcell.listening.store.alerts import critical_calls as critical_store
from socialcell.ops import audit
from socialcell.ops import outbox_store as store
from socialcell.ops.outbox_model import Outgoing
from socialcell.services.context import Context
from socialcell.services.outbox import acknowledgements

_LOG = log.logger(__name__)
MODES = ("normal", "crisis", "mourning", "election")
# What speaks for the city in public waits in every mode but normal. What we tell
# ourselves goes on: a crisis is when it is needed. Answers to citizens go on too, and
# so does what a second person approved as safety: no mode may cost a life.
_PUBLICITY = ("post", "outreach")
HELD: dict[str, tuple[str, ...]] = {
    "normal": (),
    "crisis": _PUBLICITY,
    "mourning": _PUBLICITY,
    "election": _PUBLICITY,
}
# Greylisting wants five minutes; after two days a letter is dead.
WAITS = tuple(timedelta(minutes=m) for m in (5, 15, 60, 180, 360, 720, 1440))
_AT_ONCE = 50

Bodies: TypeAlias = tuple[str, Callable[[str], bytes]]
"""A subject, and what is sent to each recipient."""
Send: TypeAlias = Callable[[bytes, str], phone.PlacedCall]
"""Hands a body over to a recipient; errors are those of mail, chat and phone."""


@dataclass(frozen=True)
class Released:
    """How many messages were let go, and the ids of those that are stale and stay."""

    count: int
    stale: tuple[int, ...] = ()


@dataclass(frozen=True)
class Delivered:
    """What a delivery run came to."""

    sent: int = 0
    later: int = 0
    dead: int = 0
    stopped: str | None = None  # why nothing more was tried

    def __add__(self, other: "Delivered") -> "Delivered":
        said = "; ".join(filter(None, (self.stopped, other.stopped)))
        return Delivered(
            self.sent + other.sent,
            self.later + other.later,
            self.dead + other.dead,
            said or None,
        )


def mode(context: Context) -> str:
    """What the switch is set to."""
    with db.reading(context.engine) as session:
        return mode_in(session)


def set_mode(context: Context, mode: str, reason: str) -> int:
    """Turn the switch; how many messages it holds back at once. Audited.

    What was held stays held when the mode is normal again: a person releases what is
    still right to say. UsageError for an unknown mode or no reason.
    """
    if mode not in MODES:
        raise UsageError(f"There is no mode {mode!r}. There are: {', '.join(MODES)}.")
    if not reason.strip():
        raise UsageError("Say why, with --reason: it stands in the audit log.")
    now = context.clock.now()
    with db.writing(context.engine) as session:
        store.set_mode(session, mode, audit.operator(), reason.strip(), now)
        held = store.hold(session, HELD[mode], held_by_mode(mode))
        detail = {"mode": mode, "reason": reason.strip(), "held": held}
        audit.append(session, audit.operator(), "outgoing.mode", mode, detail, now)
    return held


def require(context: Context, kind: str) -> None:
    """Ask the switch before something leaves past the outbox. UsageError when it
    holds this kind, with the reason that was given for the switch."""
    with db.reading(context.engine) as session:
        held, mode = holds(session, kind)
        switch = store.mode(session)
        reason = f" ({switch.reason})" if switch else ""
    if held:
        raise UsageError(
            f"The switch is set to {mode}{reason}, and {kind} is held back: nothing "
            "was sent. What is about life or limb is marked with --safety. To change "
            "the switch: socialcell outbox mode --help"
        )


def held_by_mode(mode: str) -> str:
    """What is said of a message that the switch holds."""
    return f"The switch was set to {mode}: socialcell outbox release"


def release(context: Context, ids: list[int] | None) -> Released:
    """Let what is held leave: these messages, or all that is not stale. Audited.

    What is said in public is stale when its time passed more than
    publishing.late_hours ago: it leaves only when a person names it.
    """
    now = context.clock.now()
    late = timedelta(hours=context.workspace.config.publishing.late_hours)
    with db.writing(context.engine) as session:
        fresh, stale = store.held_ids(session, now - late)
        if ids is not None:
            fresh, stale = list(dict.fromkeys(ids)), []
        done = store.release(session, fresh, now)
        if ids is not None and done < len(fresh):
            raise UsageError(
                f"{len(fresh) - done} of these are not held; none was released."
            )
        detail = {"messages": done, "ids": ids or "all", "stale": stale}
        audit.append(
            session, audit.operator(), "outgoing.release", "messages", detail, now
        )
    return Released(done, tuple(stale))


def put(
    context: Context,
    kind: str,
    key: str,
    lang: str,
    readers: Sequence[str],
    make: Callable[[], mail.Letter],
) -> int:
    """Put the letter of this key into the outbox for each reader who has not had it;
    how many are new.

    The letter is made only when somebody lacks it. The switch decides whether it waits
    to be sent or is held.
    """
    settings, now = context.workspace.config.mail, context.clock.now()

    def bodies() -> Bodies:
        letter = make()
        return letter.subject, lambda reader: mail.compose(
            letter, settings, key, reader, lang, now
        )

    return _put(context, kind, "mail", key, readers, bodies)


def post(
    context: Context, kind: str, key: str, room: str, make: Callable[[], chat.ChatCard]
) -> int:
    """Put the message of this key into the outbox for a room of config.yaml, unless it
    has had it; 1 when it is new. As `put`."""
    channel = context.workspace.config.alerts.channels[room].kind

    def bodies() -> Bodies:
        card = make()
        return card.title, lambda _room: chat.payload(channel, card)

    return _put(context, kind, channel, key, [room], bodies)


def call(
    context: Context,
    kind: str,
    key: str,
    name: str,
    subject: str,
    make: Callable[[], bytes],
) -> int:
    """Put the call of this key into the outbox for a phone of config.yaml, unless it
    has had it; 1 when it is new. As `put`; `make` gives what the phone is told."""

    def bodies() -> Bodies:
        body = make()
        return subject, lambda _name: body

    return _put(context, kind, store.PHONE, key, [name], bodies)


def deliver(
    context: Context,
    *,
    only: str | None = None,
    critical: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Send what is due, or `only` what is due for one room or phone, or only what is
    about a `critical` item. Each message is claimed, sent, and settled by itself.

    Between the receiver's yes and our note of it a kill leaves the message to be sent
    once more (a letter under the same Message-ID). A refused password stops letters, a
    dead address one room, and neither the others.
    """
    if only is not None:
        return _messages(context, only, stop)
    now = context.clock.now()
    with db.reading(context.engine) as session:
        letters = store.waiting(session, now, _AT_ONCE, critical=critical)
        rooms = store.rooms_waiting(session, now, critical=critical)
    # Telephones ring first: a mail server may keep us waiting.
    rooms.sort(key=lambda room: room not in context.workspace.config.alerts.phone)
    done = Delivered()
    for room in rooms:
        done += _messages(context, room, stop, critical=critical)
    return done + _letters(context, letters, stop) if letters else done


def recover(context: Context) -> int:
    """What a process that died was sending is due at once. Under the daemon's lease;
    without a daemon it is due when the dead one's claim has run out."""
    with db.writing(context.engine) as session:
        return store.return_unsent(session, context.clock.now())


def holds(session: Session, kind: str) -> tuple[bool, str]:
    """Whether the switch holds this kind, and what it is set to."""
    mode = mode_in(session)
    return kind in HELD[mode], mode


def mode_in(session: Session) -> str:
    """As `mode`, in the caller's session."""
    found = store.mode(session)
    return found.mode if found else "normal"


def _put(
    context: Context,
    kind: str,
    channel: str,
    key: str,
    recipients: Sequence[str],
    make: Callable[[], Bodies],
) -> int:
    with db.reading(context.engine) as session:
        missing = store.new_keys(session, [f"{key}|{one}" for one in recipients])
    if not missing:
        return 0
    (subject, body_for), now = make(), context.clock.now()
    messages = [
        Outgoing(
            kind=kind,
            channel=channel,
            dedup_key=one,
            recipient=(recipient := one.removeprefix(f"{key}|")),
            subject=subject,
            body=body_for(recipient),
            state="pending",
            not_before=now,
            made_at=now,
        )
        for one in missing
    ]
    with db.writing(context.engine) as session:
        held, mode = holds(session, kind)
        for message in messages if held else ():
            message.state, message.held_by = "held", "mode"
            message.answer = held_by_mode(mode)
        return sum(store.add(session, message) for message in messages)


def _letters(context: Context, ids: list[int], stop: Callable[[], bool]) -> Delivered:
    settings = context.workspace.config.mail
    if settings.host is None:
        return Delivered(stopped="mail.host is not set: letters wait in the outbox")
    password = None
    if settings.user is not None:
        secret = context.workspace.secret(settings.password.secret)
        password = secret.get_secret_value()
    try:
        with mail.Server(settings, password) as server:

            def send(body: bytes, recipient: str) -> phone.PlacedCall:
                return phone.PlacedCall(server.send(body, recipient))

            return _each(context, ids, send, stop)
    except (mail.DeliveryDeferred, mail.DeliveryUnavailable) as error:
        return Delivered(stopped=str(error))


def _messages(
    context: Context, room: str, stop: Callable[[], bool], *, critical: bool = False
) -> Delivered:
    """What is due for one room or phone. One that asks us to wait is asked nothing
    more."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        ids = store.waiting(session, now, _AT_ONCE, room, critical=critical)
    try:
        is_phone = room in context.workspace.config.alerts.phone
        send = _by_phone(context, room) if is_phone else _to_room(context, room)
    except ConfigError as error:
        return Delivered(stopped=str(error))
    return _each(context, ids, send, stop)


def _to_room(context: Context, name: str) -> Send:
    """ConfigError as of _room."""
    room = _room(context, name)

    def send(body: bytes, _recipient: str) -> phone.PlacedCall:
        return phone.PlacedCall(chat.send(room, body, context.clock.now()))

    return send


def _by_phone(context: Context, name: str) -> Send:
    """ConfigError when the secret with the webhook's address lacks its value."""
    settings = context.workspace.config.alerts.phone[name]
    url = ""
    if settings.url is not None:
        url = context.workspace.secret(settings.url.secret).get_secret_value()

    def send(body: bytes, _recipient: str) -> phone.PlacedCall:
        told = json.loads(body)
        with db.reading(context.engine) as session:
            acknowledged = told["item"] and critical_store.is_acknowledged(
                session, told["item"]
            )
            if acknowledged:
                return phone.PlacedCall("not called: it was acknowledged")
        if settings.command is not None:
            return phone.run_command(
                settings.command, body, told["incident"], settings.seconds
            )
        base_urls, now = context.surroundings.base_urls, context.clock.now()
        return phone.post_webhook(url, body, base_urls, now)

    return send


def _room(context: Context, name: str) -> chat.ChatRoom:
    """ConfigError when config.yaml lacks the room, or a secret its value."""
    channel = context.workspace.config.alerts.channels.get(name)
    if channel is None:
        raise ConfigError(
            f"alerts has no channel or phone {name!r} any more: its messages wait in "
            "the outbox"
        )
    secrets = {
        what: context.workspace.secret(secret).get_secret_value()
        for what, secret in channel.secrets.items()
    }
    return chat.ChatRoom(channel.kind, secrets, context.surroundings.base_urls)


def _each(
    context: Context,
    ids: Sequence[int],
    send: Send,
    stop: Callable[[], bool],
) -> Delivered:
    """Send one after another, until all are settled or nothing more can be sent."""
    done = Delivered()
    for id_ in ids:
        if stop():
            break
        one = _one(context, send, id_)
        done += one
        if one.stopped is not None:
            break
    return done


def _one(context: Context, send: Send, id_: int) -> Delivered:
    """One message; nothing when somebody else has it. What a phone's answer
    acknowledges is written down with the answer."""
    with db.writing(context.engine) as session:
        found = store.claim(session, id_, context.clock.now())
        if found is None:
            return Delivered()
        recipient, attempts, body = found.recipient, found.attempts, found.body
        is_letter, key = found.channel == "mail", found.dedup_key
    assert body is not None
    state, wait = "sent", None
    stopped: str | None = None
    acknowledged_by: str | None = None
    try:
        placed = send(body, recipient)
        answer, acknowledged_by = placed.answer, placed.acknowledged_by
    except mail.DeliveryRefused as error:
        state, answer = "dead", str(error)
    except mail.DeliveryDeferred as error:
        answer = str(error)
        state = "pending" if attempts <= len(WAITS) else "dead"
        wait = error.wait or WAITS[min(attempts, len(WAITS)) - 1]
        stopped = answer if error.wait else None
    except mail.DeliveryUnavailable as error:
        # Not this recipient's fault: it waits, and its attempt does not count.
        state, answer, wait = "pending", str(error), WAITS[0]
        stopped = answer
    with db.writing(context.engine) as session:
        now = context.clock.now()
        not_before = now + wait if wait else None
        store.settle(session, id_, state, now, answer, not_before)
        if stopped and not_before and not is_letter:
            store.postpone(session, recipient, not_before)
            stopped = f"{recipient}: {stopped}"
        item = store.mention_of_key(key)
        if acknowledged_by is not None and item is not None:
            acknowledgements.by_phone(session, item, acknowledged_by, recipient, now)
    if state == "dead":
        _LOG.error("a message is dead", message=id_, answer=answer)
    return Delivered(
        sent=int(state == "sent"),
        later=int(state == "pending"),
        dead=int(state == "dead"),
        stopped=stopped,
    )
