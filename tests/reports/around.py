"""What stands around mentions in a test's city: incidents, ads, search, outcomes."""

from datetime import date, datetime, timedelta
from typing import Any

from socialcell import db
from socialcell.campaigns.outcomes.store import facts
from socialcell.connectors.facts import AdFact, OutcomeFact, SearchFact
from socialcell.listening.alerts.model import Alert, Incident, Promise
from socialcell.listening.model import Removal
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


def promise(
    world: World, due: datetime, kept: datetime | None = None, text: str = "A bridge"
) -> int:
    with db.writing(world.engine) as session:
        row = Promise(
            text=text, due_at=due, kept_at=kept, made_by="asha", made_at=BEFORE
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


def _store(world: World, fact: AdFact | SearchFact | OutcomeFact) -> None:
    with db.writing(world.engine) as session:
        facts.store_facts(session, [fact], NEXT)
