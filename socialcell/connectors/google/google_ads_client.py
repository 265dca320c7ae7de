"""Google Ads' own client: a refreshed token, one streamed query, plain errors.

Its packages are heavy: they are imported where they are used, so that only a cell that
buys ads pays for them. Their errors and services have no types.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import requests

from socialcell.connectors.base import ConnectorContext, ConnectorError, Kind
from socialcell.connectors.google.google_ads_rows import AdsRow
from socialcell.connectors.google.google_api import GoogleCredentials
from socialcell.connectors.http_sessions import set_up_session
from socialcell.connectors.platform_errors import (
    own_trouble,
    rate_limited,
    unreachable,
)
from socialcell.errors import ConfigError
from socialcell.http import USER_AGENT, PoliteAdapter

SECRETS = (
    "google_ads_developer_token",
    "google_ads_client_id",
    "google_ads_client_secret",
    "google_ads_refresh_token",
)
TIMEOUT = 120.0  # seconds for one stream; the library itself would wait for ever
_TOKEN = "https://oauth2.googleapis.com/token"
_WAIT = timedelta(minutes=5)
_SHORT = ("RESOURCE_TEMPORARILY_EXHAUSTED", "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE")


def supported_versions(version: str | None = None) -> tuple[str, ...]:
    """The API versions that the library supports, newest first.

    ConfigError when it is not installed, or lacks `version`.
    """
    try:
        client = import_module("google.ads.googleads.client")
    except ImportError:
        raise ConfigError(
            "platforms.absent_package",
            platform="Google Ads",
            package="google-ads",
            command="pip install 'socialcell[ads]'",
        ) from None
    versions = tuple(client._VALID_API_VERSIONS)
    if version is not None and version not in versions:
        raise ConfigError(
            "google.ads_version_unsupported", version=version, versions=versions
        )
    return versions


class GoogleAdsClient:
    """Queries in GAQL to one account; every failure is a ConnectorError.

    Where the sandbox stands in for Google, the path of its address names the
    certificate to trust: https://localhost:40000/tmp/sandbox/ca.pem.
    """

    def __init__(
        self,
        context: ConnectorContext,
        version: str,
        customer: str,
        manager: str | None,
    ) -> None:
        supported_versions(version)
        self._clock = context.clock
        self._version = version
        self._customer = customer
        token, client_id, client_secret, refresh = (
            context.secret(name).get_secret_value() for name in SECRETS
        )
        self._credentials = _credentials(
            client_id, client_secret, refresh, context.base_url("google_ads_oauth")
        )
        self._service = _service(
            self._credentials, version, token, manager, context.base_url("google_ads")
        )

    def refresh(self) -> None:
        """A fresh access token. AUTH when the grant is no good any more.

        Asked for here, since the channel would report a revoked grant as 503.
        """
        exceptions = import_module("google.auth.exceptions")
        request = import_module("google.auth.transport.requests").Request
        adapters = {scheme: PoliteAdapter() for scheme in ("https://", "http://")}
        session = set_up_session(requests.Session(), adapters)
        session.headers["User-Agent"] = USER_AGENT
        try:
            self._credentials.refresh(request(session=session))
        except exceptions.RefreshError as error:
            if error.retryable:
                raise own_trouble("Google", type(error).__name__) from None
            raise _sign_in_refused(type(error).__name__) from None
        except (exceptions.GoogleAuthError, requests.RequestException) as error:
            raise unreachable("Google", error) from None

    def rows(self, query: str) -> Iterator[AdsRow]:
        """The rows of a query as plain protobuf: HasField is False for what was not
        reported."""
        refused = import_module("google.ads.googleads.errors").GoogleAdsException
        broken = import_module("google.api_core.exceptions").GoogleAPIError
        try:
            stream = self._service.search_stream(
                customer_id=self._customer, query=query, timeout=TIMEOUT
            )
            for page in stream:
                yield from type(page).pb(page).results
        except refused as error:
            raise self._api_error(error) from None
        except broken as error:
            raise self._transport_error(error) from None
        except import_module("grpc").RpcError as error:
            raise _broken_answer(error) from None

    def _api_error(self, error: Any) -> ConnectorError:
        """The error of a refusal by the API, by its error codes."""
        status = error.error.code().name
        errors = error.failure.errors
        codes = ", ".join(_code(entry) for entry in errors) or status
        if status == "UNAUTHENTICATED":
            return _sign_in_refused(codes)
        if status == "PERMISSION_DENIED":
            return ConnectorError(
                Kind.ACCESS,
                "google.ads_account_closed",
                account=self._customer,
                reason=codes,
            )
        if status in ("INVALID_ARGUMENT", "FAILED_PRECONDITION", "NOT_FOUND"):
            return ConnectorError(Kind.CONFIG, "google.ads_query_refused", reason=codes)
        return own_trouble("Google Ads", codes)

    def _transport_error(self, error: Exception) -> ConnectorError:
        """The error of a failed call without an API message, or of a spent
        allowance."""
        exceptions = import_module("google.api_core.exceptions")
        if isinstance(error, exceptions.ResourceExhausted):
            return self._quota_error(error)
        if isinstance(error, exceptions.Unauthenticated):
            return _sign_in_refused(type(error).__name__)
        if isinstance(error, exceptions.MethodNotImplemented):
            return ConnectorError(
                Kind.CONFIG, "google.ads_version_ended", version=self._version
            )
        if isinstance(error, exceptions.Forbidden):
            return ConnectorError(Kind.ACCESS, "google.ads_project_refused")
        return _broken_answer(error)

    def _quota_error(self, error: Exception) -> ConnectorError:
        """RESOURCE_EXHAUSTED: the trailers name the allowance and the delay."""
        failure = self._failure(error.__cause__)
        now = self._clock.now()
        if failure is None or not failure.errors:
            return rate_limited("Google Ads", now + _WAIT)
        first = failure.errors[0]
        details = first.details.quota_error_details
        wait = timedelta(seconds=details.retry_delay.total_seconds())
        until: datetime | None = now + wait if wait else None
        if _code(first).startswith(_SHORT):
            return rate_limited("Google Ads", until or now + _WAIT)
        name = details.rate_name or _code(first)
        return ConnectorError(
            Kind.QUOTA, "google.ads_allowance_spent", until=until, allowance=name
        )

    def _failure(self, cause: Any) -> Any:
        trailers = dict(cause.trailing_metadata() or ()) if cause is not None else {}
        raw = trailers.get(
            f"google.ads.googleads.{self._version}.errors.googleadsfailure-bin"
        )
        if raw is None:
            return None
        module = f"google.ads.googleads.{self._version}.errors.types.errors"
        return import_module(module).GoogleAdsFailure.deserialize(raw)


def _sign_in_refused(reason: str) -> ConnectorError:
    return ConnectorError(Kind.AUTH, "google.ads_sign_in_refused", reason=reason)


def _broken_answer(error: Exception) -> ConnectorError:
    return ConnectorError(
        Kind.TRANSIENT, "google.ads_broken_answer", reason=type(error).__name__
    )


def _credentials(
    client_id: str, client_secret: str, refresh: str, base: str | None
) -> GoogleCredentials:
    credentials: GoogleCredentials = import_module(
        "google.oauth2.credentials"
    ).Credentials(
        None,
        refresh_token=refresh,
        token_uri=f"{base}/token" if base else _TOKEN,
        client_id=client_id,
        client_secret=client_secret,
    )
    return credentials


def _service(
    credentials: GoogleCredentials,
    version: str,
    token: str,
    manager: str | None,
    base: str | None,
) -> Any:
    """The library's own service over a channel that trusts one more certificate.

    The library's client would make the same channel, but takes the certificates to
    trust from the process's environment only, and logs each refusal once more.
    """
    grpc = import_module("grpc")
    options = list(import_module("google.ads.googleads.client")._GRPC_CHANNEL_OPTIONS)
    if base:  # loopback is not reached through a proxy
        options.append(("grpc.enable_http_proxy", 0))
    interceptors = import_module("google.ads.googleads.interceptors")
    module = import_module(
        f"google.ads.googleads.{version}.services.services.google_ads_service"
    )
    service = module.GoogleAdsServiceClient
    transport = service.get_transport_class("grpc")
    host, trusted = _address(base) if base else (service.DEFAULT_ENDPOINT, None)
    channel = transport.create_channel(
        host=host,
        credentials=credentials,
        ssl_credentials=grpc.ssl_channel_credentials(root_certificates=trusted),
        options=options,
    )
    guarded = grpc.intercept_channel(
        channel,
        interceptors.MetadataInterceptor(token, manager),
        interceptors.ExceptionInterceptor(version, use_proto_plus=True),
    )
    return service(transport=transport(channel=guarded))


def _address(base: str) -> tuple[str, bytes]:
    parts = urlsplit(base)
    return parts.netloc, Path(unquote(parts.path)).read_bytes()


def _code(error: Any) -> str:
    """The name of an error's code, whichever of its many kinds it is."""
    plain = type(error.error_code).pb(error.error_code)
    kind = plain.WhichOneof("error_code")
    if kind is None:
        return "no code"
    return str(getattr(error.error_code, kind).name)
