"""A number in a post, a call, a portal's message and a claim, and every way out of the
desk: it is shown nowhere but by the reveal of its case."""

import asyncio
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.desk import secret_seal
from socialcell.desk.model import CaseContact, CaseMessage, CaseSecret, DeskCase
from socialcell.errors import UsageError
from socialcell.listening.alerts.model import Incident
from socialcell.roles import Role, TokenScope
from socialcell.services.context import Context
from socialcell.services.desk import (
    case_grouping,
    case_opening,
    case_reveal,
    case_triage,
    field_links,
    program_cases,
)
from socialcell.services.desk.answers import spoken_answers
from socialcell.services.desk.care import care_out
from socialcell.services.desk.case_contacts import SpokenWords
from socialcell.services.desk.case_opening import NewCase
from socialcell.services.desk.case_triage import TriageDraft
from socialcell.services.desk.closing import case_closing, closing_calls
from socialcell.services.desk.closing.case_closing import DoneEvidence
from socialcell.services.desk.program_cases import ProgramRequest
from socialcell.services.incident_room import (
    incident_claims,
    room_notes,
    situation_reports,
)
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.operators import api_tokens
from socialcell.web.api.application import create_api
from socialcell.web.console import console_server
from tests.builders import make_author, make_record, store_records
from tests.desk_builders import make_registers
from tests.inside import socialcell
from tests.operators import acting
from tests.web.api.api_client import ApiClient
from tests.web.console.browser_session import BrowserSession, signed_in

pytestmark = [pytest.mark.faults, pytest.mark.on_sqlite, pytest.mark.fault("F37")]

NUMBERS = ("9822073191", "9822073192", "9822073193", "9822073194", "9822073195")
POSTED, CALLED, BROUGHT, GIVEN, CLAIMED = NUMBERS
DONE = "The joint of the main was replaced; the owner 98220 73191 was there."
# A number however it is written: digits alone, in groups, in Devanagari.
TO_ASCII = str.maketrans("०१२३४५६७८९", "0123456789")


@dataclass
class Desk:
    """A desk through which the numbers have gone, and a field link of its case."""

    context: Context
    number: str
    link: str


def leaks(text: str) -> list[str]:
    plain = re.sub(r"[\s().,_*+-]", "", text.translate(TO_ASCII))
    return [number for number in NUMBERS if number in plain]


@pytest.fixture
def desk(context: Context) -> Desk:
    """One case of a post, a call and a portal's message, worked on to its end, and the
    room of an incident."""
    folder, now = context.workspace.folder, context.clock.now()
    with (folder / "config.yaml").open("a") as config:
        config.write(f"clock: {{fixed: {now.isoformat()}}}\n")
    (folder / "secrets" / secret_seal.KEY_NAME).write_text(secret_seal.new_key())
    make_registers(context)
    words = "The water pipe burst in Kothrud, nobody came, call me on"
    store_records(
        context.engine,
        make_record(
            "1", text=f"{words} {POSTED}", author=make_author("7"), authored_at=now
        ),
    )
    tag_waiting(context)
    asha = acting(context, "Asha Sample", Role.OPERATOR, Role.LEAD)
    number = case_opening.open_from_mention(
        asha, 1, kind="complaint", summary=f"Burst pipe, {POSTED}"
    )
    spoken = SpokenWords(
        "phone", f"{words} 98220 73192", "en", name="Ravi", phone=GIVEN
    )
    called = case_opening.open_by_hand(
        asha, NewCase(spoken, "complaint", topic="water", place="Kothrud")
    )
    request = ProgramRequest("Portal", None, "the-first-key", ["cases"])
    brought = program_cases.open_case(
        context,
        request,
        NewCase(
            SpokenWords("portal", f"{words} ९८२२०७३१९३", "en"),
            "complaint",
            topic="water",
            place="Kothrud",
        ),
        "c-1",
    ).number
    for other in (called, brought):
        case_grouping.merge(asha, other, number, f"the same, says {POSTED}")
    case_triage.triage(asha, number, TriageDraft(place=f"Kothrud, ask {POSTED}"))
    case_triage.add_note(asha, number, "She waits at the temple, 98220-73191")
    link = field_links.make_link(asha, number, "Junior engineer, Kothrud").address
    ids = contacts(context)
    said = f"We call {CALLED} again"
    with pytest.raises(UsageError, match="number of a citizen"):
        spoken_answers.enter_spoken(asha, number, ids["phone"], said)
    spoken_answers.enter_spoken(asha, number, ids["phone"], "We call you again")
    case_triage.change_state(asha, number, "in_progress")
    case_closing.claim_done(asha, number, DoneEvidence(DONE))
    nita = acting(context, "Nita Sample", Role.OPERATOR)
    closing_calls.enter_call(
        *(nita, number, ids["phone"], "contradicted"),
        words=f"It leaks, says {CALLED}",
        note=f"{CALLED} rang twice",
    )
    _room(asha)
    return Desk(asha, number, "/f/" + link.rpartition("/")[2])


def contacts(context: Context) -> dict[str, int]:
    with db.reading(context.engine) as session:
        rows = session.scalars(select(CaseContact)).all()
        return {row.channel: row.id or 0 for row in rows}


def _room(lead: Context) -> None:
    now = lead.clock.now()
    with db.writing(lead.engine) as session:
        incident = Incident(
            kind="spike",
            subject="topic:water",
            severity="high",
            opened_at=now - timedelta(hours=1),
            last_at=now,
        )
        session.add(incident)
    claim = incident_claims.add_claim(lead, 1, f"22 people are ill, ask {CLAIMED}")
    incident_claims.decide(lead, 1, claim, "true", f"Dr. Sample, {CLAIMED}")
    room_notes.add_note(lead, 1, "asked", f"Boil water; questions to {CLAIMED}")
    number = situation_reports.draft_report(lead, 1)
    situation_reports.issue_report(lead, 1, number, public=True)


def test_the_numbers_are_there_to_come_out(desk: Desk) -> None:
    with db.reading(desk.context.engine) as session:
        texts = session.scalars(select(CaseMessage.text)).all()
        sealed = session.scalars(select(CaseSecret.sealed)).all()
        summary = session.scalars(select(DeskCase.summary)).first()

    assert {CALLED, BROUGHT} <= set(leaks(" | ".join(filter(None, texts))))
    assert leaks(str(summary)) == [POSTED]
    assert (len(sealed), leaks(" ".join(sealed))) == (2, [])


def test_no_page_of_the_desk_the_room_and_the_field_link_shows_them(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    pages: dict[str, str] = {}
    with asyncio.Runner() as runner:
        app = console_server.create_console(desk.context)
        browser = BrowserSession(app, runner)
        signed_in(browser, desk.context, "Asha Sample", *Role)
        for path in page_paths(desk.number):
            for code in ("en", "mr", "hi"):
                answer = browser.get(f"/{code}{path}")
                assert answer.status == 200, path
                pages[f"/{code}{path}"] = answer.body.decode()
        file = browser.send(browser.get("/en/care"), "/care/out")
        pages["care_out.csv"] = file.html
        browser.cookies.clear()
        pages["field link"] = browser.get(desk.link).html

    shown = {path: html.unescape(text) for path, text in pages.items()}
    assert {path: leaks(text) for path, text in shown.items() if leaks(text)} == {}
    assert "Kothrud" in pages["field link"]
    assert leaks(caplog.text) == []


def page_paths(number: str) -> Iterator[str]:
    """Every page that shows a case, its mention, its incident, or what was done."""
    yield from ("/", "/approvals", "/calls", "/care", "/audit", "/outbox", "/areas")
    yield from (f"/inbox?view={view}" for view in ("open", "mine", "new", "overdue"))
    case = f"/cases/{number}"
    acts = ("answer", "spoken", "triage", "state", "owner", "done", "refer")
    yield from (case, *(f"{case}/{act}" for act in (*acts, "field-link", "reveal")))
    yield from (f"{case}/answers/{number}.1", "/mentions", "/mentions/1", "/rumours")
    yield from ("/incidents", "/incidents/1", "/incidents/1/look-back")
    room = "/incidents/1/room"
    yield from (room, f"{room}/claims/1", f"{room}/reports/1", f"{room}/reports/1/text")


def commands(number: str) -> Iterator[tuple[str, ...]]:
    """Every command of the desk that shows a case, or what was made of it."""
    for form in ((), ("--json",)):
        yield from (
            ("cases", "list", *form),
            ("cases", "show", number, *form),
            ("cases", "suggestions", *form),
            ("cases", "unclear", *form),
            ("inbox", "list", "open", *form),
            ("answers", "list", "--state", "sent", *form),
            ("answers", "show", f"{number}.1", *form),
            ("closures", "list", *form),
            ("closures", "list", "--calls", *form),
            ("field-links", "list", *form),
            ("referrals", "list", *form),
            ("situation", "show", "1", *form),
            ("mentions", "list", *form),
            ("outbox", "list", *form),
            ("audit", "list", *form),
            ("report", "daily", *(form or ("--text",))),
        )


def test_no_command_says_them(desk: Desk) -> None:
    place = ("--config", desk.context.workspace.folder / "config.yaml")
    said = {
        words: socialcell(*words, *place).stdout + socialcell(*words, *place).stderr
        for words in commands(desk.number)
    }

    assert {words: leaks(text) for words, text in said.items() if leaks(text)} == {}
    assert "Kothrud" in said["cases", "show", desk.number, "--json"]
    assert leaks("".join(care_out.care_out(desk.context))) == []


def test_the_api_does_not_answer_them(desk: Desk) -> None:
    admin = acting(desk.context, "Meera Sample", Role.ADMIN)
    end = desk.context.clock.now() + timedelta(days=30)
    token = api_tokens.make_token(admin, "dashboard", [*TokenScope], end).token
    client = ApiClient(create_api(desk.context), {"authorization": f"Bearer {token}"})

    paths = ("cases", f"cases/{desk.number}", "mentions", "incidents", "incidents/1")
    answers = {path: client.get(path) for path in paths}

    assert {answer.status_code for answer in answers.values()} == {200}
    assert {path for path, one in answers.items() if leaks(one.text)} == set()
    assert "Kothrud" in json.dumps(answers["cases"].json())


def test_the_reveal_shows_the_one_that_was_given(desk: Desk) -> None:
    asha = acting(desk.context, "Asha Sample", Role.OPERATOR)
    case_triage.assign(asha, desk.number, to="Asha Sample")

    shown = case_reveal.reveal(
        asha, desk.number, contacts(asha)["phone"], "to ask where the pipe is"
    )

    assert GIVEN in str(shown)
