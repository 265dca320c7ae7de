"""Errors as RFC 9457 wants them: application/problem+json, of one form for all."""

import http
from collections.abc import Mapping, Sequence
from typing import Literal

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from socialcell import log
from socialcell.errors import SocialcellError, UsageError
from socialcell.message_catalog import Message
from socialcell.web.api.fields import ApiAnswer

MEDIA_TYPE = "application/problem+json"
BUSY_SECONDS = 5
"""After which a client asks again where the server could not answer."""

_NOT_FOUND = {
    *("mentions.no_such_mention", "alerts.no_such_incident"),
    *("api.no_such_area", "desk.no_such_case"),
}
# What a program brings, and the case does not take as it stands.
_CONFLICTS = {
    *("deskcases.key_used", "deskcases.others_ask", "deskcases.takes_nothing"),
    *("deskclosing.not_asked", "desk.no_such_transition"),
}
_FORBIDDEN = {"deskcases.other_place"}
_BODY_FIELDS = {
    "deskcases.no_such_topic": "topic",
    "deskcases.words_length": "words",
    "deskcases.reason_needed": "reason",
}
_FIELDS = {"mentions.wrong_cursor": "cursor", "mentions.no_hour": "until"}
_FIELDS |= {"mentions.long_span": "since", "query.reversed_span": "until"}
_OF_BODIES = {
    400: Message("api.not_json"),
    408: Message("api.slow_body"),
    413: Message("api.large_body"),
}
_LOG = log.logger(__name__)


class FieldProblem(ApiAnswer):
    """What is wrong with one part of a request."""

    location: Literal["query", "path", "header", "body"]
    field: str
    detail: str


class ProblemDocument(ApiAnswer):
    """An error (RFC 9457). `code` says which, `detail` what to do."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:socialcell:problem:api.missing_scope",
                    "title": "Forbidden",
                    "status": 403,
                    "detail": "The token does not have the scope figures:read.",
                    "instance": "/api/v1/figures",
                    "code": "api.missing_scope",
                    "errors": [],
                }
            ]
        }
    )
    type: str = Field(description="urn:socialcell:problem: and the code.")
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked for.")
    code: str
    errors: list[FieldProblem] = Field(
        description="Of a request that cannot be read: each part that is wrong."
    )


class ApiError(Exception):
    """An answer that is an error: its status, its sentence, its headers."""

    def __init__(
        self,
        status: int,
        message: Message,
        *,
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message.code)
        self.status, self.message = status, message
        self.errors, self.headers = errors, headers or {}


def unavailable() -> ApiError:
    """503: the server is at its limit, or the database does not answer."""
    message = Message("api.busy", {"wait": BUSY_SECONDS})
    return ApiError(503, message, headers={"retry-after": str(BUSY_SECONDS)})


def problem_of(path: str, error: ApiError) -> ProblemDocument:
    """An error as a document; `path` is what was asked for."""
    return ProblemDocument(
        type=f"urn:socialcell:problem:{error.message.code}",
        title=http.HTTPStatus(error.status).phrase,
        status=error.status,
        detail=str(error.message),
        instance=path,
        code=error.message.code,
        errors=list(error.errors),
    )


def problem_response(path: str, error: ApiError) -> Response:
    """The answer to an error."""
    body = problem_of(path, error).model_dump_json()
    return Response(body, error.status, dict(error.headers), MEDIA_TYPE)


async def answer_error(request: Request, error: Exception) -> Response:
    """The answer to whatever was raised; what nobody foresaw is a 500 and is logged."""
    return problem_response(request.url.path, _as_api_error(request, error))


def _as_api_error(request: Request, error: Exception) -> ApiError:
    match error:
        case ApiError():
            return error
        case HTTPException():
            return _of_route(request, error)
        case RequestValidationError():
            # That a parameter might have been left out is no reason.
            entries = [e for e in error.errors() if e["type"] != "none_required"]
            return _unreadable(list(map(_field_problem, entries)))
        case UsageError():
            return _usage_error(request, error)
        case SocialcellError():
            _LOG.error("the API could not answer", reason=str(error))
            return unavailable()
    _LOG.error("the API failed", kind=type(error).__name__)
    return ApiError(500, Message("api.failure"))


def _of_route(request: Request, error: HTTPException) -> ApiError:
    """No such address, or another method than its own."""
    if error.status_code in _OF_BODIES:
        message = _OF_BODIES[error.status_code]
        return ApiError(error.status_code, message, headers=error.headers)
    if error.status_code == 405:
        allow = ", ".join(_methods_at(request))
        named = {"method": request.method, "allow": allow}
        message = Message("api.wrong_method", named)
        return ApiError(405, message, headers={"allow": allow})
    path = Message("api.no_such_address", {"path": request.url.path})
    return ApiError(404, path)


def _methods_at(request: Request) -> list[str]:
    """The methods of an address, whichever operation has them."""
    documented: Mapping[str, Mapping[str, object]] = request.app.openapi()["paths"]
    methods = {
        method.upper()
        for path, operations in documented.items()
        if compile_path(path)[0].match(request.url.path)
        for method in operations
    } or {"GET"}
    return sorted({*methods, "HEAD"} if "GET" in methods else methods)


def _unreadable(errors: Sequence[FieldProblem]) -> ApiError:
    return ApiError(422, Message("api.unreadable"), errors=errors)


def _field_problem(entry: Mapping[str, object]) -> FieldProblem:
    """What pydantic found in one parameter."""
    path = entry["loc"]
    assert isinstance(path, tuple)
    location, name, *_branches = (*map(str, path), "")
    known = ("query", "path", "header", "body")
    place = next((word for word in known if word == location), "query")
    return FieldProblem(location=place, field=name, detail=str(entry["msg"]))


def _usage_error(request: Request, error: UsageError) -> ApiError:
    """What a service refuses: something that is not there, or a parameter."""
    code, parameters = error.message.code, error.message.parameters
    if code in _NOT_FOUND:
        return ApiError(404, error.message)
    if request.method == "POST":
        return _refused_body(error)
    name = parameters.get("name")
    if not isinstance(name, str) or name not in request.query_params:
        name = _FIELDS.get(code, "q")
    # The sentence of a command begins with its option.
    is_option = code == "mentions.wrong_option"
    detail = str(parameters["reason"] if is_option else error)
    return _unreadable([FieldProblem(location="query", field=name, detail=detail)])


def _refused_body(error: UsageError) -> ApiError:
    """What a service refuses of what a program brings."""
    code = error.message.code
    if code in _CONFLICTS:
        return ApiError(409, error.message)
    if code in _FORBIDDEN:
        return ApiError(403, error.message)
    field = _BODY_FIELDS.get(code, "")
    return _unreadable([FieldProblem(location="body", field=field, detail=str(error))])


def repeated_parameters(names: Sequence[str]) -> ApiError:
    """422: parameters that stand there twice, of which one would be passed over."""
    detail = str(Message("api.repeated_parameter"))
    return _unreadable(
        [FieldProblem(location="query", field=name, detail=detail) for name in names]
    )
