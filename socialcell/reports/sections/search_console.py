"""The section on search: how often the city's pages were shown and opened in Google."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from socialcell.campaigns.outcomes.store import figures
from socialcell.campaigns.outcomes.store.figures import QuerySum, SearchSum
from socialcell.listening.people.visibility import People
from socialcell.reports.page import Block, Cell, Paragraph, Section, Table
from socialcell.reports.phrases import UNKNOWN
from socialcell.reports.sections.report_context import Material

QUERIES = 6
_WEEK = timedelta(days=7)
_Days = dict[date, SearchSum]


def counted(session: Session, last: date) -> dict[str, Any]:
    """Sites and their queries in the week that ends with a day, as plain JSON.

    Google tells days late: a week is compared with the same days of the week before.
    """
    first = last - timedelta(days=6)
    sites: dict[str, dict[str, _Days]] = defaultdict(lambda: {"total": {}, "query": {}})
    for row in figures.search_sums(session, first - _WEEK, last):
        sites[row.site][row.dimension][row.day] = row
    queries = figures.top_queries(session, first, last, QUERIES)
    return {
        "sites": [
            _site(name, held, first) for name, held in sites.items() if held["total"]
        ],
        "queries": [
            {"site": one.site, "query": one.query, **_sums([one])} for one in queries
        ],
    }


def shown(numbers: dict[str, Any], people: People) -> dict[str, Any]:
    """The numbers with queries in which nobody can be recognised by an address."""
    if "search" not in numbers:
        return numbers
    search = numbers["search"]
    masked = [
        {**one, "query": people.masked("search", one["query"])}
        for one in search["queries"]
    ]
    return {**numbers, "search": {**search, "queries": masked}}


def section(m: Material) -> Section:
    """Left out of reports that were frozen by earlier versions."""
    _ = m.lang.gettext
    search = m.numbers.get("search")
    if search is None:
        return Section("", [])
    title = _("Search: how the city's pages were found")
    held = [one for one in search["sites"] if one["now"]["days"]]
    if not held:
        none = _("No figures of Google's search results are held for this week.")
        return Section(title, [Paragraph(none)])
    figures_heads = (_("Clicks"), _("Shown (times)"), _("Mean position"))
    blocks: list[Block] = []
    for one in held:
        name = m.cut(_plain(one["site"]))
        rows = [
            ((label,), *_cells(m, one[when]))
            for label, when in (
                (_("This week"), "now"),
                (_("Same days, week before"), "before"),
            )
        ]
        blocks.append(Table(name, (_("Days"), *figures_heads), rows, _basis(m, one)))
    if search["queries"]:
        rows = [((m.cut(one["query"]),), *_cells(m, one)) for one in search["queries"]]
        heads = (_("Query"), *figures_heads)
        blocks.append(Table(_("Queries with the most clicks"), heads, rows))
    else:
        blocks.append(Paragraph(_("Google names no query for this week.")))
    return Section(title, blocks)


def _site(name: str, held: Mapping[str, _Days], first: date) -> dict[str, Any]:
    total, query = held["total"], held["query"]
    now = [day for day in total if day >= first]
    before = [total[day - _WEEK] for day in now if day - _WEEK in total]
    named = [day for day in now if day in query]
    whole, told = (
        sum(rows[day].sums.clicks or 0 for day in named) for rows in (total, query)
    )
    return {
        "site": name,
        "now": _sums([total[day] for day in now]) | {"days": len(now)},
        "before": _sums(before if len(before) == len(now) else [])
        | {"days": len(before)},
        "through": max(now).isoformat() if now else None,
        "moving": sum(not total[day].final for day in now),
        "unnamed_clicks": whole - told if named else None,
    }


def _sums(rows: Sequence[SearchSum | QuerySum]) -> dict[str, Any]:
    """Clicks, impressions, and the mean position weighted by impressions."""
    clicks, impressions, placed, position = (
        [getattr(row.sums, name) for row in rows if getattr(row.sums, name) is not None]
        for name in ("clicks", "impressions", "placed", "position")
    )
    return {
        "clicks": int(sum(clicks)) if clicks else None,
        "impressions": int(sum(impressions)) if impressions else None,
        "position": float(sum(position)) / int(sum(placed)) if sum(placed) else None,
    }


def _cells(m: Material, one: dict[str, Any]) -> tuple[Cell, ...]:
    position = one["position"]
    return (
        (m.number(one["clicks"]),),
        (m.number(one["impressions"]),),
        (UNKNOWN if position is None else m.lang.number(round(position, 1)),),
    )


def _basis(m: Material, one: dict[str, Any]) -> str:
    _ = m.lang.gettext
    said = [
        _(
            "Held: %(days)s days (Pacific time), through %(last)s; Google tells them "
            "two to three days late.",
            days=m.say.of(one["now"]["days"], 7),
            last=m.lang.month_day(date.fromisoformat(one["through"])),
        )
    ]
    if one["before"]["days"] < one["now"]["days"]:
        said.append(
            _(
                "The week before holds %(days)s of these days and is not compared.",
                days=m.say.of(one["before"]["days"], one["now"]["days"]),
            )
        )
    if one["moving"]:
        said.append(
            m.lang.ngettext(
                "%(n)s day may still change.",
                "%(n)s days may still change.",
                one["moving"],
            )
        )
    if one["unnamed_clicks"]:
        said.append(
            m.lang.ngettext(
                "%(n)s click belongs to no query that Google names.",
                "%(n)s clicks belong to no query that Google names.",
                one["unnamed_clicks"],
            )
        )
    return " ".join(said)


def _plain(site: str) -> str:
    """A property as people know it: without the scheme and the last stroke."""
    return site.removeprefix("sc-domain:").split("://")[-1].rstrip("/")
