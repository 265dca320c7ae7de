"""Areas in a span: the weekly report's numbers, each with the query for its rows."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from socialcell import db
from socialcell.errors import UsageError
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.query.query_language import parse
from socialcell.listening.store import areas as area_store
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.reports.areas.area_figures import AreaFigures
from socialcell.reports.weekly import frozen_week
from socialcell.services import area_detail, area_overview
from socialcell.services.area_overview import AreaOverview
from tests.reports.around import alert, incident, promise
from tests.reports.world import BEFORE, HOUR, MADE, MONDAY, NEXT, World

DAY = timedelta(days=1)
AUNDH, KOTHRUD, BHAVANI = (
    f"ward:{name}" for name in ("aundh-baner", "kothrud-bavdhan", "bhavani-peth")
)
WEEK = TimeSpan(MONDAY, NEXT)


def figures(overview: AreaOverview, id_: str) -> AreaFigures:
    (entry,) = (entry for entry in overview.entries if entry.id == id_)
    assert entry.figures is not None
    return entry.figures


def rows_found(world: World, query: str) -> int:
    with db.reading(world.engine) as session:
        wanted = MentionFilter(query=parse(query, now=MADE))
        return mention_queries.count_mentions(session, wanted)


def fill(world: World) -> None:
    """Two weeks of which Tuesday's sixth hour is missing in one."""
    world.covered(BEFORE, MONDAY + DAY + 6 * HOUR)
    world.covered(MONDAY + DAY + 7 * HOUR, NEXT)
    for hour in range(0, 60, 3):
        world.mention(MONDAY + hour * HOUR, wards=(AUNDH,), topics=("water",))
    for hour in (1, 30, 100):
        world.mention(BEFORE + hour * HOUR, wards=(AUNDH,))
        world.mention(MONDAY + hour * HOUR, wards=(AUNDH, KOTHRUD), urgency="critical")
    world.mention(MONDAY + HOUR, intent="question", sentiment="neutral", wards=(AUNDH,))
    world.mention(MONDAY + HOUR, intent="praise", sentiment="positive")
    world.mention(MONDAY + HOUR, intent="help", urgency="high", topics=("flood",))
    world.mention(MONDAY + HOUR, read=False)
    world.mention(BEFORE + HOUR)
    world.mention(MONDAY + HOUR, wards=("ward:former-office",))


def test_a_week_of_areas_has_the_numbers_of_its_report(world: World) -> None:
    fill(world)
    week = frozen_week.period(MADE, MADE)
    report = frozen_week.numbers_of_week(world.engine, week, MADE)
    overview = area_overview.overview(world.context, span=week)

    wards = {entry.id: entry.figures for entry in overview.entries}
    assert wards.keys() == {ward["id"] for ward in report["wards"]}
    for ward in report["wards"]:
        own = wards[ward["id"]]
        assert own is not None
        keys = ("n", "unit", "coverage", "same_hours")
        assert own.mentions == {key: ward[key] for key in keys}
        assert own.asking == ward["asking"]
    urgent = {row["id"]: row["n"] for row in report["urgent"]["wards"]}
    assert {id_: own.urgent["n"] for id_, own in wards.items() if own.urgent["n"]} == (
        urgent
    )
    letters = {office["id"]: office for office in report["letter"]["offices"]}
    assert [(topic.id, topic.n) for topic in wards[AUNDH].topics] == [
        (topic["id"], topic["n"]) for topic in letters[AUNDH]["topics"]
    ]
    assert overview.unplaced is not None
    assert overview.unplaced.mentions["n"] == report["unplaced"]
    assert overview.city is not None
    assert overview.city.mentions == report["mentions"]
    assert overview.coverage == report["coverage"]


def test_figures_of_an_area_by_hand(world: World) -> None:
    fill(world)
    own = figures(area_overview.overview(world.context, span=WEEK), AUNDH)
    assert own.mentions["n"] == 24
    # Tuesday's hour from 6 is missing: two mentions of this week, one of that before.
    assert own.mentions["same_hours"] == {"hours": 167, "now": 22, "before": 2}
    assert (own.complaints["n"], own.asking["n"], own.urgent["n"]) == (23, 24, 3)
    assert own.negative is not None
    assert (own.negative.part, own.negative.whole) == (23, 24)
    low, high = own.negative.interval or (0, 0)
    assert (round(low, 3), round(high, 3)) == (0.798, 0.993)  # Wilson, by hand
    (water,) = own.topics
    assert (water.id, water.n) == ("water", 20)
    assert water.owner is not None
    assert water.owner["id"] == "dept:water"


def test_under_twenty_mentions_there_is_no_interval(world: World) -> None:
    fill(world)
    own = figures(area_overview.overview(world.context, span=WEEK), KOTHRUD)
    assert own.negative is not None
    assert (own.negative.whole, own.negative.interval) == (3, None)


def test_each_figure_leads_to_as_many_rows(world: World) -> None:
    fill(world)
    world.mention(MADE - timedelta(minutes=20), wards=(AUNDH,), urgency="high")
    now = MADE + timedelta(minutes=17)
    world.context.clock.set(now)
    overview = area_overview.overview(world.context, span=TimeSpan(MONDAY, now))
    assert overview.unplaced is not None
    assert overview.city is not None
    tried = 0
    for own in (figures(overview, AUNDH), overview.unplaced, overview.city):
        for name in ("mentions", "complaints", "asking", "urgent"):
            n = getattr(own, name)["n"]
            assert rows_found(world, getattr(own.queries, name)) == n, name
            tried += n
        assert own.negative is not None
        assert rows_found(world, own.queries.negative) == own.negative.part
        for topic in own.topics:
            assert rows_found(world, topic.query or "") == topic.n
    assert tried > 50


def test_the_last_seven_days_begin_at_midnight_and_end_now(world: World) -> None:
    world.covered(BEFORE - 7 * DAY, MADE)
    at = MADE + timedelta(minutes=17)
    world.context.clock.set(at)
    midnight = MONDAY + DAY  # MADE is Monday a week later
    world.mention(midnight - timedelta(minutes=1), wards=(AUNDH,))
    world.mention(midnight, wards=(AUNDH,))
    world.mention(at - timedelta(minutes=5), wards=(AUNDH,))  # in the hour that runs
    world.mention(at - timedelta(days=7, minutes=5), wards=(AUNDH,))
    overview = area_overview.overview(world.context)
    assert (overview.span.now.start, overview.span.now.end) == (midnight, at)
    own = figures(overview, AUNDH)
    assert own.mentions == {
        "n": 2,
        "unit": "mentions",
        "coverage": {"covered": 153, "due": 153},
        "same_hours": {"hours": 153, "now": 1, "before": 0},
    }


def test_a_span_of_four_weeks_is_compared_with_the_four_before(world: World) -> None:
    world.covered(MONDAY - 49 * DAY, NEXT)
    for weeks in (0, 3, 4, 7):
        world.mention(MONDAY - weeks * 7 * DAY, wards=(AUNDH,))
    span = TimeSpan(MONDAY - 21 * DAY, NEXT)
    own = figures(area_overview.overview(world.context, span=span), AUNDH)
    assert own.mentions["same_hours"] == {"hours": 672, "now": 2, "before": 2}


def test_what_was_not_collected_is_not_zero(world: World) -> None:
    own = figures(area_overview.overview(world.context, span=WEEK), AUNDH)
    assert (own.mentions["n"], own.urgent["n"], own.negative) == (None, None, None)


def test_prabhags_that_no_text_can_name_are_not_known(world: World) -> None:
    world.covered()
    world.mention(MONDAY, entities=("place:wagholi",))
    prabhags = area_overview.overview(world.context, "prabhag", WEEK)
    assert len(prabhags.entries) == 41
    assert {entry.figures for entry in prabhags.entries} == {None}
    villages = area_overview.overview(world.context, "village", WEEK)
    wagholi = figures(villages, "place:wagholi")
    assert wagholi.mentions["n"] == 1
    assert rows_found(world, wagholi.queries.mentions) == 1
    assert (villages.unplaced, villages.city) == (None, None)


def test_whoever_may_see_one_ward_office_sees_no_other(world: World) -> None:
    fill(world)
    overview = area_overview.overview(world.context, span=WEEK, only={KOTHRUD})
    assert [entry.id for entry in overview.entries] == [KOTHRUD]
    assert (overview.unplaced, overview.city) == (None, None)


def test_areas_are_those_of_the_last_day(world: World) -> None:
    with db.writing(world.engine) as session:
        rows = [
            replace(area, valid_to=NEXT.date()) if area.id == BHAVANI else area
            for area in read_areas()
        ]
        area_store.replace(session, rows)
    before = area_overview.overview(world.context, span=WEEK)
    after = area_overview.overview(world.context)
    assert BHAVANI in {entry.id for entry in before.entries}
    assert BHAVANI not in {entry.id for entry in after.entries}


def test_an_incident_concerns_a_ward_office_from_five_mentions_on(
    world: World,
) -> None:
    world.covered(BEFORE, MADE)
    for n in range(5):
        world.mention(NEXT + n * HOUR, wards=(AUNDH,), topics=("water",))
    for n in range(4):
        world.mention(NEXT + n * HOUR, wards=(KOTHRUD,), topics=("water",))
    danger = world.mention(NEXT + HOUR, wards=(BHAVANI,), urgency="critical")
    state = {"state": "open", "last_at": MADE}
    water = incident(world, "topic:water", NEXT, **state)
    alert(world, water, at=NEXT)
    single = incident(world, f"critical:{danger}", NEXT, kind="critical", **state)
    alert(world, single, "critical", NEXT + HOUR, mentions=[danger])
    ward = incident(world, f"ward:{KOTHRUD}", NEXT, **state)
    over = incident(world, "topic:water", NEXT, ended_at=NEXT + HOUR)
    entries = {
        entry.id: [(own.id, own.mentions) for own in entry.incidents]
        for entry in area_overview.overview(world.context).entries
        if entry.incidents
    }
    assert entries == {
        AUNDH: [(water, 5)],
        BHAVANI: [(single, 1)],
        KOTHRUD: [(ward, 4)],
    }
    assert over not in {id_ for own in entries.values() for id_, _n in own}


def test_one_area_has_its_days_places_and_commitments(world: World) -> None:
    world.covered()
    for hour in (0, 5, 30):
        world.mention(
            MONDAY + hour * HOUR, wards=(KOTHRUD,), entities=("place:erandwane",)
        )
    world.mention(MONDAY, wards=(AUNDH,), entities=("place:baner",))
    promise(world, MADE + DAY, ward=KOTHRUD)
    promise(world, MADE + DAY, text="Elsewhere")
    shown = area_detail.detail(world.context, KOTHRUD, WEEK)
    assert [(day, own["n"]) for day, own in shown.days][:3] == [
        (date(2026, 11, 16), 2),
        (date(2026, 11, 17), 1),
        (date(2026, 11, 18), 0),
    ]
    assert len(shown.days) == 7
    assert shown.platforms["x"]["n"] == 3
    (place,) = shown.places
    assert (place.id, place.n) == ("place:erandwane", 3)
    assert rows_found(world, place.query) == 3
    assert [area.kind for area in shown.around] == ["zone", "city"]
    assert [row.ward for row in shown.commitments] == [KOTHRUD]


@pytest.mark.parametrize("id_", ["ward:nowhere", "place:pune", "zone:1"])
def test_what_is_no_such_area_is_said(world: World, id_: str) -> None:
    with pytest.raises(UsageError, match=id_):
        area_detail.detail(world.context, id_)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (MONDAY, NEXT + 7 * DAY, "not come yet"),
        (NEXT, MONDAY, "at most 92 days"),
        (MONDAY - 100 * DAY, NEXT, "at most 92 days"),
        (MONDAY + timedelta(minutes=1), NEXT, "whole hour"),
    ],
)
def test_a_span_that_cannot_be_counted_is_refused(
    world: World, start: object, end: object, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        area_overview.overview(world.context, span=TimeSpan(start, end))


def test_more_areas_incidents_and_sources_need_no_more_statements(
    world: World,
) -> None:
    fill(world)
    few = _statements(world)
    for n in range(12):
        world.covered(BEFORE, MADE, source=f"paper-{n}", connector="rss")
        own = incident(world, "topic:water", NEXT, state="open", last_at=MADE)
        alert(world, own, at=NEXT)
    many = _statements(world)
    assert many <= 14  # with incidents two more than without
    assert many - few <= 2


def _statements(world: World) -> int:
    count = 0

    def _count(*_args: object) -> None:
        nonlocal count
        count += 1

    event.listen(world.engine, "before_cursor_execute", _count)
    try:
        area_overview.overview(world.context)
    finally:
        event.remove(world.engine, "before_cursor_execute", _count)
    return count - 1  # BEGIN
