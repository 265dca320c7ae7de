"""A mention's owner follows its words, its decisions and the table of owners."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command as alembic
from sqlalchemy import Engine, func, select

from socialcell import db
from socialcell.clock import IST
from socialcell.config import load
from socialcell.db import revisions
from socialcell.errors import SocialcellError
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.areas.owner_table import COLUMNS, read_owners
from socialcell.listening.model import Mention
from socialcell.listening.store import areas
from socialcell.listening.store import owners as store
from socialcell.listening.store.mentions import tags
from socialcell.message_catalog import in_words
from socialcell.ops.model import AuditEntry
from socialcell.services.context import Context
from socialcell.services.mentions import mention_labels, mention_owners, tagging
from socialcell.services.workspace import backup
from socialcell.sheet import csv_lines
from tests.builders import NOON, make_record, store_records
from tests.running import inside, refused

pytestmark = pytest.mark.swept_on_postgresql

ROW = {
    "topic": "water",
    "owner": "body:mhada",
    "name_en": "MHADA",
    "name_mr": "म्हाडा",
    "name_hi": "म्हाडा",
    "places": "place:kothrud",
    "referral_en": "Ask MHADA.",
    "referral_mr": "म्हाडाला विचारा.",
    "referral_hi": "म्हाडा से पूछें।",
    "accepts": "phone",
    "source": "tests",
}

OLD_ROWS = """
INSERT INTO owner (topic, key, name_en, name_mr, name_hi, accepts, source)
VALUES ('water', 'dept:ours', 'Ours', 'x', 'x', 'tag;phone', 'us');
INSERT INTO mention (id, platform, external_id, kind, state, missing, text,
                     authored_at, stored_at, tagged_at, intent)
VALUES (1, 'x', 'a', 'post', 'present', '[]', 'No water', '2026-11-23 06:30:00',
        '2026-11-23 06:30:00', '2026-11-23 06:30:00', 'complaint');
INSERT INTO annotation (mention_id, kind, value, model, model_version, made_at)
VALUES (1, 'topic', 'water', 'm', '1', '2026-11-23 06:30:00')
"""


@pytest.fixture
def city(context: Context, engine: Engine) -> Context:
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
    mention_owners.update_owners(engine)
    store_records(
        engine,
        make_record("water", text="No water in Kothrud for 3 days"),
        make_record("power", text="Power cut again, call MSEDCL, since noon"),
        make_record("thanks", text="Thank you PMC for the new park in Aundh"),
    )
    tagging.tag_waiting(context)
    return context


def owned(engine: Engine) -> dict[str, str | None]:
    c = db.table(Mention).c
    with db.reading(engine) as session:
        rows = session.execute(select(c.external_id, c.owner))
        return {row.external_id: row.owner for row in rows}


def write(path: Path, *changes: dict[str, str]) -> Path:
    rows = [dict.fromkeys(COLUMNS, "") | ROW | change for change in changes]
    path.write_text("".join(csv_lines(COLUMNS, rows)), "utf-8")
    return path


def id_of(engine: Engine, external_id: str) -> int:
    c = db.table(Mention).c
    with db.reading(engine) as session:
        asked = select(c.id).where(c.external_id == external_id)
        return session.execute(asked).scalar_one()


def test_reading_a_mention_finds_its_owner(city: Context, engine: Engine) -> None:
    assert owned(engine) == {
        "water": "dept:water",
        "power": "body:msedcl",
        "thanks": "none",
    }


def test_the_owner_follows_what_a_person_decides(city: Context, engine: Engine) -> None:
    id_ = id_of(engine, "water")

    mention_labels.decide_mentions(city, [id_], {"topic": ("roads",)})
    assert owned(engine)["water"] == "dept:roads"
    mention_labels.label_mention(
        city, id_, {"intent": ("praise",), "urgency": ("low",)}
    )
    assert owned(engine)["water"] == "none"
    mention_labels.decide_mentions(city, [id_], {"urgency": ("critical",)})
    assert owned(engine)["water"] == "dept:fire"


@pytest.mark.parametrize("urgency", ["critical", None])
def test_what_is_critical_is_not_left_to_nobody(
    city: Context, engine: Engine, urgency: str | None
) -> None:
    id_ = id_of(engine, "water")
    labels = {"owner": ("none",)} | ({"urgency": (urgency,)} if urgency else {})
    if urgency is None:
        mention_labels.decide_mentions(city, [id_], {"urgency": ("critical",)})

    with pytest.raises(SocialcellError) as refused:
        mention_labels.decide_mentions(city, [id_], labels)

    assert "name the owner" in str(refused.value)
    assert owned(engine)["water"] == ("dept:water" if urgency else "dept:disaster")


def test_what_is_no_danger_after_all_may_be_nobodys(
    city: Context, engine: Engine
) -> None:
    id_ = id_of(engine, "water")
    mention_labels.decide_mentions(city, [id_], {"urgency": ("critical",)})

    mention_labels.decide_mentions(
        city, [id_], {"urgency": ("normal",), "owner": ("none",)}
    )

    assert owned(engine)["water"] == "none"


def test_what_was_nobodys_is_somebodys_once_it_is_critical(
    city: Context, engine: Engine
) -> None:
    id_ = id_of(engine, "water")
    mention_labels.decide_mentions(city, [id_], {"owner": ("none",)})
    assert owned(engine)["water"] == "none"

    mention_labels.decide_mentions(city, [id_], {"urgency": ("critical",)})

    assert owned(engine)["water"] == "dept:disaster"


def test_a_decided_owner_outlasts_reading_again_and_a_new_table(
    city: Context, engine: Engine, tmp_path: Path
) -> None:
    mention_labels.decide_mentions(
        city, [id_of(engine, "power")], {"owner": ("dept:electrical",)}
    )

    with db.writing(engine) as session:
        tags.forget(session)
    tagging.tag_waiting(city)
    assert owned(engine)["power"] == "dept:electrical"
    mention_owners.import_owners(
        city, write(tmp_path / "o.csv", {"topic": "electricity"})
    )
    assert owned(engine)["power"] == "dept:electrical"
    mention_labels.decide_mentions(city, [id_of(engine, "power")], {"owner": ("none",)})
    assert owned(engine)["power"] == "none"


def test_an_imported_row_is_true_of_what_was_read_before_from_its_day_on(
    city: Context, engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "owners.csv"

    tomorrow = (NOON + timedelta(days=1)).astimezone(IST).date().isoformat()
    mention_owners.import_owners(city, write(file, {"valid_from": tomorrow}))
    assert owned(engine)["water"] == "dept:water"
    done = mention_owners.import_owners(city, write(file, {}))

    assert (done.added, done.changed, done.unchanged, done.removed) == (0, 1, 0, 0)
    assert owned(engine)["water"] == "body:mhada"
    with db.reading(engine) as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("owners.import") == 2


def test_an_own_row_stands_in_place_of_the_packages_after_an_upgrade(
    city: Context, engine: Engine, tmp_path: Path
) -> None:
    change = {"owner": "dept:water", "places": "", "name_en": "Our Water Desk"}
    mention_owners.import_owners(city, write(tmp_path / "owners.csv", change))

    mention_owners.update_owners(engine)

    with db.reading(engine) as session:
        names = [
            row.name_en
            for row in store.list_owners(session)
            if row.topic == "water" and row.is_of_all
        ]
        total = len(store.list_owners(session))
    assert names == ["Our Water Desk"]
    assert total == len(read_owners())


def test_a_table_that_was_replaced_is_the_cells_alone(
    city: Context, engine: Engine, tmp_path: Path
) -> None:
    config = city.workspace.folder / "config.yaml"
    exported = inside("owners", "list", "--all", "--csv", "--config", config)
    file = tmp_path / "owners.csv"
    lines = exported.splitlines(keepends=True)
    file.write_text(
        "".join(line for line in lines if "body:msedcl" not in line), "utf-8"
    )

    done = mention_owners.import_owners(city, file, replace=True)
    mention_owners.update_owners(engine)

    assert (done.added, done.removed) == (0, 2)
    assert done.unchanged == len(read_owners()) - 2
    assert owned(engine)["power"] == "none"


def test_what_is_wrong_is_refused_whole_with_every_reason(
    city: Context, engine: Engine, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "owners.csv",
        {},
        {"topic": "watr"},
        {"name_mr": "", "valid_from": "soon"},
        {"places": "place:x"},
    )

    with pytest.raises(SocialcellError) as refused:
        mention_owners.import_owners(city, file)

    first, *others = str(refused.value).splitlines()
    assert first == "Nothing was taken: 4 problems."
    assert others[0].startswith(f"{file}, row 3, topic: there is no topic 'watr'")
    assert others[1] == f"{file}, row 4, name_mr: is empty"
    assert others[2] == f"{file}, row 4, valid_from: 'soon' is no YYYY-MM-DD"
    assert others[3].startswith(f"{file}, row 5, places: no id is 'place:x'")
    assert refused.value.message.code == "areas.owners_refused"
    marathi = in_words(refused.value.message, "mr").splitlines()
    assert [line.partition(", ")[0] for line in marathi[1:]] == [str(file)] * 4
    assert "ओळ 3" in marathi[1]
    assert owned(engine)["water"] == "dept:water"


def test_a_dry_run_changes_nothing(
    city: Context, engine: Engine, tmp_path: Path
) -> None:
    done = mention_owners.import_owners(
        city, write(tmp_path / "o.csv", {}), dry_run=True
    )

    assert done.added == 1
    assert owned(engine)["water"] == "dept:water"


def test_what_an_interrupted_import_left_is_found_by_the_next_reading(
    city: Context, engine: Engine
) -> None:
    with db.writing(engine) as session:
        store.forget(session)
    assert set(owned(engine).values()) == {None}

    tagging.tag_waiting(city)

    assert owned(engine)["water"] == "dept:water"
    with db.reading(engine) as session:
        waits = select(func.count()).where(db.table(Mention).c.owner.is_(None))
        assert session.scalar(waits) == 0


def test_the_day_of_a_mention_is_that_of_pune(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
    mention_owners.update_owners(engine)
    mention_owners.import_owners(
        context, write(tmp_path / "o.csv", {"valid_from": "2026-11-23"})
    )
    midnight = datetime(2026, 11, 23, tzinfo=IST)
    store_records(
        engine,
        make_record("before", authored_at=midnight - timedelta(minutes=1)),
        make_record("after", authored_at=midnight),
    )

    tagging.tag_waiting(context)

    assert owned(engine) == {"before": "dept:water", "after": "body:mhada"}


def test_an_upgrade_finds_the_owners_of_what_was_read_before(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("{}\n")
    engine = db.connect(f"sqlite:///{tmp_path}/socialcell.db")
    with engine.begin() as connection:
        settings = revisions._alembic()
        settings.attributes["connection"] = connection
        alembic.upgrade(settings, "0021")
        for statement in OLD_ROWS.split(";\n"):
            connection.exec_driver_sql(statement)

    backup.upgrade_database(load(tmp_path / "config.yaml"), without_backup=True)

    assert owned(engine) == {"a": "dept:ours"}
    with db.reading(engine) as session:
        (row,) = store.list_owners(session)  # the cell's own table stays as it was
    assert (row.name_en, row.accepts) == ("Ours", ("tag", "phone"))
    engine.dispose()


def test_the_table_is_shown_as_of_a_day_and_linted(city: Context) -> None:
    config = city.workspace.folder / "config.yaml"
    asked = ("owners", "list", "--json", "--config", config, "--topic", "*", "--on")

    before = json.loads(inside(*asked, "2024-09-10"))["owners"]
    after = json.loads(inside(*asked, "2024-09-11"))["owners"]

    council = "body:phursungi-council"
    assert council not in {row["owner"] for row in before}
    assert [row["own"] for row in after if row["owner"] == council] == [False]
    assert inside("owners", "lint", "--config", config) == "0 problems\n"


def test_owners_of_a_topic_that_is_none_are_refused(city: Context) -> None:
    config = city.workspace.folder / "config.yaml"

    words = refused("owners", "list", "--topic", "raods", "--config", config)

    assert "There is no topic 'raods'. There are: water, " in words


def test_lint_names_each_row_that_cannot_be_read(city: Context, tmp_path: Path) -> None:
    file = write(tmp_path / "owners.csv", {"source": ""})
    config = city.workspace.folder / "config.yaml"

    found = refused("owners", "lint", file, "--config", config)

    assert found == f"{file}, row 2, source: is empty\n1 problem\n"


def test_what_is_critical_is_somebodys_and_is_not_referred_elsewhere(
    city: Context, engine: Engine
) -> None:
    config = city.workspace.folder / "config.yaml"
    ids = [id_of(engine, external_id) for external_id in ("power", "thanks")]

    mention_labels.decide_mentions(
        city, ids, {"urgency": ("critical",), "topic": ("other",)}
    )

    assert owned(engine)["thanks"] == "dept:disaster"
    shown = inside("mentions", "show", str(ids[0]), "--json", "--config", config)
    assert json.loads(shown)["owner"] == "body:msedcl"
    assert json.loads(shown)["referral"] is None


@pytest.mark.parametrize(
    ("text", "is_referred"),
    [
        ("Power cut again, call MSEDCL, since noon", True),
        ("Transformer sparking beside the gate, MSEDCL must come", False),
    ],
)
def test_whoever_may_be_hurt_is_not_asked_for_a_consumer_number(
    city: Context, engine: Engine, text: str, is_referred: bool
) -> None:
    store_records(engine, make_record("new", text=text))
    tagging.tag_waiting(city)
    id_ = id_of(engine, "new")
    config = city.workspace.folder / "config.yaml"

    mention_labels.decide_mentions(city, [id_], {"urgency": ("high",)})

    shown = json.loads(
        inside("mentions", "show", str(id_), "--json", "--config", config)
    )
    assert (shown["owner"], shown["referral"] is not None) == (
        "body:msedcl",
        is_referred,
    )


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("zad padlay gadivar, aat manus adaklay! Karve Road.", "dept:fire"),
        ("A tree fell on a woman in Sambhaji Park, she is bleeding", "dept:fire"),
        ("पेड़ गिर गया, दो लोग दबे हुए हैं", "dept:fire"),
        ("Wall collapsed in Katraj, three workers trapped under debris", "dept:fire"),
        ("इमारत कोसळली, ढिगाऱ्याखाली माणसे अडकली आहेत", "dept:fire"),
        ("A tree has fallen across the lane in Aundh, please remove", "dept:garden"),
    ],
)
def test_what_fell_on_people_is_the_fire_brigades_and_what_only_fell_is_not(
    context: Context, engine: Engine, text: str, owner: str
) -> None:
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
    mention_owners.update_owners(engine)
    store_records(engine, make_record("a", text=text))

    tagging.tag_waiting(context)

    assert owned(engine) == {"a": owner}
