"""A program brings what citizens say, once and for its own contacts alone."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.desk.model import (
    CaseClock,
    CaseContact,
    CaseMessage,
    CaseStep,
    DeskCase,
)
from socialcell.ops.web import form_submissions
from socialcell.roles import Role, TokenScope
from socialcell.services.context import Context
from socialcell.services.desk import case_triage, program_cases
from socialcell.services.desk.case_contacts import SpokenWords
from socialcell.services.desk.case_opening import NewCase
from socialcell.services.desk.closing import case_closing
from socialcell.services.desk.closing.case_closing import DoneEvidence
from socialcell.services.desk.program_cases import ProgramRequest
from tests.operators import acting
from tests.web.api.api_client import ApiClient
from tests.web.api.conftest import AUNDH, KOTHRUD, Client
from tests.web.api.test_access import problem

BURST = "कोथरूडमध्ये पाण्याची पाइपलाइन फुटली आहे.\nकाल रात्रीपासून. 9822012345"
OPENING = {
    "kind": "complaint",
    "words": BURST,
    "language": "mr",
    "topic": "water",
    "place": "Kothrud",
    "point": {"latitude": 18.5074, "longitude": 73.8075},
    "citizen": "c-51",
}
DONE = DoneEvidence("The joint of the main was replaced; water runs since two o'clock.")


@pytest.fixture
def door(make_client: Client) -> ApiClient:
    return make_client(TokenScope.CASES_WRITE)


def rows(context: Context, table: Any) -> list[Any]:
    with db.reading(context.engine) as session:
        found = list(session.scalars(select(table).order_by(table.id)))
        session.expunge_all()
    return found


def opened(door: ApiClient, key: str = "the-first-key", **changes: Any) -> Any:
    answer = door.post("cases", OPENING | changes, key=key)
    assert answer.status_code == 201, answer.text
    return answer.json()


def step(door: ApiClient, case: Any, key: str, kind: str, **fields: Any) -> Any:
    body = {"kind": kind, "contact": case["contact"], **fields}
    return door.post(f"cases/{case['number']}/steps", body, key=key)


def claim(city: Context, number: str) -> None:
    asha = acting(city, "Asha Sample", Role.OPERATOR)
    case_triage.change_state(asha, number, "in_progress")
    case_closing.claim_done(asha, number, DONE)


def test_a_case_is_opened_under_the_name_of_the_token(
    city: Context, door: ApiClient
) -> None:
    answer = door.post("cases", OPENING, key="the-first-key")

    written = answer.json()
    assert written == {"number": "26-000001", "contact": 1, "state": "new", "rev": 1}
    assert answer.headers["location"] == "/api/v1/cases/26-000001"
    (case,), (contact,), (message,) = (
        rows(city, table) for table in (DeskCase, CaseContact, CaseMessage)
    )
    assert (case.opened_by, case.opened_from) == ("api:token 0", "api")
    assert (case.area, case.place_id, case.owner) == (
        KOTHRUD,
        "place:kothrud",
        "dept:water",
    )
    assert (case.latitude, case.longitude) == (18.5074, 73.8075)
    assert (contact.channel, contact.citizen, contact.language) == (
        "portal",
        "c-51",
        "mr",
    )
    assert (message.text, message.made_by) == (BURST, "api:token 0")
    assert {clock.kind for clock in rows(city, CaseClock)} == {
        "first_answer",
        "total",
        "stage",
    }


def test_life_or_limb_is_suggested_and_not_decided_by_a_program(
    city: Context, door: ApiClient
) -> None:
    opened(
        door, words="Help, a man is trapped under the wall in Kothrud", language="en"
    )

    (case,) = rows(city, DeskCase)
    assert (case.suggested_priority, case.priority) == ("P0", "P1")
    refused = door.post("cases", OPENING | {"priority": "P0"}, key="another-key")
    problem(refused, 422, "api.unreadable")


def test_what_is_sent_again_with_its_key_is_answered_as_before(
    city: Context, door: ApiClient, clock: FixedClock
) -> None:
    first = opened(door)
    step(door, first, "a-message", "message", words="Still nobody here")

    again = door.post("cases", OPENING, key="the-first-key")

    assert (again.status_code, again.json()) == (201, first)
    assert len(rows(city, DeskCase)) == 1
    other = door.post("cases", OPENING | {"place": "Aundh"}, key="the-first-key")
    problem(other, 409, "deskcases.key_used")
    clock.advance(form_submissions.KEPT * 2)
    opened(door, key="a-later-key")
    assert opened(door)["number"] == "26-000003"  # nobody remembers it any more


def test_a_key_is_of_its_program_alone(
    city: Context, door: ApiClient, make_client: Client
) -> None:
    other = make_client(TokenScope.CASES_WRITE)

    numbers = {opened(each)["number"] for each in (door, other)}

    assert len(numbers) == 2


def test_a_request_that_was_refused_leaves_its_key_free(
    city: Context, door: ApiClient
) -> None:
    refused = door.post("cases", OPENING | {"topic": "astrology"}, key="the-first-key")

    problem(refused, 422, "api.unreadable")
    assert rows(city, DeskCase) == []
    assert opened(door)["number"] == "26-000001"


def test_one_key_at_once_from_many_opens_one_case(city: Context) -> None:
    request = ProgramRequest("Portal", None, "the-first-key", ["cases"])
    new = NewCase(SpokenWords("portal", BURST, "mr"), "complaint", place="Kothrud")

    with ThreadPoolExecutor(4) as pool:
        results = list(
            pool.map(
                lambda _n: program_cases.open_case(city, request, new, None), range(8)
            )
        )

    assert len(rows(city, DeskCase)) == 1
    assert sum(result.is_repeated for result in results) == 7
    assert {result.number for result in results} == {"26-000001"}


def test_a_citizen_writes_on_and_their_yes_closes_the_case(
    city: Context, door: ApiClient
) -> None:
    case = opened(door)
    written = step(door, case, "a-message", "message", words="अजून पाणी वाहते आहे")
    claim(city, case["number"])

    closed = step(door, case, "the-answer", "closing_answer", answer="yes")

    assert written.status_code == 201
    assert closed.json()["state"] == "closed_confirmed"
    texts = [message.text for message in rows(city, CaseMessage)]
    assert texts == [BURST, "अजून पाणी वाहते आहे"]


def test_a_no_reopens_one_level_up_and_needs_to_be_asked(
    city: Context, door: ApiClient
) -> None:
    case = opened(door)
    early = step(door, case, "too-early", "closing_answer", answer="no")
    claim(city, case["number"])

    denied = step(
        door, case, "the-answer", "closing_answer", answer="no", words="It leaks"
    )

    problem(early, 409, "deskclosing.not_asked")
    assert denied.json()["state"] == "assigned"
    assert rows(city, DeskCase)[0].level == 1


def test_who_asked_alone_takes_it_back_with_a_reason(
    city: Context, door: ApiClient
) -> None:
    case = opened(door)

    short = step(door, case, "a-short-one", "cancel", reason="No")
    over = step(door, case, "a-long-one", "cancel", reason="The water is back.")
    later = step(door, case, "a-message", "message", words="Thank you")

    document = problem(short, 422, "api.unreadable")
    assert document["errors"][0]["field"] == "reason"
    assert over.json()["state"] == "cancelled"
    problem(later, 409, "deskcases.takes_nothing")
    assert rows(city, CaseStep)[-1].by == "api:token 0"


def test_nobody_takes_back_what_others_ask_for_too(
    city: Context, door: ApiClient
) -> None:
    first, second = opened(door), opened(door, key="the-second-key")
    with db.writing(city.engine) as session:
        contact = session.get_one(CaseContact, second["contact"])
        contact.case_id = session.get_one(CaseContact, first["contact"]).case_id

    refused = step(door, first, "take-it-back", "cancel", reason="The water is back.")

    problem(refused, 409, "deskcases.others_ask")


def test_a_program_writes_for_its_own_contacts_and_place_alone(
    city: Context, door: ApiClient, make_client: Client
) -> None:
    case = opened(door)
    other = make_client(TokenScope.CASES_WRITE)
    of_aundh = make_client(TokenScope.CASES_WRITE, place=AUNDH)

    for client in (other, of_aundh):
        refused = step(client, case, "a-message", "message", words="It is done")
        problem(refused, 404, "desk.no_such_case")
    unknown = step(door, case | {"contact": 99}, "no-such-one", "message", words="x")
    problem(unknown, 404, "desk.no_such_case")
    strange = of_aundh.post("cases", OPENING, key="the-first-key")
    problem(strange, 403, "deskcases.other_place")
    of_aundh.post("cases", OPENING | {"place": "Aundh"}, key="its-own-place")
    assert [row.area for row in rows(city, DeskCase)] == [KOTHRUD, AUNDH]


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 422, "api.unreadable"),
        (b"\xff\xfe", 422, "api.unreadable"),
        (b"[]", 422, "api.unreadable"),
        (b'{"words": "\\ud800"}', 422, "api.unreadable"),
        (b" " * 70_000, 413, "api.large_body"),
        (OPENING | {"words": "a\u0000b"}, 422, "api.unreadable"),
        (OPENING | {"words": " \n "}, 422, "api.unreadable"),
        (OPENING | {"point": {"latitude": 91, "longitude": 0}}, 422, "api.unreadable"),
        (OPENING | {"assignee": "Asha"}, 422, "api.unreadable"),
    ],
)
def test_a_body_that_is_none_of_ours_changes_nothing(
    city: Context, door: ApiClient, body: Any, status: int, code: str
) -> None:
    problem(door.post("cases", body, key="the-first-key"), status, code)
    assert rows(city, DeskCase) == []


@pytest.mark.on_sqlite
@pytest.mark.parametrize("key", [None, "short", "with blank s", "x" * 65])
def test_without_a_key_of_its_own_nothing_is_done(
    city: Context, door: ApiClient, key: str | None
) -> None:
    headers = {} if key is None else {"idempotency-key": key}
    answer = door.post("cases", OPENING, **headers)

    document = problem(answer, 422, "api.unreadable")
    assert document["errors"][0]["location"] == "header"
    assert rows(city, DeskCase) == []
