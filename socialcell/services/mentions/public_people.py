"""A workspace's public people: imported, listed and removed by a named operator."""

from collections.abc import Sequence
from pathlib import Path

from socialcell import db
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.language.names import office_holders, public_people
from socialcell.language.names.gazetteer_lint import GazetteerProblem
from socialcell.language.names.own_names import NameImport
from socialcell.language.names.public_people import PublicEntry
from socialcell.listening.store import search_forms
from socialcell.services.context import Context
from socialcell.services.mentions.name_files import read_again, read_names, write_names


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


def import_people(
    context: Context,
    path: Path,
    options: TableOptions = AS_IT_IS,
    *,
    dry_run: bool = False,
    reread: bool = False,
) -> NameImport:
    """Take the entries of a CSV file or workbook; all, or none with every reason.

    `reread` puts every mention back on the work list, to be read with the new names.
    """
    additions = public_people.add(
        _file(context), path, read_names(path, public_people.COLUMNS, options)
    )
    detail = {"added": list(additions.added), "changed": list(additions.changed)}
    if not dry_run and any(detail.values()):
        before = office_holders.names(context.workspace.folder)
        write_names(
            context, _file(context), "people.import", path.name, detail, additions.text
        )
        _index_again(context, before)
    if reread and not dry_run:
        read_again(context)
    return additions


def remove_people(
    context: Context, ids: Sequence[str], *, dry_run: bool = False, reread: bool = False
) -> None:
    """Take entries out again. SocialcellError when one of the ids is not ours."""
    file = _file(context)
    text = public_people.without(file, ids)
    if dry_run:
        return
    before = office_holders.names(context.workspace.folder)
    write_names(
        context,
        _file(context),
        "people.remove",
        file.name,
        {"removed": list(ids)},
        text,
    )
    _index_again(context, before)
    if reread:
        read_again(context)


def _index_again(context: Context, before: Sequence[str]) -> None:
    """Names that are public now can be searched, those that were so no more."""
    names = office_holders.names(context.workspace.folder)
    with db.writing(context.engine) as session:
        search_forms.refresh_names(session, {*before} ^ {*names}, names)


def _file(context: Context) -> Path:
    return context.workspace.folder / public_people.FILE
