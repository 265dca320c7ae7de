"""The feeds as feedparser and a conditional client meet them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
import requests

from socialcell.clock import FixedClock
from socialcell.sandbox import City, Sandbox, visible
from socialcell.sandbox.world.people import PAPERS, Paper

Get = Callable[..., requests.Response]


def native(entry: Any) -> str:
    return str(entry.get("id") or entry.link.split("?")[0])


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.slug)
def test_feedparser_reads_what_the_truth_says(
    get: Get, whole: dict[str, Any], city: City, paper: Paper
) -> None:
    feed = feedparser.parse(get("rss", paper.path).content)
    assert not feed.bozo
    assert feed.feed.title == paper.name
    assert len(feed.entries) == 40
    shown = {native(entry) for entry in feed.entries}
    assert shown == visible(whole, f"rss.{paper.slug}", city.end)
    titles = {i["title"] for i in whole["items"] if i["id"] in shown}
    assert {entry.title for entry in feed.entries} == titles


def test_the_base_url_of_a_feed_is_found_by_its_origin(sandbox: Sandbox) -> None:
    for source in (s for s in sandbox.sources if s["connector"] == "rss"):
        parts = urlsplit(source["url"])
        assert parts.scheme == "https"
        assert parts.netloc.endswith(".example")
        origin = f"{parts.scheme}://{parts.netloc}"
        assert sandbox.base_urls[origin] == sandbox.base_urls["rss"]


def test_an_unchanged_feed_is_not_sent_again(get: Get) -> None:
    path = PAPERS[0].path
    first = get("rss", path)
    again = get("rss", path, If_None_Match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    modified = first.headers["last-modified"]
    assert get("rss", path, If_Modified_Since=modified).status_code == 304


def test_a_changed_feed_is_sent_again(get: Get, clock: FixedClock) -> None:
    path = PAPERS[0].path
    clock.advance(timedelta(days=-1))
    tag = get("rss", path).headers["etag"]
    clock.advance(timedelta(days=1))
    assert get("rss", path, If_None_Match=tag).status_code == 200


def test_times_are_those_of_the_truth(get: Get, whole: dict[str, Any]) -> None:
    known = {item["id"]: item for item in whole["items"]}
    for paper in PAPERS:
        for entry in feedparser.parse(get("rss", paper.path).content).entries:
            item = known[native(entry)]
            if item["dated"]:
                moment = "{}-{:02}-{:02}T{:02}:{:02}:{:02}".format(
                    *entry.published_parsed
                )
                assert item["at"].startswith(moment)
            else:
                assert "published" not in entry


def test_some_items_have_no_guid_and_some_no_date(whole: dict[str, Any]) -> None:
    articles = [item for item in whole["items"] if item["platform"] == "rss"]
    assert sum(not item["guid"] for item in articles) > 10
    assert sum(not item["dated"] for item in articles) > 10
    assert len({item["id"] for item in articles}) == len(articles)


def test_summaries_carry_markup_and_links_carry_trackers(get: Get) -> None:
    text = get("rss", PAPERS[0].path).text
    assert "&lt;script&gt;" in text
    assert "utm_source=rss" in text
    assert "127.0.0.1" not in text
    entry = feedparser.parse(text.encode()).entries[0]
    assert "<p>" in entry.summary
    assert "script" not in entry.summary


def test_a_corrected_article_keeps_its_id(
    get: Get, city: City, clock: FixedClock
) -> None:
    article = next(p for p in city.posts if p.changed and p.feed == "ledger")
    assert article.changed is not None
    at, text = article.changed

    def summary() -> str:
        entries = feedparser.parse(get("rss", PAPERS[2].path).content).entries
        return str(next(e for e in entries if e.id == article.id).summary)

    clock.set(at - timedelta(seconds=1))
    assert "(updated)" not in summary()
    clock.set(at)
    assert "(updated)" in text
    assert "(updated)" in summary()


def test_faults_of_a_feed(get: Get, sandbox: Sandbox) -> None:
    rss, path = sandbox.platform("rss"), PAPERS[0].path
    rss.gone("muthakath")
    assert get("rss", path).status_code == 410
    assert get("rss", PAPERS[1].path).status_code == 200
    rss.heal()
    rss.limit()
    limited = get("rss", path)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "900")
    rss.heal()
    rss.server_error()
    assert get("rss", path).status_code == 502
    rss.missing_permission()
    assert get("rss", path).status_code == 403
    rss.heal()
    assert get("rss", "/nothing").status_code == 404


def test_bad_xml_and_a_bomb_are_not_feeds(get: Get, sandbox: Sandbox) -> None:
    rss, path = sandbox.platform("rss"), PAPERS[0].path
    rss.bad_xml()
    assert feedparser.parse(get("rss", path).content).bozo
    rss.entity_bomb()
    bomb = feedparser.parse(get("rss", path).content)
    assert (bool(bomb.bozo), bomb.entries) == (True, [])
    rss.html_instead_of_json()
    assert feedparser.parse(get("rss", path).content).entries == []
    assert not feedparser.parse(get("rss", path).content).bozo


def test_a_malformed_item_comes_beside_the_good_ones(
    get: Get, sandbox: Sandbox
) -> None:
    sandbox.platform("rss").malformed_item()
    entries = feedparser.parse(get("rss", PAPERS[0].path).content).entries
    assert len(entries) == 41
    assert [entry.get("title") for entry in entries].count(None) == 1


def test_a_feed_has_no_quota_to_spend(sandbox: Sandbox) -> None:
    rss = sandbox.platform("rss")
    with pytest.raises(ValueError, match="no quota"):
        rss.quota_spent()
