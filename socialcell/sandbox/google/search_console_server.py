"""Search Console of the sandbox: a site's figures by day, query or page, days late."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from json import loads
from urllib.parse import unquote

from socialcell.clock import Clock
from socialcell.json_types import JsonObject, as_list, as_text, as_whole
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import Switch
from socialcell.sandbox.google.google_server import SECRETS, SignedInServer, refusal
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.server import Request, ServerResponse
from socialcell.sandbox.world.app_world import PACIFIC
from socialcell.sandbox.world.search_world import SITE, SearchPerformance, SearchWorld

ORIGIN = "https://searchconsole.googleapis.com"
FINAL, FRESH = timedelta(days=3), timedelta(days=1)  # how old a day has to be
_PATH = re.compile(r"/webmasters/v3/sites/(.+?)(/searchAnalytics/query)?")
_MOST, _USUAL = 25_000, 1_000  # rows of an answer


class SearchConsoleServer(SignedInServer):
    """One property, as one signed-in person may read it."""

    name = "search_console"

    def __init__(self, city: City, clock: Clock, secrets: Mapping[str, str]) -> None:
        super().__init__(clock, secrets)
        self.world = SearchWorld(city.seed, city.start, city.end)
        self._rare: dict[date, int] = {}
        self.level = "siteFullUser"

    # Faults and changes that tests switch on --------------------------------------

    def flood(self, day: date, queries: int) -> None:
        """So many more queries, each with one impression, are named on a day."""
        self._rare[day] = queries

    def malformed_item(self, times: int | None = 1) -> None:
        """An answer by query has one more row, without a key."""
        self._switches["malformed"] = Switch(times=times)

    def stuck_cursor(self) -> None:
        """Every page is the first one, until healed."""
        self._switches["stuck"] = Switch()

    # Answers ----------------------------------------------------------------------

    def respond(self, request: Request) -> ServerResponse:
        if not self.is_authorized(request):
            return refusal(401, "UNAUTHENTICATED", "authError", "Invalid Credentials")
        match = _PATH.fullmatch(unquote(request.path))
        if match is None:
            return refusal(404, "NOT_FOUND", "notFound", "Not Found")
        if match[1] != SITE:
            message = "User does not have sufficient permission for site."
            return refusal(403, "PERMISSION_DENIED", "forbidden", message)
        if match[2] is None:
            return ServerResponse(200, {"siteUrl": SITE, "permissionLevel": self.level})
        query = loads(request.body)
        if "startDate" not in query or "endDate" not in query:
            message = "Request contains an invalid argument."
            return refusal(400, "INVALID_ARGUMENT", "invalidParameter", message)
        return ServerResponse(200, self._answer(query))

    def _answer(self, query: JsonObject) -> JsonObject:
        rows = self._rows(query)
        size = min(as_whole(query.get("rowLimit", _USUAL)), _MOST)
        stuck = "stuck" in self._switches
        start = 0 if stuck else as_whole(query.get("startRow", 0))
        page = rows[start : start + size]
        by_query = query.get("dimensions") == ["query"]
        if page and by_query and self._fires("malformed"):
            page.insert(1, {"keys": [], "clicks": "many"})
        by = (
            "byPage" if "page" in as_list(query.get("dimensions", [])) else "byProperty"
        )
        # Without rows, `rows` is left out.
        return ({"rows": page} if page else {}) | {"responseAggregationType": by}

    def _rows(self, query: JsonObject) -> list[JsonObject]:
        days = self._days(query)
        dimensions = as_list(query.get("dimensions", []))
        if dimensions == ["date"]:
            return [_row(str(day), self.world.total(day)) for day in days]
        if dimensions in (["query"], ["page"]):
            entries = [
                pair for day in days for pair in self._of(as_text(dimensions[0]), day)
            ]
            entries.sort(key=lambda pair: -pair[1].clicks)
            return [
                _row(key, performance)
                for key, performance in entries
                if performance.impressions
            ]
        raise ValueError(f"the sandbox's Search Console has no answer by {dimensions}")

    def _of(self, dimension: str, day: date) -> list[tuple[str, SearchPerformance]]:
        if dimension == "page":
            return list(self.world.pages(day).items())
        rare = range(self._rare.get(day, 0))
        return [
            *self.world.queries(day).items(),
            *((f"rare {n}", SearchPerformance(1, 0, 40.0)) for n in rare),
        ]

    def _days(self, query: JsonObject) -> list[date]:
        """The days of the span that are old enough for the requested data state."""
        since = date.fromisoformat(as_text(query["startDate"]))
        until = date.fromisoformat(as_text(query["endDate"]))
        lag = FINAL if query.get("dataState", "final") == "final" else FRESH
        today = self.clock.now().astimezone(PACIFIC).date()
        newest = min(until, today - lag)
        return [day for day in self.world.days() if since <= day <= newest]


def _row(key: str, performance: SearchPerformance) -> JsonObject:
    rate = (
        performance.clicks / performance.impressions if performance.impressions else 0.0
    )
    return {
        "keys": [key],
        "clicks": performance.clicks,
        "impressions": performance.impressions,
        "ctr": rate,
        "position": performance.position,
    }


def sources(city: City) -> list[SourceSettings]:
    return [
        {
            "name": "search_console.site",
            "connector": "search_console",
            "kind": "search",
            "site": SITE,
        }
    ]


PLATFORM = ServedPlatform(
    build=SearchConsoleServer,
    sources=sources,
    shows=lambda city, post: [],
    address=lambda post: "",
    origins=lambda city: (ORIGIN,),
    secrets=SECRETS,
)
