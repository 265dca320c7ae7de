"""What leaves the house: put in once, held by the switch, sent, tried again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from socialcell import db, log, mail
from socialcell.errors import UsageError
from socialcell.jobs.context import Context
from socialcell.ops import audit
from socialcell.ops import outgoing as store
from socialcell.ops.outgoing_model import Outgoing

_LOG = log.logger(__name__)
MODES = ("normal", "crisis", "mourning", "election")
# What speaks for the city in public waits in every mode but normal. What we tell
# ourselves goes on: a crisis is when it is needed. Answers to citizens go on too.
HELD = {
    "normal": (),
    "crisis": ("post", "outreach"),
    "mourning": ("post", "outreach"),
    "election": ("post", "outreach"),
}
# Greylisting wants five minutes; after two days a letter is dead.
WAITS = tuple(timedelta(minutes=m) for m in (5, 15, 60, 180, 360, 720, 1440))
_AT_ONCE = 50


@dataclass(frozen=True)
class Delivered:
    """What a delivery run came to."""

    sent: int = 0
    later: int = 0
    dead: int = 0
    stopped: str | None = None  # why nothing more was tried


def mode(context: Context) -> str:
    """What the switch is set to."""
    with db.reading(context.engine) as session:
        return _mode(session)


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
        held = store.hold(session, HELD[mode])
        detail = {"mode": mode, "reason": reason.strip(), "held": held}
        audit.append(session, audit.operator(), "outgoing.mode", mode, detail, now)
    return held


def require(context: Context, kind: str) -> None:
    """Ask the switch before something leaves past the outbox. UsageError when it
    holds this kind."""
    with db.reading(context.engine) as session:
        held, mode = _holds(session, kind)
    if held:
        raise UsageError(
            f"The switch is set to {mode}, and {kind} is held back: nothing was sent. "
            "To change it: socialcell outgoing mode --help"
        )


def release(context: Context, ids: list[int] | None) -> int:
    """Let what is held leave: these messages, or all. How many. Audited."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        done = store.release(session, ids, now)
        if ids is not None and done < len(set(ids)):
            raise UsageError(
                f"{len(set(ids)) - done} of these are not held; none was released."
            )
        detail = {"messages": done, "ids": ids or "all"}
        audit.append(
            session, audit.operator(), "outgoing.release", "messages", detail, now
        )
    return done


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
    with db.reading(context.engine) as session:
        missing = store.untold(session, [f"{key}|{reader}" for reader in readers])
    if not missing:
        return 0
    letter, now = make(), context.clock.now()
    settings = context.workspace.config.mail
    messages = [
        Outgoing(
            kind=kind,
            channel="mail",
            dedup_key=one,
            recipient=(reader := one.removeprefix(f"{key}|")),
            subject=letter.subject,
            body=mail.compose(letter, settings, key, reader, lang, now),
            state="pending",
            not_before=now,
            made_at=now,
        )
        for one in missing
    ]
    with db.writing(context.engine) as session:
        held, _ = _holds(session, kind)
        for message in messages:
            message.state = "held" if held else "pending"
        return sum(store.add(session, message) for message in messages)


def deliver(context: Context, *, stop: Callable[[], bool] = lambda: False) -> Delivered:
    """Send what is due. Each message is claimed, sent, and settled by itself.

    Between the server's yes and our note of it a kill leaves the message to be sent
    once more, under the same Message-ID. A refused password stops the run, not a
    recipient.
    """
    settings = context.workspace.config.mail
    with db.reading(context.engine) as session:
        ids = store.waiting(session, context.clock.now(), _AT_ONCE)
    if not ids:
        return Delivered()
    if settings.host is None:
        return Delivered(stopped="mail.host is not set: letters wait in the outbox")
    password = None
    if settings.user is not None:
        secret = context.workspace.secret(settings.password.secret)
        password = secret.get_secret_value()
    sent = later = dead = 0
    try:
        with mail.Server(settings, password) as server:
            for id_ in ids:
                if stop():
                    break
                state = _one(context, server, id_)
                sent += state == "sent"
                later += state == "pending"
                dead += state == "dead"
    except (mail.Later, mail.NobodyCan) as error:
        return Delivered(sent, later, dead, str(error))
    return Delivered(sent, later, dead)


def recover(context: Context) -> int:
    """What a process that died was sending waits again. Under the daemon's lease."""
    with db.writing(context.engine) as session:
        return store.return_unsent(session)


def _holds(session: Session, kind: str) -> tuple[bool, str]:
    """Whether the switch holds this kind, and what it is set to."""
    mode = _mode(session)
    return kind in HELD[mode], mode


def _mode(session: Session) -> str:
    found = store.mode(session)
    return found.mode if found else "normal"


def _one(context: Context, server: mail.Server, id_: int) -> str | None:
    """One message; its state afterwards, None when somebody else has it."""
    with db.writing(context.engine) as session:
        found = store.claim(session, id_)
        if found is None:
            return None
        recipient, attempts, body = found.recipient, found.attempts, found.body
    assert body is not None
    state, not_before = "sent", None
    stopped: mail.NobodyCan | None = None
    try:
        answer = server.send(body, recipient)
    except mail.Refused as error:
        state, answer = "dead", str(error)
    except mail.Later as error:
        answer = str(error)
        state = "pending" if attempts <= len(WAITS) else "dead"
        wait = WAITS[min(attempts, len(WAITS)) - 1]
        not_before = context.clock.now() + wait
    except mail.NobodyCan as error:
        # Not this recipient's fault: it waits, and its attempt does not count.
        state, answer, stopped = "pending", str(error), error
        not_before = context.clock.now() + WAITS[0]
    with db.writing(context.engine) as session:
        now = context.clock.now()
        store.settle(session, id_, state, now, answer, not_before)
    if state == "dead":
        _LOG.error("a letter is dead", message=id_, answer=answer)
    if stopped is not None:
        raise stopped
    return state
