"""Plans approved by a second person, and why a post may not go out."""

from pathlib import Path

from socialcell import db
from socialcell.campaigns import approval
from socialcell.campaigns.store import plans as store
from socialcell.jobs import planning
from socialcell.jobs.context import Context
from tests.planning import worlds


def test_nothing_goes_out_of_a_plan_that_nobody_approved(
    city: Context, folder: Path
) -> None:
    planning.plan(city, worlds.initiative(folder))
    with db.reading(city.engine) as session:
        plan = store.find(session, "monsoon26")
        tag = store.tags(session, plan)[0][0]
        first, second, *_ = approval.why_not(session, plan, tag)
    assert first.startswith("Version 1 of the plan is not approved")
    assert second == "Tag 1 is proposed: only what is scheduled goes out."
