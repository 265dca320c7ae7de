"""What pictures read from the database: an incident's hours, the way to an app."""

import json
from datetime import date, datetime, timedelta

import pytest

from socialcell import db
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.campaigns.outcomes.store.facts import store_facts
from socialcell.connectors.facts import StoreFact
from socialcell.errors import UsageError
from socialcell.i18n import language
from socialcell.listening.alerts.model import Incident
from socialcell.reports.phrases import Phrases
from socialcell.reports.pictures import picture_data
from socialcell.reports.pictures.funnel import Funnel, FunnelStage
from socialcell.reports.pictures.incident_timeline import IncidentTimeline
from tests.reports.around import alert, incident
from tests.reports.test_campaigns import START, clicked, ran
from tests.reports.weekly.weeks import own_post
from tests.reports.world import BEFORE, HOUR, MADE, MONDAY, NEXT, World

ENGLISH = language("en")
WARD, OTHER_WARD = "ward:aundh-baner", "ward:bibwewadi"
FIRST = MONDAY + 5 * HOUR


def timeline(world: World, id_: int, now: datetime = MADE) -> IncidentTimeline:
    with db.reading(world.engine) as session:
        row = session.get(Incident, id_)
        assert row is not None
        return picture_data.timeline_of(session, row, now, {}, Phrases(ENGLISH))


def water(world: World, *hours: float, **changes: object) -> int:
    """An incident about water with mentions so many hours after Monday's midnight, of
    which the first opens it."""
    for hour in hours:
        world.mention(MONDAY + hour * HOUR, topics=("water",))
    id_ = incident(world, "topic:water", FIRST, last_at=MADE, **changes)
    alert(world, id_, "topic:water", FIRST + HOUR / 2)
    return id_


def test_a_timeline_counts_whole_hours_from_the_first_mention_to_the_end(
    world: World,
) -> None:
    world.covered()
    ended = MONDAY + 9.5 * HOUR
    id_ = water(world, 5.25, 5.75, 7.5, 9.25, 11, state="over", ended_at=ended)

    drawn = timeline(world, id_)

    assert drawn.name == "Water supply"
    assert drawn.start == FIRST
    assert drawn.mentions == [2, 0, 1, 0, 1]
    assert drawn.whole == [True] * 5
    assert drawn.as_of == ended
    assert (drawn.coverage.platforms, drawn.coverage.missing) == (1, {})


def test_a_timeline_of_an_open_incident_ends_now(world: World) -> None:
    world.covered()
    id_ = water(world, 5, state="open")

    drawn = timeline(world, id_, MONDAY + 8 * HOUR)

    assert drawn.as_of == MONDAY + 8 * HOUR
    assert drawn.mentions == [1, 0, 0]
    assert set(drawn.steps) == {"first_post", "alert"}


def test_an_hour_of_no_platform_is_unknown_and_one_of_some_is_not_whole(
    world: World,
) -> None:
    world.covered(BEFORE, MONDAY + 7 * HOUR)
    world.covered(BEFORE, MONDAY + 6 * HOUR, source="videos", connector="youtube")
    id_ = water(world, 5, 8, state="open")

    drawn = timeline(world, id_, MONDAY + 9 * HOUR)

    # At eight nothing was collected, but a mention was read later.
    assert drawn.mentions == [1, 0, None, 1]
    assert drawn.whole == [True, False, False, False]
    assert drawn.coverage.hours == 4
    assert drawn.coverage.missing == {"X": 2, "YouTube": 3}


def test_a_timeline_has_each_step_that_came_to_pass_until_then(world: World) -> None:
    world.covered()
    id_ = water(
        world,
        5,
        state="over",
        acked_at=MONDAY + 6 * HOUR,
        acked_by="asha",
        ended_at=MONDAY + 10 * HOUR,
    )
    own_post(world, "late", MONDAY + 8 * HOUR)
    own_post(world, "first", MONDAY + 7 * HOUR)

    assert timeline(world, id_).steps == {
        "first_post": FIRST,
        "alert": FIRST + HOUR / 2,
        "taken_on": MONDAY + 6 * HOUR,
        "statement": MONDAY + 7 * HOUR,
        "ended": MONDAY + 10 * HOUR,
    }
    earlier = timeline(world, id_, MONDAY + 6.5 * HOUR)
    assert set(earlier.steps) == {"first_post", "alert", "taken_on"}


def test_a_statement_for_another_ward_is_none_about_this_one(world: World) -> None:
    world.covered()
    world.mention(FIRST, wards=(WARD,))
    id_ = incident(world, f"ward:{WARD}", FIRST, state="open", last_at=MADE)
    own_post(world, "other", MONDAY + 7 * HOUR, wards=[OTHER_WARD])
    own_post(world, "own", MONDAY + 8 * HOUR, wards=[OTHER_WARD, WARD])

    drawn = timeline(world, id_)

    assert drawn.steps["statement"] == MONDAY + 8 * HOUR


@pytest.mark.parametrize(
    ("kind", "subject"), [("silence", "source:city"), ("spike", "topic:water")]
)
def test_what_counts_no_mention_has_no_timeline(
    world: World, kind: str, subject: str
) -> None:
    world.covered()
    id_ = incident(world, subject, kind=kind)

    with pytest.raises(UsageError, match=f"Incident {id_} counts no mentions"):
        timeline(world, id_)


def funnel(world: World, today: date = MADE.date()) -> Funnel:
    with db.reading(world.engine) as session:
        campaign = outcomes.campaign(session, "monsoon26")
        assert isinstance(campaign, Campaign)
        return picture_data.funnel_of(session, campaign, today, ENGLISH)


def by_name(drawn: Funnel) -> dict[str, FunnelStage]:
    return {stage.stage: stage for stage in drawn.stages}


def reported(world: World, metric: str, definition: str, **by_campaign: int) -> None:
    """What Google Play says of the campaign's second day, by UTM campaign."""
    facts = [
        StoreFact(
            store="google_play",
            app="in.city.app",
            day=START + timedelta(days=1),
            zone="America/Los_Angeles",
            metric=metric,
            definition=definition,
            dimension="traffic_source,search_term,utm_source,utm_campaign",
            key=json.dumps(["Third-party referrals", "", "instagram", name]),
            value=n,
        )
        for name, n in by_campaign.items()
    ]
    with db.writing(world.engine) as session:
        store_facts(session, facts, NEXT)


def test_a_funnel_has_the_clicks_visits_and_installs_that_name_the_campaign(
    world: World,
) -> None:
    ran(world)
    clicked(world, START, 30)
    clicked(world, START - timedelta(days=1), 500)
    clicked(world, START, 70, "preview")
    reported(world, "visitors", "Store listing visitors", monsoon26=20, other=900)
    reported(
        world, "acquisitions", "Store listing acquisitions", monsoon26=8, spring25=5
    )

    drawn = funnel(world)

    stages = by_name(drawn)
    assert (drawn.first, drawn.last) == ("9 November", "22 November")
    assert [stage.stage for stage in drawn.stages] == [
        *("reach", "clicks", "store_visits", "installs", "activated")
    ]
    assert stages["clicks"].count == 30
    assert stages["store_visits"].count == 20
    assert stages["installs"].count == 8
    # Of spring25 no link is ours: whose installs they are is not known.
    assert stages["installs"].at_most == 13
    assert stages["installs"].note.startswith("Hatched")


def test_a_funnel_says_of_each_stage_why_it_is_not_known(world: World) -> None:
    ran(world)

    stages = by_name(funnel(world))

    assert {name: stage.count for name, stage in stages.items()} == dict.fromkeys(
        ("reach", "clicks", "store_visits", "installs", "activated")
    )
    assert {name: stage.note for name, stage in stages.items()} == {
        "reach": "No plan says how many.",
        "clicks": "There is no link.",
        "store_visits": "No store reports it.",
        "installs": "No store reports it.",
        "activated": "Activated users do not say which campaign they name.",
    }


def test_a_funnel_ends_on_the_day_before_and_needs_one_day(world: World) -> None:
    ran(world)
    clicked(world, START, 30)
    clicked(world, START + timedelta(days=1), 4)

    drawn = funnel(world, START + timedelta(days=1))

    assert (drawn.first, drawn.last) == ("9 November", "9 November")
    assert by_name(drawn)["clicks"].count == 30
    with pytest.raises(UsageError, match="monsoon26"):
        funnel(world, START)
