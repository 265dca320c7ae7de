"""Checks of the database: durability, space, soundness, search, copies."""

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from socialcell import db
from socialcell.clock import SystemClock, in_pune
from socialcell.errors import ConfigError, SocialcellError
from socialcell.listening.store import areas as area_store
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.doctor.finding import Check, failed, ok, skipped, warning
from socialcell.services.workspace import backup, backup_encryption, disk_space
from socialcell.text import index_form

OLD_COPY = timedelta(days=7)

_SQLITE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
_POSTGRESQL = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
_PROBE = "पाणी नाही, श्रद्धा"
_FINDS, _MISSES = "श्रद्धा", "पाण"  # the second is a word cut at its vowel sign


def durability(engine: Engine) -> Check:
    """Whether what is committed survives a loss of power."""
    required = _SQLITE if db.is_sqlite(engine) else _POSTGRESQL
    query = "PRAGMA {}" if db.is_sqlite(engine) else "SHOW {}"
    with db.reading(engine) as session:
        settings = {
            name: session.connection().exec_driver_sql(query.format(name)).scalar_one()
            for name in required
        }
    current_settings = ", ".join(
        f"{name}={setting}" for name, setting in settings.items()
    )
    if settings == required:
        return ok("durability", current_settings)
    needed = ", ".join(f"{name}={setting}" for name, setting in required.items())
    if db.is_sqlite(engine):
        return failed(
            "durability",
            f"{current_settings}, needed: {needed}",
            "Move the workspace to a local disk: a network disk cannot do this.",
        )
    return warning(
        "durability",
        f"{current_settings}, needed: {needed}",
        "Set it in postgresql.conf; without it a power cut may lose or spoil data.",
    )


def areas(context: Context) -> Check:
    """Whether there are areas: without them no post and no alert has a ward office."""
    with db.reading(context.engine) as session:
        offices = sum(a.kind == "ward_office" for a in area_store.all_areas(session))
    if offices:
        return ok("areas", f"{offices} ward offices")
    return failed(
        "areas",
        "There are no ward offices: posts and alerts do not say in which one they are.",
        "Load the areas of the package: socialcell init "
        f"{shlex.quote(str(context.workspace.folder))}. For areas of your own: "
        "socialcell areas import.",
    )


def space(engine: Engine) -> Check:
    """Whether the disk has room for the database to grow and to be copied."""
    disk = disk_space.measure_space(engine)
    if disk is None:
        return skipped("disk space", "the database is on its own server")
    if disk.is_critical:
        return failed("disk space", str(disk), disk_space.ADVICE)
    if disk.is_low:
        return warning("disk space", str(disk), disk_space.ADVICE)
    return ok("disk space", str(disk))


def integrity(engine: Engine) -> Check:
    """Whether the database file is sound, at a quick look."""
    if not db.is_sqlite(engine):
        return skipped("integrity", "only with --deep on PostgreSQL")
    try:
        with db.reading(engine) as session:
            answers = session.connection().exec_driver_sql("PRAGMA quick_check")
            problems = [answer for answer in answers.scalars() if answer != "ok"]
    except (SocialcellError, DatabaseError) as error:
        problems = [str(error)]
    if problems:
        return failed(
            "integrity",
            "; ".join(problems[:5]),
            "Stop the daemon, keep a copy of the file, and restore a backup: "
            "socialcell db restore FILE",
        )
    return ok("integrity", "sound; --deep looks at every row")


def audited(engine: Engine) -> Check:
    """Whether the audit log is whole: every row seals the one before it."""
    with db.reading(engine) as session:
        verification = audit.verify(session)
    if verification.ok:
        return ok(
            "I11 audit log",
            f"{verification.head.seq} entries, head {verification.head.hash}",
        )
    return failed(
        "I11 audit log",
        f"broken at row {verification.broken}: {verification.reason}",
        "Stop the daemon, keep a copy of the database, and find out who could write "
        "to it: what the log says from that row on is no proof. Compare it with the "
        "heads at the foot of the weekly reports: socialcell audit verify --head HASH",
    )


def search(engine: Engine) -> Check:
    """Whether the search index takes Devanagari words whole, tried on a word."""
    try:
        hits = (
            _sqlite_hits(engine) if db.is_sqlite(engine) else _postgresql_hits(engine)
        )
    except (sqlite3.Error, DatabaseError, SocialcellError) as error:
        return failed(
            "search",
            f"the search index cannot be tried: {error}",
            "Use a Python whose SQLite has FTS5, such as Debian's or python.org's; if "
            "the index itself is gone, restore a backup: socialcell db restore FILE",
        )
    if hits == (1, 0):
        return ok("search", f"finds {_FINDS}, and words are not cut at vowel signs")
    return failed(
        "search",
        f"Devanagari words are cut wrongly: {_FINDS} {hits[0]}, {_MISSES} {hits[1]}",
        "Mentions in Marathi and Hindi will be missed: tell the maintainers.",
    )


def backups(context: Context) -> Check:
    """How old the newest copy in backups/ is, in real time."""
    copies = backup.list_copies(backup.folder_of(context.workspace))
    advice = "socialcell db backup, every night, and a copy on another computer."
    if not copies:
        return warning("backups", "none in backups/", advice)
    newest = datetime.fromtimestamp(copies[-1].stat().st_mtime, UTC)
    summary = f"{len(copies)}, the newest of {in_pune(newest)}"
    if SystemClock().now() - newest > OLD_COPY:
        return warning("backups", summary, advice)
    return ok("backups", summary)


def backup_keys(context: Context) -> Iterator[Check]:
    """Whether the keys that config.yaml names for backups are there; nothing when it
    names none."""
    if context.workspace.config.backup.key is None:
        return
    try:
        keys = backup_encryption.find_keys(context.workspace)
        recipients = backup_encryption.recipients_of(keys) if keys else []
    except ConfigError as error:
        advice = "No backup is made without it. A new key: socialcell db backup-key"
        yield failed("backup key", str(error), advice)
        return
    summary = f"new backups are closed with {recipients[0]}, of {len(recipients)} keys"
    yield ok("backup key", summary)


def _sqlite_hits(engine: Engine) -> tuple[int, int]:
    """The real index's own definition, tried in memory."""
    query = text("SELECT sql FROM sqlite_master WHERE name = 'mention_fts'")
    with db.reading(engine) as session:
        definition = session.execute(query).scalar()
    if definition is None:
        raise SocialcellError("doctor.no_search_index", table="mention_fts")
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.execute("CREATE TABLE mention (id INTEGER PRIMARY KEY, folded TEXT)")
        memory.execute(definition)
        memory.execute(
            "INSERT INTO mention_fts(rowid, folded) VALUES (1, ?)",
            (index_form(_PROBE),),
        )
        counted = "SELECT count(*) FROM mention_fts WHERE mention_fts MATCH ?"
        finds, misses = (
            memory.execute(counted, (f'"{index_form(word)}"',)).fetchone()[0]
            for word in (_FINDS, _MISSES)
        )
    return finds, misses


def _postgresql_hits(engine: Engine) -> tuple[int, int]:
    """The real trigger, tried on a temporary table that is given up again."""
    query = text("SELECT count(*) FROM probe WHERE search @@ CAST(:word AS tsquery)")
    with db.reading(engine) as session:
        connection = session.connection()
        for statement in (
            "CREATE TEMPORARY TABLE probe (folded text, search tsvector)",
            "CREATE TRIGGER probe BEFORE INSERT ON probe "
            "FOR EACH ROW EXECUTE FUNCTION mention_search()",
        ):
            connection.execute(text(statement))
        connection.execute(
            text("INSERT INTO probe (folded) VALUES (:folded)"),
            {"folded": index_form(_PROBE)},
        )
        finds, misses = (
            connection.execute(query, {"word": f"'{index_form(word)}'"}).scalar_one()
            for word in (_FINDS, _MISSES)
        )
        session.rollback()
    return finds, misses
