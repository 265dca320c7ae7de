"""The commissioner's indicators with sample, interval, goal, and the rows behind."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update

from socialcell import db, strategy
from socialcell.i18n import CODES, language
from socialcell.listening.model import RegistryAccount
from socialcell.listening.query.query_language import parse
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.ops.model import FrozenReport
from socialcell.reports.commissioner.kpi_figures import (
    KpiFigure,
    MissingKpi,
    median_interval,
)
from socialcell.reports.kpis import kpi_labels
from socialcell.reports.weekly import frozen_week
from socialcell.services.reporting.commissioner_figures import (
    CommissionerFigures,
    commissioner_figures,
)
from socialcell.strategy import MEASURES
from tests.reports.around import alert, incident, notified, promise, removed
from tests.reports.world import BEFORE, HOUR, MADE, MONDAY, World

DAY = timedelta(days=1)
WORDS = "{mr: मराठी, hi: हिंदी, en: English}"


def by_id(figures: CommissionerFigures) -> dict[str, KpiFigure]:
    return {figure.id: figure for figure in figures.kpis.figures}


def missing(figures: CommissionerFigures) -> dict[str, MissingKpi]:
    return {figure.id: figure for figure in figures.kpis.missing}


def rows_found(world: World, query: str | None) -> int:
    with db.reading(world.engine) as session:
        wanted = MentionFilter(query=parse(query or "", now=MADE))
        return mention_queries.count_mentions(session, wanted)


def with_goal(world: World, targets: str) -> None:
    (world.context.workspace.folder / strategy.NAME).write_text(
        "agreed: 2026-11-01\n"
        f"goals: {{only: {{title: {WORDS}, owner: {WORDS}, targets: {targets}}}}}\n"
    )


def test_every_indicator_is_a_figure_or_says_why_not(world: World) -> None:
    world.covered()
    world.mention(MONDAY)
    figures = commissioner_figures(world.context)
    ids = [*by_id(figures), *missing(figures)]
    assert sorted(ids) == sorted(MEASURES)
    for own in missing(figures).values():
        for code in CODES:
            assert kpi_labels.unknown_reason(language(code), own.why)
    not_recorded = {id_ for id_, own in missing(figures).items() if not own.is_recorded}
    assert {"first_answer", "overdue", "took_part"} <= not_recorded
    assert "promises_kept" not in not_recorded


def test_the_figures_are_those_of_the_weekly_report(world: World) -> None:
    world.covered()
    for hour in range(30):
        world.mention(MONDAY + hour * HOUR, intent="praise" if hour % 3 else "help")
    week = frozen_week.period(MADE, MADE)
    before = commissioner_figures(world.context)
    report = frozen_week.numbers_of_week(world.engine, week, MADE)
    after = commissioner_figures(world.context)
    assert (before.is_frozen, after.is_frozen) == (False, True)
    assert after.counted_at == MADE
    measures = {row["id"]: (row["now"], row["before"]) for row in report["measures"]}
    for figures in (before, after):
        for id_, own in by_id(figures).items():
            assert (own.now, own.before) == measures[id_]
    world.mention(MONDAY)  # what comes after the report changes nothing
    assert by_id(commissioner_figures(world.context)) == by_id(after)


def test_looking_freezes_nothing(world: World) -> None:
    world.covered()
    world.mention(MONDAY)
    commissioner_figures(world.context)
    with db.reading(world.engine) as session:
        assert session.get(FrozenReport, ("weekly", MONDAY)) is None


def test_a_share_has_its_sample_and_an_interval(world: World) -> None:
    world.covered()
    for hour in range(20):
        world.mention(MONDAY + hour * HOUR, intent="praise" if hour % 4 else "help")
    world.mention(BEFORE, intent="help")
    share = by_id(commissioner_figures(world.context))["asking_share"]
    assert (share.now, share.before, share.part, share.n) == (0.25, 1.0, 5, 20)
    low, high = share.interval or (0, 0)
    assert (round(low, 3), round(high, 3)) == (0.112, 0.469)  # Wilson, by hand
    assert share.is_percentage
    assert share.rows.n == 5
    assert rows_found(world, share.rows.query) == 5


def test_a_share_of_fewer_than_twenty_is_no_percentage(world: World) -> None:
    world.covered()
    promise(world, MONDAY + DAY, kept=MONDAY)
    promise(world, MONDAY + DAY)
    kept = by_id(commissioner_figures(world.context))["promises_kept"]
    assert (kept.now, kept.part, kept.n, kept.interval) == (0.5, 1, 2, None)
    assert not kept.is_percentage
    assert (kept.rows.noun, kept.rows.filters["since"]) == ("commitments", "2026-11-16")
    coverage = by_id(commissioner_figures(world.context))["coverage"]
    assert (coverage.n, coverage.part, coverage.is_percentage) == (168, None, True)


def test_angers_rows_are_the_negative_mentions_of_its_topic(world: World) -> None:
    world.covered(MONDAY - 28 * DAY)
    for n in range(6):
        world.mention(MONDAY + n * HOUR, topics=("water",))
        world.mention(MONDAY + n * HOUR, topics=("water",), sentiment="neutral")
    anger = by_id(commissioner_figures(world.context))["anger"]
    assert (anger.topic, anger.now, anger.n) == ("water", 6, 4)
    assert anger.usual is not None
    assert (anger.usual.median, anger.usual.weeks) == (0, 4)
    assert rows_found(world, anger.rows.query) == 6


def test_a_median_of_minutes_lies_between_two_of_them(world: World) -> None:
    world.covered()
    ids = []
    for minutes in (10, 20, 30, 40, 50, 60):
        at = MONDAY + minutes * HOUR
        post = world.mention(at - timedelta(minutes=minutes))
        ids.append(incident(world, f"topic:{minutes}", at))
        alert(world, ids[-1], at=at, mentions=[post])
        notified(world, ids[-1], at)
    alerted = by_id(commissioner_figures(world.context))["alerted"]
    assert (alerted.now, alerted.n, alerted.interval) == (35, 6, (10, 60))
    assert alerted.rows.noun == "incidents"
    assert sorted(alerted.rows.filters["ids"].split(",")) == sorted(map(str, ids))


def test_posts_of_the_citys_accounts_are_found_by_their_handles(world: World) -> None:
    world.covered()
    world.registered("citydesk_handle")
    for lang in ("mr", "mr", "en"):
        world.mention(MONDAY, author="citydesk", language=lang)
    own = by_id(commissioner_figures(world.context))["marathi_first"]
    assert (own.part, own.n) == (2, 3)
    assert (own.rows.noun, own.rows.n) == ("mentions", 3)
    assert rows_found(world, own.rows.query) == 3


def test_a_query_names_no_account_that_left_the_registry(world: World) -> None:
    world.covered()
    world.registered("citydesk_handle")
    world.mention(MONDAY, author="citydesk", language="mr")
    frozen_week.numbers_of_week(world.engine, frozen_week.period(MADE, MADE), MADE)
    with db.writing(world.engine) as session:
        session.execute(update(RegistryAccount).values(handle="another_handle"))
    own = by_id(commissioner_figures(world.context))["marathi_first"]
    assert (own.rows.noun, own.rows.query) == ("registry", None)


def test_deletions_are_a_share_with_their_days(world: World) -> None:
    world.covered()
    for hours in (2, 5, 30):
        removed(world, MONDAY + 2 * DAY, hours * HOUR)
    gone = by_id(commissioner_figures(world.context))["deleted_in_time"]
    assert (gone.part, gone.n) == (2, 3)
    assert gone.rows.filters == {"since": "2026-11-16", "until": "2026-11-22"}


def test_a_goal_stands_beside_its_figure_and_beside_what_is_missing(
    world: World,
) -> None:
    world.covered()
    world.mention(MONDAY)
    with_goal(world, "{coverage: {at_least: 95}, overdue: {at_most: 10}}")
    figures = commissioner_figures(world.context)
    coverage, overdue = (
        by_id(figures)["coverage"].goal,
        missing(figures)["overdue"].goal,
    )
    assert coverage is not None
    assert (coverage.target["at_least"], coverage.is_met) == (95, True)
    assert coverage.title["en"] == "English"
    assert overdue is not None
    assert (overdue.target["at_most"], overdue.is_met) == (10, None)
    assert by_id(figures)["asking"].goal is None
    assert figures.kpis.agreed == "2026-11-01"


def test_a_report_that_is_older_than_the_indicators_says_so(world: World) -> None:
    world.covered()
    world.mention(MONDAY)
    frozen_week.numbers_of_week(world.engine, frozen_week.period(MADE, MADE), MADE)
    with db.writing(world.engine) as session:
        row = session.get_one(FrozenReport, ("weekly", MONDAY))
        kept = {key: part for key, part in row.numbers.items() if key != "measures"}
        row.numbers = kept
    figures = commissioner_figures(world.context)
    assert figures.kpis.figures == []
    assert {own.why for own in figures.kpis.missing} == {"earlier"}
    assert "before it was measured" in kpi_labels.unknown_reason(
        language("en"), "earlier"
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        ([1, 2, 3, 4, 5], None),
        ([3, 1, 2, 6, 5, 4], (1, 6)),
        # Of 20 the 6th and the 15th, as tables of the sign test have it.
        (list(range(20, 0, -1)), (6, 15)),
    ],
)
def test_the_interval_of_a_median(
    values: Sequence[float], expected: tuple[float, float] | None
) -> None:
    assert median_interval(values) == expected
