"""A case is closed by what its contacts say, and by nobody in their place."""

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.desk.closing_answers import ClosingAnswer
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import closures
from socialcell.desk.store.cases import CaseChangedError
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.desk.closing import (
    case_closing,
    closing_calls,
    closing_replies,
)
from socialcell.services.desk.closing.case_closing import DoneEvidence
from tests.desk_builders import make_message, make_photo
from tests.operators import acting
from tests.services.desk.closing_builders import (
    EVIDENCE,
    case_of,
    checks_of,
    claim,
    claimed_case,
    joined,
    later,
    open_case,
    send_questions,
    steps_of,
    write,
)
from tests.statements import counted

pytestmark = pytest.mark.swept_on_postgresql

YES = ClosingAnswer.YES


@pytest.fixture
def crew(context):
    """An operator of the cell at work."""
    return acting(context, "Asha Sample", Role.OPERATOR)


@pytest.fixture
def colleague(context):
    return acting(context, "Ravi Sample", Role.OPERATOR)


def test_a_claim_needs_words_of_forty_characters_or_a_photo(crew):
    case = open_case(crew)
    with pytest.raises(UsageError, match="at least 40 characters"):
        case_closing.claim_done(crew, case.number, DoneEvidence("It is done now."))
    assert case_of(crew, case).state == "in_progress"
    with db.writing(crew.engine) as session:
        photo = make_photo(session, case_of(crew, case)).id
    case_closing.claim_done(crew, case.number, DoneEvidence(photo=photo))
    assert case_of(crew, case).state == "resolved_claimed"
    assert steps_of(crew, case)[-1].evidence == f"photo {photo}"


def test_a_photo_of_another_case_is_no_evidence(crew):
    case = open_case(crew)
    with pytest.raises(UsageError, match="has no photo 7"):
        case_closing.claim_done(crew, case.number, DoneEvidence(photo=7))


def test_a_claim_of_an_old_revision_is_refused(crew):
    case = open_case(crew)
    with pytest.raises(CaseChangedError):
        case_closing.claim_done(crew, case.number, EVIDENCE, rev=7)


def test_a_viewer_claims_nothing_and_nobody_does_without_signing_in(context):
    case = open_case(context)
    with pytest.raises(NeedsAPerson):
        case_closing.claim_done(context, case.number, EVIDENCE)
    viewer = acting(context, "Meera Sample", Role.VIEWER)
    with pytest.raises(SocialcellError):
        case_closing.claim_done(viewer, case.number, EVIDENCE)
    assert case_of(context, case).state == "in_progress"


def test_every_contact_is_asked_in_their_own_language(crew):
    case = claimed_case(crew, "messenger", "phone")
    written, called = checks_of(crew, case)
    assert (written.way, called.way) == ("private", "phone")
    with db.reading(crew.engine) as session:
        (question,) = session.scalars(
            select(CaseMessage).where(CaseMessage.direction == "out")
        ).all()
        assert question.text.endswith("होय / नाही")
        assert case.number in question.text
    waiting = closing_calls.list_closures(crew, calls_only=True)
    assert [entry.contact for entry in waiting] == [case.contacts[1]]


def test_who_waits_is_listed_with_one_statement_and_a_lost_question_is_a_call(crew):
    lost, *others = [claimed_case(crew) for _ in range(5)]
    with db.writing(crew.engine) as session:
        question = session.scalars(
            select(CaseMessage).where(
                CaseMessage.direction == "out",
                CaseMessage.contact_id == lost.contacts[0],
            )
        ).one()
        question.state = "failed"
    with counted(crew.engine) as statements:
        waiting = closing_calls.list_closures(crew)
    assert len(statements) == 1
    assert [entry.case for entry in waiting] == [
        case.number for case in (lost, *others)
    ]
    assert [entry.call for entry in waiting] == [True, *[False] * 4]


def test_a_question_that_was_asked_again_is_not_lost(crew):
    case = claimed_case(crew)
    with db.writing(crew.engine) as session:
        (question,) = session.scalars(
            select(CaseMessage).where(CaseMessage.direction == "out")
        ).all()
        question.state = "failed"
        again = {"purpose": "closing_question", "state": "sent", "direction": "out"}
        make_message(
            session,
            session.get_one(DeskCase, question.case_id),
            session.get_one(CaseContact, question.contact_id),
            **again,
            at=crew.clock.now(),
        )
    assert [entry.case for entry in closing_calls.list_closures(crew)] == [case.number]
    assert closing_calls.list_closures(crew, calls_only=True) == []


def test_a_yes_of_the_only_contact_closes_the_case_as_confirmed(crew):
    case = claimed_case(crew)
    write(crew, case, "हो झालं, धन्यवाद")
    row = case_of(crew, case)
    assert (row.state, row.closed_at) == ("closed_confirmed", crew.clock.now())
    assert checks_of(crew, case)[0].answered_by is None


def test_one_yes_of_two_waits_for_the_other_until_the_week_is_over(crew):
    case = claimed_case(crew, "messenger", "whatsapp")
    write(crew, case, "yes")
    assert case_of(crew, case).state == "resolved_claimed"
    assert case_closing.close_silent(later(crew, days=6, hours=23)) == 0
    assert case_closing.close_silent(later(crew, hours=1)) == 1
    assert case_of(crew, case).state == "closed_confirmed"
    assert [check.answer for check in checks_of(crew, case)] == ["yes", "no_reply"]


def test_a_no_of_one_reopens_one_level_up_though_another_said_yes(crew):
    case = claimed_case(crew, "messenger", "whatsapp")
    write(crew, case, "ho zala")
    write(crew, case, "nahi zala", contact=1)
    row = case_of(crew, case)
    assert (row.state, row.level, row.reopened) == ("assigned", 1, 1)
    assert row.closed_at is None


def test_a_no_after_the_closing_reopens(crew):
    case = claimed_case(crew)
    write(crew, case, "yes")
    write(later(crew, days=29), case, "no, it is leaking again")
    assert case_of(crew, case).state == "assigned"


def test_a_message_after_thirty_days_reopens_nothing(crew):
    case = claimed_case(crew)
    write(crew, case, "yes")
    write(later(crew, days=31), case, "no, it is leaking again")
    assert case_of(crew, case).state == "closed_confirmed"


def test_an_unclear_answer_waits_for_a_person_who_did_not_claim(crew, colleague):
    case = claimed_case(crew)
    write(crew, case, "झालं का?")
    assert case_of(crew, case).state == "resolved_claimed"
    with db.reading(crew.engine) as session:
        assert [row.number for row, _ in closures.unread_answers(session)] == [
            case.number
        ]
    with pytest.raises(SocialcellError, match="somebody else asks"):
        closing_replies.decide_answer(crew, case.number, case.contacts[0], YES)
    closing_replies.decide_answer(colleague, case.number, case.contacts[0], YES)
    assert case_of(crew, case).state == "closed_confirmed"
    assert checks_of(crew, case)[0].answered_by == "Ravi Sample"
    with db.reading(crew.engine) as session:
        assert closures.unread_answers(session) == []


def test_who_came_after_the_claim_is_read_by_a_person_and_counts(crew, colleague):
    case = claimed_case(crew, "messenger")
    late = joined(crew, case, "whatsapp")
    write(crew, late, "ajun tasach ahe, nahi zala")
    assert case_of(crew, case).state == "resolved_claimed"
    no = ClosingAnswer.NO
    state = closing_replies.decide_answer(colleague, case.number, late.contacts[0], no)
    assert state == "assigned"


def test_nobody_reads_an_answer_that_was_not_written(crew, colleague):
    case = claimed_case(crew)
    with pytest.raises(UsageError, match="waits to be read"):
        closing_replies.decide_answer(colleague, case.number, case.contacts[0], YES)


def test_a_thank_you_after_the_closing_is_a_note_for_a_person(crew):
    case = claimed_case(crew)
    write(crew, case, "yes")
    write(crew, case, "धन्यवाद")
    assert case_of(crew, case).state == "closed_confirmed"
    assert steps_of(crew, case)[-1].kind == "late_message"


def test_an_unclear_answer_still_waits_after_that_of_another(crew, colleague):
    case = claimed_case(crew, "messenger", "whatsapp")
    write(crew, case, "what about the road?")
    write(crew, case, "हो झालं", contact=1)

    state = closing_replies.decide_answer(colleague, case.number, case.contacts[0], YES)

    assert state == "closed_confirmed"


def test_silence_for_seven_days_closes_without_confirmation(crew):
    case = claimed_case(crew)
    assert case_closing.close_silent(later(crew, days=7)) == 1
    assert case_of(crew, case).state == "closed_unconfirmed"
    assert case_closing.close_silent(later(crew, days=7)) == 0


def test_a_question_that_has_not_left_is_no_silence(crew):
    case = claimed_case(crew, as_sent=False)
    assert case_closing.close_silent(later(crew, days=9)) == 0
    send_questions(crew)
    assert case_closing.close_silent(later(crew, days=6)) == 0
    assert case_closing.close_silent(later(crew, days=1)) == 1
    assert case_of(crew, case).state == "closed_unconfirmed"


def test_a_late_yes_counts(crew):
    case = claimed_case(crew)
    case_closing.close_silent(later(crew, days=7))
    write(later(crew, days=10), case, "हाँ, हो गया")
    assert case_of(crew, case).state == "closed_confirmed"


def test_a_call_confirms_in_the_citizens_words_and_not_by_who_claimed_it(
    crew, colleague
):
    case = claimed_case(crew, "phone")
    contact = case.contacts[0]
    with pytest.raises(SocialcellError, match="somebody else asks"):
        closing_calls.enter_call(crew, case.number, contact, "confirmed")
    assert checks_of(crew, case)[0].call is None
    closing_calls.enter_call(colleague, case.number, contact, "not_reached")
    assert case_of(crew, case).state == "resolved_claimed"
    with pytest.raises(UsageError, match="said is missing"):
        closing_calls.enter_call(
            colleague, case.number, contact, "confirmed", words=" "
        )
    assert case_of(crew, case).state == "resolved_claimed"
    closing_calls.enter_call(
        colleague, case.number, contact, "confirmed", words="हो, पाणी आलं"
    )
    assert case_of(crew, case).state == "closed_confirmed"


def test_a_call_that_contradicts_reopens_even_by_who_claimed(crew):
    case = claimed_case(crew, "phone")
    state = closing_calls.enter_call(
        crew, case.number, case.contacts[0], "contradicted"
    )
    assert (state, case_of(crew, case).reopened) == ("assigned", 1)


def test_after_the_second_reopening_a_nodal_officer_alone_closes(context, crew):
    case = claimed_case(crew)
    for _time in range(2):
        write(crew, case, "nahi")
        if case_of(crew, case).reopened < 2:
            claim(crew, case)
    with pytest.raises(SocialcellError, match="only a nodal officer"):
        claim(crew, case)
    officer = acting(context, "Nita Sample", Role.LEAD, scope="dept:water")
    claim(officer, case)
    # Silence does not close it by itself, but the officer may.
    assert case_closing.close_silent(later(crew, days=8)) == 0
    with pytest.raises(SocialcellError, match="only a nodal officer"):
        case_closing.close_after_silence(crew, case.number, "Seen on the spot.")
    case_closing.close_after_silence(officer, case.number, "Seen on the spot.")
    assert case_of(crew, case).state == "closed_unconfirmed"


def test_a_lead_of_another_department_is_not_its_nodal_officer(context, crew):
    case = open_case(crew, state="assigned", reopened=2)
    other = acting(context, "Sunil Sample", Role.LEAD, scope="dept:roads")
    with pytest.raises(SocialcellError):
        claim(other, case)
    assert case_of(crew, case).state == "assigned"


def test_the_third_reopening_is_on_the_commissioners_list(context, crew):
    officer = acting(context, "Nita Sample", Role.LEAD)
    case = claimed_case(crew)
    for _time in range(3):
        write(crew, case, "no")
        if case_of(crew, case).reopened < 3:
            claim(officer, case)
    with db.reading(crew.engine) as session:
        rows = closures.often_reopened(session, case_closing.COMMISSIONER_FROM)
        assert [row.number for row in rows] == [case.number]
    assert case_of(crew, case).level == 3


def test_claims_closings_and_reopenings_are_in_the_audit_log(crew):
    case = claimed_case(crew)
    write(crew, case, "yes")
    write(crew, case, "no")
    with db.reading(crew.engine) as session:
        rows = audit.entries_about(session, "case.", case.number)
        assert [row.action for row in rows] == [
            "case.claim",
            "case.close",
            "case.reopen",
        ]
        assert audit.verify(session).ok


def test_a_state_in_which_nothing_is_claimed_is_refused(crew):
    case = open_case(crew, state="new")
    with pytest.raises(UsageError):
        case_closing.claim_done(crew, case.number, EVIDENCE)
    assert checks_of(crew, case) == []
