"""What stands around mentions in a test's city: incidents, ads, search, outcomes."""

from datetime import date, datetime, timedelta
from typing import Any

from socialcell import db
from socialcell.campaigns.outcomes.store import facts
from socialcell.connectors.facts import AdFact, OutcomeFact, SearchFact, StoreFact
from socialcell.listening.alerts.model import Alert, Escalation, Incident, Promise
from socialcell.listening.model import Removal
from socialcell.ops.daemon_model import Slot
from socialcell.ops.outbox_model import Outgoing
from tests.reports.world import BEFORE, HOUR, MONDAY, NEXT, World

SUNDAY = date(2026, 11, 22)
SITE = "https://www.city.example/"


def incident(
    world: World,
    subject: str = "topic:water",
    at: datetime = MONDAY + 5 * HOUR,
    **changes: Any,
) -> int:
    """An incident that began at a moment and is over an hour later."""
    row: dict[str, Any] = {
        "kind": "spike",
        "subject": subject,
        "severity": "high",
        "state": "over",
        "opened_at": at,
        "last_at": at + HOUR,
    }
    with db.writing(world.engine) as session:
        made = Incident(**row | changes)
        session.add(made)
        session.flush()
        assert made.id is not None
        return made.id


def alert(
    world: World,
    incident_id: int,
    series: str = "topic:water",
    at: datetime = MONDAY + 5 * HOUR,
    **changes: Any,
) -> None:
    """Thirty mentions in an hour that has four on other days."""
    row: dict[str, Any] = {
        "incident_id": incident_id,
        "key": f"{incident_id}:{series}:{at}:{changes.get('mentions')}",
        "series": series,
        "at": at,
        "score": 0.9,
        "observed": 30,
        "expected": 4.2,
        "mentions": [],
        "coverage": 1.0,
    }
    with db.writing(world.engine) as session:
        session.add(Alert(**row | changes))


def notified(world: World, incident_id: int, at: datetime, state: str = "sent") -> None:
    """A letter about an incident that left at a moment."""
    with db.writing(world.engine) as session:
        session.add(
            Outgoing(
                kind="alert",
                channel="mail",
                dedup_key=f"incident.{incident_id}.high|mr|{at.isoformat()}",
                recipient="control.room@city.example",
                subject="",
                state=state,
                not_before=at,
                made_at=at,
                ended_at=at,
            )
        )


def called_about(world: World, mention_id: int, at: datetime, state: str) -> int:
    """An incident of one critical mention, opened at a moment, and its calls."""
    incident_id = incident(
        world, f"critical:{mention_id}", at, kind="critical", state=state
    )
    with db.writing(world.engine) as session:
        session.add(
            Escalation(
                incident_id=incident_id,
                mention_id=mention_id,
                climbs=True,
                started_at=at,
            )
        )
    return incident_id


def looked_for_alerts(
    world: World, start: datetime = MONDAY, end: datetime = NEXT
) -> None:
    """The daemon's job that looks for alerts ran every ten minutes of a span."""
    with db.writing(world.engine) as session:
        at = start
        while at < end:
            session.add(
                Slot(
                    job="detect",
                    slot_at=at,
                    state="done",
                    token=1,
                    started_at=at,
                    finished_at=at,
                )
            )
            at += timedelta(minutes=10)


def uninstalled(world: World, day: date, n: int | None, metric: str, name: str) -> None:
    """A day of an app's uninstalls, as Google Play reports it."""
    fact = StoreFact(
        store="google_play",
        app="in.city.app",
        day=day,
        zone="America/Los_Angeles",
        metric=metric,
        definition=name,
        dimension="total",
        value=n,
        withheld=n is None,
    )
    _store(world, fact)


def promise(
    world: World,
    due: datetime,
    kept: datetime | None = None,
    text: str = "A bridge",
    ward: str | None = None,
) -> int:
    with db.writing(world.engine) as session:
        row = Promise(
            text=text,
            due_at=due,
            kept_at=kept,
            ward=ward,
            made_by="asha",
            made_at=BEFORE,
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id


def removed(world: World, noticed: datetime, after: timedelta) -> None:
    """A mention that its platform no longer has, last seen so long before."""
    id_ = world.mention(noticed - after)
    with db.writing(world.engine) as session:
        session.add(
            Removal(
                mention_id=id_,
                platform="x",
                reason="deleted",
                last_seen_at=noticed - after,
                noticed_at=noticed,
            )
        )


def ad(world: World, day: date = SUNDAY, **changes: Any) -> None:
    """A campaign's day: 1,000 views, 50 clicks, 200 rupees, 4 installs told twice."""
    row: dict[str, Any] = {
        "network": "google_ads",
        "account": "111",
        "level": "campaign",
        "campaign": "11",
        "campaign_name": "App",
        "day": day,
        "zone": "Asia/Kolkata",
        "currency": "INR",
        "impressions": 1000,
        "clicks": 50,
        "cost_micros": 200_000_000,
        "installs": {
            "GOOGLE_PLAY_DOWNLOAD/Play": 4.0,
            "FIREBASE_ANDROID_FIRST_OPEN/Open": 3.0,
        },
    }
    _store(world, AdFact(**row | changes))


def searched(
    world: World, day: date, clicks: int, query: str | None = None, **changes: Any
) -> None:
    """A site's day in all, or that of a query; ten times as often shown, place 2."""
    row: dict[str, Any] = {
        "site": SITE,
        "dimension": "query" if query else "total",
        "key": query or "",
        "day": day,
        "clicks": clicks,
        "impressions": 10 * clicks,
        "position": 2.0,
        "final": True,
    }
    _store(world, SearchFact(**row | changes))


def activated(
    world: World, day: date, n: int | None, area: str = "ward:aundh-baner"
) -> None:
    fact = OutcomeFact(
        outcome="activated_users",
        area=area,
        day=day,
        value=n,
        withheld=n is None,
        row=1,
    )
    _store(world, fact)


def _store(world: World, fact: AdFact | SearchFact | OutcomeFact | StoreFact) -> None:
    with db.writing(world.engine) as session:
        facts.store_facts(session, [fact], NEXT)
