import csv
import hashlib
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from socialcell import config, db
from socialcell.commands.workspace.demo import END
from socialcell.listening.model import Annotation, Mention, MentionMatch
from socialcell.ops.model import Source
from socialcell.ops.store import OUTCOMES
from socialcell.sandbox.truth import collected
from socialcell.sandbox.world.creator_world import CreatorWorld
from socialcell.services.rehearsal import rehearsal_run
from tests import running
from tests.end_to_end.conftest import DAYS, SEED, Demo
from tests.inside import socialcell
from tests.running import answer, digest, said

# The demo is made by the first test that asks for it.
pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200)]
# Sources of daily figures: what they store are no mentions.
FIGURES = (
    "app_store.",
    "facebook.insights",
    "file:outcomes",
    "google_ads.",
    "meta_ads.",
    "play_console.",
    "search_console.",
)


def kept_id(item: dict[str, Any]) -> str:
    """The id under which we keep an item: an edited post's first, an article's guid."""
    if item["platform"] == "x":
        return str((item["supersedes"] or [item["id"]])[0])
    if item["platform"] == "whatsapp":  # its id holds a telephone number
        return "wa." + hashlib.sha256(item["id"].encode()).hexdigest()[:40]
    return str(item["id"] if item.get("guid", True) else item["url"])


def moments(truth: dict[str, Any]) -> list[datetime]:
    start, end = (datetime.fromisoformat(truth[key]) for key in ("start", "end"))
    crisis = datetime.fromisoformat(truth["stories"]["crisis"]["start"])
    return rehearsal_run.rehearsal_moments(start, end, crisis)


def stored(folder: Path) -> set[tuple[str, str]]:
    """(source, native id) of every mention that is held."""
    engine = db.connect(f"sqlite:///{folder / 'socialcell.db'}")
    mention, match, source = map(db.table, (Mention, MentionMatch, Source))
    asked = (
        select(source.c.name, mention.c.external_id)
        .join_from(match, mention, match.c.mention_id == mention.c.id)
        .join(source, source.c.id == match.c.source_id)
    )
    with db.reading(engine) as session:
        found = [(name, external_id) for name, external_id in session.execute(asked)]
    engine.dispose()
    assert len(found) == len(set(found))
    return set(found)


def kept(folder: Path) -> tuple[set[str], set[str]]:
    """Native ids of what is there, and of what was there and was deleted upstream."""
    engine = db.connect(f"sqlite:///{folder / 'socialcell.db'}")
    mention = db.table(Mention)
    match = db.table(MentionMatch)
    # What was taken back before it was ever read has no source.
    brought = select(match.c.mention_id)
    asked = select(mention.c.external_id, mention.c.state).where(
        mention.c.id.in_(brought)
    )
    with db.reading(engine) as session:
        rows = [row for row in session.execute(asked) if row.state != "stub"]
    engine.dispose()
    there = {row.external_id for row in rows if row.state == "present"}
    return there, {row.external_id for row in rows} - there


def handed_in() -> set[str]:
    """Ids of what the creators of the plan gave of their accounts."""
    rows = CreatorWorld(SEED, END).comments().decode().splitlines()
    return {row["id"] for row in csv.DictReader(rows)}


def test_every_item_that_was_visible_is_stored_once_and_nothing_else(
    demo: Demo,
) -> None:
    truth = demo.truth
    by_id = {item["id"]: item for item in truth["items"]}
    expected = {
        (source["name"], kept_id(by_id[native]))
        for source in demo.said["sources"]
        for native in collected(truth, source["name"], moments(truth))
    } | {("file:instagram", native) for native in handed_in()}

    assert stored(demo.folder) == expected
    held, gone = kept(demo.folder)
    assert held | gone == {native for _source, native in expected}
    assert demo.said["mentions"] == len(held)
    # Only what its author took back is not kept, and then nothing of it is.
    removed = {kept_id(one) for one in truth["items"] if one["removed_at"]}
    assert gone <= removed


def test_every_source_accounts_for_what_it_received(demo: Demo) -> None:
    for source in demo.said["sources"]:
        assert source["received"] == sum(source[name] for name in OUTCOMES)
        assert source["received"] > 0
        assert source["state"] == "ok"


def test_what_was_stored_by_the_sources_is_what_is_there(demo: Demo) -> None:
    total = sum(
        source["stored"]
        for source in demo.said["sources"]
        if not source["name"].startswith(FIGURES)
    )
    held, gone = kept(demo.folder)

    assert len(held) + len(gone) == total
    assert demo.said["mentions"] == sum(demo.said["languages"].values())


def test_the_flood_is_an_incident_of_the_demo(demo: Demo) -> None:
    crisis = datetime.fromisoformat(demo.truth["stories"]["crisis"]["start"])
    floods = [one for one in demo.said["alerts"] if one["subject"] == "topic:flood"]

    assert len(floods) == 1
    opened = datetime.fromisoformat(floods[0]["opened_at"])
    assert crisis < opened <= crisis + timedelta(minutes=10)


@pytest.mark.parametrize("lang", ["en", "mr", "hi"])
def test_on_the_flood_morning_the_brief_quotes_nothing_but_the_flood(
    demo: Demo, lang: str
) -> None:
    flood = [
        " ".join(item["text"].split())
        for item in demo.truth["items"]
        if item["story"] == "crisis"
    ]
    done = socialcell(
        *("report", "daily", "--as-of", "2026-11-21T08:30+05:30", "--lang", lang),
        *("--json", "--config", demo.config),
    )

    brief = answer(done)

    lines = brief["text"].splitlines()
    quoted = re.findall(r"(?m)^• .*?: “(.*)” #\d+$", brief["text"])
    # As many as 1,200 characters hold.
    assert len(quoted) == sum(line.startswith("• ") for line in lines)
    assert len(quoted) in (2, 3)
    for text in quoted:
        assert any(one.startswith(text[:60]) for one in flood), text
    assert len({text[-60:] for text in quoted}) == len(quoted)
    subjects = {one["incident"]: one["subject"] for one in demo.said["alerts"]}
    assert subjects[brief["incidents"][0]] == "topic:flood"
    morning = datetime.fromisoformat("2026-11-21T08:30+05:30")
    spikes = [
        one["incident"]
        for one in demo.said["alerts"]
        if not one["subject"].startswith("critical:")
        and datetime.fromisoformat(one["opened_at"]) <= morning
    ]
    assert sorted(brief["incidents"][: len(spikes)]) == sorted(spikes)
    assert brief["urgent"] > 100


def test_a_campaign_is_measured_and_its_truth_lies_in_the_range(demo: Demo) -> None:
    (truth,) = demo.truth["campaigns"]
    found = demo.said["campaign"]

    low, high = found["incremental"]["interval"]
    assert 0 < low <= truth["incremental"] <= high
    assert found["goal"] == truth["outcome"]
    # The App Store keeps small numbers back; Google Play's installs name their click.
    direct = found["direct"]["installs"]
    assert truth["direct"]["play"] < direct <= sum(truth["direct"].values())


def test_a_plan_is_approved_and_reaches_whom_it_says(demo: Demo) -> None:
    found, world = demo.said["plan"], CreatorWorld(SEED, END)

    true = world.reached(found["chosen"])
    assert found["choice"]["reach"] == pytest.approx(true, rel=0.05)
    assert 0.5 < found["choice"]["ratio"] <= 1
    assert found["approved_by"] == "Meera Sample"
    assert found["states"] == {"approved": found["tags"] - 1, "contacted": 1}
    assert found["tags"] >= 4
    assert found["cost"]["amount_micros"] <= 25_000_000_000
    people = demo.truth["creators"]["people"]
    assert true == len({one for key in found["chosen"] for one in people[key]})


def test_the_campaigns_clicks_are_those_that_its_audience_made(demo: Demo) -> None:
    (truth,) = demo.truth["campaigns"]
    links = truth["links"].values()
    true = {
        ours: sum(link[theirs] for link in links)
        for ours, theirs in (
            *(("human", "person"), ("duplicate", "again"), ("preview", "preview")),
            *(("scanner", "scanner"), ("crawler", "crawler"), ("tool", "tool")),
        )
    }

    found = demo.said["campaign"]["direct"]

    assert found["requests"] == {**true, "internal": 0, "dropped": 0}
    assert found["clicks"] == true["human"] > 400
    assert min(true.values()) > 0


def test_each_links_clicks_and_installs_are_known(demo: Demo) -> None:
    """Installs on Android come with the click that brought them, so each creator has
    exactly what is theirs; the App Store tells the campaign alone."""
    (truth,) = demo.truth["campaigns"]
    people: dict[str, int] = {}
    installs: dict[str, int] = {}
    for link in truth["links"].values():
        where = link["creator"] or link["channel"]
        people[where] = people.get(where, 0) + link["person"]
        installs[where] = installs.get(where, 0) + link["installs"]
    done = socialcell(
        *("campaigns", "attribution", truth["name"], "--by", "creator", "--json"),
        *("--config", demo.config),
    )

    found = answer(done)

    clicked: dict[str, int] = {}
    for link in found["clicks"]["links"]:
        where = link["creator"] or link["channel"]
        n = link["clicks"].get("human", 0)
        clicked[where] = clicked.get(where, 0) + n
    assert clicked == people
    attributed = {
        one["creator"]: one["installs"] for one in found["installs"]["groups"]
    }
    by_apple = attributed.pop(None, 0)
    assert attributed == {name: n for name, n in installs.items() if n}
    assert sum(attributed.values()) == truth["direct"]["play"]
    # The App Store keeps days with fewer than five back.
    assert 0 < by_apple <= truth["direct"]["apple"]


def test_the_weekly_report_shows_clicks_and_installs_by_link(demo: Demo) -> None:
    (truth,) = demo.truth["campaigns"]
    people = sum(link["person"] for link in truth["links"].values())
    html, text, letter = (
        Path(demo.said["report"][kind]) for kind in ("html", "text", "letter")
    )
    assert "Flood" in letter.read_text("utf-8")
    words = text.read_text()

    assert f"Since its start: {people:,}" in words
    for link in truth["links"].values():
        assert link["creator"] is None or link["creator"] in words
    assert html.with_name(html.name.replace(".html", ".clicks.png")).stat().st_size > 0


def test_a_finished_demo_run_again_changes_nothing(demo: Demo) -> None:
    before = digest(demo.folder)
    arguments = ("--days", str(DAYS), "--seed", str(SEED))

    again = answer(
        running.socialcell("demo", "--dir", demo.folder, *arguments, "--json")
    )

    assert digest(demo.folder) == before
    assert {**again, "seconds": 0} == {**demo.said, "seconds": 0}


def test_another_seed_in_the_same_folder_is_refused(demo: Demo) -> None:
    done = socialcell("demo", "--dir", demo.folder, "--days", str(DAYS), "--seed", "4")

    assert done.returncode == 2
    assert "--fresh" in said(done)


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    for extra in ((), ("--fresh",)):
        done = socialcell("demo", "--dir", tmp_path, *extra)
        assert done.returncode == 2
        said(done)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_demo_is_read_as_every_workspace_is_by_default(demo: Demo) -> None:
    engine = db.connect(f"sqlite:///{demo.folder / 'socialcell.db'}")
    with db.reading(engine) as session:
        of_intents = select(Annotation.model).where(Annotation.kind == "intent")
        readers = session.scalars(of_intents.distinct()).all()
    engine.dispose()

    assert readers == ["socialcell-semantic"]
    by_default = config.Config().language
    assert config.load(demo.config).config.language == by_default


def test_later_commands_live_in_the_demos_now(demo: Demo) -> None:
    done = socialcell("areas", "list", "--kind", "ward_office", "--config", demo.config)

    assert done.returncode == 0
    assert "config.yaml" in {path.name for path in demo.folder.iterdir()}
    fixed = "fixed: 2026-11-23T09:00:00+05:30"
    assert fixed in demo.config.read_text()


def test_the_report_of_the_demo_is_there(demo: Demo) -> None:
    html, text = (Path(demo.said["report"][kind]) for kind in ("html", "text"))

    assert "<html" in html.read_text()
    assert len(text.read_text()) > 500


def test_the_demo_is_searchable_in_marathi(demo: Demo) -> None:
    done = socialcell(
        "mentions", "search", "पाणी OR pani", "--json", "--config", demo.config
    )

    found = answer(done)
    assert found["total"] > 10
    folded = [(row["title"] or "") + (row["text"] or "") for row in found["mentions"]]
    assert all("पाणी" in text or "pani" in text.lower() for text in folded)


def test_nobody_is_shown_by_handle_but_the_registry(demo: Demo) -> None:
    truth = demo.truth  # read once: it is a large file
    people = {
        item["author"].lower()
        for item in truth["items"]
        if item["platform"] != "rss" and item["author"] != truth["account"]["handle"]
    }

    shown = socialcell("mentions", "export", "--config", demo.config).stdout.lower()

    assert "नागरिक-" in shown
    assert [handle for handle in people if f"@{handle}" in shown] == []
