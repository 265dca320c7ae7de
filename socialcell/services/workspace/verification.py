"""Checks the database and the files that it refers to, for `db verify`."""

from collections.abc import Mapping
from dataclasses import dataclass

from socialcell import db
from socialcell.desk.store import clocks
from socialcell.listening.store import integrity
from socialcell.services.context import Context
from socialcell.services.workspace import digest as database_digest
from socialcell.services.workspace import stored_files


@dataclass(frozen=True, slots=True)
class Verification:
    """What is wrong, as sentences; the digest of the content, whole and by table (None:
    it was not asked for)."""

    problems: list[str]
    digest: str | None
    tables: Mapping[str, str] | None


def verify(context: Context, *, digest: bool = False) -> Verification:
    """Check the content of the database and the files beside it."""
    names = stored_files.referenced_files(context.engine)
    with db.reading(context.engine) as session:
        problems = [*integrity.problems(session), *clocks.faults(session)]
        tables = database_digest.table_digests(session) if digest else None
    problems += map(str, stored_files.find_faults(context.workspace.folder, names))
    whole = None if tables is None else database_digest.whole_digest(tables)
    return Verification(problems, whole, tables)
