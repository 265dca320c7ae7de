"""`mentions list`, `search`, `export`: what stands in a row, what is suggested."""

import csv
import io
import json
import shlex
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from socialcell import db
from socialcell.clock import SystemClock
from socialcell.connectors.base import Metric
from socialcell.identity.actor import unsigned
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.areas.owner_table import read_owners
from socialcell.listening.model import Mention
from socialcell.listening.store import areas, owners
from socialcell.listening.store.people import registry
from socialcell.services.context import Context
from socialcell.services.mentions import mention_labels
from socialcell.services.mentions.tagging import tag_waiting
from tests.builders import NOON, make_author, make_record, store_records
from tests.inside import socialcell
from tests.operators import acting, sign_in_shell, sign_out_shell
from tests.running import answer, inside, refused, rows, said

pytestmark = pytest.mark.swept_on_postgresql

PAPER = make_author("paper.example", handle="paper.example", name="paper.example")
OFFICE = make_author("2", handle="CityDesk")


@pytest.fixture
def config(context: Context, engine: Engine) -> Path:
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
        owners.update_package_rows(session, read_owners())
        registry.register(
            session,
            "x",
            "@CityDesk",
            "City Desk",
            "media",
            "its site",
            unsigned("tests"),
            NOON,
        )
    sign_in_shell(context, "Meera Sample")
    return context.workspace.folder / "config.yaml"


def export(config: Path, *options: str) -> dict[str, dict[str, Any]]:
    """The rows that are exported for a lead, by external id."""
    out = inside("mentions", "export", "--jsonl", *options, "--config", config)
    return {row["external_id"]: row for row in rows(out)}


def external_ids(config: Path, listed: Sequence[dict[str, Any]]) -> list[str]:
    """What a list does not show of its mentions."""
    by_id = {row["id"]: external_id for external_id, row in export(config).items()}
    assert {row["external_id"] for row in listed} <= {None}
    return [by_id[row["id"]] for row in listed]


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


def test_a_row_of_csv_has_the_headline_of_an_article(
    config: Path, engine: Engine
) -> None:
    article = make_record("1", platform="news", kind="article", title="Water cut")
    store_records(engine, article)

    (row,) = csv.DictReader(
        io.StringIO(inside("mentions", "export", "--config", config))
    )

    assert (row["kind"], row["title"]) == ("article", "Water cut")


def test_an_export_tells_urgency_intent_and_owner(
    context: Context, config: Path, engine: Engine
) -> None:
    store_records(
        engine,
        make_record("1", text="No water in Kothrud for 3 days"),
        make_record("2", text="Power cut by MSEDCL again, no electricity since noon"),
        make_record("3", text="What a match! 🏏"),
    )
    tag_waiting(context)

    found = export(config)

    assert found["1"]["owner"] == "dept:water"
    assert found["2"]["owner"] == "body:msedcl"
    assert found["3"]["owner"] is None
    assert (found["1"]["urgency"], found["1"]["intent"]) == ("high", "complaint")


def test_addresses_are_told_of_the_registry_and_of_articles_only(
    context: Context, config: Path, engine: Engine
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

    named = {"https://x.com/CityDesk/status/2": "2", address: address}
    links = {
        "1": "https://x.com/i/web/status/1",
        "2": "https://x.com/CityDesk/status/2",
        address: address,
        "4": "https://x.com/handle_u1/status/4",
    }
    asked = ("mentions", "export", "--config", config)

    sheet = csv.DictReader(io.StringIO(inside(*asked)))
    found = export(config)
    sign_out_shell(context)
    unsigned = rows(inside(*asked, "--jsonl"))
    listed = inside("mentions", "list", "--config", config)

    for row in unsigned:
        assert row["url"] == row["link"]
        assert row["external_id"] == named.get(row["link"])
    assert {row["link"] for row in unsigned} == {None, *named}
    assert {(row["link"], row["url"], row["external_id"]) for row in sheet} == {
        ("", "", ""),
        *((link, link, id_) for link, id_ in named.items()),
    }
    assert {key: row["link"] for key, row in found.items()} == links
    assert {row["url"] for row in found.values()} == set(links.values())
    by_id = {row["id"]: row["link"] for row in unsigned if row["link"]}
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

    assert external_ids(config, listed["mentions"]) == ["3"]
    assert row["id"] == str(listed["mentions"][0]["id"])
    assert (row["likes"], row["views"], row["link"]) == ("3", "", "")
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


@pytest.mark.parametrize("command", [("list",), ("search", "water")])
def test_an_option_may_name_several_values(
    context: Context, config: Path, engine: Engine, command: tuple[str, ...]
) -> None:
    levels = {"1": "low", "2": "high", "3": "critical", "4": "critical"}
    for number, level in levels.items():
        platform = "mastodon" if number == "4" else "reddit"
        text = "No water in Baner"
        store_records(engine, make_record(number, platform=platform, text=text))
        tag_waiting(context)
        with db.writing(engine) as session:
            c = db.table(Mention).c
            own = update(db.table(Mention)).where(c.external_id == number)
            session.execute(own.values(urgency=level))
    asked = ("--urgency", "high, critical", "--platform", "reddit,x", "--json")
    wards = ("--ward", "aundh-baner,kothrud-bavdhan", "--config", config)

    listed = json.loads(inside("mentions", *command, *asked, *wards))
    elsewhere = inside(
        "mentions", *command, *asked, *wards[:1], "yerawada-kalas-dhanori", *wards[2:]
    )
    wrong = refused("mentions", *command, "--urgency", "high,crit", "--config", config)

    assert sorted(external_ids(config, listed["mentions"])) == ["2", "3"]
    assert json.loads(elsewhere)["total"] == 0
    assert "There is no urgency 'crit'" in wrong


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
    assert nothing.stderr == ""
    hit = answer(socialcell(*search, "पाणी", "--json", "--config", config))
    assert "suggestion" not in hit


def test_the_search_that_is_suggested_keeps_the_options(
    config: Path, engine: Engine
) -> None:
    store_records(
        engine,
        make_record("1", text="आज पाणी नाही", platform="forum"),
        make_record("2", text="pani nahi", platform="news"),
    )
    options = ("--since", "2020-01-01", "--platform", "forum", "--csv")

    done = socialcell("mentions", "search", *options, "paani", "--config", config)
    _, _, suggested = done.stderr.strip().partition("find 1: socialcell ")

    assert shlex.split(suggested) == [
        *("mentions", "search", "~paani", *options[:4]),
        *("--config", str(config), "--csv"),
    ]
    assert "पाणी" in inside(*shlex.split(suggested))


def test_a_suggested_query_that_begins_with_a_sign_can_be_copied(
    config: Path, engine: Engine
) -> None:
    store_records(engine, make_record("1", text="आज पाणी नाही"))
    query = "-zzzz paani"

    done = socialcell("mentions", "search", "--config", config, "--", query)

    assert (
        f"search --config {shlex.quote(str(config))} -- '-zzzz ~paani'" in done.stderr
    )


def test_a_list_says_when_how_urgent_where_and_whose(
    context: Context, config: Path, engine: Engine
) -> None:
    store_records(
        engine, make_record("1", text="Transformer on fire in Kothrud, MSEDCL")
    )
    tag_waiting(context)

    head, row, total = inside("mentions", "list", "--config", config).splitlines()

    cells = dict(zip(head.split("\t"), row.split("\t"), strict=True))
    assert cells.pop("author").startswith("नागरिक-")
    assert cells == {
        "id": "1",
        "at (IST)": "2026-11-23 12:00",
        "urgency": "critical",
        "ward": "Kothrud - Bavdhan",
        "owner": "dept:fire",
        "intent": cells["intent"],
        "platform": "x",
        "topics": cells["topics"],
        "sentiment": cells["sentiment"],
        "text": "Transformer on fire in Kothrud, MSEDCL",
    }
    assert total == "1 of 1 mentions"


def test_an_owner_is_asked_for_by_id_by_short_name_or_by_kind(
    context: Context, config: Path, engine: Engine
) -> None:
    store_records(
        engine,
        make_record("water", text="No water in Kothrud for 3 days"),
        make_record(
            "power", text="Power cut by MSEDCL again, no electricity since noon"
        ),
        make_record("wakad", text="वाकड मध्ये रस्त्यावर खड्डे"),
        make_record("match", text="What a match! 🏏"),
    )
    tag_waiting(context)
    store_records(engine, make_record("unread"))

    def found(query: str) -> list[str]:
        out = inside("mentions", "search", query, "--json", "--config", config)
        return sorted(external_ids(config, json.loads(out)["mentions"]))

    assert found("owner:dept:water") == ["water"]
    assert found("owner:msedcl OR owner:pcmc") == ["power", "wakad"]
    assert found("owner:pmc") == ["water"]
    assert found("owner:other") == ["power", "wakad"]
    assert found("owner:none") == ["match"]
    assert found("NOT owner:other") == ["match", "unread", "water"]
    assert list(export(config, "--owner", "other", "--query", "MSEDCL")) == ["power"]


def test_show_refers_to_the_owner_in_the_language_asked_for(
    context: Context, config: Path, engine: Engine
) -> None:
    store_records(engine, make_record("1", text="Bus 101 by PMPML never comes"))
    tag_waiting(context)
    show = ("mentions", "show", "1", "--config", config)

    document = json.loads(inside(*show, "--json"))
    in_marathi = inside(*show, "--lang", "mr")
    in_french = refused(*show, "--lang", "fr")

    assert document["owner"] == "body:pmpml"
    assert set(document["referral"]) == {"mr", "hi", "en"}
    assert f"referral: {document['referral']['mr']}" in in_marathi
    assert f"owner: {document['owner_name']['mr']} (body:pmpml)\n" in in_marathi
    assert document["referral"]["en"] not in in_marathi
    assert "--lang is one of" in in_french


@pytest.mark.parametrize("command", ["list", "export"])
def test_since_is_also_so_long_before_now(
    config: Path, engine: Engine, command: str
) -> None:
    now = SystemClock().now()
    store_records(
        engine,
        make_record("new", authored_at=now - timedelta(hours=23)),
        make_record("old", authored_at=now - timedelta(hours=25)),
    )
    ids = {name: row["id"] for name, row in export(config).items()}
    asked = ("mentions", command, "--since", "24h", "--jsonl", "--config", config)

    assert [row["id"] for row in rows(inside(*asked))] == [ids["new"]]
    search = ("mentions", "search", "water until:1d", "--jsonl", "--config", config)
    assert [row["id"] for row in rows(inside(*search))] == [ids["old"]]


def test_mentions_are_decided_in_one_stroke(
    context: Context, config: Path, engine: Engine
) -> None:
    store_records(engine, make_record("1"), make_record("2"))
    tag_waiting(context)
    decide = ("mentions", "decide", "--config", config)

    done = json.loads(
        inside(*decide, "1", "2", "urgency=low", "topic=roads,fire", "--json")
    )

    assert [row["id"] for row in done["mentions"]] == [1, 2]
    for row in export(config).values():
        assert (row["urgency"], sorted(row["topics"])) == ("low", ["fire", "roads"])
        assert row["owner"] in ("dept:roads", "dept:fire")
    entries = json.loads(inside("audit", "list", "--json", "--config", config))
    (entry,) = [one for one in entries["entries"] if one["action"] == "mentions.decide"]
    assert entry["object"] == "mention 1, 2"


def test_a_decision_names_whose_other_decision_it_overturns(
    context: Context, config: Path, engine: Engine
) -> None:
    store_records(engine, make_record("1"))
    tag_waiting(context)
    mention_labels.decide_mentions(
        acting(context, "meera"), [1], {"urgency": ("high",)}
    )

    done = inside("mentions", "decide", "1", "urgency=low", "--config", config)

    assert done.startswith("1: urgency: low (suggested: ")
    assert done.endswith("; meera had decided: high)\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("1", "urgency=hgh"), "There is no urgency 'hgh'; there are low, normal"),
        (("1", "urgency=hgh"), "the nearest is high."),
        (("1", "urgncy=high"), "the nearest is urgency."),
        (("1", "owner=msedc"), "the nearest is body:msedcl."),
        (("1", "two", "urgency=high"), "'two' is neither a mention's id nor a deci"),
        (("1",), "Say what it is, such as urgency=low intent=information."),
        (("urgency=low",), "Name a mention by its id"),
        (("1", "99", "urgency=low"), "There is no mention 99."),
        (("1", "topic=roads", "topic=fire"), "topic= is there twice"),
    ],
)
def test_a_wrong_decision_is_refused_whole(
    context: Context,
    config: Path,
    engine: Engine,
    words: tuple[str, ...],
    message: str,
) -> None:
    store_records(engine, make_record("1"))
    tag_waiting(context)
    before = export(config)

    done = refused("mentions", "decide", *words, "--config", config)

    assert message in done
    assert export(config) == before


def test_from_an_account_outside_the_registry_is_refused_not_empty(
    config: Path, engine: Engine
) -> None:
    store_records(engine, make_record("1", author=OFFICE), make_record("2"))
    search = ("mentions", "search", "--config", config)

    assert answer(socialcell(*search, "from:citydesk", "--json"))["total"] == 1
    done = socialcell(*search, "water from:handle_u1")
    assert done.returncode == 2
    assert "'handle_u1' is not an account of the registry" in said(done)
    assert "(at character 7)" in done.stderr
