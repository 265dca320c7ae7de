"""Figures of ads and of search results, as networks and search engine report them."""

from socialcell.errors import UsageError
from socialcell.reports.phrases import Phrases
from socialcell.roles import Permission
from socialcell.services.outcomes import ad_documents, daily_figures, search_documents
from socialcell.services.outcomes.ad_documents import LEVELS
from socialcell.services.outcomes.daily_figures import DayRange
from socialcell.services.outcomes.search_documents import SEARCHES
from socialcell.web.console.campaigns.campaign_words import CampaignWords
from socialcell.web.pages.answers import Answer, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Row, Screen

_MOST_ROWS = 200


def _days(request: PageRequest) -> tuple[DayRange, str]:
    """The days that were asked for; 28 up to today, and why not, where they are not
    right."""
    since, until = request.query.get("since"), request.query.get("until")
    try:
        days = daily_figures.requested_days(
            request.context, since or None, until or None
        )
    except UsageError as error:
        days = daily_figures.requested_days(request.context, None, None)
        return days, request.say(error.message)
    return days, ""


def show_ads(request: PageRequest) -> Answer:
    """What ads cost and brought, by campaign, group or ad; in all, or by day."""
    days, fault = _days(request)
    level, is_daily = request.query.get("by", LEVELS[0]), "daily" in request.query
    if level not in LEVELS:
        raise NotFound
    document = ad_documents.ad_document(request.context, days, level, daily=is_daily)
    return WebPage(
        "ads.html",
        {
            "document": document,
            "rows": document["rows"][:_MOST_ROWS],
            "more": max(len(document["rows"]) - _MOST_ROWS, 0),
            "level": level,
            "levels": LEVELS,
            "is_daily": is_daily,
            "days": days,
            "fault": fault,
            "network": Phrases(request.lang).platform,
            "c": CampaignWords(request.lang),
        },
    )


def show_search(request: PageRequest) -> Answer:
    """How the city's pages are found: clicks and places by query, page or in all."""
    days, fault = _days(request)
    by, is_daily = request.query.get("by", "query"), "daily" in request.query
    if by not in SEARCHES:
        raise NotFound
    site = request.query.get("site") or None
    document = search_documents.search_document(
        request.context, days, by=by, site=site, daily=is_daily
    )
    return WebPage(
        "search.html",
        {
            "document": document,
            "rows": document["rows"][:_MOST_ROWS],
            "more": max(len(document["rows"]) - _MOST_ROWS, 0),
            "by": by,
            "cuts": SEARCHES,
            "is_daily": is_daily,
            "days": days,
            "fault": fault,
        },
    )


ROWS: tuple[Row, ...] = (
    Screen("/ads", Permission.READ, show_ads),
    Screen("/search", Permission.READ, show_search),
)
