"""A lock for threads that goes to whoever has waited longest."""

import threading
import time
from collections import deque


class FairLock:
    """As `threading.Lock`, first come, first served; any thread may release it.

    A lock of Python's goes to whoever asks first when it is free, which is often the
    thread that has just released it.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._is_taken = False

    def acquire(self, seconds: float) -> bool:
        """Whether it was got within so many seconds; 0 or less asks once."""
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return True
            if seconds <= 0:
                return False
            turn = threading.Event()
            self._waiting.append(turn)
        try:
            if turn.wait(seconds):
                return True
        except BaseException:  # a signal's handler may raise here
            if not self._leave(turn):
                self.release()
            raise
        return not self._leave(turn)

    def pass_on(self) -> bool:
        """Hand it to who is next; False, and it stays ours, when nobody waits."""
        with self._mutex:
            return self._hand_over()

    def release(self) -> None:
        """Hand it to who is next, or leave it free."""
        with self._mutex:
            if not self._hand_over():
                self._is_taken = False

    def _hand_over(self) -> bool:
        if not self._waiting:
            return False
        self._waiting.popleft().set()
        return True

    def _leave(self, turn: threading.Event) -> bool:
        """Wait no more; False when the turn has come meanwhile."""
        with self._mutex:
            if turn.is_set():
                return False
            self._waiting.remove(turn)
            return True


class Deadline:
    """So many seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left; below 0 when it has passed."""
        return self._ends - time.monotonic()
