"""The bucket of Google Play Console in the sandbox: months of statistics as CSV.

Written as Google writes them: UTF-16, two days late, the running month anew each day,
small numbers folded into Other, thousands cut by commas.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import unquote

from socialcell.clock import Clock
from socialcell.json_types import JsonValue
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import Switch
from socialcell.sandbox.google.google_server import SECRETS, SignedInServer, refusal
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.server import Request, ServerResponse
from socialcell.sandbox.world.app_world import (
    OUTREACH,
    PACIFIC,
    PACKAGE,
    AppWorld,
    reported_conversions,
)

ORIGIN = "https://storage.googleapis.com"
BUCKET = "pubsite_prod_rev_00000000000000000007"
LAG = timedelta(days=2)
THRESHOLD = 5  # acquisitions of a day below which a campaign is not named
_LIST = f"/storage/v1/b/{BUCKET}/o"
_INSTALLS = (
    *("Daily Device Installs", "Daily Device Uninstalls", "Daily Device Upgrades"),
    *("Total User Installs", "Daily User Installs", "Daily User Uninstalls"),
    *("Active Device Installs", "Install events", "Update events", "Uninstall events"),
)
_ACQUIRED = (
    *("Store listing acquisitions", "Store listing visitors"),
    "Store listing conversion rate",
)
_TRAFFIC = ("Traffic source", "Search term", "UTM source", "UTM campaign")


class PlayConsoleServer(SignedInServer):
    """One developer's bucket. `most`: files of one page of the list."""

    name = "play_console"
    most = 2

    def __init__(self, city: City, clock: Clock, secrets: Mapping[str, str]) -> None:
        super().__init__(clock, secrets)
        self.world = AppWorld(city.seed, city.start, city.end)

    def malformed_item(self, times: int | None = 1) -> None:
        """The next file has one row more, whose date is malformed."""
        self._switches["malformed"] = Switch(times=times)

    def respond(self, request: Request) -> ServerResponse:
        if not self.is_authorized(request):
            return refusal(401, "UNAUTHENTICATED", "authError", "Invalid Credentials")
        if not request.path.startswith(_LIST):
            return refusal(404, "NOT_FOUND", "notFound", "The bucket does not exist.")
        files = self.files()
        if request.path == _LIST:
            return self._file_list(files, request.query)
        name = unquote(request.path.removeprefix(_LIST + "/"))
        if name not in files or request.query.get("alt") != "media":
            return refusal(404, "NOT_FOUND", "notFound", f"No such object: {name}")
        return ServerResponse(
            200, self._content(files[name]), {"content-type": "text/csv"}
        )

    def files(self) -> "dict[str, _ReportFile]":
        """The files that the bucket holds now, by name."""
        newest = self.newest()
        files: dict[str, _ReportFile] = {}
        for month in sorted({f"{d:%Y%m}" for d in self.world.days(newest)}):
            installs = f"stats/installs/installs_{PACKAGE}"
            listing = f"stats/store_performance/store_performance_{PACKAGE}"
            files |= {
                f"{installs}_{month}_country.csv": _ReportFile(month, self._countries),
                f"{installs}_{month}_overview.csv": _ReportFile(month, self._overview),
                f"{listing}_{month}_traffic_source.csv": _ReportFile(
                    month, self._traffic
                ),
                f"stats/store_performance/total_store_performance_{PACKAGE}_{month}"
                "_country.csv": _ReportFile(month, self._whole_store),
                # Another app of the same developer, whose name begins alike.
                f"{installs}_lite_{month}_overview.csv": _ReportFile(
                    month, self._overview
                ),
            }
        return dict(sorted(files.items()))

    def newest(self) -> date:
        """The day behind the last one that is reported, in California."""
        return self.clock.now().astimezone(PACIFIC).date() - LAG + timedelta(days=1)

    def _file_list(
        self, files: "Mapping[str, _ReportFile]", query: Mapping[str, str]
    ) -> ServerResponse:
        names = [name for name in files if name.startswith(query.get("prefix", ""))]
        start = int(query.get("pageToken") or 0)
        body: dict[str, JsonValue] = {
            "items": [
                self._file_resource(name, files[name])
                for name in names[start:][: self.most]
            ]
        }
        if start + self.most < len(names):
            body["nextPageToken"] = str(start + self.most)
        return ServerResponse(200, body)

    def _file_resource(self, name: str, file: "_ReportFile") -> dict[str, str]:
        return {
            "name": name,
            "updated": self._update_time(file.month),
            "size": str(len(file.bytes())),
        }

    def _update_time(self, month: str) -> str:
        """A month is written once a day until a week after its end."""
        first = date(int(month[:4]), int(month[4:]), 1)
        last = (first + timedelta(days=32)).replace(day=1) + timedelta(days=7)
        today = self.clock.now().astimezone(PACIFIC).date()
        return f"{min(today, last)}T02:00:00.000Z"

    def _content(self, file: "_ReportFile") -> bytes:
        return file.bytes(faulty=self._fires("malformed"))

    # Months -----------------------------------------------------------------------

    def _days(self, month: str) -> list[date]:
        return [d for d in self.world.days(self.newest()) if f"{d:%Y%m}" == month]

    def _overview(self, month: str) -> list[str]:
        heading = ",".join(("Date", "Package Name", *_INSTALLS))
        return [heading, *(self._installs(day) for day in self._days(month))]

    def _installs(self, day: date) -> str:
        users = self.world.installs("play", day)
        gone = users // 9
        figures: tuple[int | str, ...] = (
            *(users + users // 10, gone, users // 3, "", users, gone),
            *(12_000 + 3 * day.toordinal() % 1000, users + 2, 40 * users, gone + 1),
        )
        return ",".join((str(day), PACKAGE, *map(_cell, figures)))

    def _countries(self, month: str) -> list[str]:
        rows = ["Date,Package name,Country,Daily User Installs"]
        for day in self._days(month):
            users = self.world.installs("play", day)
            elsewhere = users // 25
            rows.append(f"{day},{PACKAGE},IN,{_cell(users - elsewhere)}")
            rows.append(f"{day},{PACKAGE},,{_cell(elsewhere)}")
        return rows

    def _whole_store(self, month: str) -> list[str]:
        """Acquisitions on the app's page and elsewhere in the store: no visitors."""
        rows = ["Date,Package name,Country / region,Store listing acquisitions"]
        for day in self._days(month):
            acquired = self.world.installs("play", day)
            rows.append(f"{day},{PACKAGE},IN,{_cell(acquired)}")
        return rows

    def _traffic(self, month: str) -> list[str]:
        rows = [",".join(("Date", "Package name", *_TRAFFIC, *_ACQUIRED))]
        for day in self._days(month):
            for cut, acquired in sorted(self.acquisitions(day).items()):
                visitors = 3 * acquired
                rate = "0.3333" if acquired else ""
                named = (str(day), PACKAGE, *cut)
                rows.append(",".join((*named, _cell(acquired), _cell(visitors), rate)))
        return rows

    def acquisitions(self, day: date) -> dict[tuple[str, str, str, str], int]:
        """Acquisitions of a day by source, term and campaign, as reported now."""
        today: datetime = self.clock.now().astimezone(PACIFIC)
        organic = self.world.organic("play", day)
        named = reported_conversions(organic * 4 // 10, day, today.date())
        other = self.world.paid("play", day)
        acquisitions = {
            ("Google Play search", "pune care", "", ""): named,
            ("Google Play search", "Other", "", ""): organic * 6 // 10 - named,
            ("Google Play explore", "", "", ""): organic - organic * 6 // 10,
        }
        for link in OUTREACH:
            count = self.world.outreach("play", link, day)
            if count >= THRESHOLD:
                acquisitions["Third-party referrals", "", link.source, link.token] = (
                    count
                )
            else:
                other += count
        acquisitions["Third-party referrals", "", "Other", "Other"] = other
        return acquisitions


@dataclass(frozen=True, slots=True)
class _ReportFile:
    """A month of one breakdown, and the function that writes its lines."""

    month: str
    write_lines: Callable[[str], list[str]]

    def bytes(self, *, faulty: bool = False) -> bytes:
        lines = self.write_lines(self.month)
        if faulty:
            lines.append("the day before yesterday" + "," * lines[0].count(","))
        return ("\n".join(lines) + "\n").encode("utf-16")


def _cell(figure: int | str) -> str:
    if isinstance(figure, str) or figure < 1000:
        return str(figure)
    return f'"{figure:,}"'


def sources(city: City) -> list[SourceSettings]:
    return [
        {
            "name": "play_console.app",
            "connector": "play_console",
            "kind": "store",
            "bucket": BUCKET,
            "package": PACKAGE,
        }
    ]


PLATFORM = ServedPlatform(
    build=PlayConsoleServer,
    sources=sources,
    shows=lambda city, post: [],
    address=lambda post: "",
    origins=lambda city: (ORIGIN,),
    secrets=SECRETS,
)
