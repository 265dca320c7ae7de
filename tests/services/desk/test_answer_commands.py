"""The commands of answers, approved answers and field links, from draft to end."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from socialcell.roles import Role
from tests.operators import sign_in_shell, sign_out_shell
from tests.running import inside, refused
from tests.services.desk.answer_town import MARATHI, AnswerTown, town

__all__ = ["town"]

ASKED = "कोथरूडमध्ये पाईप फुटला आहे"


@pytest.fixture
def place(town: AnswerTown) -> Path:
    """The workspace's settings, whose clock stands still."""
    path = town.context.workspace.folder / "config.yaml"
    settings = yaml.safe_load(path.read_text()) or {}
    settings["clock"] = {"fixed": town.clock.now().isoformat()}
    path.write_text(yaml.safe_dump(settings))
    return path


def run(place: Path, *words: str) -> Any:
    return json.loads(inside(*words, "--json", "--config", place))


def test_what_was_said_on_the_phone_is_an_answer_of_the_case(
    town: AnswerTown, place: Path
) -> None:
    number = town.open_case(("phone", town.hear("whatsapp", ASKED)))
    sign_in_shell(town.context, "Asha Sample", Role.OPERATOR)

    said = run(place, "answers", "spoken", number, "1", "--words", MARATHI)

    assert said == {"answer": f"{number}.1", "state": "sent"}
    shown = inside("answers", "show", f"{number}.1", "--config", place)
    assert "phone" in shown
    assert MARATHI in shown
    assert town.steps() == ["answer"]


def test_an_answer_from_its_draft_to_the_citizen(town: AnswerTown, place: Path) -> None:
    number = town.open_case(("whatsapp", town.hear("whatsapp", ASKED)))
    sign_in_shell(town.context, "Asha Sample", Role.OPERATOR)
    first = run(place, "answers", "draft", number, "--mr", MARATHI)
    assert first == {
        "answer": f"{number}.1",
        "state": "waiting",
        "messages": 1,
        "unreached": {},
    }
    assert "needs a second person" in refused(
        "answers", "send", first["answer"], "--config", place
    )
    sign_in_shell(town.context, "Meera Sample", Role.APPROVER)
    reason = ("--reason", "Say which evening")
    assert run(place, "answers", "return", f"{number}.1", *reason) == {
        "answer": f"{number}.1",
        "state": "returned",
    }
    sign_in_shell(town.context, "Asha Sample")
    changed = MARATHI.replace("आज", "सोमवारी")
    run(
        place,
        *("answers", "draft", number, "--mr", changed),
        *("--replaces", f"{number}.1"),
    )
    shown = inside("answers", "show", f"{number}.2", "--config", place)
    assert "[-आज-]{+सोमवारी+}" in shown
    assert "of 4096 characters" in shown
    sign_in_shell(town.context, "Meera Sample")
    assert run(place, "answers", "approve", f"{number}.2")["state"] == "queued"
    assert run(place, "outbox", "send")["sent"] == 1

    (line,) = run(place, "answers", "list", "--state", "sent")["answers"]
    assert (line["answer"], line["text"]) == (f"{number}.2", changed)
    assert town.sent("whatsapp") == [changed]


def test_a_message_in_doubt_is_listed_with_what_to_do_and_settled(
    town: AnswerTown, place: Path
) -> None:
    number = town.open_case(("whatsapp", town.hear("whatsapp", ASKED)))
    town.approved(number)
    town.sandbox.platform("whatsapp").lose_answer(times=None)
    assert run_failing(place, "outbox", "send")
    town.sandbox.platform("whatsapp").heal()

    (line,) = run(place, "answers", "list", "--state", "unsure")["answers"]
    assert "Look in the conversation" in line["hold"]["en"]
    (entry,) = run(place, "outbox", "list")["messages"]
    assert entry["hold"]["reason"] == "unsure"
    sign_in_shell(town.context, "Asha Sample", Role.OPERATOR)
    message = str(line["message"])
    assert "--heard" in refused("answers", "settle", message, "--config", place)
    assert run(place, "answers", "settle", message, "--heard")["state"] == "sent"
    assert len(town.sent("whatsapp")) == 1


def run_failing(place: Path, *words: str) -> str:
    return refused(*words, "--json", "--config", place)


def test_the_book_of_approved_answers(town: AnswerTown, place: Path) -> None:
    number = town.open_case(("whatsapp", town.hear("whatsapp", ASKED)))
    sign_in_shell(town.context, "Asha Sample", Role.OPERATOR)
    added = run(place, "macros", "import", "--until", "2027-03-31")["added"]
    assert added == len(run(place, "macros", "list")["macros"])
    run(
        place,
        *("macros", "add", "thanks", "Thank you for your patience with us."),
        *("--lang", "en", "--title", "Thanks", "--until", "2027-03-31"),
    )
    sign_in_shell(town.context, "Meera Sample", Role.APPROVER)
    assert run(place, "macros", "approve", "thanks")["languages"] == ["en"]
    run(place, "macros", "approve", "received")
    sign_in_shell(town.context, "Asha Sample")
    drafted = run(place, "answers", "draft", number, "--macro", "received")
    assert drafted["state"] == "draft"
    run(place, "answers", "send", drafted["answer"])
    assert run(place, "outbox", "send")["sent"] == 1
    sign_in_shell(town.context, "Meera Sample")
    assert run(place, "macros", "end", "thanks") == {"key": "thanks", "ended": 1}


def test_a_field_link_is_made_listed_and_revoked(town: AnswerTown, place: Path) -> None:
    number = town.open_case(("whatsapp", town.hear("whatsapp", ASKED)))
    sign_in_shell(town.context, "Asha Sample", Role.OPERATOR)
    office = ("--for", "Junior engineer, Kothrud")

    made = run(place, "field-links", "make", number, *office)

    assert made["address"].startswith("/f/")
    (link,) = run(place, "field-links", "list")["links"]
    assert (link["case"], link["answer"]) == (number, None)
    assert made["address"].rpartition("/")[2] not in json.dumps(link)
    run(place, "field-links", "revoke", str(link["id"]))
    assert run(place, "field-links", "list")["links"] == []
    sign_out_shell(town.context)
    assert "signed in" in refused(
        *("field-links", "make", number, *office, "--config", place)
    )
