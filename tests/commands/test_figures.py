"""`ads show`, `installs`, `seo show`, called as a person and as a script would."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.campaigns.outcomes.store.facts import store_facts
from socialcell.cli import main
from socialcell.connectors.facts import AdFact, Fact, SearchFact
from tests.builders import NOON

Call = Callable[..., tuple[int, str, str]]
DAY = date(2026, 11, 20)


@pytest.fixture
def folder(tmp_path: Path, empty_database: Path) -> Path:
    """A workspace on SQLite: what is tested here is the command, not the storage."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "config.yaml").write_text("{}\n")
    shutil.copy(empty_database, folder / "socialcell.db")
    return folder


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    made = db.connect(f"sqlite:///{folder / 'socialcell.db'}")
    yield made
    made.dispose()


@pytest.fixture
def call(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """Calls the command line in a workspace; hands back code, output, errors."""
    monkeypatch.setenv("SOCIALCELL_CONFIG", str(folder / "config.yaml"))

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["socialcell", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        heard = capsys.readouterr()
        return int(stop.value.code or 0), heard.out, heard.err

    return call


def keep(engine: Engine, *facts: Fact) -> None:
    with db.writing(engine) as session:
        store_facts(session, facts, NOON)


def ad(**changes: Any) -> AdFact:
    made: dict[str, Any] = {
        "network": "google_ads",
        "account": "1112223333",
        "zone": "Asia/Kolkata",
        "currency": "INR",
        "day": DAY,
        "level": "campaign",
        "campaign": "11",
        "campaign_name": "पावसाळा",
        "clicks": 20,
        "cost_micros": 5_250_000,
        "installs": {"GOOGLE_PLAY_DOWNLOAD/Play": 4.0},
    }
    return AdFact(**(made | changes))


def said(call: Call, *words: object) -> Any:
    code, out, err = call(*words, "--json")
    assert code == 0, err
    return json.loads(out)


SPAN = ("--since", "2026-11-16", "--until", "2026-11-22")


def test_ads_are_told_with_money_zone_and_coverage(call: Call, engine: Engine) -> None:
    keep(engine, ad(), ad(day=date(2026, 11, 22)), ad(level="ad_group", ad_group="7"))

    found = said(call, "ads", "show", *SPAN)

    assert found["accounts"] == [
        {
            "network": "google_ads",
            "account": "1112223333",
            "zone": "Asia/Kolkata",
            "currency": "INR",
            "data_through": "2026-11-22",
            "missing_dates": [
                *("2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19"),
                "2026-11-21",
            ],
            "moving_from": "2026-10-24",
        }
    ]
    (row,) = found["rows"]
    assert row["campaign"] == {"id": "11", "name": "पावसाळा"}
    assert row["cost"] == {"amount_micros": 10_500_000, "currency": "INR"}
    assert (row["clicks"], row["impressions"]) == (40, None)
    assert row["installs"] == {"GOOGLE_PLAY_DOWNLOAD/Play": 8}
    assert row["days_not_reported"]["impressions"] == 2


def test_people_see_ads_in_a_table_and_what_still_moves(
    call: Call, engine: Engine
) -> None:
    keep(engine, ad())

    code, out, err = call("ads", "show", *SPAN, "--daily")

    assert code == 0
    assert "5.25 INR" in out
    assert "GOOGLE_PLAY_DOWNLOAD/Play 4" in out
    assert "days of Asia/Kolkata, money in INR" in err
    assert "still move" in err


def test_a_day_that_was_restated_shows_what_was_said_first(
    call: Call, engine: Engine
) -> None:
    keep(engine, ad())
    keep(engine, ad(clicks=23))

    (row,) = said(call, "ads", "show", *SPAN, "--daily")["rows"]

    assert (row["day"], row["clicks"]) == ("2026-11-20", 23)
    assert (row["first"]["clicks"], row["restatements"]) == (20, 1)


def test_installs_come_in_by_file_and_are_shown_by_definition(
    call: Call, tmp_path: Path
) -> None:
    path = tmp_path / "installs.csv"
    heading = "Date,Package name,Daily User Installs,Daily Device Installs"
    rows = (heading, "2026-11-20,a.b,7,", "2026-11-22,a.b,8,9")
    path.write_bytes("\n".join(rows).encode("utf-16"))

    code, out, _err = call("installs", "import", path, "--json")
    assert code == 0
    assert json.loads(out)["sources"][0]["stored"] == 4

    found = said(call, "installs", "show", *SPAN, "--metric", "user_installs")
    (row,) = found["rows"]
    assert (row["definition"], row["value"], row["days"]) == (
        "Daily User Installs",
        15,
        2,
    )
    (series,) = found["series"]
    assert series["zone"] == "America/Los_Angeles"
    assert series["data_through"] == "2026-11-22"
    assert series["missing_dates"][-1] == "2026-11-21"

    code, out, err = call("installs", "show", *SPAN, "--daily")
    assert code == 0
    assert "not reported" in out
    assert "days of America/Los_Angeles" in err


def test_active_devices_are_shown_as_of_their_last_day_and_never_as_a_sum(
    call: Call, tmp_path: Path
) -> None:
    path = tmp_path / "installs.csv"
    heading = "Date,Package name,Daily User Installs,Active Device Installs"
    path.write_text(f"{heading}\n2026-11-20,a.b,7,700\n2026-11-22,a.b,8,710\n")
    assert call("installs", "import", path)[0] == 0

    found = said(call, "installs", "show", *SPAN)
    code, out, err = call("installs", "show", *SPAN)

    told = {
        row["metric"]: (row["kind"], row["value"], row["as_of"])
        for row in found["rows"]
    }
    assert told == {
        "active_devices": ("stock", 710, "2026-11-22"),
        "user_installs": ("flow", 15, None),
    }
    assert code == 0
    lines = {line.split("\t")[1]: line.split("\t") for line in out.splitlines()}
    assert lines["active_devices"][3:5] == ["710", "on 2026-11-22"]
    assert lines["user_installs"][3:5] == ["15", "sum"]
    assert "the last value, never a sum" in err


def test_what_is_kept_back_is_called_withheld_and_never_nought(
    call: Call, tmp_path: Path
) -> None:
    path = tmp_path / "traffic.csv"
    heading = (
        "Date,Package name,Traffic source,Search term,UTM source,UTM campaign,"
        "Store listing acquisitions"
    )
    source = "a.b,Third-party referrals,,instagram"
    path.write_text(
        f"{heading}\n2026-11-20,{source},monsoon26,9\n2026-11-20,{source},small,5\n"
        f"2026-11-21,{source},monsoon26,6\n"
    )
    assert call("installs", "import", path)[0] == 0

    found = said(call, "installs", "show", *SPAN, "--by", "utm_campaign", "--daily")

    small = [row for row in found["rows"] if row["group"] == "small"]
    assert [(row["value"], row["days_withheld"]) for row in small] == [
        (5, 0),
        (None, 1),
    ]
    _code, out, _err = call(
        "installs", "show", *SPAN, "--by", "utm_campaign", "--daily"
    )
    assert "withheld" in next(
        line for line in out.splitlines() if "small" in line and "2026-11-21" in line
    )


def test_a_file_that_is_of_no_store_is_sent_to_import(
    call: Call, tmp_path: Path
) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("id,text\n1,water\n")

    code, _out, err = call("installs", "import", path)

    assert code == 2
    assert "socialcell import FILE" in err


def test_a_file_with_rows_that_cannot_be_read_is_partly_imported(
    call: Call, tmp_path: Path
) -> None:
    path = tmp_path / "installs.csv"
    path.write_text("Date,Package name,Install events\n2026-11-20,a.b,7\nsoon,a.b,8\n")

    code, _out, err = call("installs", "import", path)

    assert code == 3
    assert "row 3: the day 'soon' cannot be read" in err


def test_search_results_tell_what_google_does_not_name(
    call: Call, engine: Engine
) -> None:
    made = {"site": "sc-domain:pune.example", "day": DAY, "position": 2.0}
    keep(
        engine,
        SearchFact(dimension="total", key="", clicks=50, impressions=900, **made),
        SearchFact(dimension="query", key="पाणी", clicks=20, impressions=300, **made),
    )

    found = said(call, "seo", "show", *SPAN)

    (row,) = found["rows"]
    assert (row["query"], row["clicks"], row["position"]) == ("पाणी", 20, 2.0)
    (site,) = found["sites"]
    assert site["unnamed"] == {"clicks": 30, "impressions": 600}
    assert (site["zone"], site["final_through"]) == (
        "America/Los_Angeles",
        "2026-11-20",
    )
    _code, out, err = call("seo", "show", *SPAN)
    assert "पाणी" in out
    assert "30 clicks belong to no query" in err


@pytest.mark.parametrize("noun", ["ads", "installs", "pages", "seo"])
def test_nothing_held_is_said_and_is_no_error(noun: str, call: Call) -> None:
    code, _out, err = call(noun, "show")
    assert code == 0
    assert "are held" in err
    assert said(call, noun, "show")["rows"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("ads", "show", "--since", "yesterday"), "--since takes a day such as"),
        (
            ("ads", "show", "--since", "2026-11-22", "--until", "2026-11-20"),
            "after --until",
        ),
        (("ads", "show", "--by", "keyword"), "campaign, ad_group, ad"),
        (("installs", "show", "--store", "fdroid"), "google_play, app_store"),
        (("seo", "show", "--by", "country"), "total, query, page"),
    ],
)
def test_a_wrong_word_is_named(
    words: tuple[str, ...], message: str, call: Call
) -> None:
    code, _out, err = call(*words)

    assert code == 2
    assert message in err
