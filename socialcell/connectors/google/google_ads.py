"""Google Ads through google-ads: campaigns, ad groups and ads, day by day."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import ClassVar, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field

from socialcell.connectors.base import (
    Batch,
    Bucket,
    Budget,
    Capability,
    ConnectorContext,
    ConnectorError,
    ConnectorHealth,
    Item,
    Kind,
    Reject,
)
from socialcell.connectors.facts import AdFact
from socialcell.connectors.google.google_ads_client import (
    GoogleAdsClient,
    supported_versions,
)
from socialcell.connectors.google.google_ads_rows import (
    AdsRow,
    ConversionAction,
    sent_count,
)
from socialcell.connectors.platform_errors import require_readable_answer
from socialcell.json_types import JsonObject, as_text
from socialcell.text import clean_text, one_line

_FIRST = 90  # days that a new source looks back
_RESTATED = 30  # days in which Google still changes what it reported
_SLICE = 31  # days of one question
_NAME = 500
# Campaign, ad group, ad and day.
_FactKey: TypeAlias = tuple[str, str | None, str | None, date]

# GAQL's FROM of a level, and what names its rows.
_LEVELS = {
    "campaign": ("campaign", ()),
    "ad_group": ("ad_group", ("ad_group.id", "ad_group.name")),
    "ad": (
        "ad_group_ad",
        ("ad_group.id", "ad_group.name", "ad_group_ad.ad.id", "ad_group_ad.ad.name"),
    ),
}
_FIGURES = (
    "metrics.impressions",
    "metrics.clicks",
    "metrics.cost_micros",
    "metrics.conversions",
    "metrics.video_trueview_views",
)
_INSTALL_TYPES = (
    "GOOGLE_PLAY_DOWNLOAD",
    "FIREBASE_ANDROID_FIRST_OPEN",
    "FIREBASE_IOS_FIRST_OPEN",
    "THIRD_PARTY_APP_ANALYTICS_ANDROID_FIRST_OPEN",
    "THIRD_PARTY_APP_ANALYTICS_IOS_FIRST_OPEN",
)
_ACCOUNT = (
    "SELECT customer.id, customer.currency_code, customer.time_zone FROM customer"
)
_INSTALL_ACTIONS = " ".join(
    (
        "SELECT conversion_action.resource_name, conversion_action.name,",
        "conversion_action.type FROM conversion_action",
        f"WHERE conversion_action.type IN {_INSTALL_TYPES}",
    )
)


class GoogleAdsSettings(BaseModel):
    """One account, by its number without dashes; the manager it is read through."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    customer_id: str = Field(pattern=r"^\d{10}$")
    login_customer_id: str | None = Field(default=None, pattern=r"^\d{10}$")
    api_version: str = Field(default="v26", pattern=r"^v\d{2,3}$")


@dataclass(frozen=True, slots=True)
class _GoogleAdAccount:
    """What days and money mean in this account, and which actions are installs."""

    id: str
    zone: str
    currency: str
    installs: dict[str, str]  # resource name → type/name


class GoogleAds:
    """There is no cursor at Google: the last 30 days are read again each time.

    Conversions are restated for weeks, so the stored figures are replaced by the new
    ones. Cursor: `through`, the last day that was read, on the account's own clocks.
    """

    Settings: ClassVar[type[BaseModel]] = GoogleAdsSettings
    platform: ClassVar[str] = "google_ads"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.AD_METRICS})
    buckets: ClassVar[tuple[Bucket, ...]] = (
        Bucket("operations", "day", zone="America/Los_Angeles", cap=15_000),
    )

    def __init__(self, settings: GoogleAdsSettings, context: ConnectorContext) -> None:
        self._settings = settings
        self._clock = context.clock
        self._client = GoogleAdsClient(
            context,
            settings.api_version,
            settings.customer_id,
            settings.login_customer_id,
        )

    def check(self) -> ConnectorHealth:
        """Whether the account can be read; warns when the version grows old."""
        try:
            self._client.refresh()
            account = self._account()
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        return ConnectorHealth(
            ok=True,
            message=f"Account {account.id} can be read: {account.currency}, days of "
            f"{account.zone}{_version_warning(self._settings.api_version)}",
        )

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        self._take(budget, 2)
        self._client.refresh()
        account = self._account()
        today = self._clock.now().astimezone(ZoneInfo(account.zone)).date()
        state: JsonObject = cursor or {}
        operations = 2
        for since, until in _slices(_first_day(cursor, today), today):
            for number, level in enumerate(_LEVELS, start=1):
                self._take(budget, 2)
                items = self._level(account, level, since, until)
                if number == len(_LEVELS):
                    state = {"through": until.isoformat()}
                yield Batch(items, state, cost={"operations": operations + 2})
                operations = 0
                if stop():
                    return

    @staticmethod
    def _take(budget: Budget, operations: int) -> None:
        """One stream is one operation, however long it is."""
        for _ in range(operations):
            budget.take("operations")

    def _account(self) -> _GoogleAdAccount:
        rows = list(self._client.rows(_ACCOUNT))
        if not rows or not rows[0].customer.time_zone:
            raise ConnectorError(Kind.DRIFT, "google.ads_account_unnamed")
        customer = rows[0].customer
        try:
            ZoneInfo(customer.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ConnectorError(
                Kind.DRIFT, "google.ads_unknown_zone", zone=customer.time_zone
            ) from None
        return _GoogleAdAccount(
            str(customer.id),
            customer.time_zone,
            customer.currency_code,
            self._install_actions(),
        )

    def _install_actions(self) -> dict[str, str]:
        actions = {}
        for row in self._client.rows(_INSTALL_ACTIONS):
            action = row.conversion_action
            kind = _enum_name(action, "type_" if hasattr(action, "type_") else "type")
            actions[action.resource_name] = f"{kind}/{_name(action.name)}"
        return actions

    def _level(
        self, account: _GoogleAdAccount, level: str, since: date, until: date
    ) -> list[Item]:
        """A level's days: figures, and installs by action, queried separately.

        Google does not give costs and clicks by conversion action.
        """
        items: list[Item] = []
        facts: dict[_FactKey, AdFact] = {}
        for row in self._client.rows(figures_query(level, since, until)):
            fact = _fact_or_reject(row, level, account)
            if isinstance(fact, Reject):
                items.append(fact)
            else:
                facts[_key(fact)] = fact
        if account.installs:
            self._add_installs(account, level, (since, until), facts)
        items += facts.values()
        require_readable_answer(items, "Google Ads")
        return items

    def _add_installs(
        self,
        account: _GoogleAdAccount,
        level: str,
        span: tuple[date, date],
        facts: dict[_FactKey, AdFact],
    ) -> None:
        """Installs by action. Google sends no row for none: that is a nought, known."""
        counts: dict[_FactKey, dict[str, float]] = {}
        for row in self._client.rows(installs_query(level, *span, account.installs)):
            fact = _fact_or_reject(row, level, account)
            action = account.installs.get(row.segments.conversion_action)
            if isinstance(fact, Reject) or action is None:
                continue
            facts.setdefault(_key(fact), fact)
            action_counts = counts.setdefault(_key(fact), {})
            action_counts[action] = (
                action_counts.get(action, 0.0) + row.metrics.all_conversions
            )
        zeros = dict.fromkeys(account.installs.values(), 0.0)
        for key, fact in facts.items():
            facts[key] = replace(fact, installs=zeros | counts.get(key, {}))


def figures_query(level: str, since: date, until: date) -> str:
    """GAQL: what a level did on each day; campaigns that were removed did it too."""
    source, names = _LEVELS[level]
    fields = ("campaign.id", "campaign.name", *names, "segments.date", *_FIGURES)
    return _select(fields, source, _between(since, until))


def installs_query(level: str, since: date, until: date, actions: Iterable[str]) -> str:
    """GAQL: conversions of the actions that are installs, by action and day.

    `all_conversions` also counts actions that the account does not bid for.
    """
    source, names = _LEVELS[level]
    fields = (
        *("campaign.id", "campaign.name", *names, "segments.date"),
        *("segments.conversion_action", "metrics.all_conversions"),
    )
    quoted = ", ".join(f"'{action}'" for action in actions)
    condition = f"segments.conversion_action IN ({quoted})"
    return _select(fields, source, f"{_between(since, until)} AND {condition}")


def _select(fields: tuple[str, ...], source: str, rule: str) -> str:
    # Google's query language, which can only read; all of it is written by us.
    return f"SELECT {', '.join(fields)} FROM {source} WHERE {rule}"  # noqa: S608


def _between(since: date, until: date) -> str:
    return f"segments.date BETWEEN '{since}' AND '{until}'"


def _first_day(cursor: JsonObject | None, today: date) -> date:
    if cursor is None or "through" not in cursor:
        return today - timedelta(days=_FIRST)
    read = min(date.fromisoformat(as_text(cursor["through"])), today)
    return read - timedelta(days=_RESTATED)


def _slices(since: date, until: date) -> Iterator[tuple[date, date]]:
    while since <= until:
        end = min(since + timedelta(days=_SLICE - 1), until)
        yield since, end
        since = end + timedelta(days=1)


def _fact_or_reject(
    row: AdsRow, level: str, account: _GoogleAdAccount
) -> AdFact | Reject:
    try:
        return _fact(row, level, account)
    except ValueError as error:
        return Reject(raw=str(row)[:2000], reason=str(error))


def _fact(row: AdsRow, level: str, account: _GoogleAdAccount) -> AdFact:
    """A row as a fact; what Google left out is None. ValueError names what is missing.

    `row` is plain protobuf: a field that was not sent reads as 0, HasField as False.
    """
    if not row.campaign.id:
        raise ValueError("a row without a campaign")
    metrics = row.metrics
    ad_group = level in ("ad_group", "ad")
    if ad_group and not row.ad_group.id:
        raise ValueError("a row without an ad group")
    if level == "ad" and not row.ad_group_ad.ad.id:
        raise ValueError("a row without an ad")
    return AdFact(
        network="google_ads",
        account=account.id,
        zone=account.zone,
        currency=account.currency,
        day=_day(row.segments.date),
        level=level,
        campaign=str(row.campaign.id),
        campaign_name=_name(row.campaign.name),
        ad_group=str(row.ad_group.id) if ad_group else None,
        ad_group_name=_name(row.ad_group.name) if ad_group else None,
        ad=str(row.ad_group_ad.ad.id) if level == "ad" else None,
        ad_name=(_name(row.ad_group_ad.ad.name) or None) if level == "ad" else None,
        impressions=sent_count(metrics, "impressions"),
        clicks=sent_count(metrics, "clicks"),
        video_views=sent_count(metrics, "video_trueview_views"),
        cost_micros=sent_count(metrics, "cost_micros"),
        conversions=metrics.conversions if metrics.HasField("conversions") else None,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"a row whose day is {text[:40]!r}") from None


def _key(fact: AdFact) -> _FactKey:
    return fact.campaign, fact.ad_group, fact.ad, fact.day


def _name(text: str) -> str:
    return one_line(clean_text(text), _NAME)


def _enum_name(message: ConversionAction, field: str) -> str:
    enum = message.DESCRIPTOR.fields_by_name[field].enum_type
    return str(enum.values_by_number[getattr(message, field)].name)


def _version_warning(version: str) -> str:
    """A warning when the version is the oldest that the installed library supports."""
    versions = supported_versions(version)
    newer = versions[: versions.index(version)]
    if version != versions[-1] or not newer:
        return ""
    return (
        f". Version {version} of the API is the oldest that google-ads still speaks: "
        f"set api_version to {newer[0]} before the next upgrade"
    )
