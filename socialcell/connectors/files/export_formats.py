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
    MOST_ABOVE,
    heading_of,
    open_unpacked,
)
from socialcell.connectors.files.file_connector import FileConnector
from socialcell.connectors.files.text_lines import lines
from socialcell.errors import UsageError


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One platform's file: its heading has all `needs`, and one of `one_of` if any.

    `required_settings` are those that the file itself does not hold, each with what it
    means; `optional_settings` are those that it may need, such as names of columns.
    """

    format: str
    words: str
    reader: str
    needs: frozenset[str]
    one_of: frozenset[str] = frozenset()
    required_settings: Mapping[str, str] = field(default_factory=dict)
    optional_settings: Mapping[str, str] = field(default_factory=dict)

    def fits(self, heading: frozenset[str]) -> bool:
        """Whether this is how the file's heading looks."""
        return self.needs <= heading and (
            not self.one_of or bool(self.one_of & heading)
        )


_PACKAGE = "socialcell.connectors."
_ZONE = "the time zone of its days and times, such as Asia/Kolkata"


def _columns(*words: str) -> dict[str, str]:
    return {word: f"the name of the column that is the {word}" for word in words}


EXPORTS = (
    ExportFormat(
        "play-reviews",
        "reviews of Google Play Console",
        _PACKAGE + "google.play_reviews_file:PlayReviews",
        frozenset({"package name", "star rating"}),
    ),
    ExportFormat(
        "play-statistics",
        "statistics of Google Play Console",
        _PACKAGE + "google.play_statistics:PlayStatistics",
        frozenset({"date", "package name"}),
    ),
    ExportFormat(
        "app-store-sales",
        "Sales and Trends of App Store Connect",
        _PACKAGE + "apple.apple_reports:AppleSales",
        frozenset({"provider", "product type identifier", "units", "begin date"}),
    ),
    ExportFormat(
        "app-store-analytics",
        "an analytics report of App Store Connect",
        _PACKAGE + "apple.apple_reports:AppleAnalytics",
        frozenset({"date", "app apple identifier", "counts"}),
    ),
    ExportFormat(
        "google-ads",
        "a report of Google Ads",
        _PACKAGE + "google.google_ads_file:GoogleAdsReport",
        frozenset({"campaign"}),
        frozenset({"impr.", "campaign id", "currency code"}),
        {"zone": _ZONE},
    ),
    ExportFormat(
        "meta-business",
        "Meta Business Suite's list of posts",
        _PACKAGE + "files.post_exports:MetaPosts",
        frozenset({"post id", "publish time", "permalink"}),
        required_settings={"zone": _ZONE},
    ),
    ExportFormat(
        "x-analytics",
        "X's analytics by post",
        _PACKAGE + "files.post_exports:XPosts",
        frozenset({"impressions"}),
        frozenset({"post link", "tweet permalink"}),
    ),
    ExportFormat(
        "x-analytics-days",
        "X's analytics by day",
        _PACKAGE + "files.post_exports:XDays",
        frozenset({"date", "impressions", "new follows"}),
    ),
    ExportFormat(
        "youtube-studio",
        "YouTube Studio's table of videos",
        _PACKAGE + "files.post_exports:YouTubeVideos",
        frozenset({"views", "video title"}),
        frozenset({"content", "video"}),
    ),
    ExportFormat(
        "search-console",
        "Search Console's performance",
        _PACKAGE + "google.search_console_file:SearchConsoleFile",
        frozenset({"clicks", "impressions", "ctr", "position"}),
        required_settings={
            "site": "the property, such as sc-domain:punecorporation.example"
        },
    ),
    ExportFormat(
        "outcomes",
        "outcomes by day and area",
        _PACKAGE + "files.outcome_file:OutcomeFile",
        frozenset({"date", "outcome"}),
        frozenset({"value", "count", "number", "n"}),
        optional_settings={
            "outcome": "what is counted, such as forms_filed, if no column says it",
            **_columns("date", "area", "value"),
        },
    ),
    ExportFormat(
        "site-visits",
        "a website's visits by UTM values",
        _PACKAGE + "files.visits_file:VisitsFile",
        frozenset({"date"}),
        frozenset({"sessions", "visits", "nb_visits"}),
        {"site": "the website, such as punecorporation.example", "zone": _ZONE},
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
            Kind.CONFIG, f"{name} in the .zip is larger than {TABLE >> 20} MB."
        )
    try:
        content = archive.read(name)
    except (RuntimeError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ConnectorError(
            Kind.CONFIG, f"{name} in the .zip cannot be read: {error}."
        ) from None
    require_plain(name, content)
    return io.BytesIO(content)


def open_export(
    export: ExportFormat, path: Path, sha256: str, settings: Mapping[str, str]
) -> FileConnector:
    """A connector for the file. UsageError: a setting is missing, unknown or wrong."""
    for name, meaning in export.required_settings.items():
        if name not in settings:
            raise UsageError(
                f"{path} is {export.words}, which does not say {name}: {meaning}. "
                f"Say it: --set {name}=…"
            )
    for name in settings:
        if (
            name not in export.required_settings
            and name not in export.optional_settings
        ):
            names = (
                ", ".join((*export.required_settings, *export.optional_settings))
                or "none"
            )
            raise UsageError(
                f"{export.words} takes no setting {name!r}; it takes: {names}."
            )
    if "zone" in settings:
        _require_zone(settings["zone"])
    module, cls = export.reader.split(":")
    connector: FileConnector = getattr(importlib.import_module(module), cls)(
        path, sha256, settings
    )
    return connector


def _member_export(archive: zipfile.ZipFile, name: str) -> ExportFormat | None:
    try:
        return recognise_export(table_in(archive, name))
    except ConnectorError:
        return None


def _require_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"There is no time zone {name!r}: write it as Asia/Kolkata or UTC."
        ) from None
