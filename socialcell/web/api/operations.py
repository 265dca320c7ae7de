"""What the operations of the API share: their errors and headers in the document."""

from typing import Any, TypeAlias

from socialcell.message_catalog import Message, Parameter
from socialcell.web.api.problems import (
    BUSY_SECONDS,
    MEDIA_TYPE,
    ApiError,
    problem_of,
)

PREFIX = "/api/v1"

Documented: TypeAlias = "dict[str, Documented] | list[Documented] | str | int"
"""A part of the OpenAPI document."""

_TEXT: Documented = {"schema": {"type": "string"}}
_RATE: dict[str, Documented] = {
    "RateLimit-Policy": {
        "description": "q requests in w seconds.",
        "schema": {"type": "string", "examples": ['"token";q=60;w=60']},
    },
    "RateLimit": {
        "description": "r requests are left; t seconds until they are q again.",
        "schema": {"type": "string", "examples": ['"token";r=59;t=60']},
    },
}
_CHALLENGE: dict[str, Documented] = {"WWW-Authenticate": _TEXT}
_RETRY: dict[str, Documented] = {
    "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}
}
_WHEN: dict[int, tuple[str, str, dict[str, Documented]]] = {
    400: ("The address is no UTF-8.", "api.not_utf8", {}),
    401: ("No token, or one that is good no more.", "api.no_token", _CHALLENGE),
    403: (
        "The token lacks the scope.",
        "api.missing_scope",
        {**_CHALLENGE, **_RATE},
    ),
    404: ("There is none that this token may read.", "api.no_such_area", _RATE),
    422: ("A parameter cannot be read: see `errors`.", "api.unreadable", _RATE),
    429: (
        "Too many requests of this token.",
        "api.too_many_requests",
        {**_RETRY, **_RATE},
    ),
    503: ("Busy, or without a database: ask again.", "api.busy", _RETRY),
}
_PARAMETERS: dict[str, Parameter] = {
    "scope": "mentions:read",
    "key": "8f14e45f-ceea-4671",
    "bytes": 65_536,
    "area": "ward:atlantis",
    "day": "2026-11-23",
    "limit": 60,
    "seconds": 60,
    "wait": BUSY_SECONDS,
}


def responses(*, with_404: bool = False) -> dict[int | str, dict[str, Any]]:
    """The headers of an operation's answer, and every error that it may give."""
    documented: dict[int | str, dict[str, Any]] = {200: {"headers": dict(_RATE)}}
    for status in _WHEN:
        if with_404 or status != 404:
            documented[status] = _problem(status, _WHEN[status])
    return documented


_WRITING: dict[int, tuple[str, str, dict[str, Documented]]] = {
    400: ("The address is no UTF-8, or the body is no JSON.", "api.not_json", {}),
    403: (
        "The token lacks the scope, or speaks for another place.",
        "api.missing_scope",
        {**_CHALLENGE, **_RATE},
    ),
    408: ("The body came too slowly.", "api.slow_body", {}),
    409: (
        "The case does not take it as it stands, or the key came with another request.",
        "deskcases.key_used",
        _RATE,
    ),
    413: ("The body is too large.", "api.large_body", {}),
    422: ("A part of the request is wrong: see `errors`.", "api.unreadable", _RATE),
}


def write_responses(*, with_404: bool) -> dict[int | str, dict[str, Any]]:
    """The same of an operation that brings something: 201 and its own errors."""
    headers = dict(_RATE) if with_404 else {**_RATE, "Location": _TEXT}
    documented: dict[int | str, dict[str, Any]] = {201: {"headers": headers}}
    for status, entry in sorted((_WHEN | _WRITING).items()):
        if with_404 or status != 404:
            documented[status] = _problem(status, entry)
    return documented


def _problem(
    status: int, entry: tuple[str, str, dict[str, Documented]]
) -> dict[str, Any]:
    description, code, headers = entry
    error = ApiError(status, Message(code, _PARAMETERS))
    example = problem_of(f"{PREFIX}/mentions", error).model_dump(mode="json")
    content = {
        MEDIA_TYPE: {
            "schema": {"$ref": "#/components/schemas/ProblemDocument"},
            "example": example,
        }
    }
    return {"description": description, "headers": dict(headers), "content": content}
