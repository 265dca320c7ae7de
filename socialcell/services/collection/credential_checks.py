"""Try the credential of each connector, and say once what a person must do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import connectors, db
from socialcell.connectors.base import Health, Kind
from socialcell.errors import ConfigError, MissingSecret
from socialcell.listening.people import masking
from socialcell.ops import credentials, store
from socialcell.ops.model import Credential, Source
from socialcell.services.collection import source_setup
from socialcell.services.context import Context

# A person is told at each of these: days that are left.
WARNED_AT = (1, 7, 14, 30)
# A platform that has trouble says nothing about our credential.
_SAYS_NOTHING = (Kind.TRANSIENT, Kind.RATE, Kind.QUOTA)


@dataclass(frozen=True)
class State:
    """A connector's credential as it was last tried. `news` is what nobody was told."""

    connector: str
    checked_at: datetime
    ok: bool
    message: str
    expires_at: datetime | None
    days_left: int | None
    news: str | None = None


def check(context: Context) -> list[State]:
    """A test read with one source of each connector, and what is new of it.

    Sources that had stopped because of a credential go on when theirs is accepted: a
    renewed token needs no restart.
    """
    with db.reading(context.engine) as session:
        enabled = store.enabled(session)
    found = []
    for connector in sorted({source.connector for source in enabled}):
        own = [source for source in enabled if source.connector == connector]
        state = _one(context, connector, own)
        if state is not None:
            found.append(state)
    return found


def known(context: Context) -> list[State]:
    """What the last test reads found, without asking anybody."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        return [_state(row, now) for row in credentials.checked_credentials(session)]


def _one(context: Context, connector: str, own: Sequence[Source]) -> State | None:
    """None when there is nothing to try, or the platform cannot say now."""
    stopped = [source for source in own if source.state == "needs_attention"]
    health = _tried(context, (stopped or list(own))[0])
    if health is None or (not health.ok and health.kind in _SAYS_NOTHING):
        return None
    if health.ok:
        for source in stopped:
            source_setup.try_out(context, source.name)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        row = credentials.find_or_add(session, connector, now)
        row.checked_at, row.ok = now, health.ok
        row.message = masking.unnamed(health.message)
        row.expires_at = health.expires_at
        return _told(session, row, now)


def _tried(context: Context, source: Source) -> Health | None:
    try:
        return connectors.build(
            source.connector, source.settings, context.surroundings
        ).check()
    except MissingSecret as error:
        return Health(False, str(error), kind=Kind.AUTH)
    except ConfigError:
        return None  # not the credential; the next pull says what it is


def _told(session: Session, row: Credential, now: datetime) -> State:
    """The state, with its news when nobody was told of them before."""
    trouble = _trouble(row, now)
    news = trouble if trouble != row.told else None
    row.told = trouble
    session.flush()
    state = _state(row, now)
    if news is None:
        return state
    said = row.message if not row.ok else _ends(state)
    return State(**{**vars(state), "news": said})


def _trouble(row: Credential, now: datetime) -> str | None:
    """A name for what is wrong, the same as long as it is the same trouble."""
    if not row.ok:
        return "refused"
    if row.expires_at is None:
        return None
    left = row.expires_at - now
    return next((f"{n} days" for n in WARNED_AT if left <= timedelta(days=n)), None)


def _state(row: Credential, now: datetime) -> State:
    left = None if row.expires_at is None else max((row.expires_at - now).days, 0)
    return State(
        row.connector, row.checked_at, row.ok, row.message, row.expires_at, left
    )


def _ends(state: State) -> str:
    return (
        f"The credential of {state.connector} ends in {state.days_left} days: renew it "
        f"as docs/connectors/{state.connector}.md says, and store it in the secret."
    )
