"""`mentions show` for people: a page, and no JSON in it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from socialcell import db
from socialcell.connectors.base import Metric, RecordRelation
from socialcell.language.names import office_holders
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.areas.owner_table import read_owners
from socialcell.listening.model import Mention
from socialcell.listening.store import areas, owners
from socialcell.services.context import Context
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.sheet import csv_lines
from tests.builders import NOON, make_record, store_records
from tests.running import inside

pytestmark = pytest.mark.swept_on_postgresql

TEXT = "No water in Kothrud since morning, please help"


@pytest.fixture
def config(context: Context, engine: Engine) -> Path:
    """A mention whose likes grow, and a reply to it; both are read."""
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
        owners.update_package_rows(session, read_owners())
    for hours, likes in ((0, 3), (1, 3), (2, 41), (3, 41)):
        later = NOON + timedelta(hours=hours)
        store_records(engine, liked(likes), at=later, observed=later)
    relation = RecordRelation("reply", "100")
    store_records(engine, make_record("101", text="Here too", relations=(relation,)))
    tag_waiting(context)
    return context.workspace.folder / "config.yaml"


def liked(count: int | None) -> Any:
    metric = Metric("like_count", count, "reactions")
    return make_record("100", text=TEXT, metrics=(metric,))


def page(config: Path, mention: int = 1) -> list[str]:
    return inside("mentions", "show", str(mention), "--config", config).splitlines()


def number_of(engine: Engine, external_id: str) -> int:
    """Our number of a mention: a database may leave some out."""
    query = select(col(Mention.id)).where(col(Mention.external_id) == external_id)
    with db.reading(engine) as session:
        return session.execute(query).scalar_one()


def test_the_text_comes_first_then_who_when_and_where(config: Path) -> None:
    lines = page(config)

    assert lines[:2] == [TEXT, ""]
    assert lines[2] == "id: 1"
    assert lines[3].startswith("who: नागरिक-")
    assert "when (IST): 2026-11-23 12:00" in lines
    assert "where: Kothrud - Bavdhan, Kothrud" in lines
    assert [line for line in lines if line.startswith("chosen by: test (")]


def test_what_is_named_stands_under_its_name_and_not_its_id(
    config: Path, context: Context, engine: Engine
) -> None:
    """A bridge is in the gazetteer, and in no table of areas."""
    store_records(engine, make_record("103", text="Warje bridge has a huge pothole"))
    tag_waiting(context)

    lines = page(config, number_of(engine, "103"))

    assert [line for line in lines if line.startswith("entity\tWarje Bridge\t")]
    (where,) = (line for line in lines if line.startswith("where: "))
    assert where.endswith("Warje Bridge")
    assert "place:" not in "\n".join(lines)


def test_public_people_stand_under_their_names(
    config: Path, context: Context, engine: Engine
) -> None:
    holder = dict.fromkeys(office_holders.COLUMNS, "") | {
        "id": "person:sulochana-namunepatil",
        "kind": "office_holder",
        "name_en": "Sulochana Namunepatil",
        "name_mr": "सुलोचना नमुनेपाटील",
        "name_hi": "सुलोचना नमुनेपाटील",
        "valid_from": "2026-02-06",
        "source": "an invented order",
        "evidence": "https://www.city.example/orders/12",
    }
    (context.workspace.folder / office_holders.FILE).write_text(
        "".join(csv_lines(office_holders.COLUMNS, [holder])), encoding="utf-8"
    )
    text = "Sulochana Namunepatil asked Pune Municipal Corporation about the roads"
    store_records(engine, make_record("104", text=text))
    tag_waiting(context)

    rows = [line.split("\t") for line in page(config, number_of(engine, "104"))]

    named = {row[1] for row in rows if row[0] == "entity"}
    assert {"Sulochana Namunepatil", "Pune Municipal Corporation"} <= named


def test_no_line_is_json(config: Path) -> None:
    assert [line for line in page(config) if set(line) & set('{}[]"')] == []


def test_a_decision_stands_beside_what_the_machine_read(config: Path) -> None:
    inside("mentions", "decide", "1", "urgency=critical", "--config", config)

    readings = {line.split("\t")[0]: line.split("\t")[1:] for line in page(config)}

    assert readings["read as"] == ["machine", "confidence", "person"]
    machine, confidence, person = readings["urgency"]
    assert machine != "critical"
    assert (confidence, person) == ("", "critical")
    assert readings["intent"][1].endswith("sure")
    assert readings["intent"][1][0].isdigit()
    assert readings["sentiment"][2] == ""


def test_a_topic_that_a_person_alone_said_is_none_that_the_machine_read(
    config: Path,
) -> None:
    read = [line for line in page(config) if line.startswith("topic\t")]
    (_kind, machine, confidence, _none) = read[0].split("\t")
    assert (len(read), machine) == (1, "water")

    inside("mentions", "decide", "1", "topic=other,water", "--config", config)

    assert [line for line in page(config) if line.startswith("topic\t")] == [
        f"topic\twater\t{confidence}\twater",
        "topic\t\t\tother",
    ]


def test_counts_have_a_line_where_they_changed_and_one_at_the_end(
    config: Path,
) -> None:
    lines = page(config)

    begin = lines.index("counted at\treactions") + 1
    assert [line.split("\t")[1] for line in lines[begin:]] == ["3", "41", "41"]


def test_long_histories_show_their_begin_and_their_end(
    config: Path, engine: Engine
) -> None:
    for hour in range(4, 30):
        later = NOON + timedelta(hours=hour)
        store_records(engine, liked(100 + hour), at=later, observed=later)

    lines = page(config)

    assert lines[-1] == "10 of 28 counts; --json has all"
    begin = lines.index("counted at\treactions") + 1
    counts = [line.split("\t")[1] for line in lines[begin:-1]]
    assert counts == ["3", *(str(100 + hour) for hour in range(21, 30))]


def test_a_thread_is_shown_from_both_ends(config: Path) -> None:
    assert "replies: 2" in page(config, 1)
    assert "thread: replies to 1" in page(config, 2)


def test_a_parent_that_nobody_read_is_said_to_be_unread(
    config: Path, engine: Engine
) -> None:
    relation = RecordRelation("quote", "999")
    store_records(engine, make_record("102", relations=(relation,)))

    (line,) = (
        line
        for line in page(config, number_of(engine, "102"))
        if line.startswith("thread:")
    )

    assert line.startswith("thread: quotes ")
    assert line.endswith(" (not read)")


def test_a_complaint_shows_what_its_register_says(config: Path, engine: Engine) -> None:
    words = {"status": "Closed", "ward": "औंध", "department": "पाणी"}
    complaint = make_record("102", text="पाणी नाही", closed_at=NOON, **words)
    store_records(engine, complaint)

    lines = page(config, number_of(engine, "102"))

    assert "register: status Closed, ward औंध, department पाणी" in lines
    assert "closed (IST): 2026-11-23 12:00" in lines
    assert not [line for line in page(config) if line.startswith("register")]
