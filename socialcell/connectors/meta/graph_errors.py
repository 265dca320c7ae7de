"""What a refusal of the Graph API means: its code as one of our kinds and messages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests

from socialcell.connectors import strict_json
from socialcell.connectors.base import ConnectorError, Kind
from socialcell.http import retry_after
from socialcell.json_types import JsonValue
from socialcell.message_catalog import Message
from socialcell.text import one_line

_LONGEST_REASON = 300
# developers.facebook.com/docs/graph-api: guides/error-handling, overview/rate-limiting
_TOKEN = {102, 190}
_NOT_ALLOWED = {3, 10, *range(200, 300)}
# The last three are WhatsApp's: of the number, of the account, of one recipient.
_TOO_MANY = {4, 17, 32, 341, 613, *range(80000, 80015), 130429, 131048, 131056}
_OWN_TROUBLE = {1, 2}
_NO_PARAMETER, _NO_OBJECT, _NO_ALIAS = 100, 33, 803
_HASHTAGS_SPENT, _NO_HASHTAG = 18, 24
_TOKEN_FAULTS = {
    458: Message("meta.app_removed"),
    459: Message("meta.login_needed"),
    460: Message("meta.password_changed"),
    463: Message("meta.token_expired"),
    464: Message("meta.person_not_confirmed"),
    467: Message("meta.token_revoked"),
    492: Message("meta.person_without_role"),
}


@dataclass(frozen=True, slots=True)
class GraphRefusal:
    """The `error` of an answer of the Graph API."""

    code: int | None
    subcode: int | None
    message: str
    transient: bool

    @property
    def kind(self) -> Kind:
        if self.code in _TOKEN:
            return Kind.AUTH
        if self.code in _TOO_MANY:
            return Kind.RATE
        if self.code == _HASHTAGS_SPENT:
            return Kind.QUOTA
        if self.code in _NOT_ALLOWED:
            return Kind.ACCESS
        if self.is_missing or self.code == _NO_HASHTAG:
            return Kind.GONE
        if self.transient or self.code in _OWN_TROUBLE:
            return Kind.TRANSIENT
        return Kind.CONFIG

    @property
    def is_missing(self) -> bool:
        """There is no such object, or none that this token may see."""
        return self.code == _NO_ALIAS or (
            self.code == _NO_PARAMETER and self.subcode == _NO_OBJECT
        )

    @property
    def explanation(self) -> Message:
        """What is wrong and what to do, for an operator."""
        return _EXPLANATIONS[self.kind](self)


def refusal_of(body: JsonValue) -> GraphRefusal | None:
    """The error that an answer carries; None when it carries none."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None
    return GraphRefusal(
        code=_number(error.get("code")),
        subcode=_number(error.get("error_subcode")),
        message=one_line(str(error.get("message") or "no reason"), _LONGEST_REASON),
        transient=error.get("is_transient") is True,
    )


def answer_error(
    answer: requests.Response, now: datetime, regain: timedelta
) -> ConnectorError:
    """An answer that is no good as one of our kinds. `regain`: how long a limit lasts.

    The code decides, not the status: a spent allowance may come as 400 or 403.
    """
    refusal = _refusal(answer)
    if refusal is not None:
        return refusal_error(refusal, now, regain, retry_after(answer.headers, now))
    status = answer.status_code
    if status == 429:
        until = retry_after(answer.headers, now) or now + regain
        return ConnectorError(Kind.RATE, "meta.wait", until=until)
    if status >= 500:
        return ConnectorError(
            Kind.TRANSIENT,
            "meta.trouble_by_status",
            until=retry_after(answer.headers, now),
            status=status,
        )
    content_type = answer.headers.get("content-type", "no content type")
    if status < 400:
        return ConnectorError(
            Kind.DRIFT, "meta.unreadable_content", content_type=content_type
        )
    return ConnectorError(
        Kind.CONFIG,
        "meta.refused_by_status",
        status=status,
        content_type=content_type,
    )


def refusal_error(
    refusal: GraphRefusal,
    now: datetime,
    regain: timedelta,
    retry_at: datetime | None = None,
) -> ConnectorError:
    """A refusal as an error; `retry_at` is a moment that the answer's headers named."""
    until = retry_at
    if refusal.kind is Kind.RATE and (until is None or until <= now):
        until = now + regain
    if refusal.kind is Kind.QUOTA:
        until = now + timedelta(days=1)  # one of seven days, hashtag by hashtag
    return ConnectorError.from_message(refusal.kind, refusal.explanation, until)


def _refusal(answer: requests.Response) -> GraphRefusal | None:
    try:
        return refusal_of(strict_json.parse_body(answer.content))
    except ValueError:
        return None


def _number(value: JsonValue) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _token_explanation(refusal: GraphRefusal) -> Message:
    fault = _TOKEN_FAULTS.get(refusal.subcode or 0, Message("meta.token_not_valid"))
    return Message("meta.refused_token", {"reason": fault})


_EXPLANATIONS: Mapping[Kind, Callable[[GraphRefusal], Message]] = {
    Kind.AUTH: _token_explanation,
    Kind.ACCESS: lambda refusal: Message("meta.no_access", {"reason": refusal.message}),
    Kind.RATE: lambda refusal: Message(
        "meta.wait_by_reason", {"reason": refusal.message}
    ),
    Kind.QUOTA: lambda refusal: Message(
        "meta.used_hashtags", {"reason": refusal.message}
    ),
    Kind.GONE: lambda refusal: Message(
        "meta.no_such_object", {"reason": refusal.message}
    ),
    Kind.TRANSIENT: lambda refusal: Message(
        "meta.trouble", {"reason": refusal.message}
    ),
    Kind.CONFIG: lambda refusal: Message(
        "meta.refused_request", {"reason": refusal.message}
    ),
}
