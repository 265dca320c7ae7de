"""Answers of platforms, feeds and pushes that are built to hold us up: refused at once,
and other sources go on."""

import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from socialcell.sandbox.server import Request, ServerResponse, serve_http
from tests.faults.environment.workloads import run
from tests.faults.hostile.conftest import sqlite_url
from tests.faults.hostile.scripted import SECRETS
from tests.faults.hostile.test_bombs import MEGABYTES, SECONDS
from tests.running import environment, socialcell
from tests.shared import REPOSITORY

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600), pytest.mark.fault("F12")]

XML = b'<?xml version="1.0" encoding="%s"?>'
RSS = b'<rss version="2.0"><channel><title>Paper</title>'
HEAD, END = XML % b"utf-8" + RSS, b"</channel></rss>"
ITEM = b"<item><title>No water</title><link>https://paper.example/1</link></item>"
FULL = 5_200_000  # bytes: as much as is read of a feed
Make = Callable[[], bytes]


def filled(unit: bytes, end: bytes = b"", head: bytes = HEAD) -> Make:
    return lambda: head + unit * ((FULL - len(head) - len(end)) // len(unit)) + end


def laughs() -> bytes:
    names = "abcdefghij"
    rows = (
        f'<!ENTITY {name} "{f"&{inner};" * 10}">' for inner, name in pairwise(names)
    )
    doctype = f'<!DOCTYPE rss [<!ENTITY a "ha">{"".join(rows)}]>'.encode()
    return XML % b"utf-8" + doctype + RSS + b"<item><title>&j;</title></item>" + END


def attributes() -> bytes:
    names = b" ".join(b'a%d="1"' % n for n in range(400_000))
    return HEAD + b"<item " + names + b"/>" + END


def shifted() -> bytes:
    """Tags that stand in no byte "<"."""
    return XML % b"utf-7" + RSS + b"+ADw-item+AD4-" * 300_000


FEEDS: dict[str, Make] = {
    "items": filled(ITEM, END),
    "empty items": filled(b"<item/>", END),
    "deep": filled(b"<a>"),
    "escaped tags": filled(b"&lt;a&gt;", head=HEAD + b"<item><description>"),
    "attributes": attributes,
    "ampersands": filled(b"&", head=HEAD + b"<item><title>"),
    "lines": filled(b"\n", head=HEAD + b"<item><title>"),
    "laughs": laughs,
    "utf-7": shifted,
    "utf-16": lambda: (XML % b"utf-16").decode().encode("utf-16") + b"<\0" * 2_000_000,
    "ebcdic": lambda: (HEAD + b"<item/>" * 100_000).decode().encode("cp500"),
    "element of 200 MB": lambda: (
        HEAD + b"<item><title>" + b"a" * 200_000_000 + b"</title></item>" + END
    ),
}
JSONS: dict[str, Make] = {
    "lists": lambda: b'{"data": [' + b"[]," * 5_000_000 + b"[]]}",
    "objects": lambda: b'{"data": [' + b"{}," * 5_000_000 + b"{}]}",
    "texts": lambda: b'{"data": [' + b'"ab",' * 3_000_000 + b'"ab"]}',
    "keys": lambda: b"{" + b",".join(b'"%d":1' % n for n in range(1_500_000)) + b"}",
    "deep": lambda: b'{"data": ' + b"[" * 10_000_000,
    "digits": lambda: b'{"data": ' + b"9" * 15_000_000 + b"}",
    "text of 200 MB": lambda: b'{"data": "' + b"a" * 200_000_000 + b'"}',
}
PUSHES: dict[str, Make] = {
    "lists": lambda: b'{"entry": [' + b"[]," * 1_300_000 + b"[]]}",
    "objects": lambda: b'{"entry": [' + b"{}," * 1_300_000 + b"{}]}",
    "texts": lambda: b'{"entry": [' + b'"ab",' * 800_000 + b'"ab"]}',
    "deep": lambda: b'{"entry": ' + b"[" * 4_000_000,
    "digits": lambda: b'{"entry": ' + b"9" * 4_000_000 + b"}",
}


class Bomb:
    """Answers everything with one body, as it is or packed 1000 to 1."""

    name = "bomb"

    def __init__(self, body: bytes, kind: str, packing: str | None) -> None:
        self.headers = {"Content-Type": kind}
        self.body = body
        if packing == "gzip":
            self.body = gzip.compress(body, 9)
        elif packing == "deflate":
            self.body = zlib.compress(body, 9)
        elif packing == "gzip, gzip":
            self.body = gzip.compress(gzip.compress(body, 9), 9)
        if packing:
            self.headers["Content-Encoding"] = packing

    def answer(self, _request: Request) -> ServerResponse:
        return ServerResponse(200, self.body, self.headers)


@pytest.fixture
def database_url(tmp_path: Path, empty_database: Path) -> str:
    """SQLite only: no rows are asked for."""
    return sqlite_url(tmp_path, empty_database)


def cost_of(folder: Path, name: str, *arguments: str | Path) -> str:
    """The words with which an answer was refused, within the limits."""
    for secret in SECRETS:
        (folder / "secrets" / secret).write_text("scripted\n")
    for secret in ("meta_app_secret", "meta_verify_token", "whatsapp_token"):
        (folder / "secrets" / secret).write_text("scripted\n")
    module = "tests.faults.hostile.answer_cost"
    words = [sys.executable, "-m", module, folder / "config.yaml", name, *arguments]
    process = subprocess.run(
        words,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=environment(),
        check=False,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    cost = json.loads(process.stdout)
    assert cost["words"], cost
    assert cost["seconds"] < SECONDS, cost
    assert cost["megabytes"] < MEGABYTES, cost
    return str(cost["words"])


@pytest.mark.parametrize("packing", [None, "gzip"])
@pytest.mark.parametrize("make", FEEDS.values(), ids=list(FEEDS))
def test_a_feed_without_end_is_refused_at_once(
    folder: Path, make: Make, packing: str | None
) -> None:
    bomb = Bomb(make(), "application/rss+xml", packing)
    with serve_http(bomb, []) as base:
        words = cost_of(folder, "rss", "-", base)
    assert "feed" in words


@pytest.mark.parametrize("packing", ["deflate", "gzip, gzip"])
def test_a_feed_of_zeros_that_is_packed_1000_to_1_is_refused_at_once(
    folder: Path, packing: str
) -> None:
    bomb = Bomb(bytes(300_000_000), "application/rss+xml", packing)
    with serve_http(bomb, []) as base:
        words = cost_of(folder, "rss", "-", base)
    assert "larger than 5 MiB" in words


@pytest.mark.parametrize("connector", ["x", "reddit", "mastodon"])
@pytest.mark.parametrize("make", JSONS.values(), ids=list(JSONS))
def test_an_answer_without_end_is_refused_at_once(
    folder: Path, make: Make, connector: str
) -> None:
    with serve_http(Bomb(make(), "application/json", "gzip"), []) as base:
        cost_of(folder, connector, "-", base)


@pytest.mark.parametrize("make", PUSHES.values(), ids=list(PUSHES))
def test_a_push_without_end_is_refused_at_once(
    folder: Path, tmp_path: Path, make: Make
) -> None:
    body = tmp_path / "push.json"
    body.write_bytes(make())
    cost_of(folder, "whatsapp", body)


def test_other_sources_go_on_beside_one_that_answers_with_a_flood(
    folder: Path,
) -> None:
    bomb = Bomb(FEEDS["deep"](), "application/rss+xml", "gzip")
    paper = Bomb(HEAD + ITEM + END, "application/rss+xml", None)
    with serve_http(bomb, []) as flooding, serve_http(paper, []) as quiet:
        with (folder / "config.yaml").open("a") as file:
            origins = {"https://a.example": flooding, "https://b.example": quiet}
            file.write(f"sandbox: {json.dumps({'base_urls': origins})}\n")
        for name in ("a", "b"):
            url = f"url=https://{name}.example/feed"
            run(folder, "sources", "add", name, "rss", "--set", url)
        process = socialcell("--config", folder / "config.yaml", "pull")

    listed = run(folder, "mentions", "list")
    assert process.returncode == 3, process.stdout + process.stderr
    assert "more markup than any newspaper's" in process.stdout + process.stderr
    assert "No water" in listed
