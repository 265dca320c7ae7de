"""Whoever opens a file alone stands in a line, which never keeps anybody out."""

import os
import threading
from pathlib import Path

from socialcell.db.fair_lock import Deadline
from socialcell.db.lone_opening import stand_in_line

PATIENCE = 60.0


def test_the_next_in_line_comes_when_whoever_is_before_leaves(tmp_path: Path) -> None:
    leave = stand_in_line(tmp_path, Deadline(PATIENCE))
    came = threading.Event()

    def follow() -> None:
        leave_too = stand_in_line(tmp_path, Deadline(PATIENCE))
        came.set()
        leave_too()

    follower = threading.Thread(target=follow)
    follower.start()
    came_before = came.wait(0.05)
    leave()
    follower.join(PATIENCE)

    assert (came_before, came.is_set()) == (False, True)


def test_whoever_has_lost_patience_goes_on_without_the_line(tmp_path: Path) -> None:
    leave = stand_in_line(tmp_path, Deadline(PATIENCE))

    stand_in_line(tmp_path, Deadline(0))()

    leave()


def test_there_is_no_line_where_the_folder_cannot_be_opened(tmp_path: Path) -> None:
    stand_in_line(tmp_path / "nowhere", Deadline(PATIENCE))()


def test_no_file_is_left_open_behind(tmp_path: Path) -> None:
    before = set(os.listdir("/proc/self/fd"))

    for _ in range(3):
        stand_in_line(tmp_path, Deadline(PATIENCE))()

    assert set(os.listdir("/proc/self/fd")) == before
