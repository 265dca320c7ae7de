"""A case goes to the body that owned the problem on the day of the post, and back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from socialcell import db
from socialcell.clock import IST
from socialcell.desk.model import CaseClock, CaseMessage, DeskCase
from socialcell.desk.store import cases
from socialcell.errors import NeedsAPerson, UsageError
from socialcell.services.desk import case_opening
from socialcell.services.desk.closing import case_closing
from socialcell.services.desk.closing.case_closing import DoneEvidence
from socialcell.services.desk.referral import referrals, service_answers
from tests.desk_builders import read_case, read_mention

pytestmark = pytest.mark.swept_on_postgresql

POWER = {"topic": "electricity", "owner": "body:msedcl", "kind": "message"}


def drafts(context):
    with db.reading(context.engine) as session:
        query = select(CaseMessage).where(CaseMessage.direction == "out")
        rows = list(session.scalars(query.order_by(CaseMessage.id)))
        session.expunge_all()
    return rows


def open_case(context, text="No power in Kothrud", platform="whatsapp", **fields):
    values = POWER | {"platform": platform} | fields
    return case_opening.open_from_mention(
        context, read_mention(context, text, **values)
    )


def test_a_power_cut_goes_to_its_company_and_the_citizen_is_told_so(asha):
    number = open_case(asha)
    result = referrals.refer(asha, number)
    assert result.body == "body:msedcl"
    row = read_case(asha, number)
    assert (row.state, row.owner) == ("referred", "body:msedcl")
    (message,) = drafts(asha)
    assert message.text == (
        "Power supply is run by MSEDCL (Mahavitaran); please give it your consumer "
        "number."
    )
    assert message.state == "waiting"
    assert result.answer == message.answer_key


@pytest.mark.parametrize(
    ("act", "inputs"),
    [
        (referrals.refer, {}),
        (service_answers.answer_service, {"service_id": "birth-certificate"}),
    ],
)
def test_a_decision_and_the_sentence_that_tells_it_are_committed_together(
    asha, act, inputs
):
    number, commits = open_case(asha), []
    event.listen(asha.engine, "commit", commits.append)

    act(asha, number, **inputs)

    assert len(commits) == 1  # whoever is killed leaves both or none
    assert len(drafts(asha)) == 1


def test_a_road_in_the_cantonment_goes_to_its_board(asha):
    place = {"topic": "roads", "place": "place:camp", "ward": None, "owner": "none"}
    number = open_case(asha, "Pothole on East Street, Camp", **place)
    result = referrals.refer(asha, number, way="phone")
    assert (result.body, result.way) == ("body:pune-cantonment", "phone")


def test_an_area_that_changed_hands_goes_by_the_day_of_the_post(asha):
    place = {"topic": "roads", "place": "place:phursungi", "owner": "dept:roads"}
    after = open_case(asha, "Pothole in Phursungi", ward=None, **place)
    assert referrals.refer(asha, after).body == "body:phursungi-council"
    before = open_case(
        asha,
        "Pothole near Phursungi",
        at=datetime(2024, 9, 10, 12, tzinfo=IST),
        ward="ward:hadapsar-mundhwa",
        **place,
    )
    with pytest.raises(UsageError, match="On 2024-09-10 the register names no other"):
        referrals.refer(asha, before)
    with pytest.raises(UsageError, match="was no other body of the register on 2024"):
        referrals.refer(asha, before, body="body:phursungi-council")
    assert read_case(asha, before).state == "new"


def test_a_problem_of_the_corporation_itself_is_not_referred(asha):
    number = open_case(asha, "No water", topic="water", owner="dept:water")
    with pytest.raises(UsageError, match="dept:water"):
        referrals.refer(asha, number)
    assert read_case(asha, number).state == "new"


def test_a_body_is_told_in_a_way_that_it_accepts(asha):
    number = open_case(asha)
    with pytest.raises(UsageError, match="does not accept letter; it accepts:"):
        referrals.refer(asha, number, way="letter")


def test_who_may_be_in_danger_is_not_sent_elsewhere_in_a_fixed_sentence(asha):
    number = case_opening.open_from_mention(
        asha, read_mention(asha, "A live wire lies here", **POWER), priority="P0"
    )
    result = referrals.refer(asha, number)
    assert (result.answer, len(result.untold)) == (None, 1)
    assert "may be in danger" in str(next(iter(result.untold.values())))


def test_a_contact_who_cannot_be_written_to_is_named_with_the_reason(asha):
    number = open_case(asha, platform="x", kind="post")
    result = referrals.refer(asha, number)
    assert result.answer is None
    assert "cannot be told in writing" in str(next(iter(result.untold.values())))
    assert read_case(asha, number).state == "referred"


def test_a_referral_is_overdue_after_seven_days_and_the_case_is_not(asha):
    number = open_case(asha)
    referrals.refer(asha, number)
    asha.clock.advance(timedelta(days=7) - timedelta(seconds=1))
    assert referrals.list_referrals(asha, overdue=True) == []
    asha.clock.advance(timedelta(seconds=1))
    (entry,) = referrals.list_referrals(asha, overdue=True)
    assert (entry.case, entry.body, entry.overdue) == (number, "body:msedcl", True)
    with db.reading(asha.engine) as session:
        query = select(CaseClock).where(CaseClock.stopped_at.is_(None))
        running = {clock.kind for clock in session.scalars(query)}
    # What still runs is the other body's time, and our answer to the citizen.
    assert running == {"referral", "first_answer"}


def test_a_body_that_says_it_is_done_is_evidence_and_the_citizen_is_asked(asha):
    number = open_case(asha)
    referrals.refer(asha, number)
    answer = "The transformer was changed this morning and the supply is back."
    referrals.enter_body_answer(asha, number, answer)
    assert referrals.list_referrals(asha) == []
    case_closing.claim_done(asha, number, DoneEvidence(answer))
    assert read_case(asha, number).state == "resolved_claimed"


def test_a_case_comes_back_to_a_department(asha):
    number = open_case(asha)
    referrals.refer(asha, number)
    with pytest.raises(UsageError, match="no department of the register"):
        referrals.come_back(asha, number, "dept:nothing", "It is our pole.")
    referrals.come_back(asha, number, "dept:electrical", "It is our pole.")
    row = read_case(asha, number)
    assert (row.state, row.owner) == ("assigned", "dept:electrical")
    with pytest.raises(UsageError, match="it is not referred"):
        referrals.come_back(asha, number, "dept:electrical", "Again.")


def test_nobody_refers_without_signing_in(context, asha):
    number = open_case(asha)
    with pytest.raises(NeedsAPerson):
        referrals.refer(context, number)


def test_a_late_certificate_is_answered_with_its_appeal_and_is_no_grievance(asha):
    text = "मुलाचा जन्म दाखला अजून मिळाला नाही"
    certificate = {"topic": "records", "owner": "dept:birth-death", "place": None}
    number = open_case(asha, text, **certificate)
    with db.writing(asha.engine) as session:
        for contact in cases.contacts_of(session, [read_case(asha, number).id]):
            contact.language, contact.script = "mr", "Deva"
    answer = service_answers.answer_service(asha, number)
    assert answer.service.id == "birth-certificate"
    (message,) = drafts(asha)
    assert "प्रथम अपील अधिकाऱ्यांकडे" in message.text
    assert "सेवा हक्क आयोग" in message.text
    # The charter's days are not known, and no number is made up.
    assert not any(letter.isdigit() for letter in message.text.replace("२०१५", ""))
    assert read_case(asha, number).service == "birth-certificate"


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Birth certificate not received for two months", "birth-certificate"),
        ("भोगवटा प्रमाणपत्र प्रलंबित आहे", "occupancy-certificate"),
        ("nal jodani milali nahi, ushir zala", "water-connection"),
        ("How do I get a birth certificate?", None),
        ("birth certificate and death certificate both pending", None),
        ("Garbage is pending here", None),
    ],
)
def test_a_service_is_suggested_where_the_post_says_that_it_is_late(text, service):
    from socialcell.desk.rts_services import suggest_service

    suggestion = suggest_service(text)
    assert (suggestion.id if suggestion else None) == service


def test_the_table_has_the_fifteen_services_of_the_notification():
    from socialcell.desk.rts_services import list_services

    services = list_services()
    assert len({service.id for service in services}) == 15
    assert all(service.name("mr") and service.name("hi") for service in services)


def test_a_post_that_names_no_service_asks_for_it(asha):
    number = open_case(asha, "Garbage is not collected", topic="waste")
    with pytest.raises(UsageError, match="--service"):
        service_answers.answer_service(asha, number)
    with pytest.raises(UsageError, match="is no service by right"):
        service_answers.answer_service(asha, number, "haircut")
    assert isinstance(read_case(asha, number), DeskCase)


def test_a_body_that_the_post_names_owns_the_problem(asha):
    number = open_case(
        asha, "MSEDCL's pole is broken", topic="streetlights", place="body:msedcl"
    )
    assert referrals.refer(asha, number).body == "body:msedcl"
