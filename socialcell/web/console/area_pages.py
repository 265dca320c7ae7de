"""Areas: ward offices as a map and a table, and one area with what is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from urllib.parse import quote, urlencode

from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.i18n import Language
from socialcell.listening.areas.area_table import names as names_of
from socialcell.reports.svg.area_map import AreaMap, MappedArea, draw_area_map
from socialcell.reports.svg.day_columns import ChartPair, DayColumn, day_columns
from socialcell.reports.svg.interval_bars import share_dot, value_bar
from socialcell.reports.svg.map_values import count_scale, share_scale
from socialcell.roles import Permission
from socialcell.services import area_detail, area_overview
from socialcell.services.area_detail import AreaDetail
from socialcell.services.area_overview import AreaOverview
from socialcell.web.console.area_spans import SpanFilter, read_span
from socialcell.web.console.area_words import MEASURES, AreaMeasure, AreaWords
from socialcell.web.pages import addresses
from socialcell.web.pages.answers import Answer, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Row, Screen

_PATH = "/areas"


def rows_path(query: str) -> str:
    """The path of the mentions that a query finds."""
    return f"/mentions?{urlencode({'query': query})}"


def area_path(id_: str, pairs: Mapping[str, str]) -> str:
    """The path of an area's page, about the same days."""
    return addresses.with_pairs(f"{_PATH}/{quote(id_, safe=':')}", **pairs)


@dataclass(frozen=True)
class AreaLinks:
    """Addresses that the pages of areas lead to, about the same days."""

    code: str
    chosen: SpanFilter

    def rows(self, query: str) -> str:
        """The mentions that a query finds."""
        return addresses.address(self.code, rows_path(query))

    def area(self, id_: str) -> str:
        """The page of an area."""
        return addresses.address(self.code, area_path(id_, self.chosen.pairs))

    def query(self, more: Mapping[str, str], days: str = "") -> str:
        """The query of a link to the same page with more, or about other days."""
        return addresses.with_pairs("", **self.chosen.pairs_of(days), **more)


def show_areas(request: PageRequest) -> Answer:
    """The ward offices that the reader may see, as a map and as a table."""
    chosen, words = read_span(request), AreaWords(request.lang)
    overview = area_overview.overview(
        request.context, span=chosen.span, only=request.places
    )
    measure = next((m for m in MEASURES if m == request.query.get("map")), MEASURES[0])
    return WebPage(
        "areas.html",
        {
            "overview": overview,
            "map": _map(overview, measure, chosen, words),
            "measure": measure,
            "measures": [(name, words.measure(name)) for name in MEASURES],
            "title": words.finding(overview.entries, measure),
            "is_comparable": any(
                words.change(entry.figures.mentions)
                for entry in overview.entries
                if entry.figures
            ),
            "chosen": chosen,
            "w": words,
            "links": AreaLinks(request.lang.code, chosen),
            # An incident is about the whole city.
            "may_open_incidents": request.places is None,
        },
        status=400 if chosen.problem else 200,
    )


def _map(
    overview: AreaOverview,
    measure: AreaMeasure,
    chosen: SpanFilter,
    words: AreaWords,
) -> AreaMap | None:
    lang = words.lang
    areas = []
    for entry in overview.entries:
        value, text, spoken = words.map_value(entry.figures, measure)
        path = area_path(entry.id, chosen.pairs)
        link = addresses.address(lang.code, path)
        areas.append(MappedArea(entry.id, words.name(entry), value, text, link, spoken))
    scale = (
        share_scale(lang)
        if measure == "negative"
        else count_scale((area.value for area in areas), lang)
    )
    return draw_area_map(areas, overview.shapes, scale, words.measure(measure), lang)


def show_area(request: PageRequest) -> Answer:
    """One area in the days that were chosen."""
    chosen, words = read_span(request), AreaWords(request.lang)
    id_ = str(request.params["key"])
    try:
        detail = area_detail.detail(
            request.context, id_, chosen.span, only=request.places
        )
    except UsageError as error:
        if error.message.code == "areas.place_in_no_area":
            raise NotFound from None
        raise
    lang = request.lang
    figures = detail.entry.figures
    negative = figures.negative if figures else None
    topics = figures.topics if figures else ()
    most = max((topic.n for topic in topics), default=0)
    return WebPage(
        "area.html",
        {
            "detail": detail,
            "path": area_path(detail.area.id, {}),
            "around": [names_of(area)[lang.code] for area in detail.around],
            "dot": share_dot(negative.part / negative.whole, negative.interval)
            if negative and negative.interval
            else "",
            "chart": _days(detail, lang) if figures else None,
            "chart_title": _days_title(detail, lang),
            "is_running": detail.span.now.end.astimezone(IST).time() != time(),
            "topics": [(topic, value_bar(topic.n, most)) for topic in topics],
            "chosen": chosen,
            "w": words,
            "links": AreaLinks(request.lang.code, chosen),
            # An incident is about the whole city.
            "may_open_incidents": request.places is None,
        },
        status=400 if chosen.problem else 200,
    )


def _days(detail: AreaDetail, lang: Language) -> ChartPair:
    columns = []
    for day, figure in detail.days:
        coverage, same = figure["coverage"], figure["same_hours"]
        is_whole = coverage["covered"] == coverage["due"]
        is_comparable = same is not None and same["hours"] == coverage["due"]
        path = rows_path(area_detail.day_query(detail, day))
        columns.append(
            DayColumn(
                label=lang.short_day(day)
                if len(detail.days) <= 14
                else lang.month_day(day),
                name=lang.weekday_of_month(day),
                count=figure["n"],
                is_whole=is_whole,
                before=same["before"] if same and is_comparable else None,
                link=addresses.address(lang.code, path),
            )
        )
    return day_columns(columns, lang.gettext("Mentions by day"), lang)


def _days_title(detail: AreaDetail, lang: Language) -> str:
    """The day with the most mentions, where it is one and all are known."""
    counts = sorted(
        ((figure["n"], day) for day, figure in detail.days if figure["n"] is not None),
        reverse=True,
    )
    plain = lang.gettext("Mentions by day")
    if len(counts) < 2 or len(counts) < len(detail.days):
        return plain
    (most, day), (second, _day) = counts[:2]
    if not most or most == second:
        return plain
    return lang.gettext(
        "Most on %(day)s: %(n)s of %(all)s mentions",
        day=lang.weekday_of_month(day),
        n=lang.number(most),
        all=lang.number(sum(n or 0 for n, _day in counts)),
    )


ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.READ, show_areas, is_scoped=True),
    Screen(f"{_PATH}/{{key}}", Permission.READ, show_area, is_scoped=True),
)
