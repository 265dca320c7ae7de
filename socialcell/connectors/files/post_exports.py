"""What platforms export of one's own posts: X, Meta Business Suite, YouTube Studio.

An export has less than the platform's API: a post that is stored already gets its
counts, and its text stays as it is.
"""

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from socialcell.connectors.base import (
    Capability,
    ConnectorError,
    Filtered,
    Item,
    Kind,
    Metric,
    Record,
    RecordAuthor,
    Reject,
)
from socialcell.connectors.checked_records import check_record
from socialcell.connectors.file_limits import open_zip
from socialcell.connectors.files.export_formats import table_in, tables_in
from socialcell.connectors.files.export_tables import (
    ExportTable,
    TableRow,
    table,
    whole_number,
)
from socialcell.connectors.files.file_connector import FileConnector, Row
from socialcell.connectors.timestamps import moment
from socialcell.json_types import JsonObject

_SILENT = "a row that says nothing in words"
_POST_NUMBER = re.compile(r"(?:/posts/|/videos/|/reel/|/photos/(?:[^/]+/)?)(\d{6,})")
_QUERY_NUMBER = re.compile(r"(?:story_fbid|fbid|[?&]v)=(\d{6,})")
_EXACT = 15  # digits of a number that a spreadsheet keeps


class PostExport(FileConnector):
    """A table of posts. Subclasses name the columns they need, and read a row."""

    needed: ClassVar[frozenset[str]]
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.OWN_POSTS, Capability.POST_METRICS}
    )

    def __init__(
        self, path: Path, sha256: str, settings: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(path, sha256)
        self.settings = dict(settings or {})

    @property
    def reading_options(self) -> JsonObject:
        return {**self.settings, **super().reading_options}

    def rows(self, file: BinaryIO) -> Iterator[Row]:
        posts_table = self.table(file)
        for row in posts_table.rows:
            yield row.number, self._items(row)

    def table(self, file: BinaryIO) -> ExportTable:
        """The table of posts in the file."""
        return table(file, self.needed)

    @abstractmethod
    def records(self, row: TableRow) -> Iterator[Record]:
        """The post of a row; none when it holds none. ValueError says what is wrong."""

    def _items(self, row: TableRow) -> list[Item]:
        if row.damage:
            return [Reject(row.text, row.damage, row.number)]
        try:
            items: list[Item] = [check_record(record) for record in self.records(row)]
        except ValueError as error:
            return [Reject(dict(row.cells), str(error), row.number)]
        return items or [Filtered(_SILENT, row.number)]


class XPosts(PostExport):
    """X's analytics, one row a post; times are UTC, and NaN is no number."""

    platform: ClassVar[str] = "x"
    format: ClassVar[str] = "x-analytics"
    needed: ClassVar[frozenset[str]] = frozenset({"impressions"})

    def records(self, row: TableRow) -> Iterator[Record]:
        id_ = _complete_id(row.cell("post id", "tweet id"), _x_number(_x_link(row)))
        if not (text := row.cell("post text", "tweet text")):
            return
        yield Record(
            platform=self.platform,
            external_id=id_,
            text=text,
            raw=dict(row.cells),
            authored_at=_x_moment(row.cell("time", "date")),
            url=_x_link(row) or None,
            metrics=_metrics(
                row,
                {
                    "impression_count": ("views", "impressions"),
                    "like_count": ("reactions", "likes"),
                    "reply_count": ("comments", "replies"),
                    "retweet_count": ("shares", "reposts", "retweets"),
                    "bookmark_count": ("saves", "bookmarks"),
                    "url_link_clicks": ("clicks", "url clicks"),
                },
            ),
            missing=("author",),
            via="export",
        )


class XDays(PostExport):
    """X's analytics by day: sums of an account, which belong to no post."""

    platform: ClassVar[str] = "x"
    format: ClassVar[str] = "x-analytics-days"
    needed: ClassVar[frozenset[str]] = frozenset({"date", "impressions"})

    def table(self, file: BinaryIO) -> ExportTable:
        raise ConnectorError(Kind.CONFIG, "files.sums_by_day", file=self.path.name)

    def records(self, row: TableRow) -> Iterator[Record]:
        """None: `table` refuses the file."""
        return iter(())


class MetaPosts(PostExport):
    """Meta Business Suite, one row a post of a page or an Instagram account.

    Setting `zone`: the one in which its times are written. A spreadsheet spoils the
    last digits of its ids: a Facebook post's is then taken from its address.
    """

    platform: ClassVar[str] = "facebook"
    format: ClassVar[str] = "meta-business"
    needed: ClassVar[frozenset[str]] = frozenset(
        {"post id", "publish time", "permalink"}
    )

    def records(self, row: TableRow) -> Iterator[Record]:
        if row.cell("date") and row.cell("date").casefold() != "lifetime":
            raise ValueError(
                "a day of a post: choose Lifetime when exporting, so that counts are "
                "those of the post until now"
            )
        text = "\n".join(t for t in (row.cell("title"), row.cell("description")) if t)
        if not text:
            return
        link = row.cell("permalink")
        is_instagram = "instagram.com" in urlsplit(link).netloc
        yield Record(
            platform="instagram" if is_instagram else "facebook",
            external_id=_instagram_id(row) if is_instagram else _facebook_id(row, link),
            text=text,
            raw=dict(row.cells),
            authored_at=self._moment(row.cell("publish time")),
            url=link or None,
            author=_page(row),
            metrics=_metrics(
                row,
                {
                    "views": ("views", "views", "impressions"),
                    "reactions": ("reactions", "reactions", "likes"),
                    "comments": ("comments", "comments"),
                    "shares": ("shares", "shares"),
                    "saves": ("saves", "saves"),
                    "clicks": ("clicks", "total clicks"),
                },
            ),
            via="export",
        )

    def _moment(self, text: str) -> datetime | None:
        zone = ZoneInfo(self.settings["zone"])
        forms = ("%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S%z")
        return moment(text, zone, forms) if text else None


class YouTubeVideos(PostExport):
    """YouTube Studio, one row a video; the first row is their total."""

    platform: ClassVar[str] = "youtube"
    format: ClassVar[str] = "youtube-studio"
    needed: ClassVar[frozenset[str]] = frozenset({"views", "video title"})

    def table(self, file: BinaryIO) -> ExportTable:
        file.seek(0)
        if file.read(4) != b"PK\x03\x04":
            return super().table(file)
        with open_zip(file) as archive:
            names = [n for n in tables_in(archive) if "table data" in n.lower()]
            if not names:
                raise ConnectorError(
                    Kind.CONFIG, "files.no_table_data", file=self.path.name
                )
            return super().table(table_in(archive, names[0]))

    def records(self, row: TableRow) -> Iterator[Record]:
        id_, title = row.cell("content", "video"), row.cell("video title")
        if id_.casefold() == "total" or not title:
            return
        if not re.fullmatch(r"[\w-]{11}", id_, re.ASCII):
            raise ValueError(f"{id_[:40]!r} is no id of a video")
        published = row.cell("video publish time")
        forms = ("%b %d, %Y", "%Y-%m-%d")
        yield Record(
            platform=self.platform,
            external_id=id_,
            text=title,
            title=title,
            raw=dict(row.cells),
            authored_at=moment(published, ZoneInfo("UTC"), forms)
            if published
            else None,
            url=f"https://www.youtube.com/watch?v={id_}",
            metrics=_metrics(
                row,
                {
                    "viewCount": ("views", "views"),
                    "likeCount": ("reactions", "likes"),
                    "commentCount": ("comments", "comments added", "comments"),
                },
            ),
            missing=("author", "time_of_day"),
            via="export",
        )


def _metrics(
    row: TableRow, columns_by_metric: Mapping[str, tuple[str, ...]]
) -> tuple[Metric, ...]:
    """Counts by the platform's names: our word, then columns; blank is unknown."""
    metrics = []
    for name, (common, *columns) in columns_by_metric.items():
        count = whole_number(row.cell(*columns), columns[0])
        if count is not None:
            metrics.append(Metric(name, count, common))
    return tuple(metrics)


def _complete_id(cell: str, from_link: str | None) -> str:
    """An id with all its digits: the address is believed before the cell."""
    if from_link is not None:
        return from_link
    spoiled = not cell.isdecimal() or (
        len(cell) > _EXACT and not cell[_EXACT:].strip("0")
    )
    if spoiled:
        raise ValueError(
            f"the id {cell[:40]!r} was spoiled by a spreadsheet: its last digits are "
            "lost. Export again, and do not open the file before importing it."
        )
    return cell


def _x_link(row: TableRow) -> str:
    return row.cell("post link", "tweet permalink")


def _x_number(link: str) -> str | None:
    match = re.search(r"/status(?:es)?/(\d+)", link)
    return match[1] if match else None


def _x_moment(text: str) -> datetime | None:
    """2026-11-24 05:30 +0000 in older files, Tue, Nov 24, 2026 in newer: UTC."""
    if not text:
        return None
    forms = ("%Y-%m-%d %H:%M %z", "%a, %b %d, %Y", "%Y-%m-%d")
    return moment(text, ZoneInfo("UTC"), forms)


def _facebook_id(row: TableRow, link: str) -> str:
    match = _POST_NUMBER.search(link) or _QUERY_NUMBER.search(link)
    number = _complete_id(row.cell("post id"), match[1] if match else None)
    page = row.cell("page id")
    return f"{page}_{number}" if page.isdecimal() and "_" not in number else number


def _instagram_id(row: TableRow) -> str:
    """An Instagram address does not hold the id: a spoiled one cannot be restored."""
    return _complete_id(row.cell("post id"), None)


def _page(row: TableRow) -> RecordAuthor | None:
    uid = row.cell("page id", "account id")
    handle = row.cell("account username") or None
    name = row.cell("page name", "account name") or None
    author_id = uid or handle or name
    return RecordAuthor(uid=author_id, handle=handle, name=name) if author_id else None
