"""The process dies at every write and every call of an answer: nobody is written to
twice, and nothing is lost without a line that asks a person."""

from datetime import timedelta

import pytest

from socialcell import db
from socialcell.desk.store import outgoing_answers
from socialcell.errors import UsageError
from socialcell.ops import outbox_store
from socialcell.services.desk.answers import answer_results, answer_sending
from socialcell.services.outbox import outbox
from tests.services.desk.answer_town import MARATHI, AnswerTown, town
from tests.services.publishing.test_crashes import Died, Line

__all__ = ["town"]

pytestmark = pytest.mark.swept_on_postgresql


def queued(town: AnswerTown, channel: str) -> None:
    mention = town.hear(channel, "कोथरूडमध्ये पाईप फुटला आहे")
    town.approved(town.open_case((channel, mention)))


MOST_POINTS = 40  # more than a run has: every one is tried until none is left


@pytest.mark.parametrize("channel", ["whatsapp", "messenger"])
def test_killed_at_any_write_or_call_an_answer_is_heard_once(
    town: AnswerTown, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = died = 0
    for n in range(1, MOST_POINTS):
        queued(town, channel)
        before = len(town.sent(channel))
        line = Line(dies_at=n)
        alive = True
        try:
            with line.watched(town.context.engine, monkeypatch):
                answer_sending.send_due(town.context)
        except Died:
            town.context.engine.dispose()  # as the system closes what it held
            alive, died = False, died + 1
        if alive:
            break
        looked += _resolve(town, channel, before)
        assert len(town.sent(channel)) == before + 1, n
        assert town.messages()[-1].state == "sent", n
    assert alive  # past the last point
    assert died > 4
    assert looked > 0


def _resolve(town: AnswerTown, channel: str, before: int) -> int:
    looked = 0
    for _ in range(3):
        answer_sending.recover(town.context)
        answer_sending.send_due(town.context)
        message = town.messages()[-1]
        if message.state == "unsure":
            looked += 1
            assert "answer_unsure" in town.steps()
            outgoing = town.outbox()[-1]
            assert (outgoing.state, outgoing.held_by) == ("held", "unsure")
            heard = len(town.sent(channel)) > before
            answer_results.settle(town.writer, message.id or 0, heard=heard)
        town.clock.advance(timedelta(minutes=16))
    return looked


@pytest.mark.parametrize("fault", ["lose_answer", "drop_connection"])
@pytest.mark.parametrize("channel", ["whatsapp", "messenger"])
def test_an_answer_whose_call_got_no_answer_waits_for_a_person(
    town: AnswerTown, channel: str, fault: str
) -> None:
    queued(town, channel)
    getattr(town.sandbox.platform(channel), fault)(times=None)

    run = answer_sending.send_due(town.context)
    town.clock.advance(timedelta(hours=2))
    town.sandbox.platform(channel).heal()
    again = answer_sending.send_due(town.context)

    copies = len(town.sent(channel))
    if channel == "messenger" and fault == "drop_connection":
        # What failed was the question for the page's token: nothing was sent.
        assert (run.later, again.sent, copies) == (1, 1, 1)
        return
    assert (run.unsure, again.is_idle) == (1, True)
    assert copies == (1 if fault == "lose_answer" else 0)
    assert town.states() == ["unsure"]


def test_an_answer_in_doubt_is_released_by_no_general_release(
    town: AnswerTown,
) -> None:
    queued(town, "whatsapp")
    town.sandbox.platform("whatsapp").lose_answer(times=None)
    answer_sending.send_due(town.context)
    town.sandbox.platform("whatsapp").heal()

    assert outbox.release(town.context, None).count == 0
    (outgoing,) = town.outbox()
    with pytest.raises(UsageError, match="Nobody knows"):
        outbox.release(town.context, [outgoing.id or 0])

    assert answer_sending.send_due(town.context).is_idle
    assert town.sent("whatsapp") == [MARATHI]


def test_a_claim_is_doubted_when_its_time_is_over_and_not_before(
    town: AnswerTown,
) -> None:
    queued(town, "whatsapp")
    (outgoing,) = town.outbox()
    with db.writing(town.context.engine) as session:
        assert outgoing_answers.claim(session, outgoing.dedup_key, town.clock.now())

    assert answer_sending.send_due(town.context).is_idle
    town.clock.advance(outbox_store.CLAIMED)
    assert answer_sending.send_due(town.context).unsure == 1

    assert town.states() == ["unsure"]
    answer_results.settle(town.writer, town.messages()[0].id or 0, heard=False)
    assert answer_sending.send_due(town.context).sent == 1
    with pytest.raises(UsageError, match="not in doubt"):
        answer_results.settle(town.writer, town.messages()[0].id or 0, heard=False)
    assert town.sent("whatsapp") == [MARATHI]


@pytest.mark.parametrize("fault", ["limit", "expire_token", "missing_permission"])
def test_an_answer_that_was_certainly_not_sent_is_tried_again(
    town: AnswerTown, fault: str
) -> None:
    queued(town, "whatsapp")
    getattr(town.sandbox.platform("whatsapp"), fault)()

    assert answer_sending.send_due(town.context).later == 1
    town.sandbox.platform("whatsapp").heal()
    town.clock.advance(timedelta(hours=2))
    assert answer_sending.send_due(town.context).sent == 1

    assert town.sent("whatsapp") == [MARATHI]


def test_a_platform_that_is_away_leaves_one_answer_in_doubt_and_the_others_wait(
    town: AnswerTown,
) -> None:
    for _ in range(3):
        queued(town, "whatsapp")
    town.sandbox.platform("whatsapp").drop_connection(times=None)

    for _ in range(10):
        answer_sending.send_due(town.context)
        town.clock.advance(timedelta(minutes=1))

    assert sorted(town.states()) == ["queued", "queued", "unsure"]
    town.sandbox.platform("whatsapp").heal()
    town.clock.advance(timedelta(minutes=10))
    assert answer_sending.send_due(town.context).sent == 2
