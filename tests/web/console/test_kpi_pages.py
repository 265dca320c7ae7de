"""The commissioner's figures in the browser: as frozen, and what is not known."""

from datetime import timedelta
from html import unescape

from socialcell import strategy
from socialcell.reports.weekly import frozen_week
from socialcell.roles import Role
from tests.reports.around import (
    activated,
    alert,
    incident,
    notified,
    promise,
    removed,
)
from tests.reports.world import BEFORE, HOUR, MADE, MONDAY, World
from tests.statements import counted
from tests.web.console.browser_session import BrowserSession, signed_in

DAY = timedelta(days=1)
MOST = 15  # statements of a page
WORDS = "{mr: मराठी, hi: हिंदी, en: English}"


def fill(world: World) -> None:
    """Of 20 mentions of the week five expect an answer, of one the week before one."""
    world.covered()
    for hour in range(20):
        world.mention(MONDAY + hour * HOUR, intent="praise" if hour % 4 else "help")
    world.mention(BEFORE, intent="help")


def freeze(world: World, weeks_ago: int = 0) -> None:
    goals = strategy.load(world.context.workspace.folder)
    week = frozen_week.period(MADE - weeks_ago * 7 * DAY, MADE)
    frozen_week.numbers_of_week(world.engine, week, MADE, goals)


def with_goal(world: World, targets: str) -> None:
    (world.context.workspace.folder / strategy.NAME).write_text(
        f"goals: {{only: {{title: {WORDS}, owner: {WORDS}, targets: {targets}}}}}\n"
    )


def row_of(html: str, name: str) -> str:
    """The row of a table that has this name in its heading."""
    (row,) = [part for part in html.split("<tr")[1:] if name in part.split("</th>")[0]]
    return unescape(row.split("</tr>")[0])


def test_a_share_has_its_sample_interval_week_before_and_rows(
    world: World, lead: BrowserSession
) -> None:
    fill(world)
    freeze(world)

    row = row_of(lead.get("/en/figures").html, "Answer expected, share")

    assert "<b>25%</b>" in row
    assert "n = 5 of 20" in row
    assert "11% to 47%" in row  # Wilson, by hand
    assert "100%" in row.split("Week before")[1]
    assert 'class="fb"' in row
    assert "since%3A2026-11-16+until%3A2026-11-22" in row
    assert "5 rows" in row


def test_what_came_after_the_report_changes_no_figure(
    world: World, lead: BrowserSession
) -> None:
    fill(world)
    freeze(world)
    before = lead.get("/en/figures")
    world.mention(MONDAY + 50 * HOUR, intent="help")

    after = lead.get("/en/figures")

    assert "Counted Mon 23 Nov, 09:00" in before.text
    name = "Answer expected, share"
    assert row_of(after.html, name) == row_of(before.html, name)


def test_a_week_without_a_report_is_not_counted_by_looking(
    world: World, lead: BrowserSession
) -> None:
    fill(world)

    page = lead.get("/en/figures")

    assert page.status == 200
    assert "The week 16 Nov to 22 Nov is over and not counted yet." in page.text
    assert "No week was counted." in page.text
    assert "socialcell report weekly" in page.text


def test_an_earlier_week_is_chosen_and_leads_back(
    world: World, lead: BrowserSession
) -> None:
    fill(world)
    freeze(world)
    freeze(world, weeks_ago=1)

    page = lead.get("/en/figures?week=2026-11-09")

    assert "Figures, 9 Nov to 15 Nov" in page.text
    assert 'rel="next" href="/en/figures?week=2026-11-16"' in page.html
    assert 'rel="prev"' not in page.html
    assert '<option value="2026-11-09" selected>' in page.html


def test_a_week_that_was_not_counted_is_said_beside_the_newest(
    world: World, lead: BrowserSession
) -> None:
    fill(world)
    freeze(world)

    for asked in ("2026-11-17", "2019-01-07", "<b>"):
        page = lead.get(f"/en/figures?week={asked}")
        assert page.status == 404
        assert "That week was not counted" in page.text
        assert "Figures, 16 Nov to 22 Nov" in page.text


def test_targets_are_counted_by_whether_they_are_met(
    world: World, lead: BrowserSession
) -> None:
    with_goal(
        world,
        "{coverage: {at_least: 95}, asking_share: {at_most: 20},"
        " first_answer: {at_most: 180}}",
    )
    fill(world)
    freeze(world)

    page = lead.get("/en/figures")

    assert "Targets: 1 of 3 met, 1 missed, 1 not known" in page.text
    assert "are proposals: no one has agreed to them" in page.text
    assert "is-good" in row_of(page.html, "Coverage")
    missed = row_of(page.html, "Answer expected, share")
    assert "not met" in missed
    assert 'stroke-dasharray="3 2"' in missed
    assert "≤\N{NO-BREAK SPACE}180 minutes" in row_of(page.html, "First human answer")


def test_without_a_strategy_nothing_is_said_of_targets(
    world: World, lead: BrowserSession
) -> None:
    (world.context.workspace.folder / strategy.NAME).unlink(missing_ok=True)
    fill(world)
    freeze(world)

    page = lead.get("/en/figures")

    assert "Indicators of the week" in page.text
    assert "proposals" not in page.text
    assert "Targets met" not in page.text


def test_what_is_not_measured_is_listed_with_why(
    world: World, lead: BrowserSession
) -> None:
    fill(world)
    freeze(world)

    html = lead.get("/en/figures").html
    this_week, never = html.split('id="s-not"')

    assert "no cases are recorded" in row_of(never, "First human answer")
    assert "no promise was due" in row_of(this_week, "Voice: promises kept")


def test_a_share_of_few_is_told_as_a_part_and_has_no_drawing(
    world: World, lead: BrowserSession
) -> None:
    fill(world)
    promise(world, MONDAY + DAY, kept=MONDAY)
    promise(world, MONDAY + DAY)
    freeze(world)

    row = row_of(lead.get("/en/figures").html, "Voice: promises kept")

    assert "<b>1 of 2</b>" in row
    assert "none: too few" in row
    assert 'class="iv ' not in row
    assert 'href="/en/commitments"' in row


def test_the_days_of_an_outcome_stand_behind_its_figure(
    world: World, lead: BrowserSession
) -> None:
    fill(world)
    for day in range(6):
        activated(world, MONDAY + day * DAY, 10)
    freeze(world)

    row = row_of(lead.get("/en/figures").html, "PMC Care: activated users")
    path = row.partition('href="')[2].partition('"')[0]
    page = lead.get(path)

    assert path.startswith("/en/figures/outcomes?")
    assert page.text.count("10") >= 6
    assert "not known" in page.text
    assert "16 Nov to 22 Nov" in page.text
    for right, wrong in (
        ("activated_users", "no_such_one"),
        ("2026-11-16", "2025-11-16"),
        ("2026-11-22", "yesterday"),
    ):
        assert right in path
        assert lead.get(path.replace(right, wrong)).status == 404


def test_the_incidents_of_a_figure_are_those_of_its_week(
    world: World, lead: BrowserSession
) -> None:
    fill(world)
    ids = []
    for at in (BEFORE + DAY, MONDAY + DAY, MONDAY + 2 * DAY):
        post = world.mention(at - HOUR)
        ids.append(incident(world, f"topic:{at.day}", at))
        alert(world, ids[-1], at=at, mentions=[post])
        notified(world, ids[-1], at)
    earlier, *own = ids
    freeze(world)

    row = row_of(lead.get("/en/figures").html, "Incident: post to alert")
    path = row.partition('href="')[2].partition('"')[0]
    page = lead.get(path)

    assert "2 incidents" in page.text
    assert all(f'href="/en/incidents/{id_}"' in page.html for id_ in own)
    assert f'href="/en/incidents/{earlier}"' not in page.html


def test_figures_take_few_statements_whether_a_week_is_counted_or_not(
    world: World, lead: BrowserSession
) -> None:
    fill(world)
    with counted(world.engine) as without_report:
        lead.get("/en/figures")
    freeze(world)

    with counted(world.engine) as with_report:
        page = lead.get("/en/figures")

    assert "Counted Mon 23 Nov" in page.text
    assert len(without_report) <= MOST
    assert len(with_report) <= MOST


def test_rows_that_a_reader_may_not_open_are_not_linked(
    world: World, visitor: BrowserSession
) -> None:
    fill(world)
    removed(world, MONDAY, HOUR)
    freeze(world)

    viewer = signed_in(visitor, world.context, "ravi", Role.VIEWER)
    as_viewer = row_of(viewer.get("/en/figures").html, "House rules: deletions")
    dpo = signed_in(visitor, world.context, "uma", Role.DPO)
    as_dpo = row_of(dpo.get("/en/figures").html, "House rules: deletions")

    assert "<a " not in as_viewer
    assert 'href="/en/privacy"' in as_dpo


def test_whoever_is_of_one_ward_office_has_no_figures_of_the_city(
    world: World, visitor: BrowserSession
) -> None:
    signed_in(visitor, world.context, "ravi", Role.VIEWER, scope="ward:aundh-baner")

    assert visitor.get("/en/figures").status == 403
