"""On real connectors over loopback: a claim by field link that one contact confirms and
another denies; and a power cut that is referred, its citizen told."""

from typing import Any

import pytest

from socialcell.desk.model import DeskCase
from socialcell.roles import Role
from socialcell.services.desk import case_opening, field_links
from socialcell.services.desk.answers import answer_sending, answers
from socialcell.services.desk.closing import case_closing, closing_calls
from socialcell.services.desk.field_links import FieldAnswer
from socialcell.services.desk.referral import referrals
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.webhooks import webhook_ingest
from socialcell.web import webhook_server
from tests.desk_builders import make_registers
from tests.services.desk.answer_town import MINUTE, AnswerTown, town

pytestmark = pytest.mark.swept_on_postgresql

__all__ = ["town"]

WORDS = "The joint of the main was replaced, and water runs since two o'clock."


LEAK_MARATHI = "आमच्या गल्लीत पाण्याची पाइपलाइन फुटली आहे"
LEAK_ENGLISH = "Water is running in our street since morning"


def _write_on(town: AnswerTown, channel: str, before: str, text: str) -> None:
    """Whoever wrote a message before writes again, and the daemon takes it in."""
    platform: Any = town.sandbox.platform(channel)
    (earlier,) = [post for post in platform.visible_posts() if post.text == before]
    platform.publish(text, author=earlier.author, group=earlier.group)
    with webhook_server.serving(town.context, with_worker=False) as address:
        assert set(platform.send_pushes(address)) <= {200}
    webhook_ingest.process_pushes(town.context)
    tag_waiting(town.context)
    case_opening.open_pending(town.context)


def _case(town: AnswerTown, number: str) -> DeskCase:
    """The case of a number, among those of the whole city."""
    (case,) = [row for row in town.rows(DeskCase) if row.number == number]
    assert isinstance(case, DeskCase)
    return case


@pytest.fixture
def asked(town: AnswerTown) -> str:
    """A case of two people, claimed done by field link; both are asked."""
    first = town.hear("whatsapp", LEAK_MARATHI)
    second = town.hear("messenger", LEAK_ENGLISH)
    tag_waiting(town.context)
    number = case_opening.open_from_mention(town.writer, first, kind="complaint")
    case_opening.join_mention(town.writer, number, second)
    link = field_links.make_link(town.writer, number, "Junior engineer, Kothrud")
    token = link.address.rpartition("/")[2]
    field_links.answer_link(town.context, token, FieldAnswer("done", WORDS))
    assert _case(town, number).state == "resolved_claimed"
    answer_sending.send_due(town.context)
    return number


def test_both_are_asked_in_their_own_language_and_channel_once(
    town: AnswerTown, asked: str
) -> None:
    answer_sending.send_due(town.context)
    answers_offered = {"whatsapp": "होय / नाही", "messenger": "Yes / No"}
    for channel, offered in answers_offered.items():
        (text,) = town.sent(channel)
        assert asked in text
        assert text.endswith(offered)


def test_one_confirms_and_the_other_denies_it_is_reopened_one_level_up(
    town: AnswerTown, asked: str
) -> None:
    town.clock.advance(MINUTE)
    _write_on(town, "whatsapp", LEAK_MARATHI, "हो झालं")
    assert _case(town, asked).state == "resolved_claimed"
    town.clock.advance(MINUTE)
    _write_on(town, "messenger", LEAK_ENGLISH, "no still leaking")
    case = _case(town, asked)
    assert (case.state, case.level, case.reopened) == ("assigned", 1, 1)


def test_a_yes_of_both_closes_it(town: AnswerTown, asked: str) -> None:
    town.clock.advance(MINUTE)
    _write_on(town, "whatsapp", LEAK_MARATHI, "हो झालं")
    _write_on(town, "messenger", LEAK_ENGLISH, "Yes, thank you")
    assert _case(town, asked).state == "closed_confirmed"
    assert closing_calls.list_closures(town.context) == []


def test_a_window_that_has_closed_makes_it_a_call(town: AnswerTown) -> None:
    number = town.open_case(
        ("messenger", town.hear("messenger", "Water is running in our street")),
        state="in_progress",
    )
    town.clock.advance(25 * 60 * MINUTE)
    case_closing.claim_done(town.writer, number, case_closing.DoneEvidence(WORDS))
    answer_sending.send_due(town.context)
    assert town.sent("messenger") == []
    (entry,) = closing_calls.list_closures(town.context, calls_only=True)
    assert (entry.way, entry.call) == ("nothing", True)


def test_a_power_cut_is_referred_and_its_citizen_told_in_their_words(
    town: AnswerTown,
) -> None:
    make_registers(town.context)
    number = town.open_case(
        ("whatsapp", town.hear("whatsapp", "आमच्या भागात वीज नाही")),
        topic="electricity",
        area="ward:kothrud-bavdhan",
        owner=None,
    )
    lead = town.acting("Nita Sample", Role.LEAD)
    result = referrals.refer(lead, number)
    assert result.body == "body:msedcl"
    assert result.answer is not None
    answers.approve_answer(town.second, result.answer)
    answer_sending.send_due(town.context)
    assert town.sent("whatsapp") == [
        "वीजपुरवठा महावितरणकडे आहे; कृपया त्यांना आपला ग्राहक क्रमांक द्या."
    ]
