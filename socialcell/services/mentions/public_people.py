"""A workspace's public people: a file of them waits for a second person, who takes or
returns it as a whole; entries are listed and removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from socialcell import db
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.errors import UsageError
from socialcell.json_types import JsonValue
from socialcell.language.names import (
    names_csv,
    office_holders,
    own_names,
    public_people,
)
from socialcell.language.names.gazetteer_lint import (
    GazetteerProblem,
    NumberedTable,
    text_table,
)
from socialcell.language.names.own_names import NameImport
from socialcell.language.names.public_people import PublicEntry
from socialcell.listening.registry_model import PeopleBatch
from socialcell.listening.store import search_forms
from socialcell.listening.store.people import people_batches
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.services import second_approver
from socialcell.services.context import Context
from socialcell.services.makers import Maker, maker_of
from socialcell.services.mentions.name_files import read_again, read_names, write_names
from socialcell.services.pseudonyms import sealed_ids
from socialcell.text import clean_text, one_line

PROPOSED = "people.propose"
_OBJECT = "people:"  # before a batch's number, what the audit log says of it
_MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class PeopleImport:
    """What a file would change, and the batch that waits with it; None: in a dry run,
    or when nothing is new."""

    changes: NameImport
    batch: int | None


@dataclass(frozen=True, slots=True)
class WaitingPeople:
    """A batch that waits; `maker` says whether whoever asks proposed it."""

    id: int
    file: str
    entries: tuple[PublicEntry, ...]
    proposed_by: str
    proposed_at: datetime
    maker: Maker


def list_people(context: Context) -> tuple[tuple[PublicEntry, bool], ...]:
    """Every entry that the reader knows, with whether it is the workspace's own."""
    own = public_people.load(_file(context))
    return (
        *((person, False) for person in public_people.package()),
        *((person, True) for person in own),
    )


def lint_files(
    files: Sequence[Path], options: TableOptions = AS_IT_IS
) -> list[GazetteerProblem]:
    """Problems of CSV files and workbooks; without files those of the package."""
    return public_people.lint(
        files, lambda path: read_names(path, public_people.COLUMNS, options)
    )


def propose_people(
    context: Context,
    path: Path,
    options: TableOptions = AS_IT_IS,
    *,
    dry_run: bool = False,
) -> PeopleImport:
    """Propose the entries of a CSV file or workbook that are new or changed, as one
    batch; refused with every reason when one cannot be taken. Audited."""
    table = read_names(path, public_people.COLUMNS, options)
    changes = public_people.add(_file(context), path, table)
    ids = {*changes.added, *changes.changed}
    if dry_run or not ids:
        return PeopleImport(changes, None)
    rows = [row.cells for row in public_people.rows_of(path, table)]
    now = context.clock.now()
    with db.writing(context.engine) as session:
        people_batches.take_turn(session)
        batch = PeopleBatch(
            id=_next_number(session),
            file=one_line(clean_text(path.name), _MAX_REASON),
            entries=own_names.names_text(
                [cells for cells in rows if cells["id"] in ids], public_people.COLUMNS
            ),
            proposed_by=context.actor.name,
            proposed_at=now,
        )
        session.add(batch)
        session.flush()
        assert batch.id is not None
        detail = {
            "added": sealed_ids(context, changes.added),
            "changed": sealed_ids(context, changes.changed),
        }
        object_ = _object(batch.id)
        audit.append(session, context.actor, PROPOSED, object_, detail, now)
        return PeopleImport(changes, batch.id)


def list_waiting(context: Context) -> list[WaitingPeople]:
    """Batches that wait for a second person, the oldest first."""
    with db.reading(context.engine) as session:
        batches = people_batches.waiting(session)
        objects = [_object(batch.id or 0) for batch in batches]
        makings = audit.newest_about(session, (PROPOSED,), objects)
        return [
            WaitingPeople(
                id=batch.id or 0,
                file=batch.file,
                entries=public_people.entries_of(_table(batch), batch.file),
                proposed_by=batch.proposed_by,
                proposed_at=batch.proposed_at,
                maker=maker_of(context, makings.get(object_)),
            )
            for batch, object_ in zip(batches, objects, strict=True)
        ]


def approve_people(
    context: Context, batch_id: int, *, reread: bool = False
) -> NameImport:
    """Take all entries of a batch that waits, as the second person; the reader finds
    them from now on. Audited.

    `reread` puts every mention back on the work list, to be read with the new names.
    UsageError: nothing waits by that number; errors of
    `second_approver.require_second`; SocialcellError with every reason: by what was
    entered since, an entry cannot be taken any more.
    """
    file = _file(context)
    with db.writing(context.engine) as session:
        people_batches.take_turn(session)
        before = office_holders.names(context.workspace.folder)
        batch = _require_waiting(session, batch_id)
        object_ = _object(batch_id)
        making = second_approver.making_of(session, (PROPOSED,), object_)
        about = Message("guard.people_of_file", {"file": batch.file})
        persons = second_approver.require_second(context, session, making, about)
        table = _table(batch)
        changes = public_people.add(file, Path(batch.file), table)
        names = office_holders.names_in(batch.entries.splitlines())
        detail: dict[str, JsonValue] = {
            "added": sealed_ids(context, changes.added),
            "changed": sealed_ids(context, changes.changed),
            "made_by_operator": persons["made_by_operator"],
        }
        now = context.clock.now()
        audit.append(session, context.actor, "people.import", object_, detail, now)
        session.delete(batch)
        session.flush()
        # The file last: when it cannot be written, the batch waits as before.
        names_csv.save(file, changes.text)
    _index_again(context, before, names)
    if reread:
        read_again(context)
    return changes


def return_people(context: Context, batch_id: int, reason: str) -> None:
    """Take no entry of a batch that waits. Audited. UsageError: nothing waits by that
    number, or no reason is given."""
    if not reason.strip():
        raise UsageError("privacy.removed_without_reason")
    now = context.clock.now()
    with db.writing(context.engine) as session:
        batch = _require_waiting(session, batch_id)
        detail = {"reason": one_line(clean_text(reason), _MAX_REASON)}
        object_ = _object(batch_id)
        audit.append(session, context.actor, "people.return", object_, detail, now)
        session.delete(batch)


def remove_people(
    context: Context, ids: Sequence[str], *, dry_run: bool = False, reread: bool = False
) -> None:
    """Take entries out again. SocialcellError when one of the ids is not ours."""
    file = _file(context)
    if dry_run:
        public_people.without(file, ids)
        return
    with db.writing(context.engine) as session:
        people_batches.take_turn(session)
        before = office_holders.names(context.workspace.folder)
        text = public_people.without(file, ids)
        detail = {"removed": sealed_ids(context, ids)}
        write_names(context, session, file, "people.remove", file.name, detail, text)
    _index_again(context, before)
    if reread:
        read_again(context)


def _index_again(
    context: Context, before: Sequence[str], entered: Sequence[str] = ()
) -> None:
    """Names that are public now can be searched, those that were so no more; what was
    `entered` is indexed even if an interrupted approval had written the file."""
    names = office_holders.names(context.workspace.folder)
    with db.writing(context.engine) as session:
        search_forms.refresh_names(session, {*before} ^ {*names} | {*entered}, names)


def _require_waiting(session: Session, batch_id: int) -> PeopleBatch:
    batch = people_batches.lock(session, batch_id)
    if batch is None:
        raise UsageError("guard.no_people_batch", batch=batch_id)
    return batch


def _table(batch: PeopleBatch) -> NumberedTable:
    return text_table(batch.entries, batch.file)


def _next_number(session: Session) -> int:
    """A number that no batch ever had: whoever saw an earlier one would take another
    file for it. The audit log has those of batches that were taken or returned."""
    had = audit.objects_of(session, PROPOSED)
    numbers = [int(object_.removeprefix(_OBJECT)) for object_ in had]
    numbers += [batch.id or 0 for batch in people_batches.waiting(session)]
    return max(numbers, default=0) + 1


def _object(batch_id: int) -> str:
    return f"{_OBJECT}{batch_id}"


def _file(context: Context) -> Path:
    return context.workspace.folder / public_people.FILE
