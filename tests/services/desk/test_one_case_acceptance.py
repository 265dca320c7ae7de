"""A burst pipe on Facebook, by WhatsApp with a pin 80 m away, by phone and in a
newspaper: one case, four contacts, each answered and asked in their own way."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from socialcell.clock import FixedClock
from socialcell.desk.closing_model import ClosureCheck
from socialcell.desk.model import CaseClock, DeskCase
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.desk import case_grouping, case_triage
from socialcell.services.desk.answers import answer_sending, answers, spoken_answers
from socialcell.services.desk.answers.answer_drafts import AnswerDraft, draft_answer
from socialcell.services.desk.closing import case_closing, closing_calls
from socialcell.services.desk.closing.case_closing import DoneEvidence
from socialcell.services.publishing import posting
from tests.services.desk.answer_town import HOUR, MARATHI, MINUTE
from tests.services.desk.burst_pipe import BurstPipe, serving_pipe

pytestmark = pytest.mark.swept_on_postgresql

ROMAN = "Pathak kaam karat aahe, aaj sandhyakali paryant galti durust hoil."
SPOKEN = "दल काम पर है, आज शाम तक रिसाव ठीक होगा।"
TO_THE_PAPER = "A team works on the main; water is back by this evening."
DONE = DoneEvidence("The joint of the main was replaced; water runs since two o'clock.")


@dataclass
class OneCase:
    """The case that the four became, and its contacts by channel."""

    pipe: BurstPipe
    number: str
    contacts: dict[str, int]

    @property
    def row(self) -> DeskCase:
        rows = self.pipe.town.rows(DeskCase)
        (case,) = [case for case in rows if case.number == self.number]
        assert isinstance(case, DeskCase)
        return case

    def clock(self, kind: str) -> CaseClock:
        rows = self.pipe.town.rows(CaseClock)
        own = [c for c in rows if (c.case_id, c.kind) == (self.row.id, kind)]
        assert isinstance(own[-1], CaseClock)
        return own[-1]

    def checks(self) -> dict[str, ClosureCheck]:
        channels = {id_: channel for channel, id_ in self.contacts.items()}
        rows = self.pipe.town.rows(ClosureCheck)
        return {channels[check.contact_id]: check for check in rows}

    def out(self) -> dict[str, list[str]]:
        """What we said to each, oldest first."""
        channels = {id_: channel for channel, id_ in self.contacts.items()}
        texts: dict[str, list[str]] = {channel: [] for channel in self.contacts}
        for message in self.pipe.town.messages():
            texts[channels[message.contact_id]].append(message.text)
        return texts

    def send(self) -> None:
        """What the daemon does: send privately and in public, and note it."""
        answer_sending.send_due(self.pipe.town.context)
        posting.publish_due(self.pipe.town.context)
        answer_sending.send_due(self.pipe.town.context)


@pytest.fixture
def pipe(folder: Path, context: Context, clock: FixedClock) -> Iterator[BurstPipe]:
    with serving_pipe(folder, context, clock) as pipe:
        yield pipe


@pytest.fixture
def case(pipe: BurstPipe) -> OneCase:
    """Heard by four doors within a day; the operator takes what is suggested."""
    town, wait = pipe.town, pipe.town.clock.advance
    post = pipe.on_facebook()
    pipe.read()
    wait(HOUR)
    message = pipe.by_whatsapp()
    pipe.read()
    wait(MINUTE)
    pipe.pin()
    wait(HOUR)
    called = pipe.by_phone(town.writer)
    wait(HOUR)
    article = pipe.in_a_newspaper()
    pipe.read()
    numbers = [pipe.case_of(id_).number for id_ in (post, message, article)]
    assert len({*numbers, called}) == 4
    while pairs := case_grouping.list_suggestions(town.context):
        pair = pairs[0]
        case_grouping.decide_suggestion(town.writer, pair.number, pair.other, same=True)
    contacts = {contact.channel: contact.id for contact in town.contacts()}
    return OneCase(pipe, numbers[0], contacts)


def answer_all(case: OneCase) -> None:
    """The operator drafts for who can be written to and calls the others; a second
    person approves."""
    town = case.pipe.town
    texts = {"mr": MARATHI, "mr-Latn": ROMAN}
    key = draft_answer(town.writer, case.number, AnswerDraft(texts)).key
    answers.approve_answer(town.second, key)
    case.send()
    for channel, words in {"phone": SPOKEN, "press": TO_THE_PAPER}.items():
        spoken_answers.enter_spoken(
            town.writer, case.number, case.contacts[channel], words
        )


def test_four_doors_become_one_case_with_four_contacts(case: OneCase) -> None:
    rows = case.pipe.town.rows(DeskCase)

    assert [row.merged_into for row in rows] == [None, 1, 1, 1]
    assert {contact.case_id for contact in case.pipe.town.contacts()} == {case.row.id}
    spoken = {c.channel: (c.language, c.script) for c in case.pipe.town.contacts()}
    assert spoken == {
        "facebook": ("mr-Latn", "Latn"),
        "whatsapp": ("mr", "Deva"),
        "phone": ("hi", "Deva"),
        "press": ("en", "Latn"),
    }
    assert case.clock("first_answer").started_at == case.row.first_contact_at


def test_a_pin_eighty_metres_away_is_what_joins_the_message(case: OneCase) -> None:
    decided = case.pipe.suggestions()

    assert {"topic": "water", "metres": 80} in decided


def test_each_is_answered_in_own_script_and_channel(case: OneCase) -> None:
    answer_all(case)

    town = case.pipe.town
    assert town.sent("whatsapp") == [MARATHI]
    assert case.pipe.under_the_post() == [ROMAN]
    assert case.out() == {
        "facebook": [ROMAN],
        "whatsapp": [MARATHI],
        "phone": [SPOKEN],
        "press": [TO_THE_PAPER],
    }
    assert set(town.states()) == {"sent"}
    clock = case.clock("first_answer")
    assert (clock.ending, clock.stopped_at) == ("done", town.clock.now())
    assert case.clock("next_answer").stopped_at is not None


def test_each_is_asked_at_the_end_and_their_own_yes_closes_it(case: OneCase) -> None:
    answer_all(case)
    town = case.pipe.town
    case_triage.change_state(town.writer, case.number, "in_progress")
    town.clock.advance(HOUR)
    case_closing.claim_done(town.writer, case.number, DONE)
    case.send()

    ways = {channel: check.way for channel, check in case.checks().items()}
    assert ways == {
        "facebook": "public",
        "whatsapp": "private",
        "phone": "phone",
        "press": "nothing",
    }
    assert town.sent("whatsapp")[-1].endswith("होय / नाही")
    assert case.pipe.under_the_post()[-1].endswith("Ho / Nahi")
    calls = closing_calls.list_closures(town.context, calls_only=True)
    assert {entry.channel for entry in calls} == {"phone", "press"}

    town.clock.advance(HOUR)
    case.pipe.answer_by_whatsapp("हो झालं")
    case.pipe.below_the_post("Hoy, zale")
    case.pipe.read()
    assert case.row.state == "resolved_claimed"
    _call(case, "phone")
    assert case.row.state == "resolved_claimed"
    _call(case, "press")

    assert {check.answer for check in case.checks().values()} == {"yes"}
    assert case.row.state == "closed_confirmed"


def _call(case: OneCase, channel: str) -> None:
    """Another person than the one who claimed it calls."""
    other = case.pipe.town.acting("Nita Sample", Role.OPERATOR)
    contact = case.contacts[channel]
    closing_calls.enter_call(other, case.number, contact, "confirmed", words="हो")


def test_a_no_of_one_of_four_opens_it_again_one_level_up(case: OneCase) -> None:
    town = case.pipe.town
    case_triage.change_state(town.writer, case.number, "in_progress")
    case_closing.claim_done(town.writer, case.number, DONE)
    case.send()
    town.clock.advance(MINUTE)

    case.pipe.below_the_post("Nahi, ajun galti aahe")
    case.pipe.read()

    assert (case.row.state, case.row.level) == ("assigned", 1)


@pytest.mark.parametrize("words", ["", "  \n", "अ" * 4001])
def test_nothing_is_entered_as_said_without_words_or_with_a_book(
    case: OneCase, words: str
) -> None:
    with pytest.raises(UsageError, match="4000"):
        spoken_answers.enter_spoken(
            case.pipe.town.writer, case.number, case.contacts["phone"], words
        )

    assert case.pipe.town.messages() == []


def test_only_who_may_answer_enters_what_was_said(case: OneCase) -> None:
    town, contact = case.pipe.town, case.contacts["phone"]

    for context in (town.acting("Agency Sample", Role.AGENCY), town.second):
        with pytest.raises(SocialcellError, match=context.actor.name):
            spoken_answers.enter_spoken(context, case.number, contact, SPOKEN)
    with pytest.raises(NeedsAPerson):
        spoken_answers.enter_spoken(town.context, case.number, contact, SPOKEN)
    with pytest.raises(UsageError, match="999"):
        spoken_answers.enter_spoken(town.writer, case.number, 999, SPOKEN)

    assert town.messages() == []
