"""What Google's interfaces of the sandbox share: the token address, and refusals."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qs

from socialcell.clock import Clock
from socialcell.json_types import JsonObject, as_object
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import FaultyPlatform, Switch
from socialcell.sandbox.platform import ServedPlatform
from socialcell.sandbox.server import Request, ServerResponse

TOKEN_ORIGIN = "https://oauth2.googleapis.com"
SECRETS = ("google_client_id", "google_client_secret", "google_refresh_token")
_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SCOPES = (
    "https://www.googleapis.com/auth/androidpublisher",
    "https://www.googleapis.com/auth/webmasters.readonly",
)
# HTTP status, Google's own status, reason and message of the refusals that are shared.
_REFUSALS = {
    "expired": (401, "UNAUTHENTICATED", "authError", "Invalid Credentials"),
    "forbidden": (
        403,
        "PERMISSION_DENIED",
        "insufficientPermissions",
        "The caller does not have permission",
    ),
    "spent": (403, "PERMISSION_DENIED", "quotaExceeded", "Quota exceeded."),
    "broken": (503, "UNAVAILABLE", "backendError", "Backend Error"),
}


class GoogleTokenServer(FaultyPlatform):
    """The token endpoint: an access token for a refresh token or a signed claim."""

    name = "google"

    def __init__(self, city: City, clock: Clock, secrets: Mapping[str, str]) -> None:
        super().__init__(clock)
        self._secrets = secrets

    def refuse_grant(self) -> None:
        """The refresh token was revoked, until healed."""
        self._switches["grant"] = Switch()

    def respond(self, request: Request) -> ServerResponse:
        if request.path != "/token" or request.method != "POST":
            return refusal(404, "NOT_FOUND", "notFound", "Not Found")
        parameters = {k: v[-1] for k, v in parse_qs(request.body.decode()).items()}
        if "grant" in self._switches:
            return _token_error("invalid_grant", "Token has been expired or revoked.")
        if parameters.get("grant_type") == _JWT:
            if not _is_claim(parameters.get("assertion", "")):
                return _token_error("invalid_grant", "Invalid JWT Signature.")
            return self._token()
        if parameters.get("grant_type") != "refresh_token":
            return _token_error("unsupported_grant_type", "Invalid grant_type")
        if (parameters.get("client_id"), parameters.get("client_secret")) != (
            self._secrets["google_client_id"],
            self._secrets["google_client_secret"],
        ):
            return _token_error(
                "invalid_client", "The OAuth client was not found.", 401
            )
        if parameters.get("refresh_token") != self._secrets["google_refresh_token"]:
            return _token_error("invalid_grant", "Bad Request")
        return self._token()

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        if fault in ("expired", "forbidden"):
            return _token_error("invalid_grant", "Token has been expired or revoked.")
        if fault == "limited":
            return refusal(429, "RESOURCE_EXHAUSTED", "rateLimitExceeded", "Slow down")
        return refusal(*_REFUSALS[fault])

    def _token(self) -> ServerResponse:
        return ServerResponse(
            200,
            {
                "access_token": access_token(self._secrets),
                "expires_in": 3599,
                "scope": " ".join(_SCOPES),
                "token_type": "Bearer",
            },
        )


def access_token(secrets: Mapping[str, str]) -> str:
    """The access token that the token endpoint gives and the interfaces accept."""
    return "ya29.sandbox-" + secrets["google_refresh_token"][-24:]


def refusal(
    status: int, name: str, reason: str, message: str, domain: str = "global"
) -> ServerResponse:
    """A refusal as Google writes it: a message, and a reason in `errors`."""
    error = _error(status, name, reason, message, domain)
    return ServerResponse(status, {"error": error})


def detailed(status: int, name: str, reason: str, message: str) -> ServerResponse:
    """A refusal in the newer form, whose reason is in `details`."""
    error = _error(status, name, "badRequest", message, "global")
    details = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
    }
    return ServerResponse(status, {"error": {**error, "details": [details]}})


def _error(
    status: int, name: str, reason: str, message: str, domain: str
) -> JsonObject:
    return {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": domain, "reason": reason}],
        "status": name,
    }


class SignedInServer(FaultyPlatform):
    """An interface that requires an access token. Subclasses define `respond`."""

    def __init__(self, clock: Clock, secrets: Mapping[str, str]) -> None:
        super().__init__(clock)
        self._bearer = f"Bearer {access_token(secrets)}"

    def revoke_token(self, times: int = 1) -> None:
        """The access token is not accepted, so many times."""
        self._switches["revoked"] = Switch(times=times)

    def is_authorized(self, request: Request) -> bool:
        """Whether the request carries a valid access token."""
        if self._fires("revoked"):
            return False
        return request.headers.get("authorization") == self._bearer

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        return shared_refusal(self, fault, until)


def shared_refusal(
    platform: FaultyPlatform, fault: str, until: datetime
) -> ServerResponse:
    """The refusals of interfaces that require an access token."""
    if fault == "limited":
        answer = refusal(429, "RESOURCE_EXHAUSTED", "rateLimitExceeded", "Slow down")
        seconds = int((until - platform.clock.now()).total_seconds())
        answer.headers["retry-after"] = str(seconds)
        return answer
    return refusal(*_REFUSALS[fault])


def _token_error(error: str, description: str, status: int = 400) -> ServerResponse:
    return ServerResponse(status, {"error": error, "error_description": description})


def _is_claim(assertion: str) -> bool:
    """Whether a service account's claim is well formed. No signature check."""
    parts = assertion.split(".")
    if len(parts) != 3:
        return False
    try:
        claim = as_object(json.loads(base64.urlsafe_b64decode(parts[1] + "==")))
    except (ValueError, TypeError, binascii.Error):
        return False
    is_ours = claim.get("aud") == TOKEN_ORIGIN + "/token"
    return is_ours and bool(claim.get("iss")) and bool(claim.get("scope"))


PLATFORM = ServedPlatform(
    build=GoogleTokenServer,
    sources=lambda city: [],
    shows=lambda city, post: [],
    address=lambda post: "",
    origins=lambda city: (TOKEN_ORIGIN,),
    secrets=SECRETS,
)
