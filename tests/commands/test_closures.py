"""Commands of closing, referral and PMC Care: what they do, say and refuse."""

import json

import pytest

from socialcell import db
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.sandbox.care.care_office import CareFate, CareOffice, write_export
from tests.desk_builders import make_registers
from tests.inside import socialcell
from tests.operators import sign_in_shell
from tests.services.desk.closing_builders import case_of, open_case

pytestmark = pytest.mark.swept_on_postgresql

WORDS = "The joint of the main was replaced and tested in the afternoon"


@pytest.fixture
def desk(context):
    """A workspace in which an operator of the cell has signed in."""
    make_registers(context)
    sign_in_shell(context, "Asha Sample", Role.OPERATOR)
    return context


def run(context, *words):
    """Exit code, output and errors of a command."""
    return socialcell("--config", context.workspace.folder / "config.yaml", *words)


def document(context, *words):
    ended = run(context, *words, "--json")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_who_cannot_be_asked_is_not_counted_among_those_who_are(desk):
    case = open_case(desk, "file", "phone")

    claimed = document(desk, "closures", "claim", case.number, "--words", WORDS)

    assert claimed["asked"] == 1
    with db.reading(desk.engine) as session:
        (entry,) = [e for e in audit.entries(session, 9) if e.action == "case.claim"]
    assert entry.detail["asked"] == 1


def test_a_case_is_claimed_listed_and_called_about(desk):
    case = open_case(desk, "phone")
    claimed = document(desk, "closures", "claim", case.number, "--words", WORDS)
    assert claimed == {"case": case.number, "state": "resolved_claimed", "asked": 1}
    (entry,) = document(desk, "closures", "list", "--calls")["closures"]
    assert (entry["case"], entry["way"], entry["call"]) == (case.number, "phone", True)
    refused = run(desk, "closures", "call", case.number, case.contacts[0], "confirmed")
    assert refused.returncode != 0
    assert "so somebody else asks the citizen" in refused.stderr
    sign_in_shell(desk, "Ravi Sample", Role.OPERATOR)
    called = document(
        *(desk, "closures", "call", case.number, case.contacts[0], "confirmed"),
        *("--words", "हो, पाणी आलं"),
    )
    assert called["state"] == "closed_confirmed"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("claim", "26-000001", "--words", "Done"), "at least 40 characters"),
        (("claim", "26-999999", "--words", WORDS), "There is no case 26-999999"),
        (("answer", "26-000001", "1", "maybe"), "yes or no"),
        (("answer", "26-000001", "1", "yes"), "waits to be read"),
        (("call", "26-000001", "1", "perhaps"), "is no result of a call"),
        (("call", "26-000001", "99", "confirmed"), "has no contact 99"),
        (("close", "26-000001", "--reason", "Seen"), "nodal officer"),
        (("sample", "--week", "2026-11-17"), "is no Monday"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(desk, words, reason):
    open_case(desk, "phone")
    refused = run(desk, "closures", *words)
    assert refused.returncode != 0
    assert reason in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_week_without_closings_says_so(desk):
    said = run(desk, "closures", "sample", "--week", "2026-11-16")
    assert said.returncode == 0
    assert said.stdout.splitlines() == [
        "Week of 2026-11-16: 0 closed without an answer, 0 drawn for a call",
        "Nothing is known of them yet",
    ]


def test_a_case_is_referred_listed_answered_and_taken_back(desk):
    case = open_case(desk, "phone", topic="electricity", owner=None)
    referred = document(desk, "referrals", "add", case.number)
    assert (referred["body"], referred["answer"]) == ("body:msedcl", None)
    assert "cannot be told in writing" in referred["untold"][0]
    (entry,) = document(desk, "referrals", "list")["referrals"]
    assert (entry["case"], entry["overdue"]) == (case.number, False)
    run(desk, "referrals", "answer", case.number, "--words", "We look at it")
    assert document(desk, "referrals", "list")["referrals"] == []
    (entry,) = document(desk, "referrals", "list", "--all")["referrals"]
    assert entry["answer"] == "We look at it"
    back = ("--owner", "dept:electrical", "--reason", "It is our pole")
    assert document(desk, "referrals", "back", case.number, *back)["state"] == (
        "assigned"
    )


def test_cases_go_to_pmc_care_and_their_tokens_come_back_by_file(desk, tmp_path):
    case = open_case(desk, "phone")
    out = tmp_path / "care_out.csv"
    assert run(desk, "care", "out", "--out", out).stdout == f"{out}: 1 cases\n"
    office = CareOffice(3, (CareFate.OPEN,))
    office.register(out, desk.clock.now())
    path = write_export(tmp_path / "export.csv", office.rows(desk.clock.now()))
    taken = document(desk, "care", "in", path)
    assert (taken["added"], taken["tokens"], taken["rejects"]) == (1, 1, [])
    assert case_of(desk, case).care_token == "WA5000"
    assert "nothing is changed" in run(desk, "care", "in", path).stdout
    assert document(desk, "care", "reconcile")["claimed"] == 0
    assert document(desk, "care", "differences")["differences"] == []


def test_rejected_rows_are_named_and_the_exit_code_says_so(desk, tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("token,status\nWA1,Closed\n,Closed\nWA2\n")
    ended = run(desk, "care", "in", path, "--dry-run")
    assert ended.returncode == 3
    assert "row 3: the token is missing" in ended.stdout
    assert "row 4: 1 cells where the heading has 2" in ended.stdout
    assert "Tokens of no case of ours: WA1" in ended.stdout


def test_a_table_of_statuses_goes_out_and_comes_in_again(desk, tmp_path):
    table = tmp_path / "statuses.csv"
    table.write_text("status,meaning\nAwaiting tender sanction,open\n")
    entries = document(desk, "care", "statuses", "--import", table)["statuses"]
    assert entries[0] == {
        "status": "Awaiting tender sanction",
        "meaning": "open",
        "own": True,
    }
    table.write_text(run(desk, "care", "statuses", "--csv").stdout)
    assert document(desk, "care", "statuses", "--import", table)["statuses"]
