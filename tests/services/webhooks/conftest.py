"""A workspace that is pushed to."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from socialcell import config, db, sandbox
from socialcell.clock import FixedClock
from socialcell.listening.model import Mention
from socialcell.listening.store import integrity
from socialcell.ops.model import Run, Source
from socialcell.ops.webhook_model import Pushed
from socialcell.sandbox import City, Sandbox
from socialcell.services.context import Context
from socialcell.services.webhooks import webhook_ingest
from socialcell.web import webhook_server
from tests.builders import make_source
from tests.conftest import MONDAY_MORNING
from tests.services.webhooks import pushes
from tests.snapshots import Snapshots

KINDS = ("whatsapp", "messenger", "instagram_messages")
CITY = City(seed=11, end=MONDAY_MORNING, days=9)
SETTINGS = ("phone_number_id", "business_account_id", "account_id")


@dataclass(frozen=True)
class Cell:
    """The workspace and its three sources, with the questions that tests ask."""

    context: Context
    whatsapp: Source
    messenger: Source
    instagram: Source

    def accept(self, push: Any, kind: str = "whatsapp") -> webhook_ingest.WebhookResult:
        body = pushes.as_bytes(push)
        return webhook_ingest.store_push(self.context, kind, pushes.headers(body), body)

    def take(self, push: Any, kind: str = "whatsapp") -> list[webhook_ingest.RunResult]:
        """Hand in and read."""
        assert self.accept(push, kind) is webhook_ingest.WebhookResult.STORED
        return webhook_ingest.process_pushes(self.context)

    def mentions(self) -> list[Mention]:
        with db.reading(self.context.engine) as session:
            found = list(session.scalars(select(Mention).order_by(Mention.id)))
            session.expunge_all()
        return found

    def texts(self) -> list[str | None]:
        return [one.text for one in self.mentions() if one.state == "present"]

    def pushed(self) -> list[Pushed]:
        with db.reading(self.context.engine) as session:
            found = list(session.scalars(select(Pushed).order_by(Pushed.id)))
            session.expunge_all()
        return found

    def runs(self) -> list[Run]:
        with db.reading(self.context.engine) as session:
            found = list(session.scalars(select(Run).order_by(Run.id)))
            session.expunge_all()
        return found


@pytest.fixture
def cell(context: Context, folder: Path) -> Iterator[Cell]:
    for name, value in pushes.SECRETS.items():
        (folder / "secrets" / name).write_text(value)
    yield Cell(
        context,
        make_source(context.engine, "whatsapp.city", "whatsapp", **pushes.WHATSAPP),
        make_source(
            context.engine, "messenger.city", "messenger", account_id=pushes.PAGE_ID
        ),
        make_source(
            context.engine,
            "instagram.inbox",
            "instagram_messages",
            account_id=pushes.INSTAGRAM_ID,
        ),
    )
    with db.reading(context.engine) as session:
        assert integrity.problems(session) == []


@pytest.fixture
def served(clock: FixedClock) -> Iterator[Sandbox]:
    with sandbox.serve(CITY, clock, KINDS) as running:
        yield running


@pytest.fixture
def listening(served: Sandbox, folder: Path, context: Context) -> Iterator[Context]:
    """The workspace, listening to the city's pushes."""
    for name, value in served.secrets.items():
        (folder / "secrets" / name).write_text(value)
    for source in served.sources:
        settings = {key: source[key] for key in SETTINGS if key in source}
        make_source(context.engine, source["name"], source["connector"], **settings)
    workspace = config.load(folder / "config.yaml")
    yield Context(workspace, context.engine, context.clock, served.base_urls)
    with db.reading(context.engine) as session:
        assert integrity.problems(session) == []


def push_all(served: Sandbox, context: Context, kinds: tuple[str, ...] = KINDS) -> None:
    """Hand in all that happened up to now, over the wire, and read it."""
    with webhook_server.serving(context, with_worker=False) as address:
        for kind in kinds:
            statuses = served.platform(kind).send_pushes(address)
            assert set(statuses) <= {200}
    webhook_ingest.process_pushes(context)


def pushed_before(
    served: Sandbox, context: Context, snapshots: Snapshots, name: str
) -> None:
    """All that was written on WhatsApp up to now has been handed in and read.

    `name` is that of what the database held before; it is filled once and copied.
    """
    snapshots.fill(
        f"pushed to {name}",
        context.engine,
        lambda: push_all(served, context, ("whatsapp",)),
    )
    platform = served.platform("whatsapp")
    platform.queue_pushes()
    platform.pusher.accept_queued()
