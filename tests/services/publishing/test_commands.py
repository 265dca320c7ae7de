"""The commands of the cell's own posts: one JSON document each, and clear refusals."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from icalendar import Calendar
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import SystemClock
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.ops import leases
from socialcell.services.daemon.job_registry import JobSlot, list_jobs
from socialcell.services.doctor import examine
from socialcell.services.outbox import outbox
from socialcell.services.publishing import posting
from tests.conftest import MONDAY_MORNING
from tests.inside import socialcell
from tests.logs import quiet_again
from tests.operators import sign_in_shell
from tests.running import inside, refused, said
from tests.services.publishing.conftest import HOUR, PUBLISHING, WORDS, Town, planned
from tests.services.publishing.conftest import publishing as with_accounts

pytestmark = pytest.mark.swept_on_postgresql

DAY = f"{MONDAY_MORNING:%Y-%m-%d}"
LATER = f"{DAY}T10:30"  # the city's last morning is 09:00


@pytest.fixture
def cell(town: Town, folder: Path, engine: Engine) -> Path:
    """A workspace in files that posts into the served city, at its last morning;
    writer has signed in."""
    with db.writing(engine) as session:
        area_store.replace(session, area_table.read_areas())
    configure(folder, MONDAY_MORNING.isoformat(), town)
    sign_in_shell(town.context, "writer")
    return folder


def configure(folder: Path, now: str, town: Town) -> None:
    place = folder / "config.yaml"
    given = yaml.safe_load(place.read_text()) or {}
    given |= {
        "clock": {"fixed": now},
        "publishing": PUBLISHING,
        "sandbox": {"base_urls": town.sandbox.base_urls},
    }
    place.write_text(yaml.safe_dump(given))


def document(cell: Path, *words: str) -> dict[str, Any]:
    with quiet_again():
        text = inside("--config", cell / "config.yaml", *words, "--json")
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_post_goes_from_plan_to_platform_by_commands(cell: Path, town: Town) -> None:
    ward = ("--ward", "Kothrud-Bavdhan")
    added = document(cell, "posts", "add", "x", WORDS, "--at", LATER, *ward)
    before = document(cell, "posts", "publish", "--dry-run")
    sign_in_shell(town.context, "lead")
    approved = document(cell, "posts", "approve", "1")
    after = document(cell, "posts", "publish", "--dry-run")
    early = document(cell, "posts", "publish")
    configure(cell, f"{LATER}:00+05:30", town)
    done = document(cell, "posts", "publish")
    (listed,) = document(cell, "posts", "list")["posts"]

    assert added["posts"][0]["state"] == "draft"
    assert "not approved" in before["posts"][0]["why_not"][0]
    # 10 + 1 + 5 + 1 + 7 + 2 code points and an address, which counts 23.
    assert before["posts"][0]["length"] == {"used": 49, "limit": 280}
    assert approved == {"approved": [1]}
    assert after["posts"][0]["why_not"] == []
    assert early["posts"] == []
    assert [one["state"] for one in done["posts"]] == ["posted"]
    assert listed["state"] == "posted"
    assert listed["wards"] == ["ward:kothrud-bavdhan"]
    assert town.copies("x", WORDS) == 1


def test_the_same_words_are_planned_for_a_platform_and_a_time_once(
    cell: Path, town: Town
) -> None:
    later = f"{DAY}T10:31"
    add = ("posts", "add", "x", WORDS, "--at")
    document(cell, *add, LATER)
    for words in ((*add, LATER), (*add, LATER, "--dry-run")):
        text = refused("--config", cell / "config.yaml", *words)
        assert "These words stand in post 1 for x already (draft)" in text

    document(cell, *add, later)
    document(cell, *add, LATER, "--reply-to", "2071234567890123456")
    elsewhere = ("posts", "add", "telegram", WORDS, "--at", LATER)
    document(cell, *elsewhere)
    document(cell, *elsewhere, "--media", "https://www.city.example/tap.jpg")
    document(cell, "posts", "add", "x", f"{WORDS}!", "--at", LATER)
    document(cell, "posts", "withdraw", "1", "--reason", "a mistake")
    document(cell, *add, LATER)
    listed = document(cell, "posts", "list")["posts"]

    assert len([post for post in listed if post["state"] == "draft"]) == 6


def test_words_of_safety_that_leave_at_once_are_entered_once_a_day(
    cell: Path, town: Town
) -> None:
    add = ("posts", "add", "x", "नदीकाठ सोडा", "--safety")
    document(cell, *add)
    configure(cell, (MONDAY_MORNING + timedelta(hours=1)).isoformat(), town)
    waiting = refused("--config", cell / "config.yaml", *add)
    sign_in_shell(town.context, "lead")
    document(cell, "posts", "approve", "1")
    document(cell, "posts", "publish")
    configure(cell, (MONDAY_MORNING + timedelta(hours=2)).isoformat(), town)
    out = refused("--config", cell / "config.yaml", *add)
    configure(cell, (MONDAY_MORNING + timedelta(days=1, hours=1)).isoformat(), town)
    sign_in_shell(town.context, "writer")
    again = document(cell, *add)

    assert "These words stand in post 1 for x already (draft)" in waiting
    assert "These words went out for x within the last day, as post 1" in out
    assert [post["state"] for post in again["posts"]] == ["draft"]


def test_the_commands_let_safety_out_and_say_what_holds_the_rest(
    cell: Path, town: Town
) -> None:
    add = ("posts", "add", "x")
    document(cell, *add, WORDS, "--at", LATER)
    document(cell, *add, "नदीकाठ सोडा", "--safety")
    before = document(cell, "outbox", "list")
    document(cell, "outbox", "mode", "mourning", "--reason", "a day of mourning")
    sign_in_shell(town.context, "lead")
    approved = document(cell, "posts", "approve", "1", "2")
    done = document(cell, "posts", "publish")
    (message,) = document(cell, "outbox", "list", "--state", "held")["messages"]
    table = inside("--config", cell / "config.yaml", "outbox", "list")

    assert [(one["id"], one["state"]) for one in done["posts"]] == [(2, "posted")]
    assert [(one["id"], one["reason"]) for one in approved["holds"]] == [(1, "mode")]
    assert sorted(before["waiting_for_approval"]["posts"]) == [1, 2]
    assert message["hold"]["reason"] == "mode"
    assert "mourning" in message["hold"]["why"]
    assert "held: mode" in table


def test_approval_says_what_posts_it_when_no_daemon_runs(
    cell: Path, town: Town
) -> None:
    for words in ("नदीकाठ सोडा", "घाट सोडा"):
        document(cell, "posts", "add", "x", words, "--safety")
    sign_in_shell(town.context, "lead")
    approve = ("--config", cell / "config.yaml", "posts", "approve")

    without = inside(*approve, "1")
    assert leases.acquire(town.context.engine, "daemon", "t", SystemClock().now())
    with_daemon = inside(*approve, "2")

    assert without == (
        "Post 1 goes out now: no daemon runs, so post it: socialcell posts publish\n"
    )
    assert with_daemon == "Post 2 goes out now: the daemon posts it within a minute.\n"


def test_approval_names_the_secret_without_which_nothing_goes_out(
    cell: Path, town: Town
) -> None:
    document(cell, "posts", "add", "x", "नदीकाठ सोडा", "--safety")
    document(cell, "posts", "add", "x", WORDS, "--at", LATER)
    sign_in_shell(town.context, "lead")
    (cell / "secrets" / "x_access_secret").unlink()

    answer = inside("--config", cell / "config.yaml", "posts", "approve", "1")
    approved = document(cell, "posts", "approve", "2")

    assert answer.startswith("Post 1 is approved, and cannot go out: The secret 'x_acc")
    assert [obstacle["platform"] for obstacle in approved["obstacles"]] == ["x"]
    pending = document(cell, "posts", "publish", "--dry-run")["posts"]
    whys = [obstacle["why"] for obstacle in approved["obstacles"]]
    assert [post["why_not"] for post in pending] == [whys, whys]


def test_a_notice_is_written_from_a_template_by_commands(cell: Path) -> None:
    slots = ("dam=khadakwasla", "cusecs=35574", "source=water_resources")
    filled = [word for one in slots for word in ("--set", one)]
    also = ("--from", "2026-11-25T06:00", "--contact", "1077", "--on", "x")
    made = document(
        cell, "posts", "notice", "--template", "dam_discharge", *filled, *also
    )
    shown = document(cell, "posts", "templates", "show", "dam_discharge")
    listed = document(cell, "posts", "templates")

    assert [one["language"] for one in made["posts"]] == ["mr", "hi", "en"]
    assert all(one["safety"] for one in made["posts"])
    assert "३५,५७४ क्युसेक" in made["posts"][0]["text"]
    assert shown["slots"]["cusecs"]["type"] == "number"
    assert {one["platform"] for one in shown["lengths"]} >= {"x", "telegram"}
    assert "dam_discharge" in {one["id"] for one in listed["templates"]}
    assert listed["faults"] == {}


def test_the_closure_of_a_notice_ends_by_the_number_that_is_named(cell: Path) -> None:
    slots = ("ward=Kothrud-Bavdhan", "reason=pumping", "contact=020-25501000")
    filled = [word for one in slots for word in ("--set", one)]
    span = ("--from", "2026-11-25T06:00", "--to", "2026-11-25T18:00")
    asked = ("--template", "water_closure", *filled, *span, "--at", LATER, "--on", "x")
    config = ("--config", cell / "config.yaml")

    answer = inside("posts", "notice", *asked, *config)

    (number,) = re.findall(r"Closure (\d+) is entered, also while the posts", answer)
    assert f"alerts unmute {number} --reason" in answer
    end = inside("alerts", "unmute", number, "--reason", "postponed", *config)
    assert number in end


def test_lint_names_the_line_of_a_file_of_templates(cell: Path, tmp_path: Path) -> None:
    file = tmp_path / "tree_fall.yaml"
    file.write_text("about: A tree\nslots: {}\nword: x\n")

    done = socialcell("posts", "templates", "lint", file)

    assert done.returncode == 1
    assert f"{file}:3: word: unknown key" in done.stdout


def test_the_calendar_holds_the_cells_own_posts(cell: Path, tmp_path: Path) -> None:
    document(cell, "posts", "add", "x", WORDS, "--at", LATER)
    document(cell, "posts", "add", "telegram", "दुसरे", "--at", LATER)
    document(cell, "posts", "withdraw", "2", "--reason", "twice")

    found = document(cell, "campaigns", "calendar", "--out", str(tmp_path / "own.ics"))

    assert [one["text"] for one in found["posts"]] == [WORDS]
    calendar = Calendar.from_ical((tmp_path / "own.ics").read_bytes())
    (event,) = calendar.walk("VEVENT")
    assert event["description"] == WORDS
    assert event["dtstart"].dt.isoformat() == "2026-11-23T05:00:00+00:00"


def test_an_editorial_plan_is_imported_row_by_row_and_once(
    cell: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "plan.csv"
    rows.write_text(
        "platform,date,time,language,text,ward,media\n"
        f"x,{DAY},10:30,mr,पाणी जपा,Kothrud-Bavdhan;Aundh-Baner,\n"
        f"facebook,{DAY},11:00,en,Save water,,\n"
        f"instagram,{DAY},11:00,en,Save water,,\n"
        f"x,{DAY},late,en,Save water,,\n"
        ",2026-12-01,10:30,en,Save water,,\n",
        encoding="utf-8",
    )
    config = ("--config", cell / "config.yaml")

    first = socialcell(*config, "posts", "import", rows, "--json")
    again = socialcell(*config, "posts", "import", rows, "--json")

    assert (first.returncode, again.returncode) == (3, 3)
    told = json.loads(first.stdout)
    assert (told["received"], told["stored"]) == (5, 2)
    assert [one["row"] for one in told["rejects"]] == [4, 5, 6]
    assert "picture" in told["rejects"][0]["reason"]
    assert "no moment" in told["rejects"][1]["reason"]
    assert told["rejects"][2]["reason"] == "platform is missing"
    assert json.loads(again.stdout)["unchanged"] == 2
    (x, _) = document(cell, "posts", "list")["posts"]
    assert x["wards"] == ["ward:aundh-baner", "ward:kothrud-bavdhan"]


def test_a_post_in_doubt_is_confirmed_by_command(cell: Path, town: Town) -> None:
    document(cell, "posts", "add", "telegram", WORDS, "--at", LATER)
    sign_in_shell(town.context, "lead")
    document(cell, "posts", "approve", "1")
    configure(cell, f"{LATER}:00+05:30", town)
    town.sandbox.platform("telegram").lose_answer()
    config = ("--config", cell / "config.yaml")

    lost = socialcell(*config, "posts", "publish")
    checks = {one.name: one for one in examine(cell / "config.yaml")}
    confirmed = document(cell, "posts", "publish", "--confirm", "1", "--as", "1")
    wrong = socialcell(*config, "posts", "publish", "--again", "1")

    assert lost.returncode == 3
    assert "--confirm 1" in lost.stdout
    assert checks["posts in doubt"].state == "warning"
    assert confirmed == {"post": 1, "state": "posted"}
    assert wrong.returncode == 2
    assert "not in doubt" in said(wrong)


def test_keys_that_are_refused_give_the_exit_code_for_a_person(
    cell: Path, town: Town
) -> None:
    document(cell, "posts", "add", "x", WORDS, "--at", LATER)
    sign_in_shell(town.context, "lead")
    document(cell, "posts", "approve", "1")
    configure(cell, f"{LATER}:00+05:30", town)
    town.sandbox.platform("x").expire_token()

    done = socialcell("--config", cell / "config.yaml", "posts", "publish")

    assert done.returncode == 4
    assert "Read and write" in done.stdout


def test_the_doctor_says_where_the_cell_posts_and_what_is_missing(
    cell: Path, town: Town
) -> None:
    (cell / "secrets" / "x_access_secret").unlink()
    town.sandbox.platform("facebook").withdraw("pages_manage_posts")

    with quiet_again():
        checks = {one.name: one for one in examine(cell / "config.yaml", deep=True)}

    assert checks["publishing"].finding.startswith("on: x, facebook, instagram")
    assert checks["secret x_access_secret"].state == "failed"
    assert checks["publishing x"].state == "failed"
    assert "pages_manage_posts" in checks["publishing facebook"].finding
    assert checks["publishing telegram"].state == "ok"


def test_publishing_is_off_as_shipped(folder: Path, engine: Engine) -> None:
    checks = {one.name: one for one in examine(folder / "config.yaml")}

    assert checks["publishing"].finding.startswith("off")


def test_the_daemon_posts_every_minute_and_only_where_it_is_on(
    town: Town, approve: Any
) -> None:
    off = with_accounts(town.context)
    assert "publish" not in {one.name for one in list_jobs(off)}
    post = planned(town)
    approve(post)
    town.clock.advance(HOUR)
    (job,) = [one for one in list_jobs(town.context) if one.name == "publish"]

    words = job.run(town.context, JobSlot(town.clock.now(), 1, False), lambda: False)

    assert words.startswith("1 posted, 0 later")
    assert job.when.length * 60 == HOUR


def test_what_is_posted_is_no_letter_and_no_message_to_a_room(
    town: Town, approve: Any
) -> None:
    post = planned(town)
    approve(post)
    town.clock.advance(HOUR)

    done = outbox.deliver_due(replace(town.context))

    assert done == outbox.Delivery()
    assert [one.state for one in posting.publish_due(town.context).outcomes] == [
        "posted"
    ]
