"""App Store Connect in the sandbox: analytics reports behind a signed token.

As at Apple: a day comes two days later, late downloads come in the report of the day
after that as rows of the old day, and a campaign below five users has no row.
"""

import base64
import binascii
import gzip
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec

from socialcell.clock import Clock, SystemClock
from socialcell.json_types import JsonObject, JsonValue
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import FaultyPlatform, Switch
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.server import Request, ServerResponse
from socialcell.sandbox.world.app_world import APP_NAME, APPLE_ID, OUTREACH, AppWorld

ORIGIN = "https://api.appstoreconnect.apple.com"
FILES = "https://segments.appstore.example"
KEY_ID = "SANDBOXKEY"
ISSUER = "69a6de70-0000-47e3-e053-5b8c7c11a4d1"
SECRETS = ("app_store_key",)
LAG = timedelta(days=2)
THRESHOLD = 5
STANDARD, DETAILED = "App Downloads Standard", "App Downloads Detailed"
DISCOVERY = "App Store Discovery and Engagement Standard"
DELETION = "App Store Installation and Deletion Standard"
REPORTS = (STANDARD, DETAILED, DISCOVERY, DELETION, "App Sessions Standard")
_REQUEST = "request-1"
_LIFE = timedelta(minutes=20)
_HEADING = (
    *("Date", "App Name", "App Apple Identifier", "Download Type", "App Version"),
    *("Device", "Platform Version", "Source Type", "Page Type", "Pre-Order"),
    "Territory",
)
_EVENTS = ("Date", "App Name", "App Apple Identifier", "Event", "Source Type")


class AppStoreServer(FaultyPlatform):
    """One app of one account, as one key sees it."""

    name = "app_store"
    window = timedelta(hours=1)
    most = 3  # rows of one page of a list

    def __init__(self, city: City, clock: Clock, secrets: Mapping[str, str]) -> None:
        super().__init__(clock)
        self.world = AppWorld(city.seed, city.start, city.end)
        self._key = secrets["app_store_key"]
        self.has_request = True  # whether reports were requested once

    def forget_request(self) -> None:
        """No reports of this app were requested yet."""
        self.has_request = False

    def malformed_item(self, times: int | None = 1) -> None:
        """A file of the newest report has one row more, with a malformed count."""
        self._switches["malformed"] = Switch(times=times)

    def corrupt_file(self, times: int | None = 1) -> None:
        """The next file differs by one bit from the one its checksum is of."""
        self._switches["corrupt"] = Switch(times=times)

    def stale_link(self, times: int | None = 1) -> None:
        """The address of the next file has run out."""
        self._switches["stale"] = Switch(times=times)

    def respond(self, request: Request) -> ServerResponse:
        if request.path.startswith("/files/"):
            return self._file(request)
        if not self._is_signed(request.headers.get("authorization", "")):
            return _refusal(401, "NOT_AUTHORIZED")
        path = request.path.removeprefix("/v1/")
        parts = path.split("/")
        if path == "analyticsReportRequests" and request.method == "POST":
            self.has_request = True
            return ServerResponse(201, {"data": {"type": "analyticsReportRequests"}})
        if path == f"apps/{APPLE_ID}/analyticsReportRequests":
            return self._list(request, self._requests())
        if path == f"analyticsReportRequests/{_REQUEST}/reports":
            rows = [_row(f"r{n}", name=name) for n, name in enumerate(REPORTS)]
            return self._list(request, rows)
        if parts[0] == "analyticsReports" and parts[2:] == ["instances"]:
            return self._list(request, self._instances(parts[1]))
        if parts[0] == "analyticsReportInstances" and parts[2:] == ["segments"]:
            return self._list(request, self._segments(parts[1]))
        return _refusal(404, "NOT_FOUND")

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        if fault == "expired":
            return _refusal(401, "NOT_AUTHORIZED")
        if fault == "forbidden":
            return _refusal(403, "FORBIDDEN_ERROR")
        if fault == "limited":
            seconds = int((until - self.clock.now()).total_seconds())
            answer = _refusal(429, "RATE_LIMIT_EXCEEDED")
            answer.headers["retry-after"] = str(seconds)
            answer.headers["x-rate-limit"] = "user-hour-lim:3500;user-hour-rem:0;"
            return answer
        if fault == "broken":
            return _refusal(503, "UNEXPECTED_ERROR")
        raise ValueError(f"App Store Connect has no fault {fault}")

    def newest(self) -> date:
        """The day of the newest report: today, in UTC."""
        return self.clock.now().astimezone(UTC).date()

    # Lists ------------------------------------------------------------------------

    def _requests(self) -> list[JsonObject]:
        stopped = _row("request-0", accessType="ONGOING", stoppedDueToInactivity=True)
        good = _row(_REQUEST, accessType="ONGOING", stoppedDueToInactivity=False)
        return [stopped, good] if self.has_request else [stopped]

    def _instances(self, report: str) -> list[JsonObject]:
        first = self.world.first + LAG
        days = (self.newest() - first).days + 1
        dates = [first + timedelta(days=n) for n in range(days)]
        # Newest first: a client that reads in this order lets old rows win.
        return [
            _row(f"{report}.{day}", granularity="DAILY", processingDate=str(day))
            for day in reversed(dates)
        ]

    def _segments(self, instance: str) -> list[JsonObject]:
        report, _, day = instance.partition(".")
        rows = []
        for half in (0, 1):
            content = self._packed(report, date.fromisoformat(day), half)
            checksum = hashlib.md5(content, usedforsecurity=False).hexdigest()
            rows.append(
                _row(
                    f"{instance}.{half}",
                    url=f"{FILES}/files/{instance}.{half}?signature=of-one-hour",
                    checksum=checksum,
                    sizeInBytes=len(content),
                )
            )
        return rows

    def _list(self, request: Request, rows: list[JsonObject]) -> ServerResponse:
        start = int(request.query.get("cursor", 0))
        links = {"self": ORIGIN + request.path}
        if start + self.most < len(rows):
            following = f"{ORIGIN}{request.path}?cursor={start + self.most}"
            links["next"] = following
        page = rows[start : start + self.most]
        return ServerResponse(200, {"data": page, "links": links})

    # Files ------------------------------------------------------------------------

    def _file(self, request: Request) -> ServerResponse:
        if self._fires("stale"):
            return ServerResponse(403, "Request has expired")
        if "authorization" in request.headers:
            return ServerResponse(400, "Only one auth mechanism allowed")
        report, _, rest = request.path.removeprefix("/files/").partition(".")
        day, _, half = rest.rpartition(".")
        content = self._packed(report, date.fromisoformat(day), int(half))
        if self._fires("corrupt"):
            content = content[:-1] + bytes([content[-1] ^ 1])
        return ServerResponse(200, content, {"content-type": "application/a-gzip"})

    def _packed(self, report: str, day: date, half: int) -> bytes:
        heading, *rows = self._lines(report, day)
        shown = rows[half::2]
        is_newest = (report, day, half) == ("r0", self.newest(), 0)
        if is_newest and "malformed" in self._switches:
            shown = [*shown, "\t".join((*rows[0].split("\t")[:-1], "many"))]
        text = "\n".join((heading, *shown)) + "\n"
        return gzip.compress(text.encode(), mtime=0)

    def _lines(self, report: str, report_day: date) -> list[str]:
        """Heading and rows of the report of a day; no rows where the world ends."""
        day, before = report_day - LAG, report_day - LAG - timedelta(days=1)
        inside = [d for d in (day, before) if self.world.first <= d < self.world.last]
        name = REPORTS[int(report.removeprefix("r"))]
        if name in (STANDARD, DETAILED):
            return self._downloads(inside, day, is_detailed=name == DETAILED)
        if name == DISCOVERY:
            rows = [self._event(d, "Impression", 40) for d in inside if d == day]
            return ["\t".join((*_EVENTS, "Counts", "Unique Counts")), *rows]
        rows = [self._event(d, "Delete", 1) for d in inside if d == day]
        return ["\t".join((*_EVENTS, "Counts", "Unique Devices")), *rows]

    def _event(self, day: date, event: str, times: int) -> str:
        count = times * self.world.installs("apple", day) // 2
        named = (str(day), APP_NAME, APPLE_ID, event, "App Store search")
        return "\t".join((*named, str(count), str(count // 2)))

    def _downloads(
        self, days: list[date], new: date, *, is_detailed: bool
    ) -> list[str]:
        extra = ("Source Info", "Campaign", "Page Title") if is_detailed else ()
        rows = ["\t".join((*_HEADING, *extra, "Counts"))]
        for day in days:
            organic = self.world.organic("apple", day)
            if day != new:  # with the late downloads: the old row again, restated
                rows.append(_download(day, "App Store search", organic, is_detailed))
                continue
            on_time = organic - organic // 10
            rows.append(_download(day, "App Store search", on_time, is_detailed))
            again = self.world.installs("apple", day) // 5
            rows.append(_download(day, "Redownload", again, is_detailed))
            paid = self.world.paid("apple", day)
            rows.append(_download(day, "App referrer", paid, is_detailed))
            for campaign, count in self.campaigns(day, is_detailed).items():
                row = _download(day, "Web referrer", count, is_detailed, campaign)
                rows.append(row)
        return rows

    def campaigns(self, day: date, is_detailed: bool) -> dict[str, int]:
        """Downloads of a day by campaign; in Standard under no name, all of them."""
        counts = {x.token: self.world.outreach("apple", x, day) for x in OUTREACH}
        if not is_detailed:
            return {"": sum(counts.values())}
        return {name: n for name, n in counts.items() if n >= THRESHOLD}

    # Tokens -----------------------------------------------------------------------

    def _is_signed(self, header: str) -> bool:
        """Whether the token has our key id, audience and issuer, a lifetime of minutes,
        and a valid signature."""
        parts = header.removeprefix("Bearer ").split(".")
        try:
            head, claims = (json.loads(_bytes(part)) for part in parts[:2])
            signature = _bytes(parts[2])
        except (ValueError, IndexError, binascii.Error):
            return False
        if (head.get("alg"), head.get("kid")) != ("ES256", KEY_ID):
            return False
        if (claims.get("aud"), claims.get("iss")) != ("appstoreconnect-v1", ISSUER):
            return False
        now = SystemClock().now().timestamp()  # as TLS, tokens use real time
        if not claims["iat"] - 60 <= now < claims["exp"]:
            return False
        if claims["exp"] - claims["iat"] > _LIFE.total_seconds():
            return False
        return _verifies(self._key, ".".join(parts[:2]).encode(), signature)


def secret(city: City, name: str) -> str:
    """A private key that belongs to this world: the .p8 file that Apple would give."""
    forms = import_module("cryptography.hazmat.primitives.serialization")
    elliptic = import_module("cryptography.hazmat.primitives.asymmetric.ec")
    digest = hashlib.sha256(f"{city.seed}:{name}".encode()).digest()
    number = int.from_bytes(digest[:31], "big") + 1
    key = elliptic.derive_private_key(number, elliptic.SECP256R1())
    pem: bytes = key.private_bytes(
        forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption()
    )
    return pem.decode()


def _verifies(key: str, message: bytes, signature: bytes) -> bool:
    """Whether a signature of ES256 (r and s, 32 bytes each) was made with the private
    key, which is PEM."""
    errors = import_module("cryptography.exceptions")
    forms = import_module("cryptography.hazmat.primitives.serialization")
    elliptic = import_module("cryptography.hazmat.primitives.asymmetric.ec")
    hashes = import_module("cryptography.hazmat.primitives.hashes")
    utils = import_module("cryptography.hazmat.primitives.asymmetric.utils")
    if len(signature) != 64:
        return False
    pair = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    try:
        private = forms.load_pem_private_key(key.encode(), password=None)
        private.public_key().verify(
            utils.encode_dss_signature(*pair), message, elliptic.ECDSA(hashes.SHA256())
        )
    except errors.InvalidSignature:
        return False
    return True


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _row(id_: str, **attributes: JsonValue) -> JsonObject:
    return {"id": id_, "attributes": attributes}


def _download(
    day: date, source: str, count: int, is_detailed: bool, campaign: str = ""
) -> str:
    kind = "Redownload" if source == "Redownload" else "First-time download"
    source = "App Store search" if source == "Redownload" else source
    named = (str(day), APP_NAME, APPLE_ID, kind, "1.2", "iPhone", "iOS 26.1", source)
    extra = ("", campaign, "") if is_detailed else ()
    return "\t".join((*named, "Product page", "", "IN", *extra, str(count)))


def _refusal(status: int, code: str) -> ServerResponse:
    error = {"status": str(status), "code": code, "title": code.lower()}
    return ServerResponse(status, {"errors": [error]})


def sources(city: City) -> list[SourceSettings]:
    return [
        {
            "name": "app_store.app",
            "connector": "app_store",
            "kind": "store",
            "app_id": APPLE_ID,
            "key_id": KEY_ID,
            "issuer_id": ISSUER,
        }
    ]


def platforms() -> dict[str, ServedPlatform]:
    """The row of the table of platforms; none when cryptography is not installed."""
    if find_spec("cryptography") is None:
        return {}
    return {
        "app_store": ServedPlatform(
            build=AppStoreServer,
            sources=sources,
            shows=lambda city, post: [],
            address=lambda post: "",
            origins=lambda city: (ORIGIN, FILES),
            secrets=SECRETS,
            secret=secret,
        )
    }
