"""A page's own daily figures, read family by family, as store facts of a page."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from socialcell.clock import Clock
from socialcell.connectors.base import (
    UNREADABLE,
    Batch,
    Budget,
    ConnectorError,
    Item,
    Kind,
    Reject,
)
from socialcell.connectors.facts import StoreFact
from socialcell.connectors.json_values import objects_at, text_at
from socialcell.connectors.meta.graph_client import Graph
from socialcell.connectors.meta.meta_values import moment
from socialcell.connectors.page_reading import require_readable
from socialcell.json_types import JsonObject, JsonValue, as_object, as_text

# developers.facebook.com/docs/graph-api/reference/insights; the metrics that replaced
# page_fans and the impressions, which are gone since November 2025 and June 2026.
FAMILIES: Mapping[str, Sequence[str]] = {
    "views": ("page_media_view",),
    "viewers": ("page_total_media_view_unique",),
    "followers": ("page_follows", "page_daily_follows_unique"),
    "engagement": ("page_post_engagements",),
    "visits": ("page_views_total",),
}
ZONE = "America/Los_Angeles"  # Meta's days end at midnight there
_FIRST = timedelta(days=90)  # the longest span of one request
_AGAIN = timedelta(days=7)  # a day's figures settle within a few days


def insights(
    graph: Graph,
    page: str,
    families: Mapping[str, Sequence[str]],
    cursor: JsonObject | None,
    clock: Clock,
    budget: Budget,
) -> Iterator[Batch]:
    """One batch a family. Cursor: `covered`, the moment of the last whole run.

    A family with a retired metric becomes a reject that says so. ConnectorError CONFIG
    when that is so of every family.
    """
    now = clock.now()
    stored = as_text((cursor or {}).get("covered") or "")
    since = datetime.fromisoformat(stored) - _AGAIN if stored else now - _FIRST
    since = max(since, now - _FIRST)
    refusals: list[ConnectorError] = []
    state: JsonObject = {"covered": stored or None}
    last = len(families) - 1
    for number, (family, metrics) in enumerate(families.items()):
        if number:
            graph.require_allowance()
        budget.take("calls")
        try:
            items = _day_items(graph, page, family, metrics, since, now)
        except ConnectorError as error:
            if error.kind is not Kind.CONFIG:
                raise
            refusals.append(error)
            items = [_family_reject(family, metrics, error)]
        if len(refusals) == len(families):
            raise refusals[0]
        if number == last:
            state = {"covered": now.isoformat()}
        covered = (since, now) if number == last else None
        yield Batch(
            items, state, covered=covered, cost=graph.cost(), limits=graph.limits
        )


def _day_items(
    graph: Graph,
    page: str,
    family: str,
    metrics: Sequence[str],
    since: datetime,
    until: datetime,
) -> list[Item]:
    answer = graph.page(
        f"{page}/insights",
        metric=",".join(metrics),
        period="day",
        since=int(since.timestamp()),
        until=int(until.timestamp()),
    )
    items: list[Item] = []
    for metric in answer.nodes:
        try:
            items += _facts(page, family, as_object(metric))
        except UNREADABLE as error:
            items.append(Reject.unreadable(metric, error))
    require_readable(items, "meta.no_readable_metric")
    return items


def _facts(page: str, family: str, metric: JsonObject) -> list[StoreFact]:
    """A metric's days. A value that is an object is a cut: one fact for each part."""
    definition = text_at(metric, "name")
    facts = []
    for day in objects_at(metric, "values"):
        figure = day.get("value")
        cuts = figure if isinstance(figure, dict) else {"": figure}
        for key, count in cuts.items():
            facts.append(
                StoreFact(
                    store="facebook",
                    app=page,
                    day=day_before(day["end_time"]),
                    zone=ZONE,
                    metric=family,
                    definition=definition,
                    dimension="part" if key else "total",
                    key=key,
                    value=count if isinstance(count, int) else None,
                )
            )
    return facts


def day_before(end_time: JsonValue) -> date:
    """The day in Meta's zone that ends at a moment. ValueError, TypeError."""
    ends = moment(end_time) - timedelta(seconds=1)
    return ends.astimezone(ZoneInfo(ZONE)).date()


def _family_reject(
    family: str, metrics: Sequence[str], error: ConnectorError
) -> Reject:
    return Reject(
        raw={"family": family, "metrics": list(metrics)},
        reason=f"Meta does not give {', '.join(metrics)} ({error}); set others as "
        f"insights.{family} of the source",
    )
