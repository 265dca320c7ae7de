"""Google Ads' API of the sandbox: SearchStream over TLS, and the sign-in before it.

The messages are those of the google-ads package, imported when they are needed: a
machine without that package has a sandbox without Google Ads.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from urllib.parse import parse_qs

from socialcell.clock import IST, Clock
from socialcell.json_types import JsonObject
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import FaultyPlatform, Switch
from socialcell.sandbox.google.google_ads_grpc import (
    VERSION,
    is_row_field,
    serve_grpc,
)
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.server import LoggedRequest, Request, ServerResponse
from socialcell.sandbox.world.app_world import (
    ACCOUNT,
    ADS,
    AppAdDay,
    AppWorld,
    reported_conversions,
)

SECRETS = (
    "google_ads_developer_token",
    "google_ads_client_id",
    "google_ads_client_secret",
    "google_ads_refresh_token",
)
CURRENCY = "INR"
RETRY = timedelta(minutes=15)
_QUERY = re.compile(r"SELECT (.+) FROM (\w+)(?: WHERE (.+))?")
_SPAN = re.compile(r"segments\.date BETWEEN '([\d-]+)' AND '([\d-]+)'")
_ACTIONS = re.compile(r"segments\.conversion_action IN \(([^)]*)\)")
# Conversion actions: resource name, name, type, share of installs that it sees.
ACTIONS = {
    "play": (
        ("901", "Play installs", "GOOGLE_PLAY_DOWNLOAD", 100),
        ("902", "First open Android", "FIREBASE_ANDROID_FIRST_OPEN", 92),
    ),
    "apple": (("903", "First open iOS", "FIREBASE_IOS_FIRST_OPEN", 95),),
}
_KEYS = {
    "campaign": ("campaign.id", "campaign.name"),
    "ad_group": ("ad_group.id", "ad_group.name"),
    "ad_group_ad": ("ad_group_ad.ad.id", "ad_group_ad.ad.name"),
}
_COSTS = {"metrics.impressions", "metrics.clicks", "metrics.cost_micros"}


@dataclass(frozen=True, slots=True)
class AdReportRow:
    """A day of a campaign, ad group or ad.

    `fields` by their path (metrics.clicks); `installs` by conversion action.
    """

    fields: JsonObject
    installs: Mapping[str, float]

    def by_action(self, names: Collection[str]) -> Iterator[JsonObject]:
        """The fields once for each of these conversion actions that has installs."""
        for name, count in self.installs.items():
            if name in names and count:
                action = {"segments.conversion_action": name}
                yield {**self.fields, **action, "metrics.all_conversions": count}


class GoogleAdsServer(FaultyPlatform):
    """One account, as one signed-in user may read it. `most`: rows of one message."""

    name = "google_ads"
    window = RETRY
    most = 50

    def __init__(self, city: City, clock: Clock, secrets: Mapping[str, str]) -> None:
        super().__init__(clock)
        self.world = AppWorld(city.seed, city.start, city.end)
        self._developer = secrets["google_ads_developer_token"]
        self._bearer = f"Bearer {access_token(secrets)}"

    @cached_property
    def _errors(self) -> ModuleType:
        return import_module(f"google.ads.googleads.{VERSION}.errors.types.errors")

    def malformed_item(self, times: int | None = 1) -> None:
        """An answer about days has one more row, without a campaign."""
        self._switches["malformed"] = Switch(times=times)

    def respond(self, request: Request) -> ServerResponse:
        if request.headers.get("authorization") != self._bearer:
            return self._error("UNAUTHENTICATED", "authentication_error", 15)
        if request.headers.get("developer-token") != self._developer:
            return self._error("UNAUTHENTICATED", "authentication_error", 29)
        if request.query["customer_id"] != ACCOUNT:
            return self._error("PERMISSION_DENIED", "authorization_error", 2)
        match = _QUERY.fullmatch(request.query["query"])
        if match is None:
            return self._error("INVALID_ARGUMENT", "query_error", 11)
        fields = match[1].split(", ")
        if "segments.conversion_action" in fields and _COSTS & set(fields):
            return self._error("INVALID_ARGUMENT", "query_error", 53)
        if not all(map(is_row_field, fields)):
            return self._error("INVALID_ARGUMENT", "query_error", 32)
        rows = self._answer(match[2], fields, match[3] or "")
        if "metrics.clicks" in fields and self._fires("malformed"):
            rows.append({})
        return ServerResponse(200, rows)

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        if fault == "expired":
            return self._error("UNAUTHENTICATED", "authentication_error", 16)
        if fault == "forbidden":
            return self._error("PERMISSION_DENIED", "authorization_error", 2)
        if fault == "limited":
            return self._exhausted(4, until, "Requests per minute")
        if fault == "spent":
            return self._exhausted(2, until, "Number of operations of a day")
        if fault == "broken":
            return self._error("UNAVAILABLE", None, 0)
        raise ValueError(f"Google Ads has no fault {fault}")

    def _error(self, status: str, kind: str | None, code: int) -> ServerResponse:
        """A gRPC status, with the failure message for its trailers."""
        if kind is None:
            return ServerResponse(503, b"", {"grpc": status})
        error = self._errors.GoogleAdsError(message=f"{kind} {code}")
        setattr(error.error_code, kind, code)
        failure = self._errors.GoogleAdsFailure(errors=[error])
        body = type(failure).serialize(failure)
        return ServerResponse(400, body, {"grpc": status})

    def _exhausted(self, code: int, until: datetime, rate: str) -> ServerResponse:
        error = self._errors.GoogleAdsError(message="Too many requests.")
        error.error_code.quota_error = code
        details = error.details.quota_error_details
        details.rate_name = rate
        details.retry_delay = until - self.clock.now()
        failure = self._errors.GoogleAdsFailure(errors=[error])
        body = type(failure).serialize(failure)
        return ServerResponse(429, body, {"grpc": "RESOURCE_EXHAUSTED"})

    # Rows -------------------------------------------------------------------------

    def _answer(self, source: str, fields: list[str], rules: str) -> list[JsonObject]:
        """The rows, each with the requested fields that have a value, by their path."""
        if source == "customer":
            return [_selected(fields, _CUSTOMER)]
        if source == "conversion_action":
            return [_selected(fields, action) for action in _actions()]
        span = _SPAN.search(rules)
        if span is None:
            return []
        since, until = map(date.fromisoformat, span.groups())
        action_filter = _ACTIONS.search(rules)
        reported_rows = report_rows(self.world, source, since, until, self.clock.now())
        if action_filter is None:
            return [_selected(fields, row.fields) for row in reported_rows]
        action_names = re.findall(r"'([^']+)'", action_filter[1])
        return [
            _selected(fields, values)
            for row in reported_rows
            for values in row.by_action(action_names)
        ]


def _selected(fields: list[str], values: JsonObject) -> JsonObject:
    """The values of the requested fields; a field without one is left out."""
    return {field: values[field] for field in fields if field in values}


_CUSTOMER: JsonObject = {
    "customer.id": int(ACCOUNT),
    "customer.currency_code": CURRENCY,
    "customer.time_zone": "Asia/Kolkata",
}


def _actions() -> list[JsonObject]:
    return [
        {
            "conversion_action.resource_name": resource(number),
            "conversion_action.name": name,
            "conversion_action.type": kind,
        }
        for actions in ACTIONS.values()
        for number, name, kind, _share in actions
    ]


def resource(number: str) -> str:
    return f"customers/{ACCOUNT}/conversionActions/{number}"


def report_rows(
    world: AppWorld, source: str, since: date, until: date, now: datetime
) -> list[AdReportRow]:
    """The account's rows as of `now`, by day and entity; days without ads have none."""
    today = now.astimezone(IST).date()
    rows = []
    for day in world.days(min(until, today) + timedelta(1)):
        if day < since:
            continue
        ad_days: dict[int, list[AppAdDay]] = {}
        for ad in ADS:
            ad_day = world.ad_day(ad, day)
            number = {"campaign": ad.campaign, "ad_group": ad.group}.get(source, ad.id)
            if ad_day is not None:
                ad_days.setdefault(number, []).append(ad_day)
        rows += [_figures(ads, today, _elapsed(day, now)) for ads in ad_days.values()]
    return rows


def _elapsed(day: date, now: datetime) -> int:
    """Thousandths of a day that have passed, on Indian clocks."""
    local = now.astimezone(IST)
    if local.date() > day:
        return 1000
    return 1000 * (local.hour * 3600 + local.minute * 60 + local.second) // 86_400


def _figures(ads: list[AppAdDay], today: date, elapsed: int) -> AdReportRow:
    first, day = ads[0].ad, ads[0].day

    def total(name: str) -> int:
        return sum(getattr(ad_day, name) * elapsed // 1000 for ad_day in ads)

    installs: dict[str, float] = {}
    for ad_day in ads:
        conversions = reported_conversions(
            ad_day.installs * elapsed // 1000, day, today
        )
        for number, _name, _kind, share in ACTIONS.get(ad_day.ad.store or "", ()):
            name = resource(number)
            installs[name] = installs.get(name, 0.0) + conversions * share // 100
    best = next(iter(installs.values()), 0.0)
    fields: JsonObject = {
        "campaign.id": first.campaign,
        "campaign.name": first.campaign_name,
        "ad_group.id": first.group,
        "ad_group.name": first.group_name,
        "ad_group_ad.ad.id": first.id,
        "ad_group_ad.ad.name": first.name,
        "segments.date": day.isoformat(),
        "metrics.impressions": total("impressions"),
        "metrics.clicks": total("clicks"),
        "metrics.cost_micros": total("cost_micros"),
        "metrics.conversions": best,
    }
    return AdReportRow(fields, installs)


class GoogleOAuthServer(FaultyPlatform):
    """Google's token address: a refresh token for an access token."""

    name = "google_ads_oauth"

    def __init__(self, city: City, clock: Clock, secrets: Mapping[str, str]) -> None:
        super().__init__(clock)
        self._secrets = secrets

    def refuse_grant(self) -> None:
        """The user has withdrawn the permission, until healed."""
        self._switches["grant"] = Switch()

    def respond(self, request: Request) -> ServerResponse:
        sent = parse_qs(request.body.decode())
        if request.path != "/token":
            return ServerResponse(404, {"error": "not_found"})
        if sent.get("client_secret") != [self._secrets["google_ads_client_secret"]]:
            return ServerResponse(401, {"error": "invalid_client"})
        refresh = [self._secrets["google_ads_refresh_token"]]
        if self._fires("grant") or sent.get("refresh_token") != refresh:
            description = "Token has been expired or revoked."
            return ServerResponse(
                400, {"error": "invalid_grant", "error_description": description}
            )
        return ServerResponse(
            200,
            {
                "access_token": access_token(self._secrets),
                "expires_in": 3599,
                "scope": "https://www.googleapis.com/auth/adwords",
                "token_type": "Bearer",
            },
        )

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        if fault == "broken":
            return ServerResponse(503, {"error": "internal_failure"})
        if fault in ("expired", "forbidden"):
            return ServerResponse(400, {"error": "invalid_grant"})
        raise ValueError(f"the sign-in has no fault {fault}")


def access_token(secrets: Mapping[str, str]) -> str:
    """The access token that belongs to the refresh token of this sandbox."""
    refresh = secrets["google_ads_refresh_token"]
    return "ya29." + hashlib.sha256(refresh.encode()).hexdigest()[:40]


def sources(city: City) -> list[SourceSettings]:
    return [
        {
            "name": "google_ads.app",
            "connector": "google_ads",
            "kind": "ads",
            "customer_id": ACCOUNT,
        }
    ]


def _serve(
    platform: FaultyPlatform, log: list[LoggedRequest]
) -> AbstractContextManager[str]:
    if not isinstance(platform, GoogleAdsServer):
        raise TypeError(f"gRPC serves Google Ads alone, not {platform.name}")
    return serve_grpc(platform, log)


def platforms() -> dict[str, ServedPlatform]:
    """The rows of the table of platforms; none when google-ads is not installed."""
    if find_spec("google") is None or find_spec("google.ads") is None:
        return {}
    return {
        "google_ads": ServedPlatform(
            build=GoogleAdsServer,
            sources=sources,
            shows=lambda city, post: [],
            address=lambda post: "",
            secrets=SECRETS,
            serve=_serve,
        ),
        "google_ads_oauth": ServedPlatform(
            build=GoogleOAuthServer,
            sources=lambda city: [],
            shows=lambda city, post: [],
            address=lambda post: "",
        ),
    }
