"""The export files of platforms: how each is recognised, and its connector."""

import importlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from socialcell.connectors.base import ConnectorError, Kind
from socialcell.connectors.file_limits import TABLE, require_plain
from socialcell.connectors.files.export_tables import (
    heading_of,
    open_unpacked,
)
from socialcell.connectors.files.file_connector import FileConnector
from socialcell.connectors.files.headings import MOST_ABOVE
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.connectors.files.text_lines import lines
from socialcell.errors import UsageError
from socialcell.message_catalog import Message


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One platform's file: its heading has all `needs`, and one of `one_of` if any.

    `required_settings` are those that the file itself does not hold, each with what it
    means; `optional_settings` are those that it may need, such as names of columns.
    """

    format: str
    words: Message
    reader: str
    needs: frozenset[str]
    one_of: frozenset[str] = frozenset()
    required_settings: Mapping[str, Message] = field(default_factory=dict)
    optional_settings: Mapping[str, Message] = field(default_factory=dict)

    def fits(self, heading: frozenset[str]) -> bool:
        """Whether this is how the file's heading looks."""
        return self.needs <= heading and (
            not self.one_of or bool(self.one_of & heading)
        )


_PACKAGE = "socialcell.connectors."
_ZONE = Message("files.zone_setting")


def _columns(*words: str) -> dict[str, Message]:
    return {word: Message("files.column_setting", {"column": word}) for word in words}


EXPORTS = (
    ExportFormat(
        "play-reviews",
        Message("files.play_reviews"),
        _PACKAGE + "google.play_reviews_file:PlayReviews",
        frozenset({"package name", "star rating"}),
    ),
    ExportFormat(
        "play-statistics",
        Message("files.play_statistics"),
        _PACKAGE + "google.play_statistics:PlayStatistics",
        frozenset({"date", "package name"}),
    ),
    ExportFormat(
        "app-store-sales",
        Message("files.app_store_sales"),
        _PACKAGE + "apple.apple_reports:AppleSales",
        frozenset({"provider", "product type identifier", "units", "begin date"}),
    ),
    ExportFormat(
        "app-store-analytics",
        Message("files.app_store_analytics"),
        _PACKAGE + "apple.apple_reports:AppleAnalytics",
        frozenset({"date", "app apple identifier", "counts"}),
    ),
    ExportFormat(
        "google-ads",
        Message("files.google_ads_report"),
        _PACKAGE + "google.google_ads_file:GoogleAdsReport",
        frozenset({"campaign"}),
        frozenset({"impr.", "campaign id", "currency code"}),
        {"zone": _ZONE},
    ),
    ExportFormat(
        "meta-business",
        Message("files.meta_posts"),
        _PACKAGE + "files.post_exports:MetaPosts",
        frozenset({"post id", "publish time", "permalink"}),
        required_settings={"zone": _ZONE},
    ),
    ExportFormat(
        "x-analytics",
        Message("files.x_analytics"),
        _PACKAGE + "files.post_exports:XPosts",
        frozenset({"impressions"}),
        frozenset({"post link", "tweet permalink"}),
    ),
    ExportFormat(
        "x-analytics-days",
        Message("files.x_analytics_days"),
        _PACKAGE + "files.post_exports:XDays",
        frozenset({"date", "impressions", "new follows"}),
    ),
    ExportFormat(
        "youtube-studio",
        Message("files.youtube_videos"),
        _PACKAGE + "files.post_exports:YouTubeVideos",
        frozenset({"views", "video title"}),
        frozenset({"content", "video"}),
    ),
    ExportFormat(
        "search-console",
        Message("files.search_console"),
        _PACKAGE + "google.search_console_file:SearchConsoleFile",
        frozenset({"clicks", "impressions", "ctr", "position"}),
        required_settings={"site": Message("files.property_setting")},
    ),
    ExportFormat(
        "outcomes",
        Message("files.outcomes"),
        _PACKAGE + "files.outcome_file:OutcomeFile",
        frozenset({"date", "outcome"}),
        frozenset({"value", "count", "number", "n"}),
        optional_settings={
            "outcome": Message("files.outcome_setting"),
            **_columns("date", "area", "value"),
        },
    ),
    ExportFormat(
        "site-visits",
        Message("files.site_visits"),
        _PACKAGE + "files.visits_file:VisitsFile",
        frozenset({"date"}),
        frozenset({"sessions", "visits", "nb_visits"}),
        {"site": Message("files.website_setting"), "zone": _ZONE},
        _columns(
            *("date", "visits", "source", "medium", "source / medium"),
            *("campaign", "content", "term"),
        ),
    ),
)
BY_FORMAT = {export.format: export for export in EXPORTS}


def recognise_export(file: BinaryIO) -> ExportFormat | None:
    """What a text file (or a compressed one) is by its heading; None when nothing.

    The file may be in any state; ConnectorError when it is compressed and damaged.
    """
    content = open_unpacked(file)
    try:
        for line in lines(content):
            if line.number > MOST_ABOVE:
                return None
            heading = heading_of(line.text) if not line.damage else frozenset()
            match = next((export for export in EXPORTS if export.fits(heading)), None)
            if match is not None:
                return match
    except (EOFError, OSError, ValueError):
        return None
    return None


def recognise_zip(archive: zipfile.ZipFile) -> ExportFormat | None:
    """What a .zip is by the tables in it; None when none of them is known."""
    matches = (_member_export(archive, name) for name in tables_in(archive))
    return next((export for export in matches if export is not None), None)


def tables_in(archive: zipfile.ZipFile) -> Iterable[str]:
    """The names of the CSV files in a .zip, in order."""
    return sorted(n for n in archive.namelist() if n.lower().endswith(".csv"))


def table_in(archive: zipfile.ZipFile, name: str) -> BinaryIO:
    """A table of a .zip. ConnectorError CONFIG when it is too large or damaged."""
    if archive.getinfo(name).file_size > TABLE:
        raise ConnectorError(
            Kind.CONFIG, "files.large_table", table=name, limit=TABLE >> 20
        )
    try:
        content = archive.read(name)
    except (RuntimeError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ConnectorError(
            Kind.CONFIG, "files.unreadable_table", table=name, reason=str(error)
        ) from None
    require_plain(name, content)
    return io.BytesIO(content)


def open_export(
    export: ExportFormat,
    path: Path,
    sha256: str,
    settings: Mapping[str, str],
    options: TableOptions = AS_IT_IS,
) -> FileConnector:
    """A connector for the file. UsageError: a setting is missing, unknown or wrong."""
    for name, meaning in export.required_settings.items():
        if name not in settings:
            raise UsageError(
                "files.missing_setting",
                path=path,
                format=export.words,
                setting=name,
                meaning=meaning,
            )
    for name in settings:
        if name not in (*export.required_settings, *export.optional_settings):
            raise _setting_error(export, name)
    if "zone" in settings:
        _require_zone(settings["zone"])
    module, cls = export.reader.split(":")
    connector: FileConnector = getattr(importlib.import_module(module), cls)(
        path, sha256, settings
    )
    connector.table_options = options
    return connector


def _setting_error(export: ExportFormat, name: str) -> UsageError:
    names = [*export.required_settings, *export.optional_settings]
    if not names:
        return UsageError("files.no_settings", format=export.words, setting=name)
    return UsageError(
        "files.no_such_setting", format=export.words, setting=name, settings=names
    )


def _member_export(archive: zipfile.ZipFile, name: str) -> ExportFormat | None:
    try:
        return recognise_export(table_in(archive, name))
    except ConnectorError:
        return None


def _require_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError("files.no_such_zone", zone=name) from None
