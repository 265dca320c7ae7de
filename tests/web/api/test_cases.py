"""Cases through the API: masked, of the token's place, page by page."""

from sqlmodel import select

from socialcell import db
from socialcell.desk.model import DeskCase
from socialcell.roles import TokenScope
from socialcell.services.context import Context
from socialcell.services.desk import case_triage
from tests.operators import acting
from tests.web.api.conftest import AUNDH, KOTHRUD, Client, open_cases
from tests.web.api.test_access import problem


def test_the_most_urgent_case_comes_first_and_pages_follow_each_other(
    city: Context, make_client: Client
) -> None:
    open_cases(city)
    client = make_client(TokenScope.CASES)
    seen: list[str] = []
    cursor = None
    while True:
        path = "cases?limit=4" + (f"&cursor={cursor}" if cursor else "")
        page = client.get(path).json()
        seen += [case["number"] for case in page["cases"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen[0] == "26-000001"
    with db.reading(city.engine) as session:
        numbers = session.scalars(select(DeskCase.number)).all()
    assert sorted(seen) == sorted(numbers)


def test_no_number_of_a_citizen_leaves_through_the_api(
    city: Context, make_client: Client
) -> None:
    open_cases(city)
    client = make_client(TokenScope.CASES)
    for path in ("cases", "cases/26-000001"):
        text = client.get(path).text
        assert "since" in text
        assert "9822012345" not in text
        assert "@neighbour" not in text


def test_a_case_has_its_conversations_and_steps_but_no_note_and_no_staff(
    city: Context, make_client: Client
) -> None:
    open_cases(city)
    asha = acting(city, "Asha Sample")
    case_triage.add_note(asha, "26-000001", "Between us: the valve again")
    answer = make_client(TokenScope.CASES).get("cases/26-000001")
    document = answer.json()
    assert [step["kind"] for step in document["steps"]] == ["open", "note"]
    assert [message["direction"] for message in document["messages"]] == ["in"]
    assert document["contacts"][0]["channel"] == "x"
    assert "valve" not in answer.text
    assert "Asha" not in answer.text


def test_a_token_of_a_ward_office_sees_its_cases_alone(
    city: Context, make_client: Client
) -> None:
    open_cases(city)
    client = make_client(TokenScope.CASES, place=AUNDH)
    cases = client.get("cases?view=all&limit=100").json()["cases"]
    assert cases
    assert {case["area"] for case in cases} == {AUNDH}
    problem(client.get("cases/26-000001"), 404, "desk.no_such_case")
    own = make_client(TokenScope.CASES, place=KOTHRUD)
    assert own.get("cases/26-000001").status_code == 200


def test_a_wrong_word_or_number_is_answered(city: Context, make_client: Client) -> None:
    client = make_client(TokenScope.CASES)
    problem(client.get("cases/26-999999"), 404, "desk.no_such_case")
    problem(client.get("cases?view=red"), 422, "api.unreadable")
    problem(client.get("cases?colour=red"), 422, "api.unreadable")
    assert client.get("cases?cursor=nonsense").status_code == 200
