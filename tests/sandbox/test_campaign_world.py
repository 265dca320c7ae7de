"""The sandbox's campaign: the same every time, and its truth adds up."""

import csv
import io
from collections import Counter
from datetime import timedelta
from typing import Any

from socialcell.sandbox.world.campaign_world import DAYS, HISTORY, WARDS, CampaignWorld
from tests.conftest import MONDAY_MORNING


def read(world: CampaignWorld) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(world.file().decode())))


def test_a_seed_is_one_world_and_another_seed_another() -> None:
    assert (
        CampaignWorld(7, MONDAY_MORNING).file()
        == CampaignWorld(7, MONDAY_MORNING).file()
    )
    assert (
        CampaignWorld(7, MONDAY_MORNING).file()
        != CampaignWorld(8, MONDAY_MORNING).file()
    )


def test_the_file_has_every_ward_and_day_and_nothing_of_the_truth() -> None:
    world = CampaignWorld(7, MONDAY_MORNING)
    rows = read(world)
    wards = Counter(row["ward"] for row in rows)

    assert {wards[ward] for ward in WARDS} == {HISTORY + DAYS}
    assert set(rows[0]) == {"date", "outcome", "ward", "count"}


def test_only_the_campaigns_wards_and_days_have_people_whom_it_brought() -> None:
    world = CampaignWorld(7, MONDAY_MORNING)
    one = world.campaign

    assert one.end == MONDAY_MORNING.date() - timedelta(days=1)
    for each in world.ward_days:
        reached = each.ward in one.wards and one.start <= each.day <= one.end
        assert reached or each.incremental == 0
    assert (
        world.incremental_users()
        == sum(each.incremental for each in world.ward_days)
        > 100
    )


def test_what_was_brought_is_the_lift_that_was_put_in() -> None:
    shares = []
    for seed in range(12):
        world = CampaignWorld(seed, MONDAY_MORNING)
        during = [
            each
            for each in world.ward_days
            if each.ward in world.campaign.wards and each.day >= world.campaign.start
        ]
        anyway = sum(each.baseline for each in during)
        shares.append(world.incremental_users() / anyway - world.campaign.lift)

    # About 900 people a world: a share is off by some 3 %, the mean of 12 by 1 %.
    assert abs(sum(shares) / len(shares)) < 0.03


def test_the_citys_truth_names_its_campaign(whole: dict[str, Any]) -> None:
    (one,) = whole["campaigns"]
    world = CampaignWorld(7, MONDAY_MORNING)

    assert one["incremental"] == world.incremental_users()
    assert one["wards"] == list(world.campaign.wards)
    assert one["direct"]["play"] > 0
    assert one["direct"]["apple"] > 0
