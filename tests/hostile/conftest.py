"""What the hostile tests share."""

from typing import Any

import pytest
from sqlalchemy import Engine, event

from socialcell import db


@pytest.fixture
def hasty(engine: Engine) -> None:
    """Hundreds of commits that need not survive a power cut: SQLite does not sync.

    PostgreSQL does not either in tests. What is durable is tested with real kills.
    """
    if db.is_sqlite(engine):
        event.listen(engine, "connect", _do_not_sync)


def _do_not_sync(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
