"""The commands of alerts: one JSON document each, clear refusals, secrets nowhere."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.clock import IST
from socialcell.listening.alerts.model import Incident
from socialcell.ops.outbox_model import Outgoing
from socialcell.sandbox.chat.chat_servers import SECRETS, SLACK, ChatServers
from socialcell.sandbox.server import LoggedRequest, serve_http
from socialcell.services.alerts import critical_items
from socialcell.services.alerts.incident_grouping import IncidentGrouping
from socialcell.services.context import Context
from socialcell.services.doctor import examine
from tests.inside import socialcell
from tests.logs import quiet_again
from tests.reports.world import World
from tests.running import inside, said
from tests.services.alerts.test_incident_notifications import spike

pytestmark = pytest.mark.swept_on_postgresql

NOW = "2026-11-20T12:00:00+05:30"


@pytest.fixture
def cell(folder: Path, engine: Engine) -> Path:
    """A workspace at a fixed noon, with a room of Slack on loopback."""
    (folder / "secrets" / "room").write_text(SECRETS["slack_room"] + "\n")
    place = folder / "config.yaml"
    given = place.read_text().replace("{}\n", "")
    given += f"clock: {{fixed: {NOW}}}\n"
    given += (
        "alerts:\n  channels:\n    cell: {kind: slack, lang: en, url: {secret: room}}\n"
    )
    place.write_text(given)
    return folder


def run(cell: Path, *words: str) -> str:
    with quiet_again():
        return inside("--config", cell / "config.yaml", *words)


def document(cell: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(cell, *words, "--json"))
    return found


def test_promises_are_entered_listed_and_kept(cell: Path) -> None:
    added = document(
        cell,
        "commitments",
        "add",
        "An update",
        "--due",
        "2026-11-21",
        "--topic",
        "roads",
    )
    (listed,) = document(cell, "commitments", "list")["promises"]
    kept = document(cell, "commitments", "kept", "1", "--note", "posted")

    # A day means its end.
    end = datetime(2026, 11, 22, tzinfo=IST)
    assert datetime.fromisoformat(added["due_at"]) == end
    assert (listed["text"], listed["topic"], listed["missed"]) == (
        "An update",
        "roads",
        False,
    )
    assert kept == {"promise": 1, "state": "kept"}
    assert document(cell, "commitments", "list") == {"promises": []}
    (all_,) = document(cell, "commitments", "list", "--all")["promises"]
    assert all_["note"] == "posted"


def test_rumours_are_marked_listed_and_ended(cell: Path) -> None:
    words = "The dam has burst, leave Pune now"

    added = document(
        cell, "alerts", "rumours", "add", "--text", words, "--note", "It is safe"
    )
    (listed,) = document(cell, "alerts", "rumours", "list")["rumours"]

    assert added == {"rumour": 1}
    assert (listed["text"], listed["note"], listed["url"]) == (
        words,
        "It is safe",
        None,
    )
    assert document(cell, "alerts", "rumours", "end", "1") == {
        "rumour": 1,
        "state": "ended",
    }
    assert document(cell, "alerts", "rumours", "list") == {"rumours": []}
    assert len(document(cell, "alerts", "rumours", "list", "--all")["rumours"]) == 1


def test_a_closure_that_is_planned_is_listed_and_shown(cell: Path) -> None:
    span = ("--from", "2026-11-20T09:00", "--to", "2026-11-20T18:00")
    document(cell, "alerts", "mute", "water", *span, "--note", "Thursday maintenance")

    (listed,) = document(cell, "alerts", "list")["incidents"]
    text = run(cell, "alerts", "show", str(listed["id"]))
    title = run(cell, "alerts", "list", "--columns", "what").splitlines()[1]

    assert title == "Planned: Water supply, the whole city, until 20 Nov 2026, 18:00"
    assert (listed["kind"], listed["state"]) == ("planned", "open")
    assert listed["planned"]["note"] == "Thursday maintenance"
    assert text.startswith("Planned: Water supply")
    assert "no one is notified of it" in text
    assert document(cell, "alerts", "detect")["messages"] == 0


def test_whoever_mutes_a_topic_reads_what_still_alerts(
    cell: Path, engine: Engine
) -> None:
    span = ("--from", "2026-11-20T09:00", "--to", "2026-11-20T18:00")
    noon = datetime.fromisoformat(NOW)
    earlier = Incident(
        kind="spike", subject="all", severity="high", opened_at=noon, last_at=noon
    )
    with db.writing(engine) as session:
        session.add(earlier)

    lines = run(
        cell, "alerts", "mute", "fire", *span, "--note", "Drill of the fire brigade"
    ).splitlines()

    assert lines == [
        "Closure 2 is entered. To end it before its time: "
        "socialcell alerts unmute 2 --reason …",
        "Talk of fire raises no alert meanwhile. What is critical, a danger to life, "
        "is called about all the same.",
    ]


def test_whoever_mutes_a_topic_reads_which_incidents_of_it_are_open(
    cell: Path, engine: Engine, context: Context
) -> None:
    world, noon = World(context), datetime.fromisoformat(NOW)
    hour = noon - timedelta(hours=1)
    texts = {"electricity": "A live wire lies on a man", "fire": "We burn on the roof"}
    for topic, text in texts.items():
        world.mention(hour, text, urgency="critical", topics=(topic,))
    with db.writing(engine) as session:
        critical_items.group_items(IncidentGrouping(session, noon))
    numbers = [row["id"] for row in document(cell, "alerts", "list")["incidents"]]
    span = ("--from", "2026-11-20T09:00", "--to", "2026-11-20T18:00")
    mute = ("alerts", "mute", "fire", *span, "--note", "Drill")

    with quiet_again():
        done = socialcell("--config", cell / "config.yaml", *mute)
    again = document(cell, *mute)

    assert sorted(numbers) == [1, 2]
    assert done.stderr == (
        "Incident 2 is of fire and open: Danger to life: Fire or rescue. Look whether "
        "it is what you announced: socialcell alerts show 2\n"
    )
    assert again["open_incidents"] == [2]


def test_rules_are_written_listed_and_removed(cell: Path) -> None:
    words = ("rules", "add", "gas", "गॅस OR gas", "--threshold", "4", "--notify", "cell")

    written = document(cell, "alerts", *words)
    (listed,) = document(cell, "alerts", "rules", "list")["rules"]

    assert written == {"rule": 1, "name": "gas", "doubts": []}
    assert (listed["query"], listed["threshold"], listed["told"]) == (
        "गॅस OR gas",
        4,
        ["cell"],
    )
    assert document(cell, "alerts", "rules", "remove", "gas")["state"] == "removed"
    assert document(cell, "alerts", "rules", "list") == {"rules": []}


def test_a_rule_about_protests_is_refused_and_the_refusal_says_why(cell: Path) -> None:
    words = ("alerts", "rules", "add", "march", "मोर्चा", "--threshold", "4")

    done = socialcell("--config", cell / "config.yaml", *words)

    assert done.returncode == 2
    assert "No rule is written about protests: people may gather" in said(done)
    assert document(cell, "alerts", "rules", "list") == {"rules": []}


def test_an_incident_is_listed_and_shown(cell: Path, engine: Engine) -> None:
    id_ = spike(engine, subject="all")

    (listed,) = document(cell, "alerts", "list")["incidents"]
    shown = document(cell, "alerts", "show", str(id_), "--lang", "mr")

    assert (listed["worst"]["observed"], listed["severity"]) == (40, "high")
    assert (listed["alerts"][0]["minutes"], listed["told"]) == (60, [])
    assert (listed["alerts"][0]["kind"], listed["alerts"][0]["unit"]) == (
        "spike",
        "people",
    )
    assert shown["numbers"]["as_of"] == listed["numbers"]["as_of"]
    assert (shown["id"], shown["figures"], shown["rumours"]) == (id_, [], [])
    assert shown["text"].startswith("इशारा: सर्व उल्लेख")
    # Each post that is quoted has the id that other commands take.
    quoted = [int(id_) for id_ in re.findall(r" · #(\d+)", shown["text"])]
    assert quoted
    assert set(quoted) <= set(listed["alerts"][0]["mentions"])
    assert document(cell, "alerts", "detect")["messages"] == 1
    (listed,) = document(cell, "alerts", "list")["incidents"]
    assert [(one["channel"], one["recipient"]) for one in listed["told"]] == [
        ("slack", "cell")
    ]


def test_a_message_that_waits_in_the_outbox_is_not_counted_as_notified(
    cell: Path, engine: Engine
) -> None:
    spike(engine)
    assert document(cell, "alerts", "detect")["messages"] == 1

    def notified() -> str:
        heads, row = run(cell, "alerts", "list").splitlines()
        assert heads.split("\t")[-1] == "notified"
        return row.split("\t")[-1]

    assert notified() == "0 of 1"
    with db.writing(engine) as session:
        (message,) = session.scalars(select(Outgoing)).all()
        message.state = "sent"
    assert notified() == "1"

    with db.writing(engine) as session:
        (message,) = session.scalars(select(Outgoing)).all()
        message.answer = "not sent: a newer message about it took its place"
    assert notified() == "0"
    assert document(cell, "alerts", "list")["incidents"][0]["told"] == []


def test_detect_says_until_when_there_is_too_little_to_judge(
    cell: Path, context: Context
) -> None:
    world = World(context)
    world.mention(datetime.fromisoformat(NOW) - timedelta(days=2))

    young = run(cell, "alerts", "detect")
    world.mention(datetime.fromisoformat(NOW) - timedelta(days=3))
    old = run(cell, "alerts", "detect")

    assert "judged after three days of mentions: from 2026-11-21 12:00 on" in young
    assert "judged after" not in old


def test_without_mentions_no_phrase_rises(cell: Path) -> None:
    assert document(cell, "alerts", "rising") == {"phrases": []}


def test_a_trial_reaches_its_room_and_a_dry_one_nobody(cell: Path, clock: Any) -> None:
    rooms, asked = ChatServers(clock), list[LoggedRequest]()
    with serve_http(rooms, asked) as url:
        place = cell / "config.yaml"
        base = f'sandbox: {{base_urls: {{"{SLACK}": "{url}"}}}}\n'
        place.write_text(place.read_text() + base)

        run(cell, "alerts", "try", "cell", "--dry-run")
        taken_dry = list(rooms.messages)
        done = document(cell, "alerts", "try", "cell")

    assert taken_dry == []
    assert done["sent"] == 1
    ((kind, told),) = rooms.messages
    assert (kind, told["text"]) == ("slack", "Trial")


def test_the_doctor_names_the_secret_that_a_room_lacks(cell: Path) -> None:
    (cell / "secrets" / "room").unlink()

    found = {one.name: one for one in examine(cell / "config.yaml")}

    assert found["secret room"].state == "failed"
    assert "alerts.channels.cell" in found["secret room"].finding


def test_a_list_says_in_words_what_each_incident_is_about(
    cell: Path, engine: Engine
) -> None:
    noon = datetime.fromisoformat(NOW)
    subjects = {
        "negative topic:water": "Water supply, negative",
        "source:rss.paper": "Nothing comes from rss.paper",
    }
    with db.writing(engine) as session:
        for subject in subjects:
            session.add(
                Incident(
                    kind="spike",
                    subject=subject,
                    severity="high",
                    state="open",
                    opened_at=noon,
                    last_at=noon,
                )
            )

    table = run(cell, "alerts", "list", "--columns", "what")
    rows = document(cell, "alerts", "list")["incidents"]

    assert set(table.splitlines()[1:]) == set(subjects.values())
    assert {row["subject"] for row in rows} == set(subjects)


def test_an_incident_that_is_over_is_listed_with_when_it_ended(
    cell: Path, engine: Engine
) -> None:
    noon = datetime.fromisoformat(NOW)
    made: dict[str, Any] = {"kind": "spike", "severity": "high", "state": "over"}
    times = {"opened_at": noon - timedelta(hours=27), "last_at": noon}
    with db.writing(engine) as session:
        session.add(Incident(subject="topic:water", ended_at=noon, **made, **times))
        session.add(Incident(subject="topic:roads", **made, **times))

    found = {
        one["subject"]: (one["ended_at"], one["lasted_minutes"])
        for one in document(cell, "alerts", "list", "--all")["incidents"]
    }

    at, lasted = found["topic:water"]
    assert (datetime.fromisoformat(at), lasted) == (noon, 27 * 60)
    assert found["topic:roads"] == (None, None)
    listed = run(cell, "alerts", "list", "--all")
    assert "2026-11-20 12:00" in listed
    assert "not kept" in listed
    assert "Over on 20 Nov 2026, 12:00, after 27 hours." in " ".join(
        run(cell, "alerts", "show", "1").split()
    )
    assert "when it ended was not recorded" in " ".join(
        run(cell, "alerts", "show", "2").split()
    )


def test_a_list_that_is_cut_off_says_how_many_incidents_there_are(
    cell: Path, engine: Engine
) -> None:
    noon = datetime.fromisoformat(NOW)
    made: dict[str, Any] = {"kind": "spike", "severity": "high", "state": "open"}
    with db.writing(engine) as session:
        for hour, subject in enumerate(("topic:water", "topic:roads")):
            at = noon + timedelta(hours=hour)
            session.add(Incident(subject=subject, opened_at=at, last_at=at, **made))

    newest = document(cell, "alerts", "list", "--limit", "1")
    asked = ("alerts", "list", "--config", cell / "config.yaml", "--limit")
    all_of_them = socialcell(*asked, "2")
    cut_off = socialcell(*asked, "1")

    assert [one["subject"] for one in newest["incidents"]] == ["topic:roads"]
    assert newest["total"] == 2
    assert all_of_them.stderr == ""
    assert cut_off.stderr == (
        "These are the newest 1 of 2 incidents; --limit 2 lists all.\n"
    )


def test_the_list_says_which_danger_to_life_nobody_took_up(
    cell: Path, engine: Engine
) -> None:
    noon = datetime.fromisoformat(NOW)
    made: dict[str, Any] = {"severity": "high", "state": "over"}
    times = {"opened_at": noon, "last_at": noon, "ended_at": noon}
    acked = {"acked_by": "asha", "acked_at": noon}
    late = {"acked_by": "asha", "acked_at": noon + timedelta(minutes=1)}
    with db.writing(engine) as session:
        charges = {"critical:8": acked, "critical:9": {}, "critical:10": late}
        for subject, charge in charges.items():
            row = made | times | charge
            session.add(Incident(kind="critical", subject=subject, **row))
        session.add(Incident(kind="spike", subject="topic:water", **made, **times))

    table = run(cell, "alerts", "list", "--all", "--columns", "state")
    rows = document(cell, "alerts", "list", "--all")["incidents"]

    assert sorted(table.splitlines()[1:]) == [
        "over",
        "over",
        "over, acknowledged only afterwards",
        "over, nobody took charge",
    ]
    assert {row["state"] for row in rows} == {"over"}


def test_whoever_takes_charge_again_is_told_who_did_and_since_when(
    cell: Path, engine: Engine
) -> None:
    id_ = str(spike(engine))

    first = run(cell, "alerts", "ack", id_)
    own = run(cell, "alerts", "ack", id_)
    with db.writing(engine) as session:
        session.get_one(Incident, int(id_)).acked_by = "asha"
    other = run(cell, "alerts", "ack", id_)

    assert first == f"Incident {id_} is yours.\n"
    assert own == f"You look after incident {id_} already, since 2026-11-20 12:00.\n"
    assert (
        other == f"asha looks after incident {id_} already, since 2026-11-20 12:00.\n"
    )


def test_whoever_acknowledges_what_is_over_does_not_undo_that_nobody_did(
    cell: Path, engine: Engine
) -> None:
    ended = datetime.fromisoformat(NOW) - timedelta(hours=3)
    row = {"kind": "critical", "subject": "critical:9", "severity": "high"}
    times = {"opened_at": ended, "last_at": ended, "ended_at": ended}
    with db.writing(engine) as session:
        session.add(Incident(**row, **times, state="over"))

    first = run(cell, "alerts", "ack", "1")
    second = document(cell, "alerts", "ack", "1")
    table = run(cell, "alerts", "list", "--all", "--columns", "state")

    assert first == (
        "Incident 1 was over already. It is recorded that you acknowledged it "
        "afterwards.\n"
    )
    assert second == {"incident": 1, "state": "over", "changed": False}
    assert table.splitlines()[1:] == ["over, acknowledged only afterwards"]


def test_a_list_names_a_danger_to_life_as_its_letter_does(
    cell: Path, engine: Engine, context: Context
) -> None:
    item = World(context).mention(
        datetime.fromisoformat(NOW) - timedelta(hours=1),
        urgency="critical",
        topics=("electricity",),
    )
    with db.writing(engine) as session:
        grouping = IncidentGrouping(session, datetime.fromisoformat(NOW))
        critical_items.group_items(grouping)

    table = run(cell, "alerts", "list", "--columns", "what")
    (row,) = document(cell, "alerts", "list")["incidents"]

    assert table.splitlines()[1:] == ["Danger to life: Electricity"]
    assert row["subject"] == f"critical:{item}"
