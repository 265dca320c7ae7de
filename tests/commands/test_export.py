"""`mentions list`, `search`, `export`: what stands in a row, what is suggested."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from socialcell import db
from socialcell.connectors.base import Metric
from socialcell.jobs.context import Context
from socialcell.jobs.tag import tag
from socialcell.listening.areas import read_areas
from socialcell.listening.model import Mention
from socialcell.listening.owners import read_owners
from socialcell.listening.store import areas, owners, registry
from tests.builders import NOON, make_author, make_record, store_records
from tests.running import answer, inside, rows, said, socialcell

pytestmark = pytest.mark.swept_on_postgresql

PAPER = make_author("paper.example", handle="paper.example", name="paper.example")
OFFICE = make_author("2", handle="CityDesk")


@pytest.fixture
def config(context: Context, engine: Engine) -> Path:
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
        owners.ship(session, read_owners())
        registry.register(
            session, "x", "@CityDesk", "City Desk", "media", "its site", "tests", NOON
        )
    return context.workspace.folder / "config.yaml"


def export(config: Path, *options: str) -> dict[str, dict[str, Any]]:
    """The exported rows by external id."""
    out = inside("mentions", "export", "--jsonl", *options, "--config", config)
    return {row["external_id"]: row for row in rows(out)}


def counts(row: dict[str, Any]) -> list[int | None]:
    return [row[name] for name in ("likes", "shares", "comments", "views", "saves")]


def test_an_export_has_the_newest_counts_and_none_that_is_not_known(
    config: Path, engine: Engine
) -> None:
    later = NOON + timedelta(hours=2)
    old = (Metric("like_count", 3, "reactions"), Metric("retweet_count", 1, "shares"))
    new = (
        Metric("like_count", 7, "reactions"),
        Metric("repost_count", 4, "shares"),  # the newer name of the same
        Metric("impression_count", None, "views", "hidden"),
        Metric("quote_count", 9),
    )
    store_records(engine, make_record("1", metrics=old), make_record("2", metrics=()))
    store_records(engine, make_record("1", metrics=new), at=later)

    found = export(config)

    assert counts(found["1"]) == [7, 4, None, None, None]
    assert found["1"]["measured_at"] == "2026-11-23T14:00:00+05:30"
    assert counts(found["2"]) == [None] * 5
    assert found["2"]["measured_at"] is None


def test_an_export_tells_urgency_intent_and_owner(
    context: Context, config: Path, engine: Engine
) -> None:
    store_records(
        engine,
        make_record("1", text="No water in Kothrud for 3 days"),
        make_record("2", text="Power cut by MSEDCL again, no electricity since noon"),
        make_record("3", text="What a match! 🏏"),
    )
    tag(context)

    found = export(config)

    assert found["1"]["owner"] == "dept:water"
    assert found["2"]["owner"] == "body:msedcl"
    assert found["3"]["owner"] is None
    assert (found["1"]["urgency"], found["1"]["intent"]) == ("high", "complaint")


def test_addresses_are_told_of_the_registry_and_of_articles_only(
    config: Path, engine: Engine
) -> None:
    article = {"platform": "news", "kind": "article", "author": PAPER}
    address = "https://www.paper.example/water"
    store_records(
        engine,
        make_record("1", url="https://x.com/i/web/status/1"),
        make_record("2", url="https://x.com/CityDesk/status/2", author=OFFICE),
        make_record(address, url=address, **article),
        make_record("4", url="https://x.com/handle_u1/status/4"),
    )

    found = export(config)
    listed = inside("mentions", "list", "--config", config)

    assert {key: row["link"] for key, row in found.items()} == {
        "1": None,
        "2": "https://x.com/CityDesk/status/2",
        address: address,
        "4": None,
    }
    assert found["4"]["url"] is None
    by_id = {row["id"]: row["link"] for row in found.values() if row["link"]}
    assert [line for line in listed.splitlines() if "https:" in line] == [
        f"{id_}: {link}" for id_, link in sorted(by_id.items(), reverse=True)
    ]


def test_csv_and_json_have_the_same_columns_and_options_choose(
    config: Path, engine: Engine
) -> None:
    store_records(
        engine,
        make_record("1"),
        make_record("2", platform="reddit"),
        make_record("3", platform="reddit"),
    )
    with db.writing(engine) as session:
        c = db.table(Mention).c
        urgent = update(db.table(Mention)).where(c.external_id != "2")
        session.execute(urgent.values(urgency="critical", intent="help"))
    asked = ("--urgency", "critical", "--intent", "help", "--platform", "reddit")

    (row,) = csv.DictReader(
        io.StringIO(inside("mentions", "export", *asked, "--config", config))
    )
    listed = json.loads(
        inside("mentions", "list", *asked, "--json", "--config", config)
    )
    found = inside("mentions", "search", "water", *asked, "--json", "--config", config)

    assert row["external_id"] == "3"
    assert (row["likes"], row["views"], row["link"]) == ("3", "", "")
    assert [one["external_id"] for one in listed["mentions"]] == ["3"]
    assert json.loads(found)["total"] == 1
    assert set(row) <= set(listed["mentions"][0])


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--urgency", "hgh"), "--urgency: There is no urgency 'hgh'; there are low"),
        (("--intent", "hlp"), "--intent: There is no intent 'hlp'; there are compl"),
        (("--platform", "twitter"), "--platform: There is no platform 'twitter'"),
    ],
)
def test_a_value_that_no_mention_has_is_a_usage_error(
    config: Path, option: tuple[str, str], words: str
) -> None:
    done = socialcell("mentions", "list", *option, "--config", config)

    assert done.returncode == 2
    assert words in said(done)


def test_a_platform_that_only_a_file_brought_can_be_asked_for(
    config: Path, engine: Engine
) -> None:
    store_records(engine, make_record("1", platform="forum"))

    assert list(export(config, "--platform", "forum")) == ["1"]


def test_a_search_without_a_hit_says_what_other_spellings_find(
    config: Path, engine: Engine
) -> None:
    store_records(engine, make_record("1", text="आज पाणी नाही"))
    search = ("mentions", "search")

    document = answer(socialcell(*search, "paani", "--json", "--config", config))
    nothing = socialcell(*search, "paani since:2027-01-01", "--config", config)
    plain = socialcell(*search, "paani", "--config", config)

    assert (document["total"], document["suggestion"]) == (
        0,
        {"query": "~paani", "total": 1},
    )
    assert "it would find 1: socialcell mentions search '~paani'" in plain.stderr
    assert "~paani since:2027-01-01, finds nothing either" in nothing.stderr
    hit = answer(socialcell(*search, "पाणी", "--json", "--config", config))
    assert "suggestion" not in hit


def test_from_an_account_outside_the_registry_is_refused_not_empty(
    config: Path, engine: Engine
) -> None:
    store_records(engine, make_record("1", author=OFFICE), make_record("2"))
    search = ("mentions", "search", "--config", config)

    assert answer(socialcell(*search, "from:citydesk", "--json"))["total"] == 1
    refused = socialcell(*search, "water from:handle_u1")
    assert refused.returncode == 2
    assert "'handle_u1' is not an account of the registry" in said(refused)
    assert "(at character 7)" in refused.stderr
