"""Google Play Console's statistics: installs, and what the store's page brought."""

import json
from typing import ClassVar

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

ZONE = "America/Los_Angeles"  # where Google Play's days begin
NEEDED = frozenset({"date", "package name"})
# Column → our word. Google renames and adds columns: they go by name, not by place,
# and a figure is kept under the column's own name beside ours.
METRICS = {
    "daily device installs": "device_installs",
    "daily device uninstalls": "device_uninstalls",
    "daily device upgrades": "device_upgrades",
    "total user installs": "total_user_installs",
    "daily user installs": "user_installs",
    "daily user uninstalls": "user_uninstalls",
    "active device installs": "active_devices",
    "current device installs": "active_devices",
    "current user installs": "active_users",
    "install events": "install_events",
    "update events": "update_events",
    "uninstall events": "uninstall_events",
    "store listing visitors": "visitors",
    "store listing acquisitions": "acquisitions",
    "store acquisitions": "acquisitions_all",
    "visitors (installs)": "visitors",
    "unique user install clicks": "install_clicks",
}
_CUTS = {
    "country": "country",
    "country / region": "country",
    "language": "language",
    "device": "device",
    "android os version": "os_version",
    "carrier": "carrier",
    "app version code": "app_version",
    "traffic source": "traffic_source",
    "search term": "search_term",
    "utm source": "utm_source",
    "utm campaign": "utm_campaign",
}
_ACQUISITIONS = "store listing acquisitions"


class PlayStatistics(FactFile):
    """A month of one cut of an app's installs, or of its store page's visitors.

    Rates are left out: they are worked out again from sums.
    """

    platform: ClassVar[str] = "google_play"
    format: ClassVar[str] = "play-statistics"
    needed: ClassVar[frozenset[str]] = NEEDED
    one_of: ClassVar[frozenset[str]] = frozenset(METRICS)

    def facts(self, table: ExportTable, row: TableRow) -> RowFacts:
        return play_facts(table, row)


def play_facts(table: ExportTable, row: TableRow) -> RowFacts:
    """One fact for each figure of a row. ValueError says what cannot be read.

    A blank cell is a figure that Google does not report: None, never 0. A blank
    country is one that Google could not determine: it is kept.
    """
    measured = [name for name in table.names if name in METRICS]
    package = short_name(row.cell("package name"), "package name")
    day = parse_day(row.cell("date"))
    cuts = [name for name in table.names if name in _CUTS]
    return [
        StoreFact(
            store="google_play",
            app=package,
            day=day,
            zone=ZONE,
            metric=_metric(name, table),
            definition=table.names[name],
            dimension=",".join(_CUTS[cut] for cut in cuts) or "total",
            key=cut_key([row.cell(name) for name in cuts]),
            value=None if is_withheld(row.cell(name)) else _count(row, name, table),
            withheld=is_withheld(row.cell(name)),
        )
        for name in measured
    ]


def cut_key(values: list[str]) -> str:
    """How a cut is stored: "", the one value, or a JSON list of several."""
    if len(values) > 1:
        return json.dumps(values, ensure_ascii=False)
    return values[0] if values else ""


def _count(row: TableRow, name: str, table: ExportTable) -> int | None:
    return whole_number(row.cell(name), table.names[name])


def _metric(name: str, table: ExportTable) -> str:
    """Our word. Acquisitions without visitors are those of the whole store."""
    if name == _ACQUISITIONS and "store listing visitors" not in table.names:
        return "acquisitions_all"
    return METRICS[name]
