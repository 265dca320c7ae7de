"""`influencers`, called as a person and as a script would."""

import csv
import io
import json
import shutil
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from socialcell import db
from socialcell.campaigns.links.model import ClickDay, TrackedLink
from socialcell.cli import main
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.services import context as contexts
from socialcell.services.mentions.tagging import tag_waiting
from tests.builders import NOON, make_author, make_record, store_records
from tests.conftest import MONDAY_MORNING
from tests.operators import sign_in_shell
from tests.registry_accounts import register_creators

Call = Callable[..., tuple[int, str, str]]
SET = (
    *("influencers", "set", "asha", "--name", "Asha Sample", "--kind", "creator"),
    *("--accounts", "x:star", "--languages", "mr;en", "--consent", "agreed"),
    *("--consent-evidence", "letter 12", "--rate", "reel=40000.50"),
    *("--rate-source", "quotation", "--connection", "paid"),
    *("--email", "asha@agency.example"),
)


@pytest.fixture
def call(
    tmp_path: Path,
    empty_database: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Call:
    """Calls the command line in a workspace in which a star has posted, as lead."""
    folder = tmp_path / "workspace"
    (folder / "secrets").mkdir(parents=True, mode=0o700)
    (folder / "secrets" / "person_key").write_text("a key that only tests have\n")
    fixed = MONDAY_MORNING.isoformat()
    (folder / "config.yaml").write_text(f'clock:\n  fixed: "{fixed}"\n')
    shutil.copy(empty_database, folder / "socialcell.db")
    opened = contexts.open_context(folder / "config.yaml")
    with db.writing(opened.engine) as session:
        area_store.replace(session, area_table.read_areas())
    post = make_record(
        "1",
        text="No water in Kothrud",
        author=make_author("s", handle="star", name="Star Sample", followers=50_000),
        authored_at=NOON - timedelta(days=3),
    )
    register_creators(opened, "x:star")
    store_records(opened.engine, post, at=NOON - timedelta(days=1))
    tag_waiting(opened)
    sign_in_shell(opened, "lead")
    opened.engine.dispose()
    monkeypatch.setenv("SOCIALCELL_CONFIG", str(folder / "config.yaml"))

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["socialcell", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        heard = capsys.readouterr()
        return int(stop.value.code or 0), heard.out, heard.err

    return call


def test_a_ranking_is_one_document_that_explains_itself(call: Call) -> None:
    code, out, _ = call("influencers", "rank", "--topic", "water", "--json")
    found = json.loads(out)
    one = found["candidates"][0]
    assert (code, one["id"], one["place"]) == (0, "x:star", 1)
    given = sum(part["points"] for part in one["points_by"].values())
    assert one["points"] == pytest.approx(given, abs=0.05)
    assert set(one["points_by"]) == {
        *("relevance", "reach", "locality", "engagement", "authenticity", "standing")
    }
    assert found["about"]["topics"] == ["water"]


def test_a_ranking_is_a_table_and_csv(call: Call) -> None:
    _, out, err = call("influencers", "rank")
    assert out.splitlines()[1].split("\t")[:2] == ["1", "x:star"]
    assert "(50000)" in out  # what is assumed, not seen
    assert "influencers show" in err
    _, out, _ = call("influencers", "rank", "--csv")
    assert next(csv.DictReader(io.StringIO(out)))["id"] == "x:star"


def test_a_creator_is_entered_shown_and_forgotten(call: Call) -> None:
    assert call(*SET)[1] == "stored: asha\n"
    assert call(*SET)[1] == "unchanged: asha\n"
    code, out, _ = call("influencers", "show", "asha")
    assert code == 0
    for said in (
        "email: asha@agency.example",
        "rate of a reel: 40000.50 INR since 2026-11-23 (quotation)",
        "x:star: 50.0 of 100 points, among 1 candidates",
        "cannot say who follows: no list of followers is held",
    ):
        assert said in out
    assert call("influencers", "list")[1].splitlines()[1].startswith("asha\tAsha")
    assert call("influencers", "remove", "asha", "--reason", "withdrew")[0] == 0
    code, _, err = call("influencers", "show", "asha")
    assert (code, "No creator has the key 'asha'" in err) == (1, True)


def test_results_of_a_creators_links_are_shown(call: Call, tmp_path: Path) -> None:
    call(*SET)
    engine = db.connect(f"sqlite:///{tmp_path / 'workspace' / 'socialcell.db'}")
    with db.writing(engine) as session:
        link = TrackedLink(
            **{"code": "abc", "campaign": "monsoon26", "creator": "asha"},
            **{"channel": "x", "source": "x", "medium": "creator"},
            **{"web": "https://care.example/", "created_at": NOON, "changed_at": NOON},
        )
        session.add(link)
        session.flush()
        for kind, n in (("human", 40), ("crawler", 900)):
            session.add(
                ClickDay(
                    **{"day": NOON.date(), "link_id": link.id, "kind": kind, "n": n},
                    **{"trigger": "link", "device": "android"},
                )
            )
    engine.dispose()
    _, out, _ = call("influencers", "show", "asha", "--json")
    assert json.loads(out)["results"] == {
        "campaigns": [{"campaign": "monsoon26", "human": 40, "installs": 0}],
        "human": 40,
        "installs": 0,
    }


def test_a_dry_run_of_set_changes_nothing(call: Call) -> None:
    assert call(*SET, "--dry-run")[1] == "Would be stored: asha\n"
    assert json.loads(call("influencers", "list", "--json")[1]) == {"creators": []}


def test_the_registry_goes_out_and_comes_in(call: Call, tmp_path: Path) -> None:
    call(*SET)
    for name in ("creators.csv", "creators.xlsx"):
        path = tmp_path / name
        assert call("influencers", "export", "--out", path)[0] == 0
        _, out, _ = call("influencers", "import", path, "--json")
        assert json.loads(out)["unchanged"] == 1
    page = openpyxl.load_workbook(tmp_path / "creators.xlsx").active
    assert page is not None
    assert page["A2"].value == "asha"


def test_rows_that_are_wrong_are_named(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "creators.csv"
    path.write_text("key,name,kind\npaper,The Paper,media\nstar,Star,celebrity\n")
    code, out, err = call("influencers", "import", path)
    assert (code, out) == (3, "Rows: 1 stored, 0 updated, 0 unchanged\n")
    assert err.startswith("row 3: A celebrity who has not agreed")
    path.write_text("key,name,kind\nstar,Star,celebrity\n")
    assert call("influencers", "import", path)[0] == 1


def test_a_flag_is_set_and_lifted(call: Call) -> None:
    flag = ("x:star", "undisclosed", "--reason", "post of 2 November")
    assert call("influencers", "flag", *flag)[1] == "Flagged: x:star undisclosed\n"
    _, out, _ = call("influencers", "show", "x:star")
    assert "flag undisclosed on x:star, 2026-11-23 by lead: post of 2 November" in out
    assert call("influencers", "unflag", *flag)[0] == 0
    assert call("influencers", "unflag", *flag)[0] == 2


def test_insights_and_sketches_are_told(call: Call, tmp_path: Path) -> None:
    call(*SET)
    path = tmp_path / "insights.csv"
    path.write_text(
        "key,platform,day,dimension,value,number\nasha,x,2026-11-01,city,Pune,41%\n"
    )
    _, out, _ = call("influencers", "insights", path, "--source", "kit")
    assert out == "Rows: 1 stored, 0 updated, 0 unchanged\n"
    assert call("influencers", "audience")[1].splitlines()[1] == "asha\t1\ttoo few"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "--out", "creators.pdf"), "ends in neither .csv nor .xlsx"),
        (("set", "asha", "--rate", "reel"), "--rate takes FORMAT=RUPEES"),
        (("set", "asha", "--rate", "song=4"), "has no rate_song"),
        (("flag", "star", "blocked", "--reason", "x"), "is written x:asha_creates"),
        (("rank", "--topic", "politics"), "no topic 'politics'"),
    ],
)
def test_a_wrong_call_is_told(call: Call, words: tuple[str, ...], said: str) -> None:
    code, _, err = call("influencers", *words)
    assert (code, said in err) == (2, True)
