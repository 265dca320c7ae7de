"""How right the reader is stands beside what it reads, and shares are corrected."""

import json
from importlib import resources
from typing import Any

import numpy as np
import pytest
from sqlmodel import select

from socialcell import db
from socialcell.i18n import language
from socialcell.listening.model import Annotation, Mention
from socialcell.reports import reader_agreement
from socialcell.reports.week_numbers import ReaderNumbers
from socialcell.reports.weekly import frozen_week
from socialcell.services.reporting import weekly_report
from tests.reports.world import BEFORE, MADE, World

EN = language("en")
SEMANTIC = "socialcell-semantic"


def week_of(world: World) -> dict[str, Any]:
    week = frozen_week.period(MADE, MADE)
    return dict(frozen_week.numbers_of_week(world.engine, week, MADE))


def reader_of(world: World) -> ReaderNumbers:
    numbers = week_of(world)["reader"]
    assert numbers is not None
    return numbers


def read_by(world: World, model: str) -> None:
    with db.writing(world.engine) as session:
        for row in session.scalars(select(Annotation)):
            row.model = model


def decided(world: World, mention: int, intent: str) -> None:
    """A person of the cell gives a mention its intent."""
    with db.writing(world.engine) as session:
        row = session.scalars(
            select(Annotation).where(
                Annotation.mention_id == mention, Annotation.kind == "intent"
            )
        ).one()
        row.decided_value, row.decided_by, row.decided_at = intent, "asha", MADE
        mention_row = session.get(Mention, mention)
        assert mention_row is not None
        mention_row.intent = intent


def test_a_week_read_by_the_shipped_models_has_its_share_with_an_interval(
    world: World,
) -> None:
    world.covered()
    for number in range(100):
        world.mention(intent="complaint" if number < 45 else "not_civic")
    read_by(world, SEMANTIC)
    share = reader_agreement.share_of(reader_of(world), "asking", "asking")
    assert share is not None
    assert (share["n"], share["of"]) == (45, 100)
    assert share["share"] == pytest.approx(asking_by_hand(), abs=1e-4)
    assert reader_agreement.share_text(EN, share) == "44% (35 to 58)"


def asking_by_hand() -> float:
    """Of 45 complaints and 55 posts without a wish: the share that asks, by the inverse
    of the matrix of all test posts."""
    file = resources.files("socialcell.language") / "data" / "reader_counts.json"
    counts = json.loads(file.read_text())["readers"][0]["counts"]
    labels = sorted({row[2] for row in counts if row[0] == "intent"})
    rates = np.zeros((8, 8))
    for task, _language, true, read, n in counts:
        if task == "intent":
            rates[labels.index(true), labels.index(read)] += n
    rates /= rates.sum(axis=1)[:, None]
    shares_read = [
        {"complaint": 0.45, "not_civic": 0.55}.get(label, 0.0) for label in labels
    ]
    shares = np.maximum(np.array(shares_read) @ np.linalg.inv(rates), 0)
    asks = ("complaint", "question", "suggestion", "help")
    return float(sum(shares[labels.index(label)] for label in asks) / shares.sum())


@pytest.mark.faults
def test_a_group_is_corrected_by_itself_where_its_labels_are_rare(world: World) -> None:
    world.covered()
    for count in range(300):
        true = "complaint" if count < 100 else "praise"
        mention = world.mention(BEFORE, intent=true if count % 10 else "information")
        decided(world, mention, true)
    for number in range(100):
        world.mention(intent="complaint" if number < 45 else "praise")
    read_by(world, SEMANTIC)
    share = reader_agreement.share_of(reader_of(world), "asking", "asking")
    assert share is not None
    # Of complaints nine in ten are read so, and of what is praise none.
    assert share["share"] == pytest.approx(0.5)
    single = reader_agreement.share_of(reader_of(world), "intent", "complaint")
    assert single is not None
    assert (single["share"], single["why"]) == (None, "few")


def test_agreement_is_given_with_what_it_was_measured_on(world: World) -> None:
    world.covered()
    world.mention()
    read_by(world, SEMANTIC)
    agreement = reader_agreement.agreement_of(reader_of(world), "topic")
    assert agreement is not None
    assert (agreement["source"], agreement["right"], agreement["n"]) == (
        "tests",
        232,
        300,
    )
    assert reader_agreement.agreement_sentence(EN, reader_of(world), "topic") == (
        "The topic is classified correctly in about 8 of 10 posts. Measured on 300 "
        "test posts; the city's may differ."
    )


@pytest.mark.parametrize(("number", "source"), [(299, "tests"), (300, "own")])
def test_three_hundred_decisions_of_the_cell_measure_its_reader(
    world: World, number: int, source: str
) -> None:
    world.covered()
    for count in range(number):
        mention = world.mention(intent="complaint" if count % 2 else "question")
        decided(world, mention, "complaint")
    read_by(world, SEMANTIC)
    agreements = {a["task"]: a for a in reader_of(world)["agreement"]}
    assert agreements["intent"]["source"] == source
    assert agreements["sentiment"]["source"] == "tests"
    if source == "own":
        assert (agreements["intent"]["right"], agreements["intent"]["n"]) == (150, 300)


def test_what_a_person_decided_needs_no_correction(world: World) -> None:
    world.covered()
    for number in range(10):
        mention = world.mention(intent="praise")
        decided(world, mention, "complaint" if number < 4 else "praise")
    read_by(world, SEMANTIC)
    share = reader_agreement.share_of(reader_of(world), "asking", "asking")
    assert share is not None
    assert (share["share"], share["low"], share["high"]) == (0.4, 0.4, 0.4)


def test_a_reader_that_nobody_measured_has_no_figures(world: World) -> None:
    world.covered()
    world.mention()
    assert week_of(world)["reader"] is None


@pytest.mark.parametrize("lang", ["mr", "hi", "en"])
def test_the_report_says_it_beside_what_was_read(world: World, lang: str) -> None:
    world.covered()
    for number in range(100):
        world.mention(
            intent="complaint" if number < 45 else "not_civic",
            urgency="high" if number < 20 else "low",
            topics=("water",),
        )
    read_by(world, SEMANTIC)
    files = weekly_report.write_weekly(world.context, lang=lang)
    text = " ".join(files.text.read_text("utf-8").split())
    numbers = reader_of(world)
    spoken = language(lang)
    for task in reader_agreement.TASKS:
        sentence = reader_agreement.agreement_sentence(spoken, numbers, task)
        assert sentence is not None
        assert sentence in text
    asking = reader_agreement.share_of(numbers, "asking", "asking")
    assert str(reader_agreement.share_text(spoken, asking)) in text


def test_shares_that_the_test_posts_do_not_stand_for_are_as_read(world: World) -> None:
    world.covered()
    for number in range(100):
        world.mention(urgency="high" if number < 20 else "low")
    read_by(world, SEMANTIC)
    share = reader_agreement.share_of(reader_of(world), "urgent", "urgent")
    assert share is not None
    assert (share["n"], share["of"], share["share"]) == (20, 100, None)
    assert reader_agreement.share_text(EN, share) == (
        "20% as read; corrected once the cell has decided 300"
    )
