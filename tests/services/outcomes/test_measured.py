"""Campaigns of sandbox cities, measured through the product against what is true."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import config, db
from socialcell.clock import FixedClock
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.sandbox.world.campaign_world import CampaignWorld
from socialcell.services.collection import file_import
from socialcell.services.context import Context
from socialcell.services.outcomes import campaign_results
from tests.conftest import MONDAY_MORNING


def measured(context: Context, seed: int, folder: Path) -> tuple[dict[str, Any], int]:
    """A sandbox city's campaign through the product, and the truth."""
    world = CampaignWorld(seed, MONDAY_MORNING)
    path = folder / "outcomes.csv"
    path.write_bytes(world.file())
    done = file_import.import_file(context, path, format="outcomes").result
    assert done.state == "ok"
    one = world.campaign
    campaign_results.create_campaign(
        context,
        one.name,
        one.start.isoformat(),
        one.end.isoformat(),
        wards=one.wards,
        budget_micros=one.budget * 1_000_000,
    )
    return campaign_results.measure_campaign(
        context, one.name, power=False
    ), world.incremental_users()


def covers(found: dict[str, Any], truth: int) -> bool:
    low, high = found["incremental"]["interval"]
    return bool(low <= truth <= high)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_interval_of_a_campaign_covers_the_truth(
    seed: int, context: Context, engine: Engine, tmp_path: Path
) -> None:
    with db.writing(engine) as session:
        area_store.replace(session, area_table.read_areas())
    found, truth = measured(context, seed, tmp_path)

    assert covers(found, truth)
    low, high = found["incremental"]["interval"]
    assert (high - low) / 2 < truth, "an interval that says something"
    price = found["incremental"]["cost_per_incremental"]["best"]["amount_micros"]
    assert price == pytest.approx(60_000_000_000 / found["incremental"]["value"], abs=1)


@pytest.mark.faults
def test_in_twenty_worlds_the_truth_is_covered_in_seventeen_at_least(
    tmp_path: Path, empty_database: Path, clock: FixedClock
) -> None:
    hits = 0
    for seed in range(20):
        folder = tmp_path / str(seed)
        made = fresh(folder, empty_database, clock)
        found, truth = measured(made, seed, folder)
        made.engine.dispose()
        hits += covers(found, truth)

    assert hits >= 17


def fresh(folder: Path, empty_database: Path, clock: FixedClock) -> Context:
    """A workspace of its own, with the city's areas."""
    (folder / "secrets").mkdir(parents=True, mode=0o700)
    (folder / "secrets" / "person_key").write_text("a key that only tests have\n")
    (folder / "config.yaml").write_text("{}\n")
    shutil.copy(empty_database, folder / "socialcell.db")
    workspace = config.load(folder / "config.yaml")
    engine = db.connect(workspace.database_url)
    with db.writing(engine) as session:
        area_store.replace(session, area_table.read_areas())
    return Context(workspace, engine, clock)
