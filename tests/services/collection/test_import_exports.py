"""Exports of platforms in the database: figures as facts, posts beside what is held."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.campaigns.outcomes.figures_model import StoreDay
from socialcell.listening.model import Engagement, Mention
from socialcell.services.collection import file_import
from socialcell.services.context import Context
from tests.builders import NOON, make_record, store_records
from tests.rows import in_order

HEADING = "Date,Package name,Daily User Installs"
X_POSTS = "Post id,Date,Post text,Post Link,Impressions,Likes"


def saved(folder: Path, *lines: str) -> Path:
    path = folder / "export.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def rows(engine: Engine, model: Any) -> list[dict[str, Any]]:
    with db.reading(engine) as session:
        found = session.scalars(in_order(model))
        return [row.model_dump() for row in found]


def test_a_file_of_figures_is_stored_as_facts_of_its_days(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    path = saved(tmp_path, HEADING, "2026-11-20,a.b,7", "2026-11-21,a.b,")

    imported = file_import.import_file(context, path)

    assert imported.format == "play-statistics"
    assert imported.result.source == "file:play-statistics"
    assert imported.result.counts["stored"] == 2
    values = {str(row["day"]): row["value"] for row in rows(engine, StoreDay)}
    assert values == {"2026-11-20": 7, "2026-11-21": None}


def test_a_dry_run_counts_facts_and_stores_none(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    path = saved(tmp_path, HEADING, "2026-11-20,a.b,7", "2026-11-21,a.b,x")

    rehearsed = file_import.import_file(context, path, dry_run=True).result

    assert (rehearsed.counts["stored"], rehearsed.counts["quarantined"]) == (1, 1)
    assert rehearsed.state == "partial"
    assert rows(engine, StoreDay) == []


def test_the_same_figures_again_change_nothing(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    path = saved(tmp_path, HEADING, "2026-11-20,a.b,7")
    file_import.import_file(context, path)
    before = rows(engine, StoreDay)

    again = file_import.import_file(context, path)

    assert again.earlier is not None
    assert again.result.counts["unchanged"] == 1
    assert rows(engine, StoreDay) == before


def test_a_month_that_is_exported_again_restates_its_days(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    file_import.import_file(context, saved(tmp_path, HEADING, "2026-11-20,a.b,7"))

    later = file_import.import_file(
        context, saved(tmp_path, HEADING, "2026-11-20,a.b,8")
    )

    assert later.result.counts["updated"] == 1
    (row,) = rows(engine, StoreDay)
    assert row["value"] == 8
    assert row["first"] == {"value": 7, "withheld": False}


def test_an_export_brings_counts_to_a_post_that_is_held_and_leaves_its_text(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    held = make_record("123", text="The whole text, with #Pune")
    store_records(engine, held, at=NOON - timedelta(days=1))
    before = rows(engine, Mention)
    row = '123,"Mon, Nov 23, 2026",The whole text…,https://x.com/a/status/123,900,12'

    result = file_import.import_file(context, saved(tmp_path, X_POSTS, row)).result

    assert result.counts["unchanged"] == 1
    assert rows(engine, Mention) == before
    values = {(r["metric"], r["value"]) for r in rows(engine, Engagement)}
    assert ("impression_count", 900) in values


def test_an_export_of_a_post_that_is_not_held_stores_it(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    row = '124,"Mon, Nov 23, 2026",पाणी,https://x.com/a/status/124,900,12'

    result = file_import.import_file(context, saved(tmp_path, X_POSTS, row)).result

    assert result.counts["stored"] == 1
    (mention,) = rows(engine, Mention)
    assert (mention["platform"], mention["text"]) == ("x", "पाणी")


ADS = "Day,Campaign,Campaign ID,Customer ID,Currency code,Impr.,Cost,Conversions"
KIND = "Date\tApp Apple Identifier\tDownload Type\tTerritory\tCounts"


@pytest.mark.parametrize(
    ("heading", "row", "stored"),
    [
        ("Date,Package name,Carrier,Install events", "2026-11-20,a.b,x\0y,4", 1),
        ("Date,Package name,Carrier,Install events", "2026-11-20,a.b,\ud800,4", 1),
        ("Date,Package name,Install events", f"2026-11-20,a.b,{'9' * 30}", 0),
        ("Date,Package name,Install events", f"2026-11-20,{'a' * 9000},4", 0),
        ("Date,Package name,Install events", "9999-99-99,a.b,4", 0),
        (KIND, f"2026-11-20\t15\t{'k' * 9000}\tIN\t4", 0),
        (KIND, f"2026-11-20\t15\tRedownload\t{'पु' * 5000}\t4", 1),
        (ADS, f"2026-11-20,w\0,11,1112223333,INR,5,1,{'9' * 400}", 0),
        (ADS, f"2026-11-20,w,11,1112223333,INR,5,{'9' * 15},1", 0),
        (ADS, "2026-11-20,w\0,11,1112223333,INR,5,1,1", 1),
    ],
)
def test_whatever_stands_in_a_cell_is_stored_or_named(
    heading: str, row: str, stored: int, context: Context, tmp_path: Path
) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(f"{heading}\n{row}\n".encode("utf-16", "surrogatepass"))
    settings = {"zone": "Asia/Kolkata"} if heading == ADS else {}

    counts = file_import.import_file(context, path, settings=settings).result.counts

    assert (counts["stored"], counts["quarantined"]) == (stored, 1 - stored)
