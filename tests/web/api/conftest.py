"""A small city behind the API: mentions of two wards, incidents, tokens."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import pytest
from sqlalchemy import Engine, insert, update

from socialcell import db
from socialcell.listening.alerts.model import Alert, Incident
from socialcell.listening.areas import area_table, owner_table
from socialcell.listening.model import Annotation, Mention
from socialcell.listening.store import areas
from socialcell.roles import ALL, Role, TokenScope
from socialcell.services.context import Context
from socialcell.services.desk import case_opening
from socialcell.services.mentions import mention_owners
from socialcell.services.operators import api_tokens
from socialcell.web.api.application import create_api
from tests.builders import NOON, make_author, make_record, make_source, store_records
from tests.operators import acting
from tests.snapshots import Snapshots
from tests.web.api.api_client import ApiClient

KOTHRUD, AUNDH = "ward:kothrud-bavdhan", "ward:aundh-baner"
WATER = "dept:water"
MENTIONS = db.table(Mention)
TAGS = db.table(Annotation)

Client: TypeAlias = Callable[..., ApiClient]


def tag(engine: Engine, mention: int, kind: str, *values: str) -> None:
    with db.writing(engine) as session:
        for value in values:
            row = {"mention_id": mention, "kind": kind, "value": value}
            made = {"score": 0.9, "confident": True, "made_at": NOON}
            session.execute(
                insert(TAGS).values(**row, **made, model="rules", model_version="1")
            )


def read_as(engine: Engine, mention: int, **columns: Any) -> None:
    with db.writing(engine) as session:
        query = update(MENTIONS).where(MENTIONS.c.id == mention)
        session.execute(query.values(tagged_at=NOON, **columns))


def open_incident(
    context: Context, subject: str, mentions: list[int], **changes: Any
) -> int:
    """An incident of twenty hours ago with one alert that rests on these mentions."""
    at = context.clock.now() - timedelta(hours=20)
    fields = {"kind": "spike", "severity": "high", "opened_at": at, "last_at": at}
    with db.writing(context.engine) as session:
        incident = Incident(subject=subject, **(fields | changes))
        session.add(incident)
        session.flush()
        alert = Alert(
            incident_id=incident.id,
            key=f"{subject} {incident.id}",
            series=subject if incident.kind == "spike" else "critical",
            at=at,
            score=0.8,
            observed=9,
            expected=1.5,
            mentions=mentions,
            coverage=0.5,
        )
        session.add(alert)
        session.flush()
        return incident.id or 0


@pytest.fixture
def city(context: Context, snapshots: Snapshots) -> Context:
    """Ten mentions of Kothrud about water, four of Aundh about roads, one of both, one
    without a time, written an hour apart up to an hour ago."""
    engine, now = context.engine, context.clock.now()
    with (context.workspace.folder / "config.yaml").open("a") as config:
        config.write(f"clock: {{fixed: {now.isoformat()}}}\n")  # of commands
    snapshots.fill("api city", engine, lambda: _fill(engine, now))
    return context


def _fill(engine: Engine, now: datetime) -> None:
    with db.writing(engine) as session:
        areas.replace(session, area_table.read_areas())
        mention_owners.put_rows(session, owner_table.read_owners(), replace=True)
    source = make_source(engine)
    store_records(
        engine,
        *(
            make_record(
                str(100 + n),
                text=f"No water since {n} days, call @neighbour{n} on 9822012345",
                authored_at=now - timedelta(hours=n + 1),
                author=make_author(f"u{n}"),
            )
            for n in range(15)
        ),
        make_record("200", authored_at=None),
        source=source,
    )
    for mention in range(1, 16):
        is_kothrud = mention <= 10
        wards = [KOTHRUD] if is_kothrud else [AUNDH]
        tag(engine, mention, "ward", *(wards if mention != 15 else [AUNDH, KOTHRUD]))
        tag(engine, mention, "topic", "water" if is_kothrud else "roads")
        read_as(
            engine,
            mention,
            language="en",
            sentiment="negative",
            intent="complaint",
            urgency="high" if mention == 1 else "normal",
            owner=WATER if is_kothrud else "dept:roads",
        )


@pytest.fixture
def make_client(city: Context) -> Client:
    """A client of the API with a token of its own, or with what it is given."""
    names = iter(range(1000))
    api = create_api(city)

    def make(
        *scopes: TokenScope, place: str = ALL, token: str | None = None
    ) -> ApiClient:
        if token is None:
            admin = acting(city, "Asha Sample", Role.ADMIN)
            end = city.clock.now() + timedelta(days=30)
            token = api_tokens.make_token(
                admin, f"token {next(names)}", scopes or [*TokenScope], end, place
            ).token
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return ApiClient(api, headers)

    return make


def open_cases(context: Context) -> None:
    """A case of each mention of water in Kothrud and of roads in Aundh."""
    case_opening.open_pending(context)
