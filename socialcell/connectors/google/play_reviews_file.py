"""Reviews as Google Play Console exports them: one file a month, UTF-16."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from socialcell.connectors.base import Record
from socialcell.connectors.files.export_tables import TableRow, whole_number
from socialcell.connectors.files.post_exports import PostExport

_EPOCH = "review submit millis since epoch"
_CHANGED = "review last update millis since epoch"


class PlayReviews(PostExport):
    """A review by the id in its link; without one, by its time, device and text.

    Ratings without a text are filtered.
    """

    platform: ClassVar[str] = "google_play"
    format: ClassVar[str] = "play-reviews"
    needed: ClassVar[frozenset[str]] = frozenset({"package name", "star rating"})

    def records(self, row: TableRow) -> Iterator[Record]:
        title, text = row.cell("review title"), row.cell("review text")
        if not (title or text):
            return
        submitted = _moment(row, _EPOCH)
        changed = _moment(row, _CHANGED)
        stars = whole_number(row.cell("star rating"), "Star Rating")
        link = row.cell("review link")
        yield Record(
            platform=self.platform,
            external_id=_id(link, row),
            text=text or title,
            title=title if text and title else None,
            raw={**row.cells, "stars": stars},
            authored_at=submitted,
            edited_at=changed if changed and changed != submitted else None,
            kind="review",
            url=link or None,
            language=row.cell("reviewer language") or None,
            missing=("author",) if submitted else ("author", "created_at"),
            via="export",
        )


def _moment(row: TableRow, column: str) -> datetime | None:
    """The milliseconds are reliable; the written dates are in the console's
    language."""
    milliseconds = whole_number(row.cell(column), column)
    if milliseconds is None:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{column} {milliseconds} is out of range") from None


def _id(link: str, row: TableRow) -> str:
    parameters = parse_qs(urlsplit(link).query) | parse_qs(urlsplit(link).fragment)
    ids = parameters.get("reviewId") or parameters.get("reviewid")
    if ids:
        return ids[0]
    millis, device = row.cell(_EPOCH), row.cell("device")
    if not millis:
        raise ValueError("neither a link nor a time says which review it is")
    return f"{row.cell('package name')}:{millis}:{device}"
