"""App Store Connect's reports: analytics of downloads and visits, and sales.

A fact keeps every cut of its row. Apple sends late figures as new reports of old days:
a row then replaces exactly the one that it restates.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

from socialcell.connectors.base import Filtered
from socialcell.connectors.facts import StoreFact
from socialcell.connectors.files.export_tables import (
    ExportTable,
    TableRow,
    is_withheld,
    parse_day,
    short_name,
    whole_number,
)
from socialcell.connectors.files.fact_file import FactFile, RowFacts
from socialcell.connectors.google.play_statistics import cut_key

ANALYTICS = frozenset({"date", "app apple identifier", "counts"})
SALES = frozenset(
    {"provider", "product type identifier", "units", "begin date", "apple identifier"}
)
ANALYTICS_ZONE = "UTC"
SALES_ZONE = "America/Los_Angeles"
# Cuts that name a row; the app's name changes, and unique counts cannot be added up.
_NO_CUTS = frozenset(
    {"date", "app name", "app apple identifier", "counts", "unique counts"}
    | {"unique devices"}
)
_ONLY_DETAILED = frozenset({"campaign", "source info", "page title"})
_WORDS = {
    "first-time download": "first_time_downloads",
    "redownload": "redownloads",
    "auto-update": "updates",
    "manual update": "updates",
    "restore": "restores",
    "impression": "impressions",
    "page view": "page_views",
    "tap": "taps",
    "install": "installs",
    "delete": "deletions",
}
# Product types: an app of any kind, by what the person did.
_SOLD = {"1": "first_time_downloads", "3": "redownloads", "7": "updates"}
_SALES_CUTS = (
    *("version", "product type identifier", "country code", "device"),
    *("supported platforms", "promo code", "customer currency", "customer price"),
    *("client", "order type", "proceeds reason", "preserved pricing"),
)


@dataclass(frozen=True, slots=True)
class _ReportForm:
    """An analytics report: the column that names what is counted, and its title."""

    kind: str
    title: str


class AppleAnalytics(FactFile):
    """Downloads, discovery or installs, standard or detailed; days in UTC."""

    platform: ClassVar[str] = "app_store"
    format: ClassVar[str] = "app-store-analytics"
    needed: ClassVar[frozenset[str]] = ANALYTICS

    def facts(self, table: ExportTable, row: TableRow) -> RowFacts:
        return analytics_facts(table, row)


class AppleSales(FactFile):
    """Daily summaries of Sales and Trends; days in Pacific time."""

    platform: ClassVar[str] = "app_store"
    format: ClassVar[str] = "app-store-sales"
    needed: ClassVar[frozenset[str]] = SALES

    def facts(self, table: ExportTable, row: TableRow) -> RowFacts:
        return sales_facts(row)


def analytics_facts(table: ExportTable, row: TableRow) -> RowFacts:
    """The fact of a row. ValueError says what cannot be read.

    The definition contains standard or detailed: detailed reports carry noise and leave
    out small numbers, so the two never add up to the same.
    """
    form = _report_form(table)
    kind = short_name(row.cell(form.kind), table.names[form.kind])
    detail = "Detailed" if _ONLY_DETAILED & table.names.keys() else "Standard"
    cuts = [n for n in table.names if n not in _NO_CUTS and n != form.kind]
    counts = row.cell("counts")
    return [
        StoreFact(
            store="app_store",
            app=_app_number(row.cell("app apple identifier")),
            day=parse_day(row.cell("date")),
            zone=ANALYTICS_ZONE,
            metric=_WORDS.get(kind.casefold(), _identifier(kind)),
            definition=f"{form.title} {detail}: {kind}",
            dimension=",".join(_identifier(cut) for cut in cuts) or "total",
            key=cut_key([row.cell(cut) for cut in cuts]),
            value=None if is_withheld(counts) else whole_number(counts, "Counts"),
            withheld=is_withheld(counts),
        )
    ]


def sales_facts(row: TableRow) -> RowFacts:
    """The units of a row of sales. ValueError says what cannot be read."""
    product = row.cell("product type identifier")
    metric = _SOLD.get(product.rstrip("FTE"))
    if metric is None:
        return [Filtered("a product type that is no download", row.number)]
    begin = parse_day(row.cell("begin date"), ("%m/%d/%Y",))
    if row.cell("end date") and parse_day(row.cell("end date"), ("%m/%d/%Y",)) != begin:
        return [Filtered("a span of several days", row.number)]
    cuts = [cut for cut in _SALES_CUTS if cut in row.cells]
    return [
        StoreFact(
            store="app_store",
            app=_app_number(row.cell("apple identifier")),
            day=begin,
            zone=SALES_ZONE,
            metric=metric,
            definition=f"Sales and Trends: {product}",
            dimension=",".join(_identifier(cut) for cut in cuts),
            key=cut_key([row.cell(cut) for cut in cuts]),
            value=whole_number(row.cell("units"), "Units"),
        )
    ]


def _report_form(table: ExportTable) -> _ReportForm:
    names = table.names
    if "event" in names and ("unique devices" in names or "app download date" in names):
        return _ReportForm("event", "App Store Installation and Deletion")
    if "event" in names:
        return _ReportForm("event", "App Store Discovery and Engagement")
    if "download type" in names:
        return _ReportForm("download type", "App Downloads")
    raise ValueError("neither a download type nor an event says what is counted")


def _app_number(identifier: str) -> str:
    if not re.fullmatch(r"\d{1,20}", identifier, re.ASCII):
        raise ValueError(f"the app's identifier {identifier[:40]!r} is no number")
    return identifier


def _identifier(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
