"""A small listened-to city: sources, coverage and mentions, built row by row."""

import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.config import Workspace
from socialcell.listening.model import (
    Annotation,
    Author,
    Engagement,
    Mention,
    RegistryAccount,
    Relation,
)
from socialcell.listening.store import owners
from socialcell.listening.store.mentions import rollups
from socialcell.ops.model import Coverage, Run, Source
from socialcell.services.context import Context
from socialcell.services.workspace.first_settings import config_alerting
from socialcell.services.workspace.workspace_setup import initialise

MONDAY = datetime(2026, 11, 16, tzinfo=IST)  # this week's first moment
BEFORE = MONDAY - timedelta(days=7)
NEXT = MONDAY + timedelta(days=7)
MADE = datetime(2026, 11, 23, 9, 0, tzinfo=IST)
HOUR = timedelta(hours=1)


@dataclass
class World:
    """A workspace that is filled by hand."""

    context: Context
    _sources: dict[str, int] = field(default_factory=dict)
    _n: int = 0

    @property
    def engine(self) -> Engine:
        return self.context.engine

    def source(self, name: str = "city", connector: str = "x") -> int:
        """An enabled source, made on first mention."""
        if name not in self._sources:
            with db.writing(self.engine) as session:
                row = Source(
                    name=name,
                    connector=connector,
                    settings={},
                    created_at=BEFORE,
                    changed_at=BEFORE,
                )
                session.add(row)
                session.flush()
                assert row.id is not None
                self._sources[name] = row.id
        return self._sources[name]

    def covered(
        self,
        start: datetime = BEFORE,
        end: datetime = NEXT,
        *,
        source: str = "city",
        connector: str = "x",
        state: str = "covered",
    ) -> None:
        id_ = self.source(source, connector)
        with db.writing(self.engine) as session:
            session.add(Coverage(source_id=id_, from_at=start, to_at=end, state=state))

    def ran(
        self,
        at: datetime,
        state: str = "ok",
        kind: str | None = None,
        *,
        source: str = "city",
    ) -> None:
        id_ = self.source(source)
        with db.writing(self.engine) as session:
            session.add(
                Run(
                    source_id=id_,
                    source_version=1,
                    kind="pull",
                    started_at=at,
                    state=state,
                    error_kind=kind,
                    owner="test",
                    filtered_by={},
                )
            )

    def mention(
        self,
        at: datetime | None = MONDAY,
        text: str = "The road near the market is full of holes",
        *,
        platform: str = "x",
        kind: str = "post",
        author: str | None = None,
        authorless: bool = False,
        confidence: float | None = None,
        intent: str = "complaint",
        sentiment: str = "negative",
        language: str = "en",
        urgency: str = "normal",
        topics: tuple[str, ...] = (),
        wards: tuple[str, ...] = (),
        entities: tuple[str, ...] = (),
        unsure: tuple[str, ...] = (),
        repost_of: int | None = None,
        read: bool = True,
        stored_at: datetime | None = None,
        withheld: dict[str, Any] | None = None,
    ) -> int:
        """A mention that has been read; every argument has a plain default."""
        self._n += 1
        uid = author or f"author-{self._n}"
        with db.writing(self.engine) as session:
            row = Mention(
                platform=platform,
                external_id=f"post-{self._n}",
                kind=kind,
                author_id=None if authorless else _author(session, platform, uid),
                text=text,
                folded=text.lower(),
                missing=[],
                withheld=withheld,
                authored_at=at,
                stored_at=stored_at or at or MONDAY,
                content_hash=f"hash-{self._n}",
                tagged_at=MADE if read else None,
                language=language if read else None,
                sentiment=sentiment if read else None,
                intent=intent if read else None,
                urgency=urgency if read else None,
            )
            session.add(row)
            session.flush()
            assert row.id is not None
            if read:
                values = [("sentiment", sentiment), ("intent", intent)]
                values += [("topic", topic) for topic in topics]
                values += [("ward", ward) for ward in wards]
                values += [("entity", entity) for entity in entities]
                for name, value in values:
                    session.add(_annotation(row.id, name, value, name not in unsure))
                if confidence is not None:
                    read_as = _annotation(row.id, "urgency", urgency, True)
                    read_as.score = confidence
                    session.add(read_as)
                session.flush()
                rollups.add(session, rollups.contribution(session, [row.id]))
                owners.resolve(session, [row.id])
            if repost_of is not None:
                session.add(
                    Relation(mention_id=row.id, kind="repost", target_id=repost_of)
                )
            return row.id

    def observed(
        self, mention: int, at: datetime, value: int | None, metric: str = "like_count"
    ) -> None:
        with db.writing(self.engine) as session:
            session.add(
                Engagement(
                    mention_id=mention,
                    metric=metric,
                    taken_at=at,
                    common="reactions",
                    value=value,
                    state="hidden" if value is None else "observed",
                )
            )

    def registered(self, handle: str, platform: str = "x") -> None:
        with db.writing(self.engine) as session:
            session.add(
                RegistryAccount(
                    platform=platform,
                    handle=handle,
                    name=handle,
                    person_class="public_office",
                    evidence="test",
                    added_by="test",
                    added_at=BEFORE,
                )
            )

    def delete(self, mention: int) -> None:
        """Deleted upstream: the text goes, the row stays as a tombstone."""
        with db.writing(self.engine) as session:
            row = session.get(Mention, mention)
            assert row is not None
            rollups.subtract(session, rollups.contribution(session, [mention]))
            row.state, row.text, row.folded = "deleted", None, None


@pytest.fixture(scope="session")
def new_workspace(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Workspace:
    """An empty workspace, made once and copied."""
    folder = tmp_path_factory.mktemp("city") / "workspace"
    folder.mkdir()
    shutil.copy(empty_database, folder / "socialcell.db")
    named = config_alerting("control.room@city.example", "mr")
    sending = named.replace("\n  host: null", "\n  host: localhost")
    return initialise(folder, settings=sending).workspace


def build(folder: Path, new_workspace: Workspace, at: datetime = MADE) -> World:
    """An empty workspace whose clock stands on Monday 23 November 2026, 09:00."""
    shutil.copytree(new_workspace.folder, folder)
    workspace = Workspace(folder, new_workspace.config)
    engine = db.connect(workspace.database_url)
    return World(Context(workspace, engine, FixedClock(at)))


def _author(session: Session, platform: str, uid: str) -> int:
    asked = select(Author).where(Author.platform == platform, Author.uid == uid)
    found = session.scalars(asked).one_or_none()
    if found is None:
        found = Author(
            platform=platform, uid=uid, handle=f"{uid}_handle", first_seen_at=BEFORE
        )
        session.add(found)
        session.flush()
    assert found.id is not None
    return found.id


def _annotation(mention: int, kind: str, value: str, confident: bool) -> Annotation:
    return Annotation(
        mention_id=mention,
        kind=kind,
        value=value,
        confident=confident,
        model="test",
        model_version="1",
        made_at=MADE,
    )
