"""The cases behind an indicator, in the browser."""

import pytest

from socialcell import db
from socialcell.desk.store.cases import StepDraft
from socialcell.reports.weekly import frozen_week
from socialcell.roles import Role
from socialcell.services.desk import case_steps
from tests import desk_builders
from tests.reports.world import HOUR, MADE, MONDAY, World
from tests.web.console.browser_session import BrowserSession, signed_in


def open_cases(world: World) -> None:
    """Two complaints of the week, of two ward offices, and a report that counted."""
    world.covered()
    world.mention(MONDAY)
    with db.writing(world.engine) as session:
        for n, ward in enumerate(("ward:bibwewadi", "ward:aundh-baner")):
            at = MONDAY + (10 + n) * HOUR
            case = desk_builders.make_case(session, at, area=ward)
            step = StepDraft("open", "tests")
            case_steps.enter_step(world.context, session, case, step)
    frozen_week.numbers_of_week(world.engine, frozen_week.period(MADE, MADE), MADE)


def test_an_indicator_of_cases_leads_to_its_cases(
    world: World, lead: BrowserSession
) -> None:
    open_cases(world)

    figures = lead.get("/en/figures").html
    path = "/en/figures/cases?measure=cases_opened&amp;week=2026-11-16"
    assert path in figures
    page = lead.get(path.replace("&amp;", "&")).html

    assert "26-000001" in page
    assert "/en/cases/26-000002" in page
    assert "Complaint: Water supply" in page


def test_whoever_has_a_ward_office_sees_the_cases_of_it_alone(
    world: World, lead: BrowserSession
) -> None:
    open_cases(world)
    own = signed_in(
        lead, world.context, "Ward Sample", Role.DEPARTMENT, scope="ward:bibwewadi"
    )

    page = own.get("/en/figures/cases?measure=cases_opened&week=2026-11-16").html

    assert "26-000001" in page
    assert "26-000002" not in page
    assert "1 more case is not yours to see." in page


@pytest.mark.parametrize(
    "query",
    ["measure=coverage&week=2026-11-16", "measure=overdue&week=2026-11-17", "week=x"],
)
def test_what_is_no_list_of_cases_is_not_found(
    lead: BrowserSession, query: str
) -> None:
    assert lead.get(f"/en/figures/cases?{query}").status == 404
