"""Why an answer does not go out is kept as a code, and said in three languages."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.clock import in_pune
from socialcell.desk.model import CaseContact, CaseMessage, CaseStep
from socialcell.errors import UsageError
from socialcell.json_types import JsonValue
from socialcell.message_catalog import LANGUAGES, Message, in_words
from socialcell.ops.outbox_model import Outgoing
from socialcell.services.context import Context
from socialcell.services.desk.answers import (
    answer_results,
    answer_view,
    hold_reasons,
)
from tests.builders import NOON
from tests.desk_builders import make_case, make_contact, make_message, make_reply
from tests.inside import socialcell
from tests.running import answer

pytestmark = pytest.mark.swept_on_postgresql

KEY = "answer.1"
REFUSED = Message("deskanswers.no_account", {"platform": "X"})


def queue(
    context: Context, outgoing: Mapping[str, str | None], post: str | None = None
) -> int:
    """An answer that is to leave privately, or as a post in this state; its number."""
    with db.writing(context.engine) as session:
        case = make_case(session)
        contact = make_contact(session, case, "whatsapp")
        values = {"kind": "answer", "channel": "whatsapp", "dedup_key": KEY}
        values |= {"recipient": "1", "subject": "", "state": "pending"}
        fields: dict[str, object] = {"outbox_key": KEY}
        if post is not None:
            row = make_reply(session, state=post)
            values |= {"kind": "reply", "dedup_key": row.sent_as}
            fields = {"own_post_id": row.id, "is_public": True}
        session.add(Outgoing(**values | outgoing, not_before=NOON, made_at=NOON))
        message = make_message(
            session,
            case,
            contact,
            "उत्तर",
            direction="out",
            state="queued",
            purpose="answer",
            answer_key=f"{case.number}.1",
            **fields,
        )
        return message.id or 0


def hold(context: Context, message: int) -> Message | None:
    """What holds an answer, as if its way were open."""
    with db.reading(context.engine) as session:
        row = session.get_one(CaseMessage, message)
        contact = session.get_one(CaseContact, row.contact_id)
        return hold_reasons.hold_of(context, session, row, contact, None)


def said(message: Message | None) -> list[str]:
    """In Marathi, Hindi and English."""
    assert message is not None
    return [in_words(message, language) for language in LANGUAGES]


def test_a_refused_answer_says_why_in_each_language(context: Context) -> None:
    message = queue(context, {"state": "sending"})
    answer_results.fail(context, KEY, REFUSED)
    assert said(hold(context, message)) == said(REFUSED)
    (line,) = answer_view.list_answers(context)
    assert (line.state, line.hold, line.reason) == ("failed", REFUSED, str(REFUSED))


def test_an_answer_in_doubt_says_what_is_to_be_done(context: Context) -> None:
    message = queue(context, {"state": "sending"})
    answer_results.doubt_abandoned(context, None)
    ended = Message("deskanswers.process_ended")
    whole = Message("deskanswers.hold_unsure", {"message": message, "why": ended})
    assert said(hold(context, message)) == said(whole)
    assert f"answers settle {message} --heard" in str(hold(context, message))
    with db.reading(context.engine) as session:
        (step,) = session.scalars(select(CaseStep))
        (outgoing,) = session.scalars(select(Outgoing))
        assert step.reason == outgoing.answer == str(whole)


def test_an_answer_that_went_back_by_itself_says_why(context: Context) -> None:
    message = queue(context, {"state": "pending"})
    why = UsageError("deskanswers.of_contact", contact=1, reason=REFUSED).message
    with db.writing(context.engine) as session:
        row = session.get_one(CaseMessage, message)
        answer_results.return_unsent(context, session, row, why)
    assert said(hold(context, message)) == said(why)


def test_a_reason_of_a_person_is_no_hold(context: Context) -> None:
    message = queue(context, {"state": "dead"})
    with db.writing(context.engine) as session:
        row = session.get_one(CaseMessage, message)
        row.state, row.reason = "returned", "The date is missing"
    assert hold(context, message) is None


def test_a_reason_of_before_is_said_as_it_was_noted(context: Context) -> None:
    message = queue(context, {"state": "dead"})
    with db.writing(context.engine) as session:
        row = session.get_one(CaseMessage, message)
        row.state, row.reason = "failed", "Refused"
    assert all("Refused" in sentence for sentence in said(hold(context, message)))


def test_an_answer_that_is_tried_again_says_when(context: Context) -> None:
    message = queue(context, {"answer": "The platform is away"})
    for sentence in said(hold(context, message)):
        assert in_pune(NOON) in sentence
        assert "The platform is away" in sentence


@pytest.mark.parametrize("words", [None, "released"])
def test_an_answer_that_is_about_to_leave_is_not_held(
    context: Context, words: str | None
) -> None:
    assert hold(context, queue(context, {"answer": words})) is None


@pytest.mark.parametrize(
    ("post", "held_by", "code"),
    [
        ("draft", None, "approval"),
        ("approved", "mode", "mode"),
        ("approved", "rule", "rule"),
        ("approved", "late", "late"),
        ("approved", "unsure", "post_unsure"),
        ("approved", "platform", "platform"),
        ("approved", None, "not_noted"),
    ],
)
def test_a_public_answer_says_what_holds_its_post(
    context: Context, post: str, held_by: str | None, code: str
) -> None:
    outgoing = {"state": "held", "held_by": held_by, "answer": "held back"}
    message = queue(context, outgoing, post)
    reason = hold(context, message)
    assert reason is not None
    assert reason.code == f"deskanswers.hold_{code}"
    sentences = said(reason)
    assert len(set(sentences)) == len(LANGUAGES)
    for sentence in sentences:
        assert "None" not in sentence


def test_a_public_answer_that_nothing_holds_is_not_held(context: Context) -> None:
    assert hold(context, queue(context, {"state": "pending"}, "approved")) is None


def test_a_message_comes_back_from_a_step_as_it_was() -> None:
    inner = Message("deskanswers.no_account", {"platform": "X"})
    whole = Message(
        "deskanswers.of_contact",
        {"contact": 3, "reason": [inner, "and more", None], "n": 2, "share": 0.5},
    )
    assert hold_reasons.reason_of(hold_reasons.stored_reason(whole)) == whole
    others = {"day": date(2026, 11, 21), "path": Path("a"), "error": UsageError("x.y")}
    restored = hold_reasons.reason_of(
        hold_reasons.stored_reason(Message("x.z", others))
    )
    assert restored == Message(
        "x.z", {"day": "2026-11-21", "path": "a", "error": Message("x.y")}
    )


@pytest.mark.parametrize("why", [None, "words", 7, [], {}, {"code": 1}, {"code": "x"}])
def test_a_step_without_a_code_has_no_reason(why: JsonValue) -> None:
    assert hold_reasons.reason_of({"why": why}) is None


def test_the_command_says_a_hold_with_its_code_and_in_each_language(
    context: Context,
) -> None:
    queue(context, {"state": "sending"})
    answer_results.fail(context, KEY, REFUSED)
    config = ["--config", str(context.workspace.folder / "config.yaml")]

    (line,) = answer(socialcell("answers", "list", *config, "--json"))["answers"]
    marathi, hindi, english = said(REFUSED)
    assert line["hold"] == {
        "code": REFUSED.code,
        "mr": marathi,
        "hi": hindi,
        "en": english,
    }
    key = line["answer"]
    shown = socialcell("answers", "show", key, *config)
    assert f"Held: {english}" in shown.stdout
    (again,) = answer(socialcell("answers", "show", key, *config, "--json"))["lines"]
    assert again["hold"] == line["hold"]
