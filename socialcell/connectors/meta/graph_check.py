"""The check of a token of Meta's: its expiry, its permissions, the API's version."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta

from socialcell.clock import IST, Clock
from socialcell.connectors.base import ConnectorError, ConnectorHealth, Kind
from socialcell.connectors.meta.graph_client import Graph
from socialcell.http import epoch
from socialcell.json_types import JsonObject

_WARN_TOKEN = timedelta(days=14)
_WARN_VERSION = timedelta(days=183)
# The day on which a version ends; None: Meta has not said yet.
# developers.facebook.com/docs/graph-api/changelog, as it stood in November 2026.
VERSIONS: Mapping[str, date | None] = {
    "v20.0": date(2026, 9, 24),
    "v21.0": date(2027, 1, 21),
    "v22.0": date(2027, 5, 20),
    "v23.0": date(2027, 10, 8),
    "v24.0": date(2028, 2, 18),
    "v25.0": date(2028, 7, 29),
    "v26.0": None,
}


def examine(
    graph: Graph,
    clock: Clock,
    needed: Iterable[str],
    read: Callable[[], Iterable[str]],
) -> ConnectorHealth:
    """The health of a token; `needed` are the permissions that a source uses.

    `read` reads a little of what the source reads, and returns notes for the operator.
    `expires_at` is the nearer of the token's end and the end of its access to data. A
    version that ends within six months is a warning, not a failure.
    """
    now, expires = clock.now(), None
    try:
        info = token_info(graph)
        expires = _expires(info)
        _require_valid(info, expires, now)
        _require_permissions(info, needed)
        notes = [*read()]
    except ConnectorError as error:
        return ConnectorHealth.from_error(error, expires)
    messages = ["Meta answers; the token has the permissions that this source needs"]
    if expires is not None and expires - now <= _WARN_TOKEN:
        messages.append(
            f"it ends on {expires.astimezone(IST):%d %B %Y}, renew it before"
        )
    messages += version_warning(graph.version, now.date()) + notes
    return ConnectorHealth(ok=True, message="; ".join(messages), expires_at=expires)


def token_info(graph: Graph) -> JsonObject:
    """Meta's description of the token: is_valid, expires_at, scopes. DRIFT."""
    info = graph.ask("debug_token", input_token=graph.token).get("data")
    if not isinstance(info, dict):
        raise ConnectorError(Kind.DRIFT, "meta.token_answer_without_data")
    return info


def require_scopes(graph: Graph, needed: Iterable[str]) -> None:
    """ConnectorError ACCESS unless the token has these permissions.

    Meta's answer is the same for what we may not see and for what is gone; the
    permissions separate the two.
    """
    if lacking := _missing_permissions(token_info(graph), needed):
        raise ConnectorError(
            Kind.ACCESS, "meta.permission_to_recheck", permissions=lacking
        )


def version_warning(version: str, today: date) -> list[str]:
    """At most one sentence on the version of the API; none when it is fresh."""
    if version not in VERSIONS:
        return [f"when version {version} of the Graph API ends is not known here"]
    ends = VERSIONS[version]
    if ends is None or ends - today > _WARN_VERSION:
        return []
    tense = "ended" if ends <= today else "ends"
    return [
        f"version {version} of the Graph API {tense} on {ends:%d %B %Y}: set a newer "
        "one as connectors.meta.version in config.yaml"
    ]


def _require_valid(info: JsonObject, expires: datetime | None, now: datetime) -> None:
    if info.get("is_valid") is not True or (expires is not None and expires <= now):
        raise ConnectorError(Kind.AUTH, "meta.invalid_token")


def _require_permissions(info: JsonObject, needed: Iterable[str]) -> None:
    if lacking := _missing_permissions(info, needed):
        raise ConnectorError(
            Kind.ACCESS, "meta.missing_permission", permissions=lacking
        )


def _expires(info: JsonObject) -> datetime | None:
    """The nearer end. 0 means never, as for a system user's token."""
    ends = [info.get("expires_at"), info.get("data_access_expires_at")]
    moments = [epoch(str(end)) for end in ends if isinstance(end, int) and end > 0]
    return min((moment for moment in moments if moment), default=None)


def _missing_permissions(info: JsonObject, needed: Iterable[str]) -> list[str]:
    """The permissions that a token has not."""
    scopes = info.get("scopes")
    granted = {str(scope) for scope in scopes} if isinstance(scopes, list) else set()
    return sorted(set(needed) - granted)
