"""A marked citizen who writes on every platform, and the platforms that answer so."""

import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from socialcell.connectors.mastodon.mastodon_connector import id_at
from tests.builders import NOON

UID, HANDLE, NAME = "77001122334455", "zebra_canary", "Zebra Canary"
PHONE, MAIL = "9822012345", "zebra.k@mail.example"
MARKS = (UID, HANDLE, "zebra canary", "zebracanary", PHONE, "९८२२०१२३४५", "zebra.k")
WRITTEN = NOON - timedelta(days=4)
STAMP = WRITTEN.strftime("%Y-%m-%dT%H:%M:%S.000Z")
OFFICE = "PMCPune"

TEXT = (
    "No water in Kothrud for 3 days! I am Zebra Canary @zebra_canary #zebra_canary, "
    "call 9822012345 or ९८२२०१२३४५ or +91 98220-12345, mail zebra.k@mail.example, see "
    "https://x.com/zebra_canary/status/1 and https://city.example/@zebra_canary, "
    "reddit.com/user/zebra_canary, instagram.com/zebra_canary and @PMCPune"
)
REPLY = (
    "Same here @zebra_canary, no water in Baner for days ＠zebra_canary u/zebra_canary"
)


def x_post(number: int, uid: str, text: str, **other: Any) -> dict[str, Any]:
    return {
        "id": str(1990900000000000000 + number),
        "text": text,
        "author_id": uid,
        "created_at": STAMP,
        "conversation_id": str(1990900000000000000 + number),
        "public_metrics": {"like_count": 3},
        "entities": {
            "urls": [
                {"expanded_url": f"https://instagram.com/{HANDLE}"},
                {"expanded_url": "https://pmc.example/water"},
            ]
        },
        **other,
    }


def x_user(uid: str, handle: str, name: str) -> dict[str, Any]:
    return {"id": uid, "username": handle, "name": name}


def x_page(first: int, *posts: dict[str, Any]) -> dict[str, Any]:
    made = [
        *posts,
        x_post(first, UID, TEXT),
        x_post(first - 1, "900000002", REPLY),
        x_post(first - 2, "900000003", "Water comes tomorrow in Kothrud, we repair"),
    ]
    users = [
        x_user(UID, HANDLE, NAME),
        x_user("900000002", "neighbour_n", "Nila Neighbour"),
        x_user("900000003", OFFICE, "PMC"),
    ]
    ids = [one["id"] for one in made]
    return {
        "data": made,
        "includes": {"users": users},
        "meta": {"result_count": 3, "newest_id": ids[0], "oldest_id": ids[-1]},
    }


def reddit_listing() -> dict[str, Any]:
    data = {
        "name": "t3_zc1",
        "title": "No water, says u/zebra_canary",
        "selftext": TEXT,
        "author": HANDLE,
        "author_fullname": f"t2_{UID}",
        "created_utc": WRITTEN.timestamp(),
        "permalink": "/r/pune/comments/zc1/no_water/",
        "is_self": True,
        "score": 3,
        "num_comments": 1,
    }
    broken = {**data, "name": "t3_zc2", "title": None}
    children = [{"kind": "t3", "data": one} for one in (data, broken)]
    return {"kind": "Listing", "data": {"children": children, "after": None}}


def mastodon_statuses() -> list[dict[str, Any]]:
    account = {"id": UID, "acct": f"{HANDLE}@city.example", "display_name": NAME}
    return [
        {
            "id": id_at(WRITTEN),
            "created_at": STAMP,
            "content": f"<p>{TEXT}</p>",
            "url": f"https://city.example/@{HANDLE}/1",
            "visibility": "public",
            "account": account,
        },
        {"id": str(int(id_at(WRITTEN)) + 1), "account": account, "content": TEXT},
    ]


FEED = f"""<?xml version="1.0"?><rss version="2.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Paper</title><item>
<title>No water: @{HANDLE} protests</title><guid isPermaLink="false">zc-1</guid>
<link>https://paper.example/no-water</link><dc:creator>{NAME}</dc:creator>
<pubDate>{WRITTEN.strftime("%a, %d %b %Y %H:%M:%S +0000")}</pubDate>
<description>A citizen (@{HANDLE}, {PHONE}, {MAIL}) has no water.</description>
</item></channel></rss>"""


class _Platforms(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if path.path.startswith("/2/"):
            self._json(x_page(500))
        elif path.path.startswith("/r/"):
            self._json(reddit_listing())
        elif path.path.startswith("/api/v1/timelines/"):
            statuses = mastodon_statuses()
            newest = statuses[-1]["id"]
            self._json([] if f"min_id={newest}" in path.query else statuses)
        elif path.path == "/feed":
            self._answer(FEED.encode(), "application/rss+xml")
        else:
            self._json([])

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        token = {"access_token": "t", "token_type": "bearer", "expires_in": 3600}
        self._json(token | {"scope": "*"})

    def _json(self, body: Any) -> None:
        self._answer(json.dumps(body).encode(), "application/json")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_given: Any) -> None:
        return


@contextmanager
def platforms() -> Iterator[str]:
    """The base URL on loopback where all platforms answer with the canary's posts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Platforms)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def files(folder: Path) -> list[tuple[Path, tuple[str, ...]]]:
    """A file of every importer, and the options that it is imported with."""
    jsonl = folder / "answers.jsonl"
    broken = {**x_post(700, UID, TEXT), "created_at": f"yesterday, @{HANDLE} {PHONE}"}
    jsonl.write_text(json.dumps(x_page(600, broken)) + "\n")

    archive = folder / "archive.zip"
    account = {"accountId": UID, "username": HANDLE, "accountDisplayName": NAME}
    tweet = {
        "id_str": "1990900000000000800",
        "full_text": TEXT,
        "created_at": WRITTEN.strftime("%a %b %d %H:%M:%S +0000 %Y"),
    }
    with zipfile.ZipFile(archive, "w") as made:
        said = json.dumps([{"account": account}])
        made.writestr("data/account.js", f"window.YTD.account.part0 = {said}")
        said = json.dumps([{"tweet": tweet}, {"tweet": {"full_text": TEXT}}])
        made.writestr("data/tweets.js", f"window.YTD.tweets.part0 = {said}")

    table = folder / "export.csv"
    quoted = TEXT.replace('"', '""')
    address = f"https://forum.example/users/{HANDLE}"
    rows = [
        "id,author_id,author,author_name,created_at,url,text",
        f'1,{UID},@{HANDLE},{NAME},{STAMP},{address},"{quoted}"',
        f'2,{UID},@{HANDLE},{NAME},"call {PHONE} @{HANDLE}",{address},"{quoted}"',
    ]
    table.write_text("\n".join(rows) + "\n")
    mapping = folder / "x.toml"
    mapping.write_text('platform = "x"\n')
    as_x = folder / "as_x.csv"
    status = f"https://x.com/{HANDLE}/status/1990900000000000900"
    row = f'1990900000000000900,{UID},{HANDLE},{NAME},{STAMP},{status},"{quoted}"'
    as_x.write_text(f"{rows[0]}\n{row}\n")
    return [
        (jsonl, ()),
        (archive, ()),
        (table, ()),
        (as_x, ("--mapping", str(mapping))),
    ]
