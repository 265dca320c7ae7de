"""The report on a phone: nothing is cut, nothing scrolls sideways."""

from pathlib import Path

import pytest

from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.i18n import CODES
from socialcell.services.reporting import weekly_report
from tests.campaigns.planning import agreed_plans as agreed
from tests.campaigns.planning import worlds
from tests.operators import acting
from tests.reports.around import SUNDAY, ad, alert, incident, promise, searched
from tests.reports.browser import CLIPPED, OUTSIDE, browser
from tests.reports.test_documents import full
from tests.reports.world import HOUR, MONDAY, World

pytestmark = pytest.mark.browser

WHOLE = 102_000  # bytes of a letter beyond which Gmail cuts it
LONG = "अतिशयलांबशब्द" * 40 + " " + "x" * 400


def around(world: World) -> None:
    """Incidents, accounts, ads and search with texts that have no place to break."""
    world.registered("paper_handle")
    for author in ("paper", "loud"):
        post = world.mention(MONDAY, LONG, author=author)
        world.observed(post, MONDAY + HOUR, 12_34_567)
        made = incident(
            world,
            f"phrase:{LONG}",
            state="acked",
            acked_by="x" * 60,
            acked_at=MONDAY + 6 * HOUR,
        )
        alert(world, made, "topic:water", observed=12_34_567, mentions=[post])
        alert(world, made, "account", mentions=[post])
    promised = promise(world, MONDAY, text=LONG)
    incident(world, f"promise:{promised}", kind="promise", state="open")
    big = {"cost_micros": 98_76_543 * 10**6, "impressions": 98_76_543}
    for network in ("google_ads", "meta_ads"):
        ad(world, network=network, campaign_name=LONG, installs={LONG: 9.0}, **big)
    searched(world, SUNDAY, 12_34_567)
    searched(world, SUNDAY, 12_34_567, LONG)
    for number in range(8):
        searched(world, SUNDAY, 12_34_567, f"{number} {LONG}")


def planned(world: World, folder: Path) -> None:
    """A plan of a long name that waits for approval; both its tags are late."""
    worlds.fill(world.context)
    agreed.planned(acting(world.context, "lead"), folder)
    agreed.change(
        world.context,
        Plan,
        campaign=LONG,
        calendar={
            "reach": 98_76_543.0,
            "cost": {"amount_micros": 98_76_543 * 10**6, "currency": "INR"},
        },
    )
    agreed.change(world.context, PlanTag, day=SUNDAY)


def test_nothing_is_clipped_at_360_pixels(world: World, tmp_path: Path) -> None:
    full(world)
    around(world)
    planned(world, tmp_path)
    for hour in range(0, 30, 2):
        world.mention(MONDAY + hour * HOUR, LONG, topics=("water",), urgency="critical")
    pages = [
        weekly_report.write_weekly(world.context, lang=code).html for code in CODES
    ]
    assert all(page.stat().st_size < WHOLE for page in pages)
    with browser(360, tmp_path / "profile") as driver:
        for page in pages:
            driver.get(page.as_uri())
            wide = driver.execute_script("return document.documentElement.scrollWidth")
            assert wide <= 360, page.name
            assert driver.execute_script(CLIPPED) == [], page.name
            assert driver.execute_script(OUTSIDE) == [], page.name
            broken = "return [...document.images].filter(i => !i.naturalWidth).length"
            assert driver.execute_script(broken) == 0, page.name
