"""App Store Connect's analytics reports, read as Apple makes them each day."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from socialcell.connectors.apple.app_store_client import TITLE, AppStoreClient, Segment
from socialcell.connectors.apple.apple_reports import ANALYTICS, analytics_facts
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
from socialcell.connectors.page_reading import chunks_with_last
from socialcell.connectors.platform_errors import require_readable_answer
from socialcell.connectors.unmetered import Unmetered
from socialcell.json_types import JsonObject, as_object, as_text

_REQUESTS = "/v1/analyticsReportRequests"
_REPORTS = (
    "App Downloads Standard",
    "App Downloads Detailed",
    "App Store Discovery and Engagement Standard",
    "App Store Installation and Deletion Standard",
)
_PAGE = {"limit": "200"}
_PIECE = 500  # facts stored together


class AppStoreSettings(BaseModel):
    """The app by Apple's number, the key that signs, and which reports are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    app_id: str = Field(pattern=r"^\d{5,20}$")
    key_id: str = Field(pattern=r"^[A-Z0-9]{8,20}$")
    issuer_id: str = Field(pattern=r"^[0-9a-f-]{36}$")
    reports: tuple[str, ...] = _REPORTS


@dataclass(frozen=True, slots=True)
class _Instance:
    """A report as Apple made it on `processing_date`; it may hold several days."""

    id: str
    processing_date: str


class AppStoreReports:
    """Late figures come as new reports of old days: reports are read in that order.

    Cursor: `made`, by report, the day of the newest one that is stored to its end.
    """

    Settings: ClassVar[type[BaseModel]] = AppStoreSettings
    platform: ClassVar[str] = "app_store"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.STORE_METRICS}
    )
    buckets: ClassVar[tuple[Bucket, ...]] = (Bucket("calls", "hour", cap=3_500),)

    def __init__(self, settings: AppStoreSettings, context: ConnectorContext) -> None:
        self._settings = settings
        self._client = AppStoreClient(context, settings.key_id, settings.issuer_id)

    def check(self) -> ConnectorHealth:
        """Whether reports were requested, and which of them Apple offers."""
        try:
            request = self._standing_request(Unmetered())
            if request is None:
                return ConnectorHealth(
                    ok=True,
                    message="The key is accepted. Reports were not asked for yet: the "
                    "first pull does it, with an Admin's key, and they come after one "
                    "or two days.",
                )
            reports = self._report_ids(request, Unmetered())
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        return ConnectorHealth(
            ok=True, message=f"{len(reports)} reports of app {self._settings.app_id}"
        )

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        newest_dates = _stored_dates(cursor)
        request = self._standing_request(budget)
        if request is None:
            self._request_reports(budget)
            yield Batch([], {"made": newest_dates}, cost=self._client.cost())
            return
        reports = self._report_ids(request, budget)
        for name in self._settings.reports:
            for instance in self._instances(reports[name], budget):
                if instance.processing_date <= newest_dates.get(name, ""):
                    continue
                for items, is_last in self._facts(instance, budget):
                    if is_last:
                        newest_dates[name] = instance.processing_date
                    yield Batch(
                        items, {"made": dict(newest_dates)}, cost=self._client.cost()
                    )
                    if stop():
                        return
        yield Batch([], {"made": dict(newest_dates)}, cost=self._client.cost())

    def _standing_request(self, budget: Budget) -> str | None:
        """The standing request for daily reports; one that Apple stopped is none."""
        path = f"/v1/apps/{self._settings.app_id}/analyticsReportRequests"
        query = {**_PAGE, "filter[accessType]": "ONGOING"}
        for row in self._client.rows(path, query, budget):
            if not _attributes(row).get("stoppedDueToInactivity"):
                return _required_text(row, "id")
        return None

    def _request_reports(self, budget: Budget) -> None:
        app = {"data": {"type": "apps", "id": self._settings.app_id}}
        self._client.create(
            _REQUESTS,
            {
                "data": {
                    "type": "analyticsReportRequests",
                    "attributes": {"accessType": "ONGOING"},
                    "relationships": {"app": app},
                }
            },
            budget,
        )

    def _report_ids(self, request: str, budget: Budget) -> dict[str, str]:
        """Ids of the configured reports by name. ConnectorError CONFIG: one is not
        offered."""
        ids = {}
        path = f"{_REQUESTS}/{request}/reports"
        for row in self._client.rows(path, _PAGE, budget):
            name = _attributes(row).get("name")
            if name in self._settings.reports:
                ids[str(name)] = _required_text(row, "id")
        absent = [name for name in self._settings.reports if name not in ids]
        if absent:
            raise ConnectorError(
                Kind.CONFIG, "apple.reports_not_offered", reports=absent
            )
        return ids

    def _instances(self, report: str, budget: Budget) -> list[_Instance]:
        """The days' reports, oldest first: what was made later replaces."""
        path = f"/v1/analyticsReports/{report}/instances"
        query = {**_PAGE, "filter[granularity]": "DAILY"}
        instances = [
            _Instance(
                _required_text(row, "id"),
                _required_text(_attributes(row), "processingDate"),
            )
            for row in self._client.rows(path, query, budget)
        ]
        return sorted(instances, key=lambda instance: instance.processing_date)

    def _facts(
        self, instance: _Instance, budget: Budget
    ) -> Iterator[tuple[Sequence[Item], bool]]:
        """Pieces of an instance, each with whether it is the last."""
        path = f"/v1/analyticsReportInstances/{instance.id}/segments"
        items: list[Item] = []
        for row in self._client.rows(path, _PAGE, budget):
            attributes = _attributes(row)
            size = attributes.get("sizeInBytes")
            if not isinstance(size, int):
                raise _absent_field("sizeInBytes")
            segment = Segment(
                _required_text(attributes, "url"),
                _required_text(attributes, "checksum"),
                size,
            )
            items += self._fact_items(self._client.download_segment(segment, budget))
        require_readable_answer(items, f"{TITLE}, {instance.processing_date}")
        yield from chunks_with_last(items, _PIECE)

    @staticmethod
    def _fact_items(content: bytes) -> list[Item]:
        try:
            rows = list(fact_rows(io.BytesIO(content), ANALYTICS, analytics_facts))
        except ConnectorError as error:
            raise ConnectorError(
                Kind.DRIFT, "apple.unreadable_file", reason=error
            ) from None
        return [item for _number, items in rows for item in items]


def _stored_dates(cursor: JsonObject | None) -> dict[str, str]:
    dates = as_object((cursor or {}).get("made", {}))
    return {name: as_text(processing_date) for name, processing_date in dates.items()}


def _attributes(row: JsonObject) -> JsonObject:
    attributes = row.get("attributes")
    return attributes if isinstance(attributes, Mapping) else {}


def _absent_field(name: str) -> ConnectorError:
    return ConnectorError(Kind.DRIFT, "apple.absent_field", field=name)


def _required_text(row: JsonObject, name: str) -> str:
    text = row.get(name)
    if not isinstance(text, str) or not text:
        raise _absent_field(name)
    return text
