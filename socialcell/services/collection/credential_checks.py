"""Check the credential of each connector, and report each problem once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import connectors, db
from socialcell.connectors.base import ConnectorHealth, Kind
from socialcell.errors import ConfigError, MissingSecret
from socialcell.listening.people import masking
from socialcell.ops import credentials, store
from socialcell.ops.model import Credential, Source
from socialcell.services.collection import source_setup
from socialcell.services.context import Context

# A warning is given at each of these numbers of days left.
WARNING_DAYS = (1, 7, 14, 30)
# A platform that has trouble says nothing about our credential.
_INCONCLUSIVE = (Kind.TRANSIENT, Kind.RATE, Kind.QUOTA)


@dataclass(frozen=True)
class CredentialState:
    """A connector's credential as it was last tried. `news`: the message, when
    it was not given before."""

    connector: str
    checked_at: datetime
    ok: bool
    message: str
    expires_at: datetime | None
    days_left: int | None
    news: str | None = None


def check_credentials(context: Context) -> list[CredentialState]:
    """A test read with one source of each connector, and what is new of it.

    Sources that had stopped because of a credential go on when theirs is accepted: a
    renewed token needs no restart.
    """
    with db.reading(context.engine) as session:
        enabled = store.enabled(session)
    states = []
    for connector in sorted({source.connector for source in enabled}):
        own = [source for source in enabled if source.connector == connector]
        state = _check_connector(context, connector, own)
        if state is not None:
            states.append(state)
    return states


def last_checks(context: Context) -> list[CredentialState]:
    """What the last test reads found, without asking anybody."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        return [_state(row, now) for row in credentials.checked_credentials(session)]


def _check_connector(
    context: Context, connector: str, own: Sequence[Source]
) -> CredentialState | None:
    """None when there is nothing to try, or the platform cannot say now."""
    stopped = [source for source in own if source.state == "needs_attention"]
    health = _test_read(context, (stopped or list(own))[0])
    if health is None or (not health.ok and health.kind in _INCONCLUSIVE):
        return None
    if health.ok:
        for source in stopped:
            source_setup.check_source(context, source.name)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        row = credentials.find_or_add(session, connector, now)
        row.checked_at, row.ok = now, health.ok
        row.message = masking.unnamed(health.message)
        row.expires_at = health.expires_at
        return _with_news(session, row, now)


def _test_read(context: Context, source: Source) -> ConnectorHealth | None:
    try:
        return connectors.build(
            source.connector, source.settings, context.connector_context
        ).check()
    except MissingSecret as error:
        return ConnectorHealth(False, str(error), kind=Kind.AUTH)
    except ConfigError:
        return None  # not the credential; the next pull says what it is


def _with_news(session: Session, row: Credential, now: datetime) -> CredentialState:
    """The state, with news when they were not reported before."""
    trouble = _trouble(row, now)
    news = trouble if trouble != row.told else None
    row.told = trouble
    session.flush()
    state = _state(row, now)
    if news is None:
        return state
    news_text = row.message if not row.ok else _expiry_notice(state)
    return CredentialState(**{**vars(state), "news": news_text})


def _trouble(row: Credential, now: datetime) -> str | None:
    """A name for what is wrong, the same as long as it is the same trouble."""
    if not row.ok:
        return "refused"
    if row.expires_at is None:
        return None
    left = row.expires_at - now
    return next((f"{n} days" for n in WARNING_DAYS if left <= timedelta(days=n)), None)


def _state(row: Credential, now: datetime) -> CredentialState:
    left = None if row.expires_at is None else max((row.expires_at - now).days, 0)
    return CredentialState(
        row.connector, row.checked_at, row.ok, row.message, row.expires_at, left
    )


def _expiry_notice(state: CredentialState) -> str:
    return (
        f"The credential of {state.connector} ends in {state.days_left} days: renew it "
        f"as docs/connectors/{state.connector}.md says, and store it in the secret."
    )
