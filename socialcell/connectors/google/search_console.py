"""Search Console through googleapiclient: a site's days in Google's search results."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar

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
    Reject,
)
from socialcell.connectors.facts import SearchFact
from socialcell.connectors.google import google_account
from socialcell.connectors.google.google_api import GoogleApi
from socialcell.connectors.google.google_client import GoogleClient
from socialcell.connectors.google.google_errors import PACIFIC
from socialcell.connectors.json_values import list_at
from socialcell.connectors.page_reading import (
    chunks,
    read_or_reject,
    repeated_page_error,
)
from socialcell.connectors.platform_errors import no_list, require_readable_answer
from socialcell.connectors.unmetered import Unmetered
from socialcell.json_types import JsonObject, JsonValue, as_object, as_text
from socialcell.text import clean_text

API = GoogleApi(
    "searchconsole",
    "v1",
    "https://searchconsole.googleapis.com",
    "Search Console",
    google_account.REMEDY,
    pause=timedelta(minutes=15),
)
_SCOPE = "https://www.googleapis.com/auth/webmasters.readonly"
_ROWS = 25_000  # the most that one answer holds
_PIECE = 1_000  # facts that are stored together
# Asked apart: by both at once is the dearest question that there is.
_DIMENSIONS = ("query", "page")


class SearchConsoleSettings(BaseModel):
    """The property as Search Console names it: an address that ends with a slash, or
    sc-domain: and a domain. `days`: how far back a new source begins."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    site: str = Field(
        pattern=r"^(https?://[^\s/]+/([^\s]*/)?|sc-domain:[^\s/]+)$", max_length=300
    )
    days: int = Field(default=90, ge=1, le=480)


class SearchConsole:
    """Day by day, final figures only: the whole site, its queries, its pages.

    Cursor: `through`, the last day (Pacific, as Google counts) that is read whole. A
    day that is not final yet is not in the answer; it comes with a later visit.
    """

    Settings: ClassVar[type[BaseModel]] = SearchConsoleSettings
    platform: ClassVar[str] = "search_console"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.SEARCH_METRICS}
    )
    buckets: ClassVar[tuple[Bucket, ...]] = (Bucket("calls", "day", str(PACIFIC)),)

    def __init__(
        self, settings: SearchConsoleSettings, context: ConnectorContext
    ) -> None:
        self._settings = settings
        self._clock = context.clock
        credentials = google_account.credentials(context, [_SCOPE])
        self._google = GoogleClient(API, context, credentials=credentials)

    def check(self) -> ConnectorHealth:
        """Sign in, and read the account's permission on the property."""
        site = self._settings.site
        try:
            request = self._google.resources.sites().get(siteUrl=site)
            level = self._google.ask(request, Unmetered()).get("permissionLevel")
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        if level == "siteUnverifiedUser":
            why = f"{site} is in this account and not verified: nothing can be read"
            return ConnectorHealth.from_error(ConnectorError(Kind.ACCESS, why))
        return ConnectorHealth(
            ok=True, message=f"Search Console answers; {site}: {level}"
        )

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        state: JsonObject = {"through": None, **(cursor or {})}
        totals = self._totals(self._begin(state["through"]), budget)
        # Stored beforehand and at once: a figure of the whole needs no cursor.
        yield self._batch(totals, state)
        for total in totals:
            if isinstance(total, Reject):
                continue
            for dimension in _DIMENSIONS:
                for chunk in self._day_facts(total.day, dimension, budget):
                    yield self._batch(chunk, state)
                    if stop():
                        return
            state = {"through": total.day.isoformat()}
            yield self._batch([], state)
            if stop():
                return

    def _begin(self, through: JsonValue) -> date:
        if through is not None:
            return date.fromisoformat(as_text(through)) + timedelta(days=1)
        return self._today() - timedelta(days=self._settings.days)

    def _today(self) -> date:
        return self._clock.now().astimezone(PACIFIC).date()

    def _totals(self, since: date, budget: Budget) -> list[SearchFact | Reject]:
        """The days that are final, oldest first, each with the whole site's figures.

        Requested without queries: rare ones are left out of any answer that lists them.
        A day on which nobody saw the site is left out as well.
        """
        if since > self._today():
            return []
        rows = self._rows(since, self._today(), "date", 0, budget)
        facts = [
            read_or_reject(row, lambda r: self._fact(_day(_key(r)), "total", r))
            for row in rows
        ]
        require_readable_answer(facts, API.title)
        return sorted(
            facts, key=lambda fact: fact.day if isinstance(fact, SearchFact) else since
        )

    def _day_facts(
        self, day: date, dimension: str, budget: Budget
    ) -> Iterator[Sequence[SearchFact | Reject]]:
        """A day's figures by query or by page, some at a time."""
        first: JsonValue = None
        start = 0
        while True:
            rows = self._rows(day, day, dimension, start, budget)
            if rows and rows[0] == first:
                raise repeated_page_error("Search Console")
            facts = [
                read_or_reject(row, lambda r: self._fact(day, dimension, r))
                for row in rows
            ]
            require_readable_answer(facts, API.title)
            yield from chunks(facts, _PIECE)
            if len(rows) < _ROWS:
                return
            first, start = rows[0], start + _ROWS

    def _rows(
        self, since: date, until: date, dimension: str, start: int, budget: Budget
    ) -> Sequence[JsonValue]:
        body = {
            "startDate": since.isoformat(),
            "endDate": until.isoformat(),
            "dimensions": [dimension],
            "rowLimit": _ROWS,
            "startRow": start,
            "dataState": "final",
        }
        request = self._google.resources.searchanalytics().query(
            siteUrl=self._settings.site, body=body
        )
        rows = self._google.ask(request, budget).get("rows", [])
        if not isinstance(rows, list):
            raise no_list(API.title, "rows")
        return rows

    def _fact(self, day: date, dimension: str, row: JsonValue) -> SearchFact:
        key = "" if dimension == "total" else _key(row)
        if not isinstance(key, str):
            raise ValueError(f"the {dimension} is no text")
        figures = as_object(row)
        return SearchFact(
            site=self._settings.site,
            day=day,
            dimension=dimension,
            key=clean_text(key),
            clicks=_whole(figures["clicks"]),
            impressions=_whole(figures["impressions"]),
            position=_number(figures["position"]),
        )

    def _batch(self, items: Sequence[Item], state: JsonObject) -> Batch:
        return Batch(items, state, cost=self._google.cost())


def _key(row: JsonValue) -> JsonValue:
    return list_at(as_object(row), "keys")[0]


def _day(text: JsonValue) -> date:
    return datetime.strptime(as_text(text), "%Y-%m-%d").date()  # noqa: DTZ007


def _whole(count: JsonValue) -> int:
    """A count, which Google writes as a number with a fraction of nothing."""
    number = _number(count)
    if number != int(number) or number < 0:
        raise ValueError(f"{count} is no count")
    return int(number)


def _number(number: JsonValue) -> float:
    if not isinstance(number, int | float) or isinstance(number, bool):
        raise ValueError(f"{number!r} is no number")
    return float(number)
