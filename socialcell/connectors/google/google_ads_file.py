"""A report that somebody exported from Google Ads: days of campaigns, groups or ads."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import BinaryIO, ClassVar

from socialcell.connectors.base import Capability, ConnectorError, Filtered, Kind
from socialcell.connectors.facts import AdFact
from socialcell.connectors.files.export_tables import (
    ExportTable,
    TableRow,
    decimal_number,
    parse_day,
    table,
    whole_number,
)
from socialcell.connectors.files.fact_file import FactFile, RowFacts
from socialcell.connectors.files.file_connector import Row

_NEEDED = ("day", "campaign", "campaign id", "customer id", "currency code")
# A report that is cut by these has several rows a day: they would replace each other.
_SEGMENTS = (
    *("device", "network", "network (with search partners)", "hour of the day"),
    *("conversion action", "conversion category", "click type", "ad network type"),
)
_MICROS = 1_000_000
_LARGEST = (1 << 63) - 1


class GoogleAdsReport(FactFile):
    """Setting `zone`: the account's own, which the file does not name."""

    platform: ClassVar[str] = "google_ads"
    format: ClassVar[str] = "google-ads"
    needed: ClassVar[frozenset[str]] = frozenset({"campaign"})
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.AD_METRICS})

    def rows(self, file: BinaryIO) -> Iterator[Row]:
        names = table(file, self.needed).names
        lacking = [name for name in _NEEDED if name not in names]
        if lacking:
            raise ConnectorError(
                Kind.CONFIG,
                "google.lacking_columns",
                file=self.path.name,
                columns=lacking,
            )
        cut = [names[name] for name in _SEGMENTS if name in names]
        if cut:
            raise ConnectorError(
                Kind.CONFIG,
                "google.segmented_report",
                file=self.path.name,
                segments=cut,
            )
        return super().rows(file)

    def facts(self, table: ExportTable, row: TableRow) -> RowFacts:
        """The day of a row; "Total" rows below the days are left out."""
        first = next(iter(row.cells.values()), "")
        if first.casefold().startswith("total"):
            return [Filtered("a total", row.number)]
        campaign = _id(row, "campaign id")
        level = _level(table)
        name = row.cell("ad group")
        return [
            AdFact(
                network="google_ads",
                account=row.cell("customer id").replace("-", ""),
                zone=self.settings["zone"],
                currency=_currency(row.cell("currency code")),
                day=parse_day(row.cell("day")),
                level=level,
                campaign=campaign,
                campaign_name=row.cell("campaign"),
                ad_group=None if level == "campaign" else _id(row, "ad group id"),
                ad_group_name=None if level == "campaign" else name,
                ad=_id(row, "ad id") if level == "ad" else None,
                ad_name=row.cell("ad name") or None if level == "ad" else None,
                impressions=whole_number(row.cell("impr."), "Impr."),
                clicks=whole_number(row.cell("clicks"), "Clicks"),
                cost_micros=micros(row.cell("cost")),
                conversions=decimal_number(row.cell("conversions"), "Conversions"),
            )
        ]


def micros(cell: str) -> int | None:
    """An amount such as 1,234.50 in millionths; None for --. ValueError."""
    if decimal_number(cell, "Cost") is None:
        return None
    try:
        amount = int(Decimal(cell.replace(",", "").strip()) * _MICROS)
    except InvalidOperation:
        raise ValueError(f"Cost {cell[:40]!r} is no amount") from None
    if abs(amount) > _LARGEST:
        raise ValueError("Cost is out of range")
    return amount


def _level(table: ExportTable) -> str:
    if "ad id" in table.names:
        return "ad"
    return "ad_group" if "ad group id" in table.names else "campaign"


def _id(row: TableRow, column: str) -> str:
    cell = row.cell(column)
    if not cell.isdecimal():
        raise ValueError(
            f"{column} {cell[:40]!r} is no whole number. If a spreadsheet wrote the "
            "file, export it again with this column as text."
        )
    return cell


def _currency(cell: str) -> str:
    if len(cell) != 3 or not cell.isascii() or not cell.isupper():
        raise ValueError(f"currency code {cell[:40]!r} is no currency such as INR")
    return cell
