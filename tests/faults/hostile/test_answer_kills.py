"""A private answer whose process is killed anywhere: nobody is written to twice, and
none is lost without a line that asks a person."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Engine

from socialcell import config, db
from socialcell.clock import FixedClock
from socialcell.ops import integrity
from socialcell.ops import outbox_store as store
from socialcell.services.context import Context
from socialcell.services.desk.answers import answer_results, answer_sending
from tests import strace
from tests.operators import acting
from tests.services.desk.answer_town import WRITER, AnswerTown, town

__all__ = ["town"]

ASKED = "कोथरूडमध्ये पाईप फुटला आहे"


def configured(folder: Path, town: AnswerTown) -> Path:
    place = folder / "config.yaml"
    settings = yaml.safe_load(place.read_text()) or {}
    settings |= {"clock": {"fixed": town.clock.now().isoformat()}}
    place.write_text(yaml.safe_dump(settings))
    return place


def resumed(place: Path, engine: Engine, town: AnswerTown, before: int) -> int:
    """The same workspace when the claim of the dead process has run out; how often a
    person had to look."""
    base_urls = town.sandbox.base_urls
    clock = FixedClock(town.clock.now())
    context = Context(config.load(place), engine, clock, base_urls)
    answer_sending.send_due(context)
    looked = 0
    for message in town.messages():
        if message.state != "unsure":
            continue
        looked += 1
        held = [row for row in town.outbox() if row.held_by == "unsure"]
        assert "Look in the conversation" in (held[-1].answer or "")
        assert "answer_unsure" in town.steps()
        heard = len(town.sent("whatsapp")) > before
        person = acting(context, WRITER)
        answer_results.settle(person, message.id or 0, heard=heard)
    return looked


@strace.needed
@pytest.mark.faults
@pytest.mark.fault("F18", "F02")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("most", [6, pytest.param(24, marks=pytest.mark.long)])
def test_killed_at_any_write_or_word_an_answer_is_heard_once(
    town: AnswerTown,
    folder: Path,
    engine: Engine,
    tmp_path: Path,
    database_kind: str,
    most: int,
    tried: Callable[..., None],
) -> None:
    def queued() -> int:
        """Somebody writes and is answered; how many answers were heard before."""
        mention = town.hear("whatsapp", ASKED)
        town.approved(town.open_case(("whatsapp", mention)))
        return len(town.sent("whatsapp"))

    queued()
    answer_sending.send_due(town.context)  # the first one makes more rows
    queued()
    place = configured(folder, town)
    run = ("outbox", "send", "--config", place)
    trace = tmp_path / "trace"
    every, points = strace.sample_points(database_kind, trace, most, *run)
    assert len(town.sent("whatsapp")) == 2
    doubts = 0

    for call, n in points:
        before = queued()
        configured(folder, town)
        strace.killed_at(call, n, *run)

        for _ in range(3):
            town.clock.advance(store.CLAIMED)
            configured(folder, town)
            doubts += resumed(place, engine, town, before)

        assert len(town.sent("whatsapp")) == before + 1, (call, n)
        assert town.messages()[-1].state == "sent", (call, n)
        with db.reading(engine) as session:
            assert list(integrity.outbox(session)) == []
    words = f"Of {every} writes and words of an answer {len(points)} were tried"
    tried(len(points), f"{words}; a person had to look {doubts} times")
