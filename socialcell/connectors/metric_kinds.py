"""Which daily figures may be added up over days: flows may, stocks and people may not.

A flow counts what happened on a day: seven days of it have a sum. A stock is what there
was at the end of a day (devices that have the app, followers): its days count the same
devices again. People are counted once a day, and whoever came on two days is in both.
"""

from enum import StrEnum

from socialcell.platforms import Trait, having


class MetricKind(StrEnum):
    """What a figure of one day is."""

    FLOW = "flow"
    STOCK = "stock"
    PEOPLE = "people"


# By our word, for app stores and for outcomes, whose names people choose.
_METRICS = {
    "device_installs": MetricKind.FLOW,
    "device_uninstalls": MetricKind.FLOW,
    "device_upgrades": MetricKind.FLOW,
    "user_installs": MetricKind.FLOW,
    "user_uninstalls": MetricKind.FLOW,
    "install_events": MetricKind.FLOW,
    "update_events": MetricKind.FLOW,
    "uninstall_events": MetricKind.FLOW,
    "install_clicks": MetricKind.FLOW,
    # A store's visitors are counted by the day, and Google adds those days up itself.
    "visitors": MetricKind.FLOW,
    "acquisitions": MetricKind.FLOW,
    "acquisitions_all": MetricKind.FLOW,
    "active_devices": MetricKind.STOCK,
    "active_users": MetricKind.STOCK,
    "active_installs": MetricKind.STOCK,
    "installed_base": MetricKind.STOCK,
    "total_user_installs": MetricKind.STOCK,
    "total_installs": MetricKind.STOCK,
    "registered_users": MetricKind.STOCK,
    "followers": MetricKind.STOCK,
    "subscribers": MetricKind.STOCK,
    "members": MetricKind.STOCK,
    "daily_active_users": MetricKind.PEOPLE,
    "weekly_active_users": MetricKind.PEOPLE,
    "monthly_active_users": MetricKind.PEOPLE,
}
# Metrics of pages by Meta's own name: one family may hold figures of two kinds.
_PAGE_METRICS = {
    "page_media_view": MetricKind.FLOW,
    "page_post_engagements": MetricKind.FLOW,
    "page_views_total": MetricKind.FLOW,
    "page_video_views": MetricKind.FLOW,
    "page_actions_post_reactions_total": MetricKind.FLOW,
    "page_daily_follows": MetricKind.FLOW,
    "page_daily_follows_unique": MetricKind.FLOW,
    "page_daily_unfollows_unique": MetricKind.FLOW,
    "page_follows": MetricKind.STOCK,
    "page_fans": MetricKind.STOCK,
    "page_total_media_view_unique": MetricKind.PEOPLE,
    "page_impressions_unique": MetricKind.PEOPLE,
}
APP_STORES = having(Trait.APP_STORE)
PAGES = having(Trait.PAGE_FIGURES)
"""Platforms whose store facts are those of the city's own pages."""


def store_metric_kind(store: str, metric: str, definition: str) -> MetricKind | None:
    """The kind of a store's or page's metric; None: of a page, and not in the table.

    App stores report events of a day under names of their own: a metric of theirs that
    is not in the table is a flow. Whoever reads a kind of None adds nothing up.
    """
    if store in PAGES:
        return _PAGE_METRICS.get(definition.casefold())
    return _METRICS.get(metric, MetricKind.FLOW)


def outcome_kind(outcome: str) -> MetricKind:
    """The kind of an outcome by its name: a flow, unless the table says otherwise."""
    return _METRICS.get(outcome, MetricKind.FLOW)
