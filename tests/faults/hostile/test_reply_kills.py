"""`messages reply` that is killed anywhere, and typed again: nobody is answered twice,
and of no answer it is forgotten to ask a person."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine

from socialcell import config
from socialcell.clock import FixedClock
from socialcell.errors import UsageError
from socialcell.listening.reply_model import ReplyDraft
from socialcell.services.context import Context
from socialcell.services.messaging import replies, reply_doubts, reply_drafts
from tests import strace
from tests.faults.hostile.test_answer_kills import ASKED, configured
from tests.services.desk.answer_town import AnswerTown, town

__all__ = ["town"]

WORDS = "The tanker comes at six."


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
    clock.advance(reply_drafts.SENDING)
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
    calls = ["sendto"] if database_kind == "postgresql" else [*strace.FILES, "sendto"]
    every = strace.points(calls, tmp_path / "trace", *typed(1)[1])
    assert len(town.sent("whatsapp")) == 2
    # Another run may have some fewer.
    early = every[: len(every) * 9 // 10]
    points = Random(7).sample(early, min(most, len(early)))
    outcomes: Counter[str] = Counter()

    for place_in_list, (call, n) in enumerate(points, 2):
        before = len(town.sent("whatsapp"))
        mention, command = typed(place_in_list)
        strace.killed_at(call, n, *command)

        outcomes[typed_again(place, engine, town, mention, before)] += 1

        assert len(town.sent("whatsapp")) == before + 1, (call, n)
        line = next(row for row in town.rows(ReplyDraft) if row.mention_id == mention)
        assert (line.state, line.text) == ("sent", None), (call, n)
    words = f"Of {len(every)} writes and words of a reply {len(points)} were tried"
    looked = outcomes["looked"]
    tried(len(points), f"{words}; a person had to look {looked} times")
