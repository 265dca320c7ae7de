"""Answers: drafted, approved by another person, sent once, each in its own channel."""

from datetime import timedelta

import pytest

from socialcell.desk.model import CaseContact
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.roles import Role
from socialcell.sandbox.world.message_world import scoped_id
from socialcell.services import pseudonyms
from socialcell.services.desk.answers import answer_sending, answers
from socialcell.services.desk.answers.answer_drafts import AnswerDraft, draft_answer
from socialcell.services.publishing import posting
from socialcell.services.rehearsal.crew_acts import SampleCrew
from socialcell.services.rehearsal.crew_letters import write_answers
from tests.operators import end_grants
from tests.services.desk.answer_town import (
    CITY,
    ENGLISH,
    HOUR,
    MARATHI,
    MINUTE,
    AnswerTown,
    town,
)

__all__ = ["town"]

pytestmark = pytest.mark.swept_on_postgresql


def leak(town: AnswerTown, channel: str = "whatsapp") -> str:
    """A case of a citizen who wrote about a leak; its number."""
    mention = town.hear(channel, "कोथरूडमध्ये पाईप फुटला आहे")
    return town.open_case((channel, mention))


@pytest.mark.parametrize("channel", ["whatsapp", "messenger"])
def test_what_a_second_person_approves_is_sent_once(
    town: AnswerTown, channel: str
) -> None:
    number = leak(town, channel)

    town.approved(number)
    run = answer_sending.send_due(town.context)
    again = answer_sending.send_due(town.context)

    assert (run.sent, again.is_idle) == (1, True)
    (text,) = town.sent(channel)
    assert text == MARATHI
    (message,) = town.messages()
    assert (message.state, message.sent_at) == ("sent", town.clock.now())
    (outgoing,) = town.outbox()
    assert (outgoing.state, outgoing.recipient) == ("sent", number)
    assert town.case().state == "acknowledged"
    town.reports(channel)
    assert town.states() == ["delivered"]


def test_nobody_approves_own_words(town: AnswerTown) -> None:
    key = draft_answer(
        town.acting("Lead Sample", Role.LEAD),
        leak(town),
        AnswerDraft({"mr": MARATHI}),
    ).key

    with pytest.raises(UsageError, match="Lead Sample"):
        answers.approve_answer(town.acting("Lead Sample"), key)

    assert town.states() == ["waiting"]
    assert answer_sending.send_due(town.context).is_idle


def test_nobody_approves_words_that_follow_their_own(town: AnswerTown) -> None:
    number = leak(town)
    lead = town.acting("Lead Sample", Role.LEAD)
    first = draft_answer(lead, number, AnswerDraft({"mr": MARATHI})).key
    second = town.draft(number, replaces=first)

    with pytest.raises(UsageError, match="Lead Sample"):
        answers.approve_answer(lead, second)

    assert town.states() == ["withdrawn", "waiting"]


def test_an_agency_drafts_and_cannot_send(town: AnswerTown) -> None:
    agency = town.acting("Agency Sample", Role.AGENCY)
    key = draft_answer(agency, leak(town), AnswerDraft({"mr": MARATHI})).key

    for act in (answers.approve_answer, answers.send_answer):
        with pytest.raises(SocialcellError, match="Agency Sample"):
            act(agency, key)

    assert town.states() == ["waiting"]


def test_a_grant_that_ended_at_noon_is_refused_a_second_later(
    town: AnswerTown,
) -> None:
    town.clock.advance(2 * HOUR + 59 * MINUTE)
    key = town.draft(leak(town))
    second = town.second
    town.clock.advance(MINUTE)
    end_grants(town.context, "Meera Sample")
    town.clock.advance(timedelta(seconds=1))

    with pytest.raises(SocialcellError, match="Meera Sample"):
        answers.approve_answer(second, key)

    assert town.states() == ["waiting"]


def test_nobody_drafts_without_having_signed_in(town: AnswerTown) -> None:
    with pytest.raises(NeedsAPerson):
        draft_answer(town.context, leak(town), AnswerDraft({"mr": MARATHI}))


def test_an_answer_goes_back_with_a_reason_and_comes_again(town: AnswerTown) -> None:
    number = leak(town)
    key = town.draft(number)
    answers.return_answer(town.second, key, "Say which evening")

    again = town.draft(
        number, replaces=key, texts={"mr": MARATHI.replace("आज", "सोमवारी")}
    )
    answers.approve_answer(town.second, again)

    first, second = town.messages()
    assert (first.state, first.reason) == ("returned", "Say which evening")
    assert (second.state, second.replaces) == ("queued", first.id)


def test_what_was_withdrawn_does_not_go_out(town: AnswerTown) -> None:
    key = town.approved(leak(town))

    answers.withdraw_answer(town.writer, key)

    assert answer_sending.send_due(town.context).is_idle
    assert (town.states(), town.outbox()) == (["withdrawn"], [])


def test_each_contact_is_answered_in_own_channel_and_language(
    town: AnswerTown,
) -> None:
    whatsapp = town.hear("whatsapp", "कोथरूडमध्ये पाईप फुटला आहे")
    messenger = town.hear("messenger", "A pipe has burst in Kothrud")
    post = town.see_post()
    number = town.open_case(
        ("whatsapp", whatsapp), ("messenger", messenger), ("x", post)
    )
    contact = town.contacts()[1]
    from socialcell import db

    with db.writing(town.context.engine) as session:
        row = session.get_one(type(contact), contact.id)
        row.language, row.script = "en", "Latn"

    key = town.approved(number, texts={"mr": MARATHI, "en": ENGLISH})
    answer_sending.send_due(town.context)
    posting.publish_due(town.context)
    run = answer_sending.send_due(town.context)

    assert run.noted == 1
    assert [row.answer_key for row in town.messages()] == [key] * 3
    assert town.states() == ["sent"] * 3
    assert town.sent("whatsapp") == [MARATHI]
    assert town.sent("messenger") == [ENGLISH]
    assert town.messages()[2].external_id


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({"mr": ENGLISH}, "another script"),
        ({"mr": "आपकी शिकायत मिल गई है और टीम आज शाम तक पहुँच जाएगी।"}, "read as hi"),
        ({"mr": MARATHI + " 98220 12345"}, "number of a citizen"),
        ({"mr": MARATHI * 70}, "at most 4096"),
        ({"mr": MARATHI + " {team}"}, "no value yet"),
        ({"en": ENGLISH}, "answered in mr"),
        ({"mr": "  "}, "is empty"),
    ],
)
def test_words_that_may_not_be_sent_are_refused(
    town: AnswerTown, texts: dict[str, str], why: str
) -> None:
    number = leak(town)

    with pytest.raises(UsageError, match=why):
        draft_answer(town.writer, number, AnswerDraft(texts))

    assert town.messages() == []


@pytest.mark.parametrize("channel", ["whatsapp", "messenger"])
def test_one_minute_before_the_window_ends_it_is_sent_and_one_after_it_is_not(
    town: AnswerTown, channel: str
) -> None:
    number = leak(town, channel)
    first, second = town.approved(number), town.approved(number)
    assert (first, second) == (f"{number}.1", f"{number}.2")
    answers.withdraw_answer(town.writer, second)
    town.clock.advance(24 * HOUR - MINUTE)

    assert answer_sending.send_due(town.context).sent == 1

    late = town.approved(number)
    town.clock.advance(2 * MINUTE)
    run = answer_sending.send_due(town.context)
    assert (run.sent, run.returned) == (0, 1)
    assert len(town.sent(channel)) == 1
    message = town.messages()[-1]
    assert (message.answer_key, message.state) == (late, "returned")
    assert "24 hours" in (message.reason or "")
    with pytest.raises(UsageError, match="24 hours"):
        town.draft(number)


def test_somebody_who_says_stop_after_the_approval_is_not_written_to(
    town: AnswerTown,
) -> None:
    number = leak(town)
    town.approved(number)
    town.hear("whatsapp", "STOP")

    run = answer_sending.send_due(town.context)

    assert (run.sent, run.returned) == (0, 1)
    assert town.sent("whatsapp") == []
    assert "not to be written to" in (town.messages()[0].reason or "")


def test_an_answer_is_held_by_no_mode(town: AnswerTown) -> None:
    from socialcell.services.outbox import outbox_mode

    town.approved(leak(town))
    outbox_mode.set_mode(town.context, "mourning", "a day of mourning")

    assert answer_sending.send_due(town.context).sent == 1


def test_an_answer_never_goes_to_a_room_of_a_chat(town: AnswerTown) -> None:
    from socialcell.services.outbox import outbox

    town.approved(leak(town))

    delivery = outbox.deliver_due(town.context)

    assert (delivery.sent, delivery.stopped) == (0, None)
    assert town.states() == ["queued"]


def test_what_a_person_has_read_is_read_and_nothing_else(town: AnswerTown) -> None:
    number = leak(town, "messenger")
    people = pseudonyms.load_key_only(town.context)
    reader = CITY.people.citizens[0]
    person = people.pseudonym("messenger", scoped_id(reader))
    town.change(CaseContact, person=person)
    town.approved(number)
    answer_sending.send_due(town.context)
    town.reports("messenger")
    town.clock.advance(MINUTE)

    town.sandbox.platform("messenger").read_by(reader)
    town.clock.advance(MINUTE)
    town.approved(number)
    answer_sending.send_due(town.context)
    town.reports("messenger")

    assert town.states() == ["read", "delivered"]


def test_the_sample_crew_leaves_an_answer_that_waited_too_long(
    town: AnswerTown,
) -> None:
    town.draft(leak(town, "messenger"))
    crew = SampleCrew(town.writer, town.second)
    town.clock.advance(24 * HOUR + MINUTE)

    write_answers(crew, [])

    assert town.states() == ["waiting"]
