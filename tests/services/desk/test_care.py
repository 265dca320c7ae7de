"""PMC Care by file: tokens and statuses in, the night's comparison, wrong files."""

from datetime import timedelta

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.connectors.files.table_mapping import TableOptions, table_options
from socialcell.desk.closing_model import CareFile, CareRow
from socialcell.desk.model import CaseStep
from socialcell.errors import NeedsAPerson, SocialcellError
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.sandbox.care.care_office import (
    HEADINGS,
    CareFate,
    CareOffice,
    write_export,
)
from socialcell.services.desk.care import (
    care_differences,
    care_in,
    care_out,
    care_reconcile,
    status_table,
)
from socialcell.services.desk.closing import case_closing
from tests.operators import acting
from tests.services.desk.closing_builders import (
    EVIDENCE,
    case_of,
    checks_of,
    open_case,
    send_questions,
    steps_of,
    write,
)

pytestmark = pytest.mark.swept_on_postgresql

CLOSED, WRONG = CareFate.CLOSED, CareFate.WRONGLY_CLOSED


@pytest.fixture
def crew(context):
    return acting(context, "Asha Sample", Role.OPERATOR)


class Town:
    """A crew, its cases, and an office that registers them by file."""

    def __init__(self, crew, folder, *fates):
        self.crew, self.folder = crew, folder
        self.office = CareOffice(7, fates or (CLOSED,))

    def register(self, *cases):
        """Hand over what has no token; the tokens."""
        path = self.folder / "care_out.csv"
        path.write_text("".join(care_out.care_out(self.crew)), encoding="utf-8")
        return self.office.register(path, self.crew.clock.now())

    def export(self, form="csv", name="export", *, more=(), **how):
        path = self.folder / f"{name}.{'xlsx' if form == 'xlsx' else 'csv'}"
        rows = [*self.office.rows(self.crew.clock.now()), *more]
        return write_export(path, rows, form, **how)

    def take(self, path, options=TableOptions(), **how):
        return care_in.care_in(self.crew, path, options, **how)

    def wait(self, **span):
        self.crew.clock.advance(timedelta(**span))

    def night(self):
        result = care_reconcile.reconcile(self.crew)
        send_questions(self.crew)
        return result

    def differences(self):
        rows = care_differences.list_differences(self.crew)
        return [(row.outcome, row.token) for row in rows]


@pytest.fixture
def town(crew, tmp_path):
    return Town(crew, tmp_path)


def everything(context):
    """All that a file may change, to compare."""
    with db.reading(context.engine) as session:
        rows = [
            tuple(row)
            for model in (CareRow, CareFile, CaseStep)
            for row in session.execute(select(db.table(model)))
        ]
    return sorted(map(repr, rows))


def test_what_pmc_care_has_to_register_goes_out_masked_and_without_the_rest(crew):
    open_case(crew, summary="Call 9999900000")
    open_case(crew, state="new", owner=None)
    open_case(crew, owner="body:msedcl")
    open_case(crew, service="birth-certificate")
    open_case(crew, kind="praise")
    open_case(crew, care_token="WA1")
    open_case(crew, state="referred")
    head, *lines = care_out.care_out(crew)
    assert head.startswith("number,opened_at,kind")
    assert [line.split(",")[0] for line in lines] == ["26-000001", "26-000002"]
    assert "9999900000" not in "".join(lines)
    with db.reading(crew.engine) as session:
        (row,) = audit.entries_about(session, "care.export", "care_out.csv")
        assert row.detail == {"rows": 2}


def test_a_file_gives_cases_their_tokens_and_is_not_handed_out_again(town, crew):
    case = open_case(crew)
    (token,) = town.register()
    result = town.take(town.export())
    assert (result.added, result.tokens, result.rejects) == (1, 1, ())
    assert case_of(crew, case).care_token == token
    assert case_of(crew, case).registered_at == crew.clock.now()
    assert len(care_out.care_out(crew)) == 1
    with db.reading(crew.engine) as session:
        assert "Sunita" not in repr(
            [r.model_dump() for r in session.scalars(select(CareRow))]
        )


@pytest.mark.parametrize("form", ["csv", "utf-16", "xlsx", "marathi"])
def test_every_form_of_a_file_says_the_same(town, crew, form):
    for _case in range(3):
        open_case(crew)
    town.register()
    town.wait(days=6)
    result = town.take(town.export(form))
    assert (result.rows, result.added, result.tokens) == (3, 3, 3)
    with db.reading(crew.engine) as session:
        rows = list(session.scalars(select(CareRow).order_by(CareRow.token)))
        for row in rows:
            truth = town.office.truths[row.token]
            assert row.status == "Closed"
            assert row.closed_at is not None
            expected = truth.closed_at(crew.clock.now())
            assert abs(row.closed_at - expected) < timedelta(minutes=1)


def test_closed_there_and_open_here_is_claimed_with_its_line_and_asked(town, crew):
    case = open_case(crew, state="new")
    (token,) = town.register()
    town.take(town.export(name="early"))
    town.wait(days=6)
    town.take(town.export(name="late"))
    assert town.night().claimed == 1
    row = case_of(crew, case)
    assert (row.state, row.claimed_by) == ("resolved_claimed", "PMC Care")
    step = next(step for step in steps_of(crew, case) if step.kind == "claim")
    line = town.office.truths[token].events[-1].line
    assert step.evidence == f"{token}: {line}"
    assert checks_of(crew, case)[0].way == "nothing"  # the window has closed
    assert town.night().claimed == 0


def test_closed_there_and_denied_here_is_reopened_and_handed_back(town, crew):
    case = open_case(crew)
    (token,) = town.register()
    town.wait(days=6)
    town.take(town.export())
    town.night()
    write(crew, case, "nahi zala, ajun tasach ahe")
    assert (case_of(crew, case).state, case_of(crew, case).level) == ("assigned", 1)
    # The same closing is no new evidence, however often it is compared or exported.
    town.wait(days=1)
    assert town.take(town.export(name="again")).changed == 0
    assert town.night().claimed == 0
    assert town.differences() == [("denied_here", token)]
    _head, line = care_out.care_back(crew)
    assert line.startswith(f"{token},{case.number},Closed,")


def test_a_new_closing_after_the_denial_is_claimed_again(town, crew):
    case = open_case(crew)
    town.register()
    town.wait(days=6)
    town.take(town.export())
    town.night()
    write(crew, case, "no")
    town.wait(days=2)
    rows = town.office.rows(crew.clock.now())
    day = (crew.clock.now() - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M")
    rows[0] |= {"closed_at": f"{day}+00:00", "changed_at": f"{day}+00:00"}
    town.take(write_export(town.folder / "new.csv", rows))
    assert town.night().claimed == 1
    assert case_of(crew, case).state == "resolved_claimed"
    assert town.differences() == []


def test_reopened_there_reopens_what_was_claimed_but_not_what_was_confirmed(
    crew, tmp_path
):
    town = Town(crew, tmp_path, CareFate.REOPENED)
    claimed, confirmed = open_case(crew), open_case(crew)
    town.register()
    town.take(town.export(name="first"))
    for case in (claimed, confirmed):
        case_closing.claim_done(crew, case.number, EVIDENCE)
    write(crew, confirmed, "yes")
    town.wait(days=9)
    town.take(town.export(name="second"))
    assert town.night().reopened == 1
    assert case_of(crew, claimed).state == "assigned"
    assert case_of(crew, confirmed).state == "closed_confirmed"
    assert town.differences() == [("reopened_there", "WA5001")]
    case_closing.claim_done(crew, claimed.number, EVIDENCE)
    assert town.night().reopened == 0


def test_what_only_the_office_knows_is_listed_until_a_table_explains_it(crew, tmp_path):
    town = Town(crew, tmp_path, CareFate.UNKNOWN_STATUS)
    case = open_case(crew)
    town.register()
    town.wait(days=3)
    result = town.take(town.export())
    assert result.unknown == ("Awaiting tender sanction",)
    assert town.night().listed == {"unknown_status": 1}
    assert case_of(crew, case).state == "in_progress"
    table = tmp_path / "statuses.csv"
    table.write_text("status,meaning\nAwaiting tender sanction,open\n")
    assert status_table.import_statuses(crew, table) == 1
    assert town.night().listed == {}


def test_a_table_of_statuses_with_an_unknown_meaning_is_refused(crew, tmp_path):
    table = tmp_path / "statuses.csv"
    table.write_text("status,meaning\nParked,sleeping\n")
    with pytest.raises(SocialcellError, match="row 2: Parked with the meaning"):
        status_table.import_statuses(crew, table)
    table.write_text("status,meaning\nParked,open\nparked,closed\n")
    with pytest.raises(SocialcellError, match="row 3"):
        status_table.import_statuses(crew, table)
    table.write_text("state,meaning\nParked,open\n")
    with pytest.raises(SocialcellError, match="its heading is status, meaning"):
        status_table.import_statuses(crew, table)


def test_the_same_file_twice_changes_nothing(town, crew):
    open_case(crew)
    town.register()
    town.wait(days=6)
    path = town.export()
    town.take(path)
    town.night()
    before = everything(crew)
    again = town.take(path)
    assert (again.earlier, again.added, again.changed) == (crew.clock.now(), 0, 0)
    town.night()
    assert everything(crew) == before


def test_an_older_export_that_comes_late_changes_no_row(town, crew):
    open_case(crew)
    town.register()
    town.wait(days=2)
    early = town.export(name="early")
    town.wait(days=5)
    town.take(town.export(name="late"))
    result = town.take(early)
    assert (result.late, result.changed) == (1, 0)
    with db.reading(crew.engine) as session:
        assert session.get_one(CareRow, "WA5000").status == "Closed"


def test_rows_that_were_cut_off_are_rejected_and_the_others_count(town, crew):
    for _case in range(3):
        open_case(crew)
    town.register()
    result = town.take(town.export(cut=1))
    assert (result.added, result.tokens) == (2, 2)
    (reject,) = result.rejects
    assert (reject.row, reject.reason) == (4, "4 cells where the heading has 10")


def test_a_heading_without_the_status_is_refused_with_what_is_missing(town, crew):
    open_case(crew)
    town.register()
    heads = HEADINGS | {"status": "Present Position", "token": "Token No"}
    path = town.export(headings=heads)
    before = everything(crew)
    with pytest.raises(SocialcellError, match="no column for status") as error:
        town.take(path)
    assert "Present Position" in str(error.value)
    assert everything(crew) == before
    mapping = town.folder / "care.toml"
    mapping.write_text('[columns]\n"Present Position" = "status"\n')
    assert town.take(path, table_options(mapping)).tokens == 1


def test_tokens_that_exist_nowhere_are_listed_and_nothing_is_guessed(town, crew):
    case = open_case(crew)
    town.register()
    foreign = town.office.foreign_rows(2, crew.clock.now())
    result = town.take(town.export(more=foreign))
    assert result.no_case == ("CC900", "CC901")
    assert town.night().listed == {"no_case": 2}
    assert town.differences() == [("no_case", "CC900"), ("no_case", "CC901")]
    assert case_of(crew, case).state == "in_progress"


def test_a_second_token_for_a_case_is_listed_and_not_taken(town, crew):
    case = open_case(crew, care_token="WA1")
    rows = town.office.foreign_rows(1, crew.clock.now())
    rows[0]["case_number"] = case.number
    town.take(write_export(town.folder / "other.csv", rows))
    assert case_of(crew, case).care_token == "WA1"
    assert town.differences() == [("other_token", "CC900")]


def rows_of(town, **changes):
    row = town.office.foreign_rows(1, town.crew.clock.now())[0]
    return row | changes


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"token": ""}, "the token is missing"),
        ({"status": ""}, "the status is missing"),
        ({"changed_at": "soon"}, "changed_at soon is no date"),
        ({"changed_at": "25-11-2030 10:00"}, "is in the future"),
        (
            {"created_at": "20-11-2026", "closed_at": "19-11-2026"},
            "closed_at is before created_at",
        ),
        ({"changed_at": "03-04-2026"}, "is not clear"),
    ],
)
def test_a_row_that_cannot_be_trusted_is_rejected_with_its_reason(
    town, changes, reason
):
    row = rows_of(town, created_at="", changed_at="") | changes
    result = town.take(write_export(town.folder / "rows.csv", [row]))
    assert [reject.row for reject in result.rejects] == [2]
    assert reason in result.rejects[0].reason
    assert result.added == 0


def test_rows_that_contradict_each_other_are_all_rejected(town):
    one = rows_of(town)
    two = one | {"status": "Closed"}
    result = town.take(write_export(town.folder / "rows.csv", [one, two]))
    assert (result.added, len(result.rejects)) == (0, 2)
    assert "several rows that differ" in result.rejects[0].reason


def test_of_two_rows_of_a_token_the_one_that_was_changed_last_stands(town, crew):
    later = rows_of(town, status="Closed", closing_line="Done on the spot")
    earlier = later | {"status": "Registered", "changed_at": "20-11-2026 09:00"}
    result = town.take(write_export(town.folder / "rows.csv", [later, earlier]))
    assert (result.added, result.rejects) == (1, ())
    with db.reading(crew.engine) as session:
        assert session.get_one(CareRow, "CC900").status == "Closed"


def test_a_case_that_stands_with_two_tokens_gets_neither(town, crew):
    case = open_case(crew)
    rows = town.office.foreign_rows(2, crew.clock.now())
    rows = [row | {"case_number": case.number} for row in rows]
    result = town.take(write_export(town.folder / "rows.csv", rows))
    assert (result.tokens, len(result.rejects)) == (0, 2)
    assert case_of(crew, case).care_token is None


def test_a_line_in_another_encoding_is_rejected_and_the_others_count(town, crew):
    open_case(crew)
    town.register()
    path = town.export()
    path.write_bytes(path.read_bytes() + b"WA9,,Jos\xe9,,,Closed,,,,\r\n")
    result = town.take(path)
    assert result.added == 1
    assert "not UTF-8" in result.rejects[0].reason


def test_closed_there_without_a_line_is_listed_and_not_claimed(town, crew):
    case = open_case(crew)
    row = rows_of(town, status="Closed", case_number=case.number)
    town.take(write_export(town.folder / "rows.csv", [row]))
    assert town.night().claimed == 0
    assert town.differences() == [("closed_without_line", "CC900")]
    assert case_of(crew, case).state == "in_progress"


def test_after_a_second_reopening_pmc_care_does_not_claim(town, crew):
    case = open_case(crew, reopened=2)
    row = rows_of(town, status="Closed", closing_line="Done", case_number=case.number)
    town.take(write_export(town.folder / "rows.csv", [row]))
    assert town.night().listed == {"nodal_officer": 1}


def test_open_there_and_closed_here_is_listed(town, crew):
    case = open_case(crew)
    town.register()
    case_closing.claim_done(crew, case.number, EVIDENCE)
    write(crew, case, "yes")
    town.take(town.export())
    assert town.differences() == [("open_there", "WA5000")]
    assert town.night().claimed == 0


def test_a_dropped_case_is_listed_whatever_is_said_there(town, crew):
    case = open_case(crew, state="dropped")
    row = rows_of(town, status="Closed", closing_line="Done", case_number=case.number)
    town.take(write_export(town.folder / "rows.csv", [row]))
    town.night()
    assert town.differences() == [("ended_here", "CC900")]


def test_a_dry_run_counts_and_stores_nothing(town, crew):
    open_case(crew)
    town.register()
    before = everything(crew)
    result = town.take(town.export(), dry_run=True)
    assert (result.added, result.tokens) == (1, 1)
    assert everything(crew) == before
    assert town.take(town.export()).added == 1


def test_nobody_hands_files_to_and_fro_without_signing_in(context, town):
    path = write_export(town.folder / "rows.csv", [rows_of(town)])
    with pytest.raises(NeedsAPerson):
        care_in.care_in(context, path)
    with pytest.raises(NeedsAPerson):
        care_out.care_out(context)


def test_over_three_weeks_cases_end_as_the_truth_says(crew, tmp_path):
    """Citizens confirm what was done and deny what was not; exports come each week."""
    town = Town(crew, tmp_path, CLOSED, WRONG, CareFate.OPEN, CareFate.UNKNOWN_STATUS)
    cases = [open_case(crew) for _case in range(24)]
    town.register()
    by_number = {case.number: case for case in cases}
    for week in range(3):
        town.wait(days=7)
        form = ("csv", "xlsx", "utf-16")[week]
        foreign = town.office.foreign_rows(1, crew.clock.now())
        town.take(town.export(form, f"week{week}", more=foreign, cut=0))
        town.night()
        for truth in town.office.truths.values():
            case = by_number[truth.number]
            if case_of(crew, case).state == "resolved_claimed":
                write(crew, case, "हो झालं" if truth.fate is CLOSED else "nahi zala")
    states = {
        truth.fate: {
            case_of(crew, by_number[other.number]).state
            for other in town.office.truths.values()
            if other.fate is truth.fate
        }
        for truth in town.office.truths.values()
    }
    assert states == {
        CLOSED: {"closed_confirmed"},
        WRONG: {"assigned"},
        CareFate.OPEN: {"in_progress"},
        CareFate.UNKNOWN_STATUS: {"in_progress"},
    }
    wrong = sorted(
        truth.token for truth in town.office.truths.values() if truth.fate is WRONG
    )
    back = [line.split(",")[0] for line in care_out.care_back(crew)[1:]]
    assert sorted(back) == wrong
