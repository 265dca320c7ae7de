"""The table of owners: imported, updated, and used to find each mention's owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from socialcell import db
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.errors import SocialcellError, UsageError
from socialcell.language.names.places import places
from socialcell.listening.areas.area_table import AreaRecord, NumberedCells
from socialcell.listening.areas.owner_lint import lint_cells, lint_owners, owned_topics
from socialcell.listening.areas.owner_table import (
    OwnerRecord,
    as_owner,
    read_cells,
    read_owners,
)
from socialcell.listening.areas.row_problem import RowProblem
from socialcell.listening.store import areas as area_store
from socialcell.listening.store import owners as store
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.mentions import gazetteer

_BATCH = 2000


@dataclass(frozen=True)
class OwnersImport:
    """How many rows of a file are new, changed and as before; removed by --replace."""

    added: int
    changed: int
    unchanged: int
    removed: int


@dataclass(frozen=True, slots=True)
class OwnerEntry:
    """A row of the table of owners; `is_own`: the cell's, not the package's."""

    owner: OwnerRecord
    is_own: bool


def list_owners(
    context: Context, day: date | None, topic: str | None = None
) -> list[OwnerEntry]:
    """The rows that are valid on a day (None: all there are), of one topic or all.
    UsageError for a topic that no row can have."""
    if topic is not None and topic not in (topics := owned_topics()):
        raise UsageError("alerts.no_such_topic", topic=topic, topics=list(topics))
    with db.reading(context.engine) as session:
        own = set(store.list_owners(session, shipped=False))
        return [
            OwnerEntry(owner, owner in own)
            for owner in store.list_owners(session)
            if (day is None or owner.is_valid(day)) and topic in (None, owner.topic)
        ]


def lint_file(context: Context, file: Path | None) -> list[RowProblem]:
    """Problems of an owners.csv (None: the package's own), beside no other rows."""
    with db.reading(context.engine) as session:
        areas = area_store.all_areas(session)
    return _lint(context, read_cells(file), (), areas)


def import_owners(
    context: Context,
    path: Path,
    options: TableOptions = AS_IT_IS,
    *,
    replace: bool = False,
    dry_run: bool = False,
) -> OwnersImport:
    """Take the rows of an owners.csv; all of them, or none with every reason why.

    A row of the same topic, owner, places and scope is changed; with `replace` the
    file's rows are all that there are. The owners of all mentions are looked for anew.
    Audited.
    """
    with db.reading(context.engine) as session:
        areas = area_store.all_areas(session)
        current = store.list_owners(session)
    owners = owners_of_file(context, path, areas, [] if replace else current, options)
    new = {owner.identity for owner in owners}
    current_by_identity = {row.identity: row for row in current}
    counts = OwnersImport(
        added=len(new - current_by_identity.keys()),
        changed=sum(
            owner.identity in current_by_identity
            and current_by_identity[owner.identity] != owner
            for owner in owners
        ),
        unchanged=sum(
            current_by_identity.get(owner.identity) == owner for owner in owners
        ),
        removed=len(current_by_identity.keys() - new) if replace else 0,
    )
    if dry_run or not (counts.added or counts.changed or counts.removed):
        return counts
    with db.writing(context.engine) as session:
        put_rows(session, owners, replace=replace)
        now = context.clock.now()
        audit.append(
            session, context.actor, "owners.import", path.name, vars(counts), now
        )
    resolve_pending(context.engine)
    return counts


def put_rows(session: Session, rows: Sequence[OwnerRecord], *, replace: bool) -> None:
    """Write rows of the cell's own, beside those that are there or instead of all."""
    db.take_turn(session, "tags")
    if replace:
        store.replace(session, rows)
    else:
        new = {row.identity for row in rows}
        own = store.list_owners(session, shipped=False)
        remaining = [row for row in own if row.identity not in new]
        store.replace(session, [*remaining, *rows], shipped=False)
        store.update_package_rows(session, read_owners())
    store.forget(session)


def owners_of_file(
    context: Context,
    path: Path,
    areas: Sequence[AreaRecord],
    stored: Sequence[OwnerRecord] = (),
    options: TableOptions = AS_IT_IS,
) -> list[OwnerRecord]:
    """The rows of an owners.csv, to stand beside or in place of the stored ones.

    SocialcellError, with every reason, when they cannot be taken.
    """
    rows = read_cells(path, options)
    if problems := _lint(context, rows, stored, areas):
        raise SocialcellError(
            "areas.owners_refused",
            n=len(problems),
            lines=[problem.in_file(path) for problem in problems],
        )
    return [as_owner(cells) for _number, cells in rows]


def _lint(
    context: Context,
    rows: Sequence[NumberedCells],
    stored: Sequence[OwnerRecord],
    areas: Sequence[AreaRecord],
) -> list[RowProblem]:
    """What is wrong in rows, in this workspace and beside the stored ones that none of
    them stands in place of."""
    own = gazetteer.load_names(context.workspace)
    ids = {place.id for place in (*places(), *own)} | {area.id for area in areas}
    unreadable = lint_cells(rows)
    faulty = {problem.row for problem in unreadable}
    owners = [(row, as_owner(cells)) for row, cells in rows if row not in faulty]
    new = {owner.identity for _row, owner in owners}
    remaining = [owner for owner in stored if owner.identity not in new]
    problems = [*unreadable, *lint_owners(owners, remaining, ids)]
    return sorted(problems, key=lambda problem: problem.row)


def update_owners(engine: Engine) -> None:
    """The package's rows as this version has them, and every mention's owner."""
    with db.writing(engine) as session:
        db.take_turn(session, "tags")
        if store.update_package_rows(session, read_owners()):
            store.forget(session)
    resolve_pending(engine)


def resolve_pending(engine: Engine) -> int:
    """Look for the owners of mentions that were read and have none yet; how many.

    A transaction for each batch: interrupted, the next run goes on.
    """
    count = 0
    while True:
        with db.reading(engine) as session:
            if not store.list_pending(session, 1):
                return count
        with db.writing(engine) as session:
            db.take_turn(session, "tags")
            ids = store.list_pending(session, _BATCH)
            store.resolve(session, ids)
            count += len(ids)
