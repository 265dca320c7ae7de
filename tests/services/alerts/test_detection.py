"""Spikes become few incidents, told once; silence is one; what was planned is none."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.config import Workspace
from socialcell.connectors.base import Record, RecordRelation
from socialcell.errors import UsageError
from socialcell.identity.actor import unsigned
from socialcell.listening.alerts.model import Incident
from socialcell.listening.alerts.spikes import in_hour, spikes
from socialcell.listening.store.alerts import alerts
from socialcell.listening.store.people import registry
from socialcell.ops import outbox_store
from socialcell.ops.model import Source
from socialcell.services.alerts import (
    detection,
    incident_notifications,
    planned_closures,
)
from socialcell.services.context import Context
from socialcell.services.mentions import tagging
from socialcell.services.outbox import acknowledgements
from socialcell.settings.notifications import Alerts, RecipientsByLanguage
from tests.builders import make_author, make_record, make_source, store_records
from tests.snapshots import Snapshots

pytestmark = pytest.mark.swept_on_postgresql

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=IST)
CALM = "The garden of Aundh is lovely today"
FLOOD = "Flood water enters houses in Ekta Nagari, send boats now"


def fill(
    engine: Engine, times: Iterable[datetime], text: str, source: Source, name: str
) -> None:
    records = [
        make_record(
            f"{name}{n}",
            text=f"{text} {n}",
            authored_at=at,
            author=make_author(f"{name}{n}"),
        )
        for n, at in enumerate(times)
    ]
    store_records(engine, *records, at=NOW - 30 * DAY, source=source)


@pytest.fixture
def city(
    context: Context, engine: Engine, clock: FixedClock, snapshots: Snapshots
) -> Context:
    """Four quiet weeks."""
    clock.set(NOW)
    snapshots.fill("quiet weeks", engine, lambda: quiet_weeks(context, engine))
    return context


def quiet_weeks(context: Context, engine: Engine) -> None:
    """Some thirty mentions a day, more in the evening."""
    random = Random("quiet")
    source = make_source(engine)
    times = [
        NOW - n * DAY + timedelta(hours=random.betavariate(4, 2) * 24)
        for n in range(1, 28)
        for _ in range(30)
    ]
    fill(engine, (at for at in times if at < NOW), CALM, source, "q")
    with db.writing(engine) as session:
        found = session.get_one(Source, source.id)
        found.last_ok_at = NOW + HOUR
    tagging.tag_waiting(context)


def burst(engine: Engine, begin: datetime, n: int = 25, text: str = FLOOD) -> None:
    """So many within ten minutes."""
    with db.reading(engine) as session:
        source = session.get_one(Source, 1)
        session.expunge(source)
    times = [begin + (10 * MINUTE / n) * k for k in range(n)]
    fill(engine, times, text, source, f"b{begin.timestamp()}.")


def incidents(engine: Engine) -> list[Incident]:
    with db.reading(engine) as session:
        found = list(alerts.incidents(session))
        session.expunge_all()
    return found


def test_quiet_weeks_bring_nothing(city: Context, engine: Engine) -> None:
    assert detection.detect(city).alerts == 0
    assert incidents(engine) == []


def test_a_burst_is_one_incident_within_ten_minutes_with_its_numbers(
    city: Context, engine: Engine, clock: FixedClock
) -> None:
    burst(engine, NOW)
    clock.set(NOW + 10 * MINUTE)
    tagging.tag_waiting(city)

    found = detection.detect(city)

    (incident,) = incidents(engine)
    assert found.opened == (incident.id,)
    assert incident.subject == "topic:flood"
    assert incident.severity == "high"
    assert NOW < incident.opened_at <= NOW + 10 * MINUTE
    with db.reading(engine) as session:
        own = alerts.alerts_of(session, incident.id or 0)
        worst = max(own, key=lambda one: one.observed or 0)
        assert worst.observed is not None
        assert worst.observed >= 8
        assert worst.expected is not None
        assert worst.expected < 4
        assert len(worst.mentions) == worst.observed


def test_the_same_look_again_finds_nothing_new(
    city: Context, engine: Engine, clock: FixedClock
) -> None:
    burst(engine, NOW)
    clock.set(NOW + 10 * MINUTE)
    tagging.tag_waiting(city)
    detection.detect(city)

    again = detection.detect(city)
    clock.advance(30 * MINUTE)
    later = detection.detect(city)

    assert (again.alerts, later.opened) == (0, ())
    assert len(incidents(engine)) == 1


def test_what_is_planned_raises_no_alert(
    city: Context, engine: Engine, clock: FixedClock
) -> None:
    burst(engine, NOW, text="No water in our house since morning")
    clock.set(NOW + 10 * MINUTE)
    tagging.tag_waiting(city)
    with db.reading(engine) as session:
        topics = {
            name
            for name in alerts.times(session, NOW, clock.now())
            if name.startswith("topic:")
        }
    assert topics == {"topic:water"}
    planned_closures.plan_closure(
        city, "water", [], NOW - HOUR, NOW + 8 * HOUR, "Thursday maintenance"
    )

    detection.detect(city)

    with db.reading(engine) as session:
        told = [
            alert.series
            for one in alerts.incidents(session)
            if one.kind != "planned"
            for alert in alerts.alerts_of(session, one.id or 0)
        ]
    assert "topic:water" not in told
    assert "negative topic:water" not in told


def test_a_source_gone_quiet_is_one_incident_until_it_speaks_again(
    city: Context, engine: Engine, clock: FixedClock
) -> None:
    clock.set(NOW + 2 * DAY)

    first, second = detection.detect(city), detection.detect(city)

    (incident,) = incidents(engine)
    assert (incident.kind, incident.subject) == ("source", "source:x.mentions")
    assert (len(first.opened), second.opened) == (1, ())
    with db.writing(engine) as session:
        session.get_one(Source, 1).last_ok_at = clock.now()
    detection.detect(city)
    (incident,) = incidents(engine)
    assert (incident.state, incident.ended_at) == ("over", clock.now())
    assert incident.opened_at == NOW + 2 * DAY


def test_an_incident_that_somebody_looks_after_is_told_to_nobody_else(
    city: Context, engine: Engine, clock: FixedClock
) -> None:
    context = with_readers(city, quiet=None)
    burst(engine, NOW)
    clock.set(NOW + 10 * MINUTE)
    tagging.tag_waiting(context)
    detection.detect(context)
    assert incident_notifications.notify_incidents(context) == 2
    assert incident_notifications.notify_incidents(context) == 0

    acknowledgements.acknowledge(context, 1, "ward office informed")

    assert [one.state for one in incidents(engine)] == ["acked"]
    assert incident_notifications.notify_incidents(context) == 0
    with pytest.raises(UsageError, match="no incident 7"):
        acknowledgements.acknowledge(context, 7)


def test_the_letter_has_numbers_three_mentions_and_what_to_do(
    city: Context, engine: Engine, clock: FixedClock
) -> None:
    context = with_readers(city, quiet=None)
    burst(engine, NOW)
    clock.set(NOW + 10 * MINUTE)
    tagging.tag_waiting(context)
    detection.detect(context)
    incident_notifications.notify_incidents(context)

    with db.reading(engine) as session:
        letters = {one.recipient: one for one in outbox_store.list_messages(session)}
    english, marathi = letters["cell@city.example"], letters["desk@city.example"]
    assert english.subject == "Alert: Flood"
    assert marathi.subject == "इशारा: पूर"
    body = (english.body or b"").decode()
    assert "alerts ack 1" in body
    assert body.count("Flood water enters houses") >= 1


def test_at_night_only_the_worst_is_told(
    city: Context, engine: Engine, clock: FixedClock
) -> None:
    context = with_readers(city, quiet=("22:00", "07:00"))
    with db.writing(engine) as session:
        for number, severity in ((1, "medium"), (2, "high")):
            session.add(
                Incident(
                    kind="source",
                    subject=f"source:{number}",
                    severity=severity,
                    opened_at=NOW,
                    last_at=NOW,
                    said="silent",
                )
            )
            session.flush()
            session.add(
                alerts.Alert(
                    incident_id=number,
                    key=str(number),
                    series="source",
                    at=NOW,
                    mentions=[],
                )
            )
    clock.set(datetime.combine(NOW.date(), time(6, 59), IST))
    assert incident_notifications.notify_incidents(context) == 2
    clock.advance(MINUTE)
    assert incident_notifications.notify_incidents(context) == 2


def test_few_mentions_are_no_news_however_unusual() -> None:
    quiet = [NOW - n * DAY for n in range(27, 0, -1)]
    at_once = [NOW + n * timedelta(seconds=5) for n in range(30)]

    few = spikes({"all": [*quiet, *at_once[:4]]}, NOW, NOW + 10 * MINUTE)
    many = spikes({"all": [*quiet, *at_once]}, NOW, NOW + 10 * MINUTE)

    assert few == []
    assert [(one.at, one.observed) for one in many] == [(NOW + 5 * MINUTE, 30)]
    assert in_hour(at_once, NOW + 5 * MINUTE) == 30


def test_a_rise_that_begins_with_few_is_news_once_many_talk() -> None:
    quiet = [NOW - n * DAY for n in range(27, 0, -1)]
    # Four in the first five minutes, the rest later.
    rise = [NOW + n * timedelta(seconds=1) for n in range(4)]
    rise += [NOW + 12 * MINUTE + n * timedelta(seconds=1) for n in range(6)]

    found = spikes({"all": [*quiet, *rise]}, NOW, NOW + HOUR)

    assert [(one.at, one.observed) for one in found] == [(NOW + 15 * MINUTE, 10)]


def test_people_are_counted_and_neither_reposts_nor_answers_of_offices(
    context: Context, engine: Engine
) -> None:
    def said(name: str, who: str, minutes: int, **changes: Any) -> Record:
        at = NOW + minutes * MINUTE
        author = make_author(who)
        return make_record(name, authored_at=at, author=author, **changes)

    with db.writing(engine) as session:
        for handle, kind in (
            ("handle_ward", "public_office"),
            ("handle_news", "media"),
        ):
            registry.register(
                session, "x", handle, handle, kind, "its imprint", unsigned("asha"), NOW
            )
    store_records(
        engine,
        *(said(f"a{minutes}", "a", minutes) for minutes in (0, 20, 59, 60, 130)),
        said("b", "b", 5),
        said("c", "c", 6, relations=(RecordRelation("repost", "b"),)),
        said("ward", "ward", 7),
        said("news", "news", 8),
    )

    with db.reading(engine) as session:
        times = alerts.times(session, NOW, NOW + 3 * HOUR)

    assert times["all"] == [NOW + n * MINUTE for n in (0, 5, 8, 60, 130)]


def test_what_a_city_must_not_watch_is_no_series(
    city: Context, engine: Engine, clock: FixedClock
) -> None:
    burst(engine, NOW, text="Vote for our party in the election, the corporator lies")
    clock.set(NOW + 10 * MINUTE)
    tagging.tag_waiting(city)

    with db.reading(engine) as session:
        names = set(alerts.times(session, NOW, clock.now()))

    assert not any("politics" in name for name in names)


def with_readers(city: Context, quiet: tuple[str, str] | None) -> Context:
    told = Alerts(
        recipients=RecipientsByLanguage(
            en=("cell@city.example",), mr=("desk@city.example",)
        ),
        quiet=quiet,
    )
    changed = city.workspace.config.model_copy(update={"alerts": told})
    return Context(Workspace(city.workspace.folder, changed), city.engine, city.clock)
