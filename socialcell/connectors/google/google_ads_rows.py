"""The rows that Google Ads streams: plain protobuf, and the fields that we query."""

from typing import Any, Protocol


class AdEntity(Protocol):
    """A campaign, an ad group or an ad; its id is 0 where it was not sent."""

    id: int
    name: str


class AdGroupAd(Protocol):
    """An ad within its group."""

    ad: AdEntity


class AdSegments(Protocol):
    """What a row's figures are of: a day as 2026-11-28, and an action's resource."""

    date: str
    conversion_action: str


class AdMetrics(Protocol):
    """A row's figures. One that was not sent reads as 0, and `HasField` as False."""

    impressions: int
    clicks: int
    cost_micros: int
    video_trueview_views: int
    conversions: float
    all_conversions: float

    def HasField(self, field_name: str) -> bool: ...


class AdCustomer(Protocol):
    """The account: its number, the zone of its days, the currency of its money."""

    id: int
    time_zone: str
    currency_code: str


class ConversionAction(Protocol):
    """An action that counts as a conversion; protobuf's description has its type."""

    resource_name: str
    name: str
    DESCRIPTOR: Any


class AdsRow(Protocol):
    """A row of a query; only what the query selects is set."""

    campaign: AdEntity
    ad_group: AdEntity
    ad_group_ad: AdGroupAd
    segments: AdSegments
    metrics: AdMetrics
    customer: AdCustomer
    conversion_action: ConversionAction


def sent_count(metrics: AdMetrics, name: str) -> int | None:
    """A whole number of a row; None where Google sent none."""
    count: int | None = getattr(metrics, name) if metrics.HasField(name) else None
    return count
