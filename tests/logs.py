"""Put logging back as it was, so that no test hears another's lines."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_TOUCHED = (None, "socialcell", "urllib3")


@contextmanager
def quiet_again() -> Iterator[None]:
    levels = {name: logging.getLogger(name).level for name in _TOUCHED}
    handlers, raising = list(logging.getLogger().handlers), logging.raiseExceptions
    yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger().handlers[:] = handlers
    logging.raiseExceptions = raising
