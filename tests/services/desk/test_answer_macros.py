"""Approved answers in drafts: sent without a second person, unless somebody is in
danger; templates after the window; what changed between two drafts."""

from datetime import date

import pytest
from sqlalchemy import select

from socialcell import db
from socialcell.desk.model import CaseContact
from socialcell.errors import SocialcellError, UsageError
from socialcell.ops.model import Usage
from socialcell.roles import Role
from socialcell.services.desk.answers import (
    answer_sending,
    answer_view,
    answers,
    macros,
)
from socialcell.services.desk.answers.answer_channels import ways_to_answer
from socialcell.services.desk.answers.answer_drafts import (
    AnswerDraft,
    TemplateChoice,
    draft_answer,
)
from socialcell.services.desk.answers.answer_view import WordChange, word_changes
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.messaging import consent, messages
from socialcell.services.outbox import outbox_mode
from tests.services.desk.answer_town import HOUR, MARATHI, MINUTE, AnswerTown, town

__all__ = ["town"]

pytestmark = pytest.mark.swept_on_postgresql
UNTIL = date(2027, 3, 31)


CALM = "कोथरूडमध्ये पाईप फुटला आहे"
CALL = "एकता नगरीत घरात पाणी शिरलंय, सहा जण अडकले आहेत, कोणीतरी बोट पाठवा!"


def leak(town: AnswerTown, text: str = CALM, **fields: str) -> str:
    mention = town.hear("whatsapp", text)
    return town.open_case(("whatsapp", mention), **fields)


def book(town: AnswerTown) -> None:
    """The shipped book, approved."""
    macros.import_book(town.writer, UNTIL)
    for key in {row.key for row in town.macros()}:
        macros.approve_macros(town.second, key)


def macro_draft(town: AnswerTown, number: str, **fields: object) -> str:
    draft = AnswerDraft(**({"macro": "ask_place"} | fields))
    return draft_answer(town.writer, number, draft).key


def test_an_unchanged_macro_goes_without_a_second_person(town: AnswerTown) -> None:
    book(town)
    number = leak(town)

    key = macro_draft(town, number)
    answers.send_answer(town.writer, key)
    answer_sending.send_due(town.context)

    (text,) = town.sent("whatsapp")
    assert f"क्रमांक {number}" in text
    assert town.case().waits_for == "citizen"
    assert town.messages()[0].purpose == "place_question"


def test_a_changed_macro_needs_a_second_person(town: AnswerTown) -> None:
    book(town)
    key = macro_draft(town, leak(town), texts={"mr": MARATHI})

    with pytest.raises(UsageError, match="needs a second person"):
        answers.send_answer(town.writer, key)

    answers.approve_answer(town.second, key)
    assert town.states() == ["queued"]


def test_an_agency_may_not_send_even_an_approved_answer(town: AnswerTown) -> None:
    book(town)
    key = macro_draft(town, leak(town))

    with pytest.raises(SocialcellError, match="Agency Sample"):
        answers.send_answer(town.acting("Agency Sample", Role.AGENCY), key)


@pytest.mark.parametrize("danger", ["priority", "marked", "crisis"])
def test_an_answer_about_danger_needs_a_second_person(
    town: AnswerTown, danger: str
) -> None:
    book(town)
    priority = "P0" if danger == "priority" else "P2"
    number = leak(town, CALL if danger == "crisis" else CALM, priority=priority)
    if danger == "crisis":
        tag_waiting(town.context)
        outbox_mode.set_mode(town.context, "crisis", "a flood")

    key = macro_draft(town, number, safety=danger == "marked")

    with pytest.raises(UsageError, match="needs a second person"):
        answers.send_answer(town.writer, key)
    answers.approve_answer(town.second, key)


def test_a_crisis_that_began_after_the_draft_counts(town: AnswerTown) -> None:
    book(town)
    key = macro_draft(town, leak(town))
    town.change_case(priority="P0")

    with pytest.raises(UsageError, match="needs a second person"):
        answers.send_answer(town.writer, key)


def test_a_macro_that_ended_meanwhile_is_not_sent(town: AnswerTown) -> None:
    book(town)
    key = macro_draft(town, leak(town))
    macros.end_macro(town.second, "ask_place", "mr")

    for act, context in (
        (answers.send_answer, town.writer),
        (answers.approve_answer, town.second),
    ):
        with pytest.raises(UsageError, match="counts no more"):
            act(context, key)
    with pytest.raises(UsageError, match="counts no more"):
        macro_draft(town, leak(town))


def test_a_macro_without_its_values_is_not_entered(town: AnswerTown) -> None:
    book(town)
    number = leak(town, place="कर्वे रस्ता")

    with pytest.raises(UsageError, match="team"):
        macro_draft(town, number, macro="team_sent")

    values = {"team": "दुरुस्ती पथक", "until": "सायंकाळ"}
    macro_draft(town, number, macro="team_sent", values=values)
    assert "कर्वे रस्ता येथे दुरुस्ती पथक" in (town.messages()[0].text or "")


@pytest.mark.parametrize(
    ("language", "script", "words"),
    [("mr", "Deva", "नमस्कार"), ("mr", "Latn", "Namaskar"), ("hi", "Deva", "नमस्ते")],
)
def test_the_contacts_script_decides(
    town: AnswerTown, language: str, script: str, words: str
) -> None:
    book(town)
    number = leak(town)
    town.change(CaseContact, language=language, script=script)

    macro_draft(town, number)

    assert (town.messages()[0].text or "").startswith(words)


def test_after_the_window_an_approved_template_goes_to_who_agreed(
    town: AnswerTown,
) -> None:
    number = leak(town)
    town.clock.advance(24 * HOUR + MINUTE)
    template = TemplateChoice("water_closure", ("कोथरूड", "सोमवार"))
    with pytest.raises(UsageError, match="have not agreed"):
        town.draft(number, template=template)
    with db.reading(town.context.engine) as session:
        way = ways_to_answer(town.context, session, town.contacts()[0])
    assert (way.open, [why.code for why in way.closed]) == (
        (),
        ["deskanswers.window_over_no_consent"],
    )
    from tests.services.webhooks.test_sending import newest, writer

    uid = writer(town.context, newest(town.context))
    consent.record_consent(town.context, f"+{uid}", "granted", "form 12")
    with pytest.raises(UsageError, match="approved no template"):
        town.draft(number, template=template)
    messages.sync_templates(town.context)
    with pytest.raises(UsageError, match="2 "):
        town.draft(number, template=TemplateChoice("water_closure", ("कोथरूड",)))

    town.approved(number, template=template)
    answer_sending.send_due(town.context)

    (message,) = town.messages()
    assert (message.state, message.price_micros) == ("sent", 115_000)
    assert "कोथरूड येथे सोमवार" in (message.text or "")
    (sent,) = town.sandbox.platform("whatsapp").sent
    assert sent["type"] == "template"
    with db.reading(town.context.engine) as session:
        (used,) = session.scalars(select(Usage).where(Usage.bucket.like("messages_%")))
        assert (used.bucket, used.used) == ("messages_utility", 1)


def test_what_changed_between_two_drafts_is_shown_word_by_word(
    town: AnswerTown,
) -> None:
    assert word_changes("at six today", "at seven today") == [
        WordChange("same", "at "),
        WordChange("removed", "six"),
        WordChange("added", "seven"),
        WordChange("same", " today"),
    ]
    number = leak(town)
    first = town.draft(number)
    second = town.draft(
        number, replaces=first, texts={"mr": MARATHI.replace("आज", "उद्या")}
    )

    detail = answer_view.show_answer(town.context, second)

    (changes,) = detail.changes
    assert changes is not None
    assert [c.words for c in changes if c.change == "removed"] == ["आज"]
    assert [c.words for c in changes if c.change == "added"] == ["उद्या"]
    assert answer_view.show_answer(town.context, first).changes == [None]


def test_the_list_says_what_holds_an_answer_and_until_when_it_may_go(
    town: AnswerTown,
) -> None:
    number = leak(town)
    town.draft(number)

    (line,) = answer_view.list_answers(town.context)
    assert (line.state, line.way, line.hold) == ("waiting", "private", None)
    assert line.until == town.clock.now() + 24 * HOUR
    assert (line.used, line.limit) == (len(MARATHI), 4096)
    town.clock.advance(24 * HOUR)

    (line,) = answer_view.list_answers(town.context)
    assert line.until is None
    assert "24 hours" in str(line.hold)
