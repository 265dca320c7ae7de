"""A workspace that is pushed to."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from socialcell import db
from socialcell.jobs import receive
from socialcell.jobs.context import Context
from socialcell.listening.model import Mention
from socialcell.listening.store import integrity
from socialcell.ops.model import Run, Source
from socialcell.ops.push_model import Pushed
from tests.builders import make_source
from tests.pushed import pushes


@dataclass(frozen=True)
class Cell:
    """The workspace and its three sources, with the questions that tests ask."""

    context: Context
    whatsapp: Source
    messenger: Source
    instagram: Source

    def accept(self, push: Any, kind: str = "whatsapp") -> receive.Welcome:
        body = pushes.as_bytes(push)
        return receive.accept(self.context, kind, pushes.headers(body), body)

    def take(self, push: Any, kind: str = "whatsapp") -> list[receive.Result]:
        """Hand in and read."""
        assert self.accept(push, kind) is receive.Welcome.KEPT
        return receive.work_off(self.context)

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
