"""The section on search: how often the city's pages were shown and opened in Google."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlmodel import Session

from socialcell.campaigns.outcomes.store import figures
from socialcell.campaigns.outcomes.store.figures import QuerySum, SearchSum
from socialcell.listening.people.visibility import People
from socialcell.reports.campaign_numbers import (
    QueryNumbers,
    SearchNumbers,
    SearchSums,
    SiteNumbers,
)
from socialcell.reports.page import Block, Cell, Paragraph, Section, Table
from socialcell.reports.phrases import UNKNOWN
from socialcell.reports.sections.report_context import ReportContext
from socialcell.reports.week_numbers import WeekNumbers

MAX_QUERIES = 6
_WEEK = timedelta(days=7)
_Days = dict[date, SearchSum]


def count_search(session: Session, last: date) -> SearchNumbers:
    """Sites and their queries in the week that ends with a day, as plain JSON.

    Google reports days late: a week is compared with the same days of the week before.
    """
    first = last - timedelta(days=6)
    sites: dict[str, dict[str, _Days]] = defaultdict(lambda: {"total": {}, "query": {}})
    for row in figures.search_sums(session, first - _WEEK, last):
        sites[row.site][row.dimension][row.day] = row
    queries = figures.top_queries(session, first, last, MAX_QUERIES)
    return {
        "sites": [
            _site_numbers(name, days_by_dimension, first)
            for name, days_by_dimension in sites.items()
            if days_by_dimension["total"]
        ],
        "queries": [
            {"site": query.site, "query": query.query, **_sums([query])}
            for query in queries
        ],
    }


def with_masked_queries(numbers: WeekNumbers, people: People) -> WeekNumbers:
    """The numbers with queries in which nobody can be recognised by an address."""
    if "search" not in numbers:
        return numbers
    search = numbers["search"]
    masked_queries: list[QueryNumbers] = [
        {**query_row, "query": people.masked("search", query_row["query"])}
        for query_row in search["queries"]
    ]
    return {**numbers, "search": {**search, "queries": masked_queries}}


def section(context: ReportContext) -> Section:
    """Left out of reports that were frozen by earlier versions."""
    _ = context.lang.gettext
    search = context.numbers.get("search")
    if search is None:
        return Section("", [])
    title = _("Search: how the city's pages were found")
    sites_with_days = [site for site in search["sites"] if site["now"]["days"]]
    if not sites_with_days:
        no_figures = _("There are no figures of Google's search results for this week.")
        return Section(title, [Paragraph(no_figures)])
    figures_heads = (_("Clicks"), _("Shown (times)"), _("Mean position"))
    blocks: list[Block] = []
    for site in sites_with_days:
        name = context.shorten(_site_label(site["site"]))
        rows = [
            ((label,), *_sum_cells(context, sums))
            for label, sums in (
                (_("This week"), site["now"]),
                (_("Same days, week before"), site["before"]),
            )
        ]
        blocks.append(
            Table(name, (_("Days"), *figures_heads), rows, _basis(context, site))
        )
    if search["queries"]:
        rows = [
            ((context.shorten(site["query"]),), *_sum_cells(context, site))
            for site in search["queries"]
        ]
        heads = (_("Query"), *figures_heads)
        blocks.append(Table(_("Queries with the most clicks"), heads, rows))
    else:
        blocks.append(Paragraph(_("Google names no query for this week.")))
    return Section(title, blocks)


def _site_numbers(
    name: str, days_by_dimension: Mapping[str, _Days], first: date
) -> SiteNumbers:
    total, query = days_by_dimension["total"], days_by_dimension["query"]
    now = [day for day in total if day >= first]
    before = [total[day - _WEEK] for day in now if day - _WEEK in total]
    named_days = [day for day in now if day in query]
    total_clicks, query_clicks = (
        sum(rows[day].sums.clicks or 0 for day in named_days) for rows in (total, query)
    )
    return {
        "site": name,
        "now": {**_sums([total[day] for day in now]), "days": len(now)},
        "before": {
            **_sums(before if len(before) == len(now) else []),
            "days": len(before),
        },
        "through": max(now).isoformat() if now else None,
        "moving": sum(not total[day].final for day in now),
        "unnamed_clicks": total_clicks - query_clicks if named_days else None,
    }


def _sums(rows: Sequence[SearchSum | QuerySum]) -> SearchSums:
    """Clicks, impressions, and the mean position weighted by impressions."""
    clicks = _reported(row.sums.clicks for row in rows)
    impressions = _reported(row.sums.impressions for row in rows)
    placements = sum(_reported(row.sums.placed for row in rows))
    position = sum(_reported(row.sums.position for row in rows))
    return {
        "clicks": int(sum(clicks)) if clicks else None,
        "impressions": int(sum(impressions)) if impressions else None,
        "position": float(position) / int(placements) if placements else None,
    }


def _reported(figures: Iterable[float | None]) -> list[float]:
    return [figure for figure in figures if figure is not None]


def _sum_cells(context: ReportContext, sums: SearchSums) -> tuple[Cell, ...]:
    position = sums["position"]
    return (
        (context.number(sums["clicks"]),),
        (context.number(sums["impressions"]),),
        (UNKNOWN if position is None else context.lang.number(round(position, 1)),),
    )


def _basis(context: ReportContext, site: SiteNumbers) -> str:
    _ = context.lang.gettext
    assert site["through"] is not None  # a site without a day is not shown
    sentences = [
        _(
            "Held: %(days)s days (Pacific time), through %(last)s; Google tells them "
            "two to three days late.",
            days=context.phrases.part_of_whole(site["now"]["days"], 7),
            last=context.lang.month_day(date.fromisoformat(site["through"])),
        )
    ]
    if site["before"]["days"] < site["now"]["days"]:
        sentences.append(
            _(
                "The week before holds %(days)s of these days and is not compared.",
                days=context.phrases.part_of_whole(
                    site["before"]["days"], site["now"]["days"]
                ),
            )
        )
    if site["moving"]:
        sentences.append(
            context.lang.ngettext(
                "%(n)s day may still change.",
                "%(n)s days may still change.",
                site["moving"],
            )
        )
    if site["unnamed_clicks"]:
        sentences.append(
            context.lang.ngettext(
                "%(n)s click belongs to no query that Google names.",
                "%(n)s clicks belong to no query that Google names.",
                site["unnamed_clicks"],
            )
        )
    return " ".join(sentences)


def _site_label(site: str) -> str:
    """A property as people know it: without the scheme and the last slash."""
    return site.removeprefix("sc-domain:").split("://")[-1].rstrip("/")
