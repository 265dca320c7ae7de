"""Sources of one credential share the allowance of its platform: they wait together."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from pydantic import SecretStr
from sqlmodel import Session

from socialcell import connectors, db
from socialcell.connectors.base import ConnectorError, Kind
from socialcell.errors import ConfigError
from socialcell.ops import store
from socialcell.ops.model import Source
from socialcell.services.context import Context

# What speaks of the credential's allowance, not of one source.
_SHARED = frozenset({Kind.RATE, Kind.QUOTA})


def postpone_others(session: Session, source: Source, others: Sequence[str]) -> None:
    """Let the sources of these names wait as long as `source` has to.

    Whoever has to wait longer already, and a state that a person has to mend, stay.
    """
    assert source.not_before is not None
    reason = f"Waits with {source.name}, same credential: {source.state_reason}"
    for name in others:
        other = store.source_named(session, name)
        if other.not_before is not None and other.not_before >= source.not_before:
            continue
        other.not_before = source.not_before
        if other.state in ("ok", "rate_limited", "quota_spent"):
            other.state, other.state_reason = source.state, reason


def sharing_sources(
    context: Context, source: Source, error: ConnectorError
) -> list[str]:
    """The names of the other enabled sources that a source's failure speaks of.

    They use the same secret of the same platform; one that is read without a secret
    has no allowance to share, and one that takes nothing of the allowance that is
    spent goes on.
    """
    if error.kind not in _SHARED:
        return []
    own = _secrets(context, source)
    with db.reading(context.engine) as session:
        others = [
            other
            for other in store.enabled(session)
            if other.connector == source.connector
            and other.id != source.id
            and (
                error.bucket is None
                or connectors.uses_bucket(other.connector, other.settings, error.bucket)
            )
        ]
    return [other.name for other in others if own & _secrets(context, other)]


def _secrets(context: Context, source: Source) -> frozenset[str]:
    """The names of the secrets that the source's connector asks for."""
    names: set[str] = set()

    def read_secret(name: str) -> SecretStr:
        names.add(name)
        return context.connector_context.secret(name)

    connector_context = replace(context.connector_context, secret=read_secret)
    # What it asked for is known, also when its settings or a secret are wrong.
    with suppress(ConfigError):
        connectors.build(source.connector, source.settings, connector_context)
    return frozenset(names)
