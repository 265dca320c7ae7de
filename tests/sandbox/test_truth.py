"""truth.json says what each source shows at each moment."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from socialcell.sandbox import City, visible, write_truth
from socialcell.sandbox.truth import collected, mentions, metrics


def steps(city: City, hours: int = 6) -> list[datetime]:
    count = city.days * 24 // hours
    return [city.start + timedelta(hours=hours * n) for n in range(1, count + 1)]


def shown_by(whole: dict[str, Any], source: str) -> list[dict[str, Any]]:
    return [item for item in whole["items"] if source in item["sources"]]


def test_steps_of_six_hours_lose_no_article(city: City, whole: dict[str, Any]) -> None:
    for paper in city.papers:
        name = f"rss.{paper.slug}"
        written = {item["id"] for item in shown_by(whole, name)}
        assert collected(whole, name, steps(city)) == written


def test_steps_of_six_hours_lose_only_posts_that_ended_between_two_steps(
    city: City, whole: dict[str, Any]
) -> None:
    moments = steps(city)
    for name in ("x.search", "x.mentions"):
        lost = {item["id"] for item in shown_by(whole, name)}
        lost -= collected(whole, name, moments)
        items = [item for item in whole["items"] if item["id"] in lost]
        assert items
        for item in items:
            begin = datetime.fromisoformat(item["visible_from"])
            assert item["visible_to"] is not None
            end = datetime.fromisoformat(item["visible_to"])
            assert not [moment for moment in moments if begin <= moment < end]


def test_search_forgets_after_seven_days_and_mentions_do_not(
    city: City, whole: dict[str, Any]
) -> None:
    item = next(
        i
        for i in whole["items"]
        if i["sources"] == ["x.mentions", "x.search"] and i["visible_to"] is None
    )
    later = datetime.fromisoformat(item["at"]) + timedelta(days=7, seconds=1)
    assert item["id"] not in visible(whole, "x.search", later)
    assert item["id"] in visible(whole, "x.search", later - timedelta(seconds=2))
    assert item["id"] in visible(whole, "x.mentions", later)


def test_a_removed_post_is_shown_until_it_is_removed(whole: dict[str, Any]) -> None:
    item = next(i for i in whole["items"] if i["removed_at"] and i["sources"])
    source, gone = item["sources"][0], datetime.fromisoformat(item["removed_at"])
    assert item["id"] in visible(whole, source, gone - timedelta(milliseconds=1))
    assert item["id"] not in visible(whole, source, gone)


def test_versions_of_an_edited_post_are_one_mention(whole: dict[str, Any]) -> None:
    newer = next(i for i in whole["items"] if i["supersedes"])
    older = newer["supersedes"][0]
    assert mentions(whole, {older, newer["id"]}) == {newer["id"]}
    assert mentions(whole, {older}) == {older}


def test_the_account_s_own_posts_and_reposts_on_x_have_no_source(
    whole: dict[str, Any],
) -> None:
    for item in (one for one in whole["items"] if one["platform"] == "x"):
        if item["reposts"] or item["author_kind"] == "city":
            assert item["sources"] == []


def test_some_posts_are_found_by_no_source(whole: dict[str, Any]) -> None:
    unseen = [
        item
        for item in whole["items"]
        if not item["sources"] and not item["reposts"] and item["author_kind"] != "city"
    ]
    assert 0.02 < len(unseen) / len(whole["items"]) < 0.12


def test_engagement_follows_the_rule_that_the_file_states(
    city: City, whole: dict[str, Any]
) -> None:
    item = next(i for i in whole["items"] if i["answers"].get("reply"))
    final, half = item["engagement"]["like"]
    moment = datetime.fromisoformat(item["at"]) + timedelta(seconds=half)
    assert metrics(item, moment)["like"] == final // 2
    for name, at in ((n, t) for n, times in item["answers"].items() for t in times):
        came = datetime.fromisoformat(at)
        before = came - timedelta(milliseconds=1)
        assert metrics(item, before)[name] < metrics(item, came)[name]


def test_the_file_is_json_and_holds_the_stories(tmp_path: Path, city: City) -> None:
    path = tmp_path / "truth.json"
    whole = write_truth(city, path)
    read = json.loads(path.read_text(encoding="utf-8"))
    assert read == whole
    crisis = datetime.fromisoformat(read["stories"]["crisis"]["start"])
    assert crisis == city.crisis_start
    assert len(set(read["stories"]["crisis"]["figures"].values())) == 3
    assert (
        read["stories"]["closure"]["leak"] not in read["stories"]["closure"]["places"]
    )
