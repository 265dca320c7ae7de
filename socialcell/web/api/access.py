"""Who may ask: the token of the Authorization header, its scopes, its rate."""

from collections.abc import Callable
from typing import Annotated, TypeAlias

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from socialcell.message_catalog import Message
from socialcell.services.context import Context
from socialcell.services.operators import token_admission
from socialcell.services.operators.token_admission import (
    REQUESTS,
    SECONDS,
    Admission,
)
from socialcell.web.api.problems import ApiError
from socialcell.web.api.request_guard import HEADERS

_REALM = 'Bearer realm="socialcell"'
_BEARER = HTTPBearer(
    scheme_name="token",
    description=(
        "A token of `socialcell tokens add`. It has scopes, may be of one ward office "
        "or department, and ends."
    ),
    auto_error=False,
)
Check: TypeAlias = Callable[..., Admission]


def access_check(context: Context) -> Check:
    """The dependency of every operation: the admission of the request's token.

    ApiError 401: no token, or one that is good no more; 429: too many requests; 403: a
    scope of the operation is lacking.
    """

    def check(
        request: Request,
        required: SecurityScopes,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    ) -> Admission:
        if credentials is None:
            raise _unauthorised(Message("api.no_token"), _REALM)
        admission = token_admission.admit(context, credentials.credentials)
        if admission is None:
            challenge = f'{_REALM}, error="invalid_token"'
            raise _unauthorised(Message("api.wrong_token"), challenge)
        request.scope[HEADERS].update(_rate_headers(admission))
        _require_allowed(admission)
        for scope in required.scopes:
            if scope not in admission.scopes:
                raise _forbidden(scope)
        return admission

    return check


def _rate_headers(admission: Admission) -> dict[str, str]:
    """What is left, as draft-ietf-httpapi-ratelimit-headers writes it."""
    left = admission.allowance
    return {
        "ratelimit-policy": f'"token";q={REQUESTS};w={SECONDS}',
        "ratelimit": f'"token";r={left.remaining};t={left.resets_in}',
    }


def _require_allowed(admission: Admission) -> None:
    wait = admission.allowance.wait
    if wait is None:
        return
    numbers = {"limit": REQUESTS, "seconds": SECONDS, "wait": wait}
    message = Message("api.too_many_requests", numbers)
    raise ApiError(429, message, headers={"retry-after": str(wait)})


def _unauthorised(message: Message, challenge: str) -> ApiError:
    return ApiError(401, message, headers={"www-authenticate": challenge})


def _forbidden(scope: str) -> ApiError:
    challenge = f'{_REALM}, error="insufficient_scope", scope="{scope}"'
    return ApiError(
        403,
        Message("api.missing_scope", {"scope": scope}),
        headers={"www-authenticate": challenge},
    )
