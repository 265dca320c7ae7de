"""A source is read by one process at a time, whoever that is."""

import subprocess
import sys
from typing import Any

from socialcell import db
from socialcell.ops import store
from socialcell.ops.model import Run
from socialcell.services.collection import collector
from socialcell.services.collection.source_lock import lock_source
from socialcell.services.context import Context
from tests.builders import NOON, make_source
from tests.rows import in_order

HOLDING = """
import fcntl, sys
held = open(sys.argv[1], "a")
fcntl.flock(held, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def runs(context: Context) -> list[tuple[str, str | None]]:
    with db.reading(context.engine) as session:
        return [(run.state, run.reason) for run in session.scalars(in_order(Run))]


def test_a_pull_beside_another_process_leaves_the_run_of_that_one_open(
    context: Context,
) -> None:
    source = make_source(context.engine)
    assert source.id is not None
    with lock_source(context, source.id) as free:
        assert free
        with db.writing(context.engine) as session:
            store.start_run(session, source, "pull", "another:1", NOON)

        done = collector.pull(context, source)

    assert done.state == "waiting"
    assert "another process" in str(done.reason)
    assert runs(context) == [("running", None)]


def test_the_lock_of_one_source_is_not_in_the_way_of_another(context: Context) -> None:
    with lock_source(context, 1) as first, lock_source(context, 2) as second:
        assert (first, second) == (True, True)
    with lock_source(context, 1) as again:
        assert again


def test_a_process_that_was_killed_holds_nothing(context: Context) -> None:
    with lock_source(context, 1):
        place = context.workspace.folder / "locks" / "source-1"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDING, place],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        pipe: Any = holder.stdout
        assert pipe.readline() == b"held\n"
        with lock_source(context, 1) as free:
            assert not free
    finally:
        holder.kill()
        holder.communicate()
    with lock_source(context, 1) as free:
        assert free
