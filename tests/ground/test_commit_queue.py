"""The threads of a web process share their commits, and nothing else."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import Session

from socialcell import db
from socialcell.errors import AlreadyRunning, SocialcellError
from tests.waiting import until

PATIENCE = 30.0
THREADS = 8
Connect = Callable[..., Engine]
Block = Callable[[Session], object]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with a table whose rows must have a parent when they are committed."""
    path = tmp_path / "city.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE place (id INTEGER PRIMARY KEY)")
        connection.execute(
            "CREATE TABLE act (name TEXT UNIQUE, place INTEGER REFERENCES place"
            " DEFERRABLE INITIALLY DEFERRED)"
        )
    return path


@pytest.fixture
def connect(file: Path) -> Iterator[Connect]:
    engines: list[Engine] = []

    def to_it(busy_seconds: float = PATIENCE, threads: int = THREADS) -> Engine:
        engines.append(db.connect(f"sqlite:///{file}", busy_seconds, threads=threads))
        return engines[-1]

    yield to_it
    for engine in engines:
        engine.dispose()


def commits(engine: Engine) -> list[None]:
    """Grows by one with every commit of a transaction."""
    counted: list[None] = []
    event.listen(engine, "commit", lambda _connection: counted.append(None))
    return counted


def add(name: str, place: int | None = None) -> Block:
    def block(session: Session) -> None:
        act = {"name": name, "place": place}
        session.execute(text("INSERT INTO act VALUES (:name, :place)"), act)

    return block


def names(session: Session) -> list[str]:
    rows = session.execute(text("SELECT name FROM act ORDER BY rowid"))
    return list(rows.scalars())


def written(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT name FROM act ORDER BY rowid"
        return [name for (name,) in connection.execute(query)]


class Caller:
    """A thread that may run a block, and what this returned or raised."""

    def __init__(self, engine: Engine, block: Block) -> None:
        self.result: object = None
        self.error: Exception | None = None
        self._engine = engine
        self._block = block
        self._thread = threading.Thread(target=self.run)

    def start(self) -> "Caller":
        self._thread.start()
        return self

    def end(self) -> "Caller":
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        return self

    def run(self) -> None:
        try:
            with db.writing(self._engine) as session:
                result = self._block(session)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error
        else:
            self.result = result


def called(engine: Engine, block: Block) -> Caller:
    """A thread that has started."""
    return Caller(engine, block).start()


def error_here(engine: Engine, block: Block) -> Exception | None:
    """What the block raises in this thread."""
    caller = Caller(engine, block)
    caller.run()
    return caller.error


def waiting(engine: Engine) -> int:
    """How many threads wait for the group's transaction."""
    return len(engine.get_execution_options()["socialcell_commits"]._order._waiting)


@contextmanager
def together(engine: Engine, *blocks: Block) -> Iterator[list[Caller]]:
    """Callers whose blocks will share the transaction of the one that is in it, in
    their order; the `with` block is its end."""
    callers: list[Caller] = []
    entered, go = threading.Event(), threading.Event()

    def first(session: Session) -> object:
        result = blocks[0](session)
        entered.set()
        assert go.wait(PATIENCE)
        return result

    callers.append(called(engine, first))
    assert entered.wait(PATIENCE)
    for block in blocks[1:]:
        before = waiting(engine)
        callers.append(called(engine, block))
        until(lambda n=before: waiting(engine) > n, "a thread waits")  # type: ignore[misc]
    yield callers
    go.set()
    for caller in callers:
        caller.end()


@pytest.fixture
def long_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group takes others in for as long as a busy machine needs to start them."""
    monkeypatch.setattr("socialcell.db.commit_queue.GROUP_SECONDS", PATIENCE)


pytestmark = pytest.mark.usefixtures("long_groups")


def test_blocks_that_wait_are_committed_together_in_their_order(
    file: Path, connect: Connect
) -> None:
    engine = connect()
    counted = commits(engine)

    with together(engine, *(add(str(n)) for n in range(THREADS))) as callers:
        assert written(file) == []

    assert [caller.error for caller in callers] == [None] * THREADS
    assert written(file) == [str(n) for n in range(THREADS)]
    assert len(counted) == 1


def test_a_block_reads_what_those_before_it_wrote(connect: Connect) -> None:
    engine = connect()

    with together(engine, add("a"), add("b"), names) as callers:
        pass

    assert callers[2].result == ["a", "b"]


def test_a_block_that_raises_is_rolled_back_alone_and_hears_its_own_error(
    file: Path, connect: Connect
) -> None:
    def fails(session: Session) -> None:
        add("c")(session)
        raise LookupError("no such case")

    engine = connect()

    with together(engine, add("a"), fails, add("a"), add("b")) as callers:
        pass

    errors = [caller.error for caller in callers]
    assert written(file) == ["a", "b"]
    assert (errors[0], errors[3]) == (None, None)
    assert isinstance(errors[1], LookupError)
    assert "same row" in str(errors[2])


def test_who_is_first_and_raises_leaves_the_transaction_to_the_others(
    file: Path, connect: Connect
) -> None:
    def fails(session: Session) -> None:
        raise LookupError(names(session))

    engine = connect()

    with together(engine, add("a"), fails, fails) as callers:
        pass
    with together(engine, fails_after(add("x")), add("b")):
        pass

    assert isinstance(callers[2].error, LookupError)
    assert written(file) == ["a", "b"]


def fails_after(block: Block) -> Block:
    """A block whose transaction is given up at its end, by hand."""

    def then_rolled_back(session: Session) -> None:
        block(session)
        session.rollback()

    return then_rolled_back


def test_a_commit_that_fails_fails_for_all_and_keeps_nothing(
    file: Path, connect: Connect
) -> None:
    engine = connect()

    with together(engine, add("a"), add("b", place=7), add("c")) as callers:
        pass

    assert written(file) == []
    assert ["FOREIGN KEY" in str(caller.error) for caller in callers] == [True] * 3
    assert called(engine, add("d")).end().error is None
    assert written(file) == ["d"]


def test_a_transaction_that_sqlite_rolled_back_is_lost_for_all_who_were_in_it(
    file: Path, connect: Connect
) -> None:
    def breaks(session: Session) -> None:
        own = session.connection().connection.dbapi_connection
        assert isinstance(own, sqlite3.Connection)
        own.execute("ROLLBACK")  # as SQLite does by itself when the disk fails
        raise LookupError("the disk")

    engine = connect()

    with together(engine, add("a"), breaks, add("b")) as callers:
        pass

    assert written(file) == ["b"]
    assert ["the disk" in str(caller.error) for caller in callers] == [
        True,
        True,
        False,
    ]
    assert callers[2].error is None


@pytest.mark.fault("F04")
def test_a_full_disk_fails_the_block_that_meets_it(
    file: Path, connect: Connect
) -> None:
    def fills(session: Session) -> None:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count={pages}"))
        try:
            session.execute(text("INSERT INTO act VALUES (hex(zeroblob(99999)), NULL)"))
        finally:
            session.execute(text("PRAGMA max_page_count=1000000"))

    engine = connect()

    with together(engine, add("a"), fills, add("b")) as callers:
        pass

    assert "is full" in str(callers[1].error)
    kept = [c.error is None for c in (callers[0], callers[2])]
    assert written(file) == [
        n for n, is_kept in zip("ab", kept, strict=True) if is_kept
    ]


@pytest.mark.fault("F05")
def test_a_block_that_waited_too_long_is_refused_and_never_run(
    file: Path, connect: Connect
) -> None:
    engine = connect(0.3)

    with together(engine, add("a"), add("late")) as callers:
        callers[1].end()
        begun = time.monotonic()
    assert called(engine, add("b")).end().error is None

    assert "locked by another process for over 0.3 s" in str(callers[1].error)
    assert time.monotonic() - begun < PATIENCE
    assert written(file) == ["a", "b"]


@pytest.mark.fault("F05")
def test_while_another_program_writes_all_are_refused_in_time(
    file: Path, connect: Connect
) -> None:
    engine = connect(0.3)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        callers = [called(engine, add(str(n))) for n in range(THREADS)]
        refused = [str(caller.end().error) for caller in callers]
        taken = time.monotonic() - begun
        other.execute("ROLLBACK")

    assert all("locked by another process" in words for words in refused)
    assert taken < PATIENCE / 3  # each by itself after another would be 2.4 s
    assert called(engine, add("later")).end().error is None
    assert written(file) == ["later"]


def test_a_thread_that_writes_already_is_refused_at_once(
    file: Path, connect: Connect
) -> None:
    engine = connect()

    def outer(session: Session) -> float:
        add("outer")(session)
        begun = time.monotonic()
        with (
            pytest.raises(SocialcellError, match="locked"),
            db.writing(engine) as inner,
        ):
            add("inner")(inner)
        return time.monotonic() - begun

    caller = called(engine, outer).end()

    assert isinstance(caller.result, float), caller.error
    assert caller.result < PATIENCE / 2
    assert written(file) == ["outer"]


def test_a_block_without_a_statement_waits_for_nobody(connect: Connect) -> None:
    engine = connect()

    with together(engine, add("a")):
        with db.writing(engine):
            pass
        assert waiting(engine) == 0


def test_a_fence_refuses_its_own_block_alone(file: Path, connect: Connect) -> None:
    def refuse(_session: Session) -> None:
        raise AlreadyRunning("workspace.lease_lost", name="daemon")

    engine = connect()
    fenced = engine.execution_options(socialcell_fence=refuse)

    with together(engine, add("a")) as callers:
        late = called(fenced, add("b"))
        until(lambda: waiting(engine) == 1, "the fenced block waits")
    late.end()

    assert callers[0].error is None
    assert isinstance(late.error, AlreadyRunning)
    assert written(file) == ["a"]


def test_a_refusal_is_heard_when_what_it_rests_on_is_kept(connect: Connect) -> None:
    engine, seen = connect(), list[list[str]]()

    def once(session: Session) -> None:
        if "a" in names(session):
            raise LookupError("done before")

    def hear() -> None:
        if isinstance(called(engine, once).end().error, LookupError):
            with db.reading(engine) as session:
                seen.append(names(session))

    with together(engine, add("a")):
        hearing = threading.Thread(target=hear)
        hearing.start()
        until(lambda: waiting(engine) == 1, "the second press waits")
    hearing.join()

    assert seen == [["a"]]


def test_a_group_that_grows_old_takes_nobody_in(
    file: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialcell.db.commit_queue.GROUP_SECONDS", 0)
    engine = connect()
    counted = commits(engine)

    with together(engine, *(add(str(n)) for n in range(4))):
        pass

    assert len(counted) == 4
    assert written(file) == ["0", "1", "2", "3"]


def test_the_connection_is_free_when_a_group_has_ended(connect: Connect) -> None:
    engine = connect()

    with together(engine, *(add(str(n)) for n in range(THREADS))):
        pass

    assert engine.pool.status().endswith("Current Checked out connections: 0")


def error_of_reading(engine: Engine) -> SocialcellError:
    with pytest.raises(SocialcellError) as refused, db.reading(engine) as session:
        names(session)
    return refused.value


@pytest.mark.fault("F05")
def test_when_all_connections_are_in_use_that_is_told_after_the_time_that_was_set(
    connect: Connect,
) -> None:
    engine = connect(0.2, threads=1)

    with engine.connect(), engine.connect():
        errors = [error_here(engine, names), error_of_reading(engine)]

    assert ["in use for 0.2 s" in str(error) for error in errors] == [True, True]
    with db.reading(engine) as session:
        assert names(session) == []


def test_a_web_process_has_a_connection_for_each_thread_of_it(
    database_url: str,
) -> None:
    engine = db.connect(database_url, 0.2, threads=3)
    opened = [engine.connect() for _ in range(4)]  # one writes for all

    assert "in use" in str(error_of_reading(engine))

    for connection in opened:
        connection.close()
    with db.writing(engine) as session:
        session.execute(text("DELETE FROM lease"))
    engine.dispose()
