"""A large SQLite database from one that was filled as the jobs do it, in minutes.

Each mention is written `times` over with its annotations, at times of its own: hour by
hour another mixture of texts, as if so many more had been collected. Rollups are
counted from what was written. Raw items are left out: nothing that is measured reads
them.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.corpus import DAYS, END
from socialcell import db
from socialcell.db import revisions

_AS_THEY_ARE = ("area", "owner", "author", "source", "run")
_STRIDE, _TURN = 7919, 10_007  # primes: neighbours in time are far apart in the source
_HOUR = """strftime('%Y-%m-%d %H:%M:%S.000000',
    (strftime('%s', substr(authored_at, 1, 19)) + 19800) / 3600 * 3600 - 19800,
    'unixepoch')"""
_DAY = "date(substr(authored_at, 1, 19), '+330 minutes')"
_VALUE = "coalesce(a.decided_value, a.value)"


def multiply(source: Path, target: Path, times: int) -> int:
    """Write the large database; how many mentions it has."""
    engine = db.connect(f"sqlite:///{target}")
    revisions.upgrade(engine)
    engine.dispose()
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        # Nothing is lost that cannot be made again.
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-262144")
        connection.execute("ATTACH ? AS small", (str(source),))
        (held,) = connection.execute("SELECT count(*) FROM small.mention").fetchone()
        connection.execute("BEGIN")
        for table in _AS_THEY_ARE:
            connection.execute(f"DELETE FROM {table}")
            connection.execute(f"INSERT INTO {table} SELECT * FROM small.{table}")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE "
            "'CREATE INDEX%' AND tbl_name IN ('mention', 'annotation', 'mention_match')"
        ).fetchall()
        for name, _sql in indexes:
            connection.execute(f"DROP INDEX {name}")
        _place(connection, held, times)
        _copy(connection, held, times)
        for _name, sql in indexes:  # sorted at once, they are made sooner
            connection.execute(sql)
        _count(connection)
        connection.execute("COMMIT")
    return int(held) * times


def _place(connection: sqlite3.Connection, held: int, times: int) -> None:
    """Which mention of the source each new one is like, and when it was written."""
    inverse = pow(_STRIDE, -1, held)
    start = END.timestamp() - DAYS * 86_400
    connection.execute(
        "CREATE TEMP TABLE place (id INTEGER PRIMARY KEY, of INTEGER, at TEXT)"
    )
    connection.execute(
        """WITH RECURSIVE n(id) AS (
            SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < :all)
        INSERT INTO place SELECT id,
            1 + (((id - 1) / :times + ((id - 1) % :times) * :turn) * :inverse) % :held,
            strftime('%Y-%m-%d %H:%M:%f', :start + (id - 1) * :step, 'unixepoch')
            || '000'
        FROM n""",
        {
            **{"all": held * times, "times": times, "held": held},
            **{"turn": _TURN % held, "inverse": inverse, "start": start},
            "step": DAYS * 86_400 / (held * times),
        },
    )


def _copy(connection: sqlite3.Connection, held: int, times: int) -> None:
    own = {
        "mention": {
            "id": "place.id",
            "external_id": "'9' || place.id",
            "authored_at": "place.at",
            "raw_id": "NULL",
        },
        "annotation": {"id": "NULL", "mention_id": "place.id"},
        "engagement": {"mention_id": "place.id"},
        "mention_match": {"mention_id": "place.id"},
    }
    for table, changed in own.items():
        rows = connection.execute(f"PRAGMA table_info({table})").fetchall()
        names = [f'"{row[1]}"' for row in rows]
        values = [changed.get(row[1], f'old."{row[1]}"') for row in rows]
        key = "id" if table == "mention" else "mention_id"
        connection.execute(
            f"INSERT INTO {table} ({', '.join(names)}) "
            f"SELECT {', '.join(values)} FROM place "
            f"CROSS JOIN small.{table} AS old ON old.{key} = place.of ORDER BY place.id"
        )


def _count(connection: sqlite3.Connection) -> None:
    """The rollups of hours and wards, as the store keeps them."""
    topics = (
        f"(SELECT DISTINCT mention_id, {_VALUE} AS topic FROM annotation a "
        "WHERE kind = 'topic')"
    )
    wards = (
        f"(SELECT DISTINCT mention_id, {_VALUE} AS ward FROM annotation a "
        "WHERE kind = 'ward')"
    )
    for topic, joined in (
        ("'*'", ""),
        ("t.topic", f"JOIN {topics} t ON t.mention_id = m.id"),
    ):
        connection.execute(
            f"INSERT INTO rollup_hour SELECT {_HOUR}, platform, {topic}, sentiment, "
            f"count(*) FROM mention m {joined} GROUP BY 1, 2, 3, 4"
        )
        connection.execute(
            f"INSERT INTO rollup_ward SELECT {_DAY}, w.ward, {topic}, count(*) "
            f"FROM mention m JOIN {wards} w ON w.mention_id = m.id {joined} "
            "GROUP BY 1, 2, 3"
        )
