"""`messages reply` and `messages send` that are killed anywhere and typed again: nobody
hears anything twice, and where nobody knows, a person is asked."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import config
from socialcell.clock import FixedClock
from socialcell.errors import UsageError
from socialcell.listening.reply_model import ReplyDraft
from socialcell.services.context import Context
from socialcell.services.messaging import (
    consent,
    messages,
    replies,
    reply_doubts,
    reply_drafts,
    template_doubts,
)
from socialcell.services.messaging.sending_times import SENDING
from tests import strace
from tests.faults.hostile.test_answer_kills import ASKED, configured
from tests.services.desk.answer_town import AnswerTown, town

__all__ = ["town"]

WORDS = "The tanker comes at six."
NUMBERS = ["999811110001", "999811110002"]


def typed_again(
    place: Path, engine: Engine, town: AnswerTown, mention: int, before: int
) -> str:
    """Whoever typed the command types it again; where it is in doubt, they look in the
    inbox and say what they saw. What came of it: sent, again or looked."""
    count = len(town.sent("whatsapp"))
    clock = FixedClock(town.clock.now())
    context = Context(config.load(place), engine, clock, town.sandbox.base_urls)
    try:
        replies.reply(context, mention, WORDS)
    except UsageError as error:
        code = error.message.code
    else:
        assert count == before, "it was heard, and nothing said so"
        return "again"
    assert len(town.sent("whatsapp")) == count
    if code == "messages.same_sent":
        return "sent"
    assert code == "messages.possibly_sent"
    (waits,) = reply_drafts.list_waiting(context)
    assert (waits.mention_id, waits.text) == (mention, WORDS)
    clock.advance(SENDING)
    if count > before:
        reply_doubts.settle_heard(context, waits.id)
    else:
        reply_doubts.send_again(context, waits.id)
    return "looked"


@strace.needed
@pytest.mark.faults
@pytest.mark.fault("F18", "F02")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("most", [6, pytest.param(24, marks=pytest.mark.long)])
def test_a_reply_that_is_killed_and_typed_again_is_heard_once(
    town: AnswerTown,
    folder: Path,
    engine: Engine,
    tmp_path: Path,
    database_kind: str,
    most: int,
    tried: Callable[..., None],
) -> None:
    def typed(n: int) -> tuple[int, tuple[str | Path, ...]]:
        """Somebody writes; the message's id, and the command that answers it."""
        mention = town.hear("whatsapp", f"{ASKED} {n}")
        return mention, ("messages", "reply", str(mention), WORDS, "--config", place)

    place = configured(folder, town)
    first, _ = typed(0)
    replies.reply(town.context, first, WORDS)  # the first one makes more rows
    trace = tmp_path / "trace"
    every, points = strace.sample_points(database_kind, trace, most, *typed(1)[1])
    assert len(town.sent("whatsapp")) == 2
    outcomes: Counter[str] = Counter()

    for place_in_list, (call, n) in enumerate(points, 2):
        before = len(town.sent("whatsapp"))
        mention, command = typed(place_in_list)
        strace.killed_at(call, n, *command)

        outcomes[typed_again(place, engine, town, mention, before)] += 1

        assert len(town.sent("whatsapp")) == before + 1, (call, n)
        line = next(row for row in town.rows(ReplyDraft) if row.mention_id == mention)
        assert (line.state, line.text) == ("sent", None), (call, n)
    words = f"Of {every} writes and words of a reply {len(points)} were tried"
    looked = outcomes["looked"]
    tried(len(points), f"{words}; a person had to look {looked} times")


@strace.needed
@pytest.mark.faults
@pytest.mark.fault("F18", "F02")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("most", [6, pytest.param(24, marks=pytest.mark.long)])
def test_a_template_that_is_killed_and_sent_again_reaches_each_once(
    town: AnswerTown,
    folder: Path,
    engine: Engine,
    tmp_path: Path,
    database_kind: str,
    most: int,
    tried: Callable[..., None],
) -> None:
    place, numbers = configured(folder, town), tmp_path / "numbers.txt"
    numbers.write_text("\n".join(NUMBERS))
    messages.sync_templates(town.context)
    for number in NUMBERS:
        consent.record_consent(town.context, number, "granted", "form 12")

    def typed(day: int) -> tuple[str | Path, ...]:
        values = ("--value", "Aundh", "--value", f"{day} Nov")
        sent = ("messages", "send", "water_closure", "--to", numbers, *values)
        return (*sent, "--config", place)

    def receivers() -> list[str]:
        platform: Any = town.sandbox.platform("whatsapp")
        return [message["to"] for message in platform.sent]

    trace = tmp_path / "trace"
    every, points = strace.sample_points(database_kind, trace, most, *typed(0))
    looked = 0

    for day, (call, n) in enumerate(points, 1):
        before = len(receivers())
        strace.killed_at(call, n, *typed(day))
        context = Context(
            config.load(place),
            engine,
            FixedClock(town.clock.now() + SENDING),
            town.sandbox.base_urls,
        )
        values = ["Aundh", f"{day} Nov"]
        again = messages.send_template(context, "water_closure", "mr", NUMBERS, values)
        for line in again.unsure:
            looked += 1
            assert template_doubts.list_doubts(context)
            if NUMBERS[line - 1] not in receivers()[before:]:
                messages.send_template(
                    context, "water_closure", "mr", NUMBERS, values, again=True
                )

        assert sorted(receivers()[before:]) == NUMBERS, (call, n)
    words = f"Of {every} writes and words of a template {len(points)} were tried"
    tried(len(points), f"{words}; a person had to look {looked} times")
