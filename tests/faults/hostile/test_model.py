"""Whatever happens upstream and to us, the database comes to what is shown there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlmodel import Session, SQLModel

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import Batch, Budget, ConnectorHealth, Metric, Record
from socialcell.language import read
from socialcell.listening.model import Annotation, Mention
from socialcell.listening.store import integrity
from socialcell.ops import store
from socialcell.ops.model import Run
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.context import Context
from socialcell.services.mentions.tagging import tag_waiting
from tests.builders import NOON, make_record, make_source

pytestmark = pytest.mark.swept_on_postgresql

PAGE = 3
FIRST_ID = (1 << 62) + 1  # floating point would round it
TEXTS = [
    "कोथरूडमध्ये पाणी नाही",
    "Thank you PMC, the road in Baner is fixed",
    "No water in Aundh for 3 days, very bad",
    "kachra uthaya nahi hai",
    "पाणी आले, धन्यवाद",
]


@dataclass
class Upstream:
    """A platform: its posts as they are now, and every change in order.

    `stray` are old copies of posts that some cache will still deliver.
    """

    posts: dict[str, Record] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    stray: list[Record] = field(default_factory=list)

    def put(self, record: Record) -> None:
        self.posts[record.external_id] = record
        self.changes.append(record.external_id)


class Crash(Exception):
    """The process dies here."""


@dataclass
class Window:
    """Reads all changes since its cursor, PAGE at a time, in disorder.

    `shuffle` disarranges a page and adds copies; `dies` is the page before which the
    process ends, `torn` whether that page's transaction had begun.
    """

    upstream: Upstream
    shuffle: Callable[[list[Record]], list[Record]]
    dies: int | None = None
    between: Callable[[], None] = lambda: None
    platform: ClassVar[str] = "x"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Any]] = frozenset()

    def check(self) -> ConnectorHealth:
        return ConnectorHealth(ok=True, message="a model")

    def pull(
        self, cursor: dict[str, Any] | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        done, number = (cursor or {"seq": 0})["seq"], 0
        while True:
            if number == self.dies:
                raise Crash
            end = min(done + PAGE, len(self.upstream.changes))
            ids = self.upstream.changes[done:end]
            page = [self.upstream.posts[id_] for id_ in ids] + self.upstream.stray[:2]
            yield Batch(self.shuffle(page), {"seq": end}, cost={"calls": 1})
            del self.upstream.stray[:2]
            done, number = end, number + 1
            self.between()
            if done == len(self.upstream.changes) and not self.upstream.stray:
                return


class Model(RuleBasedStateMachine):
    """Posts appear, change and go; we pull, read, die and come back."""

    def __init__(self, context: Context, clock: FixedClock) -> None:
        super().__init__()
        self.context, self.clock = context, clock
        self.engine = context.engine
        self.upstream = Upstream()

    @initialize()
    def begin(self) -> None:
        self.clock.set(NOON)
        with db.writing(self.engine) as session:
            for table in reversed(SQLModel.metadata.sorted_tables):
                session.execute(table.delete())
        self.source = make_source(self.engine)

    # What happens on the platform ---------------------------------------------------

    @rule(text=st.sampled_from(TEXTS), likes=st.integers(0, 9))
    def post(self, text: str, likes: int) -> None:
        number = FIRST_ID + len(self.upstream.posts)
        self.upstream.put(
            make_record(
                str(number),
                text=text,
                authored_at=self._now(),
                metrics=(Metric("like_count", likes, "reactions"),),
            )
        )

    @precondition(lambda self: self.upstream.posts)
    @rule(pick=st.randoms(use_true_random=False), text=st.sampled_from(TEXTS))
    def edit(self, pick: Any, text: str) -> None:
        old = self._one(pick)
        if "text" not in old.missing:
            self.upstream.put(replace(old, text=text, edited_at=self._now()))

    @precondition(lambda self: self.upstream.posts)
    @rule(pick=st.randoms(use_true_random=False))
    def delete(self, pick: Any) -> None:
        """Its words go; what it was before is shown by no cache any more."""
        old = self._one(pick)
        gone = replace(
            old,
            text="[removed]",
            author=None,
            edited_at=None,
            raw={"gone": old.external_id},
            missing=("text", "author"),
        )
        self.upstream.put(gone)
        stray = self.upstream.stray
        stray[:] = [one for one in stray if one.external_id != old.external_id]

    @precondition(lambda self: self.upstream.posts)
    @rule(pick=st.randoms(use_true_random=False))
    def delay(self, pick: Any) -> None:
        """A cache keeps a post as it is now and delivers it later."""
        old = self._one(pick)
        if "text" not in old.missing:
            self.upstream.stray.append(old)

    @rule(minutes=st.integers(1, 600))
    def wait(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    # What we do ---------------------------------------------------------------------

    @rule(pick=st.randoms(use_true_random=False))
    def pull(self, pick: Any) -> None:
        assert self._run(Window(self.upstream, _disorder(pick))).state == "ok"
        with db.reading(self.engine) as session:
            running = select(func.count()).where(Run.state == "running")
            assert session.execute(running).scalar_one() == 0  # I4

    @rule(pick=st.randoms(use_true_random=False), text=st.sampled_from(TEXTS))
    def pull_while_somebody_writes(self, pick: Any, text: str) -> None:
        waiting = [text, text]

        def write() -> None:
            if waiting:
                self.post(waiting.pop(), 1)

        self._run(Window(self.upstream, _disorder(pick), between=write))

    @rule(
        pick=st.randoms(use_true_random=False),
        dies=st.integers(0, 3),
        torn=st.booleans(),
    )
    def crash(self, pick: Any, dies: int, torn: bool) -> None:
        """Die between two pages, or in the middle of a page's transaction."""
        window = Window(self.upstream, _disorder(pick), None if torn else dies)
        seen = 0

        def die(session: Session, run: Run, batch: Batch) -> None:
            nonlocal seen
            seen += 1
            if torn and seen > dies:
                session.flush()
                raise Crash

        stray = list(self.upstream.stray)
        try:
            self._run(window, on_page=die)
        except Crash:
            self.upstream.stray = stray

    @rule()
    def understand(self) -> None:
        tag_waiting(self.context)

    # What always holds --------------------------------------------------------------

    @invariant()
    def every_item_is_accounted_for(self) -> None:
        with db.reading(self.engine) as session:
            assert integrity.problems(session) == []  # I2, I3, I9, I11

    @invariant()
    def the_cursor_is_never_ahead_of_the_rows(self) -> None:
        with db.reading(self.engine) as session:
            found = store.cursor(session, self.source.id or 0)
            held = _held(session)
        seq = found.state["seq"] if found else 0
        later = set(self.upstream.changes[seq:])
        for id_ in set(self.upstream.changes[:seq]) - later:
            assert held[id_][0] == self.upstream.posts[id_].text, id_  # I1

    def teardown(self) -> None:
        """Once it is quiet, we hold what the platform shows, and have read it."""
        if not hasattr(self, "source"):
            return
        self.clock.advance(timedelta(hours=1))
        assert self._run(Window(self.upstream, lambda page: page)).state == "ok"
        tag_waiting(self.context)
        with db.reading(self.engine) as session:
            held = _held(session)
        posts = self.upstream.posts
        assert {id_: row[:2] for id_, row in held.items()} == {
            id_: (post.text, post.edited_at) for id_, post in posts.items()
        }
        readings = read([row[0] for row in held.values()])
        for row, reading in zip(held.values(), readings, strict=True):
            assert row[2:] == (reading.language, reading.sentiment.label)
        with db.reading(self.engine) as session:
            stale = select(func.count()).select_from(Annotation)
            by_kind = session.execute(
                stale.where(Annotation.kind == "language")
            ).scalar_one()
            assert by_kind == len(posts)

    # --------------------------------------------------------------------------------

    def _now(self) -> datetime:
        self.clock.advance(timedelta(seconds=1))
        return self.clock.now()

    def _one(self, pick: Any) -> Record:
        return self.upstream.posts[pick.choice(list(self.upstream.posts))]

    def _run(self, window: Window, **options: Any) -> collector.RunResult:
        self.clock.advance(timedelta(seconds=1))
        ledger = Ledger(self.engine, self.clock, "x", {})
        return collector.run(
            self.context, self.source, window, ledger, kind="pull", **options
        )


def _disorder(pick: Any) -> Callable[[list[Record]], list[Record]]:
    """A page out of order, with some of its items twice."""

    def disorder(page: list[Record]) -> list[Record]:
        copies = [one for one in page if pick.random() < 0.3]
        mixed = [*page, *copies]
        pick.shuffle(mixed)
        return mixed

    return disorder


def _held(session: Session) -> dict[str, tuple[Any, ...]]:
    c = db.table(Mention).c
    rows = session.execute(
        select(c.external_id, c.text, c.edited_at, c.language, c.sentiment)
    )
    return {id_: tuple(values) for id_, *values in rows}


def check(context: Context, clock: FixedClock, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        lambda: Model(context, clock),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_database_comes_to_what_the_platform_shows(
    context: Context, clock: FixedClock, hasty: None
) -> None:
    check(context, clock, examples=12, steps=15)


@pytest.mark.faults
@pytest.mark.timeout(1200)
@pytest.mark.fault("F01", "F13", "F14", "F15")
@pytest.mark.parametrize("lives", [6, pytest.param(60, marks=pytest.mark.long)])
def test_the_database_comes_to_what_the_platform_shows_after_long_lives(
    context: Context, clock: FixedClock, hasty: None, lives: int
) -> None:
    check(context, clock, examples=lives, steps=50)
