"""Errors that many platforms give alike, by the platform's name."""

from collections.abc import Sequence
from datetime import datetime

import requests

from socialcell.connectors.base import ConnectorError, Item, Kind, Reject
from socialcell.connectors.page_reading import require_readable
from socialcell.message_catalog import Message, Parameter


def unreachable(platform: str, error: Exception) -> ConnectorError:
    """No answer came. Of the error only the class is shown: its words hold addresses,
    and those may hold a token. Those of an answer that is a flood are our own."""
    for cause in (error, error.__context__):  # clients put errors of their own around
        if isinstance(cause, requests.exceptions.ContentDecodingError):
            return ConnectorError(
                Kind.DRIFT, "platforms.flood", platform=platform, reason=str(cause)
            )
    return ConnectorError(
        Kind.TRANSIENT,
        "platforms.unreachable",
        platform=platform,
        reason=type(error).__name__,
    )


def unreadable_answer(
    platform: str, answer: requests.Response, reason: Parameter
) -> ConnectorError:
    """An answer that is no JSON: why not, and what it claims to be."""
    return ConnectorError(
        Kind.DRIFT,
        "platforms.unreadable_answer",
        platform=platform,
        reason=reason,
        content_type=answer.headers.get("content-type")
        or Message("platforms.no_content_type"),
    )


def not_an_object(platform: str) -> ConnectorError:
    """An answer that is JSON, but no object."""
    return ConnectorError(Kind.DRIFT, "platforms.not_an_object", platform=platform)


def no_list(platform: str, name: str) -> ConnectorError:
    """An answer whose field of that name is no list."""
    return ConnectorError(
        Kind.DRIFT, "platforms.no_list", platform=platform, field=name
    )


def odd_field(platform: str, name: str) -> ConnectorError:
    """An answer whose field of that name, which leads to the next page, is no text."""
    return ConnectorError(
        Kind.DRIFT, "platforms.odd_field", platform=platform, field=name
    )


def rate_limited(platform: str, until: datetime) -> ConnectorError:
    """The platform wants no call before that moment."""
    return ConnectorError(
        Kind.RATE, "platforms.asks_to_wait", until=until, platform=platform
    )


def own_trouble(
    platform: str, status: Parameter, until: datetime | None = None
) -> ConnectorError:
    """A failure of the platform's own, with its status or its code."""
    return ConnectorError(
        Kind.TRANSIENT,
        "platforms.own_trouble",
        until=until,
        platform=platform,
        status=status,
    )


def no_access(platform: str, reason: Parameter) -> ConnectorError:
    """The credential is good, but may not read this."""
    return ConnectorError(
        Kind.ACCESS, "platforms.no_access", platform=platform, reason=reason
    )


def unknown_object(platform: str, reason: Parameter) -> ConnectorError:
    """What was requested by its id does not exist, or not any more."""
    return ConnectorError(
        Kind.GONE, "platforms.unknown_object", platform=platform, reason=reason
    )


def request_refused(
    platform: str, status: Parameter, reason: Parameter
) -> ConnectorError:
    """Any other refusal, by its status or code and the platform's own words."""
    return ConnectorError(
        Kind.CONFIG,
        "platforms.request_refused",
        platform=platform,
        status=status,
        reason=reason,
    )


def require_readable_answer(items: Sequence[Item], source: str) -> None:
    """ConnectorError DRIFT, with the first reason, when an answer has items and every
    one of them is a Reject.

    `source` names the platform, and the file or the day where it sends several.
    """
    reasons = [item.reason for item in items if isinstance(item, Reject)]
    reason = reasons[0] if reasons else None
    require_readable(items, "platforms.nothing_readable", source=source, reason=reason)
