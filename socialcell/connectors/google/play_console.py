"""Google Play Console's statistics from the bucket that Google fills every day."""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from socialcell.connectors.base import (
    Batch,
    Bucket,
    Budget,
    Capability,
    ConnectorContext,
    ConnectorError,
    ConnectorHealth,
    Item,
    Kind,
)
from socialcell.connectors.files.fact_file import fact_rows
from socialcell.connectors.google import google_account
from socialcell.connectors.google.google_api import GoogleApi
from socialcell.connectors.google.google_client import GoogleClient, pages
from socialcell.connectors.google.play_statistics import METRICS, NEEDED, play_facts
from socialcell.connectors.page_reading import chunks_with_last
from socialcell.connectors.platform_errors import no_list, require_readable_answer
from socialcell.connectors.unmetered import Unmetered
from socialcell.json_types import JsonObject, JsonValue, as_object

ORIGIN = "https://storage.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/devstorage.read_only"
_API = GoogleApi("storage", "v1", ORIGIN, "Google Play Console", google_account.REMEDY)
# Folders of the bucket, and how their files' names begin.
_FOLDERS = (
    "stats/installs/installs",
    "stats/store_performance/store_performance",
    "stats/store_performance/total_store_performance",
)
_PIECE = 500  # facts stored together


class PlayConsoleSettings(BaseModel):
    """The bucket's name as the console shows it, the app, and which cuts are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{2,62}$")
    package: str = Field(pattern=r"^[A-Za-z][\w]*(\.[A-Za-z][\w]*)+$")
    cuts: frozenset[str] = frozenset({"overview", "country", "traffic_source"})
    months: int = Field(default=13, ge=1, le=120)


@dataclass(frozen=True, slots=True)
class _BucketFile:
    """One object of the bucket: a month of one cut, and which writing of it."""

    name: str
    month: str
    updated: str
    size: str

    @property
    def mark(self) -> list[str]:
        return [self.updated, self.size]


class PlayConsole:
    """The running month is written anew each day: a file that changed is read again.

    Cursor: `seen`, each file's time and size when it was stored to its end.
    """

    Settings: ClassVar[type[BaseModel]] = PlayConsoleSettings
    platform: ClassVar[str] = "play_console"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.STORE_METRICS}
    )
    buckets: ClassVar[tuple[Bucket, ...]] = (Bucket("calls", "day"),)

    def __init__(
        self, settings: PlayConsoleSettings, context: ConnectorContext
    ) -> None:
        self._settings = settings
        self._clock = context.clock
        credentials = google_account.credentials(context, [_SCOPE])
        self._google = GoogleClient(_API, context, credentials=credentials)

    def check(self) -> ConnectorHealth:
        """Whether the bucket can be listed, and through which month it has files."""
        try:
            files = self._files(Unmetered())
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        if not files:
            why = (
                f"The bucket holds no statistics of {self._settings.package}. A new "
                "app's come after a day; is the package's name right?"
            )
            return ConnectorHealth.from_error(ConnectorError(Kind.CONFIG, why))
        return ConnectorHealth(
            ok=True,
            message=f"{len(files)} files of {self._settings.package}, the newest of "
            f"{max(file.month for file in files)}",
        )

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        files = self._files(budget)
        previous_marks = as_object((cursor or {}).get("seen", {}))
        stored_marks: dict[str, JsonValue] = {
            file.name: previous_marks[file.name]
            for file in files
            if file.name in previous_marks
        }
        changed_files = [
            file for file in files if stored_marks.get(file.name) != file.mark
        ]
        for file in changed_files:
            items = self._facts(file, budget)
            observed = _moment(file.updated)
            for facts, is_last in chunks_with_last(items, _PIECE):
                if is_last:
                    stored_marks[file.name] = file.mark
                yield Batch(
                    facts,
                    {"seen": dict(stored_marks)},
                    observed_at=observed,
                    cost=self._google.cost(),
                )
                if stop():
                    return
        if not changed_files:
            yield Batch([], {"seen": stored_marks}, cost=self._google.cost())

    def _files(self, budget: Budget) -> list[_BucketFile]:
        """The files that are wanted, oldest month first."""
        files: list[_BucketFile] = []
        for folder in _FOLDERS:
            prefix = f"{folder}_{self._settings.package}_"
            # Another app's name may begin with this one's.
            pattern = re.compile(re.escape(prefix) + r"(\d{6})_([a-z_]+)\.csv")
            for page in self._listing_pages(prefix, budget):
                files += self._matching_files(page, pattern)
        return sorted(files, key=lambda file: (file.month, file.name))

    def _listing_pages(self, prefix: str, budget: Budget) -> Iterator[JsonObject]:
        def ask(token: str | None) -> JsonObject:
            return self._google.ask(
                self._google.resources.objects().list(
                    bucket=self._settings.bucket,
                    prefix=prefix,
                    fields="items(name,updated,size),nextPageToken",
                    pageToken=token,
                ),
                budget,
            )

        for body, _is_last in pages(ask, lambda b: b.get("nextPageToken"), _API.title):
            yield body

    def _matching_files(
        self, page: JsonObject, pattern: re.Pattern[str]
    ) -> Iterator[_BucketFile]:
        listed = page.get("items", [])
        if not isinstance(listed, list):
            raise no_list(_API.title, "items")
        oldest = self._oldest_month()
        for entry in listed:
            if not isinstance(entry, Mapping):
                raise ConnectorError(Kind.DRIFT, "google.bucket_without_files")
            match = pattern.fullmatch(str(entry.get("name")))
            if match and match[2] in self._settings.cuts and match[1] >= oldest:
                updated, size = str(entry.get("updated")), str(entry.get("size"))
                yield _BucketFile(match[0], match[1], updated, size)

    def _oldest_month(self) -> str:
        now = self._clock.now()
        month = now.year * 12 + now.month - 1 - (self._settings.months - 1)
        return f"{month // 12:04d}{month % 12 + 1:02d}"

    def _facts(self, file: _BucketFile, budget: Budget) -> Sequence[Item]:
        bucket, name = self._settings.bucket, quote(file.name, safe="")
        url = f"{ORIGIN}/storage/v1/b/{bucket}/o/{name}?alt=media"
        content = io.BytesIO(self._google.download(url, budget))
        one_of = frozenset(METRICS)
        try:
            rows = list(fact_rows(content, NEEDED, play_facts, one_of=one_of))
        except ConnectorError as error:
            raise ConnectorError(
                Kind.DRIFT, "google.unreadable_file", file=file.name, reason=error
            ) from None
        items = [item for _number, row_items in rows for item in row_items]
        require_readable_answer(items, f"{_API.title}, {file.name}")
        return items


def _moment(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else None
