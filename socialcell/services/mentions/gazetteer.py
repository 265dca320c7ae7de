"""A workspace's own names: imported, listed and removed by a named operator."""

from collections.abc import Sequence
from pathlib import Path

from socialcell import db
from socialcell.config import Workspace
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.language.names import gazetteer_lint, own_names, public_people
from socialcell.language.names.gazetteer_lint import GazetteerProblem
from socialcell.language.names.own_names import NameImport
from socialcell.language.names.places import Place
from socialcell.services.context import Context
from socialcell.services.mentions.name_files import read_again, read_names, write_names


def load_names(workspace: Workspace) -> tuple[Place, ...]:
    """The names that the reader of this workspace knows beside the package's, with its
    public people."""
    own = own_names.load(_file(workspace))
    return public_people.names_of(workspace.folder / public_people.FILE, own)


def list_entries(workspace: Workspace) -> list[dict[str, str]]:
    """The same as they stand in the file, by id."""
    return own_names.rows(_file(workspace))


def lint_files(
    files: Sequence[Path], options: TableOptions = AS_IT_IS
) -> list[GazetteerProblem]:
    """Problems of CSV files and workbooks; without files those of the package."""
    return gazetteer_lint.lint(
        files, lambda path: read_names(path, gazetteer_lint.COLUMNS, options)
    )


def import_names(
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
    file = _file(context.workspace)
    table = read_names(path, gazetteer_lint.COLUMNS, options)
    # Whatever is refused is refused before anybody has to wait for it.
    additions = own_names.add(file, path, table)
    if dry_run:
        return additions
    with db.writing(context.engine) as session:
        db.take_turn(session, own_names.FILE)
        additions = own_names.add(file, path, table)
        detail = {"added": list(additions.added), "changed": list(additions.changed)}
        if any(detail.values()):
            write_names(
                context,
                session,
                file,
                "gazetteer.import",
                path.name,
                detail,
                additions.text,
            )
    if reread:
        read_again(context)
    return additions


def remove_entries(
    context: Context, ids: Sequence[str], *, dry_run: bool = False, reread: bool = False
) -> None:
    """Take entries out again. SocialcellError when one of the ids is not ours."""
    file = _file(context.workspace)
    if dry_run:
        own_names.without(file, ids)
        return
    with db.writing(context.engine) as session:
        db.take_turn(session, own_names.FILE)
        text = own_names.without(file, ids)
        detail = {"removed": list(ids)}
        write_names(context, session, file, "gazetteer.remove", file.name, detail, text)
    if reread:
        read_again(context)


def _file(workspace: Workspace) -> Path:
    return workspace.folder / own_names.FILE
