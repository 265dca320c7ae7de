"""A workspace's own names: imported, listed and removed by a named operator."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from socialcell import db
from socialcell.config import Workspace
from socialcell.language.names import own_names, public_people
from socialcell.language.names.own_names import NameImport
from socialcell.language.names.places import Place
from socialcell.listening.store.mentions import tags
from socialcell.ops import audit
from socialcell.services.context import Context


def load_names(workspace: Workspace) -> tuple[Place, ...]:
    """The names that the reader of this workspace knows beside the package's, with its
    public people."""
    own = own_names.load(_file(workspace))
    return public_people.names_of(workspace.folder / public_people.FILE, own)


def list_entries(workspace: Workspace) -> list[dict[str, str]]:
    """The same as they stand in the file, by id."""
    return own_names.rows(_file(workspace))


def import_names(
    context: Context, path: Path, *, dry_run: bool = False, reread: bool = False
) -> NameImport:
    """Take the entries of a CSV file; all of them, or none with every reason why.

    `reread` puts every mention back on the work list, to be read with the new names.
    """
    additions = own_names.add(_file(context.workspace), path)
    detail = {"added": list(additions.added), "changed": list(additions.changed)}
    if not dry_run and any(detail.values()):
        _write(context, "gazetteer.import", path.name, detail, additions.text)
    if reread and not dry_run:
        _read_again(context)
    return additions


def remove_entries(
    context: Context, ids: Sequence[str], *, dry_run: bool = False, reread: bool = False
) -> None:
    """Take entries out again. SocialcellError when one of the ids is not ours."""
    file = _file(context.workspace)
    text = own_names.without(file, ids)
    if dry_run:
        return
    _write(context, "gazetteer.remove", file.name, {"removed": list(ids)}, text)
    if reread:
        _read_again(context)


def _write(
    context: Context,
    action: str,
    object: str,
    detail: Mapping[str, list[str]],
    text: str,
) -> None:
    """The file last: when it cannot be written, the audit log says nothing of it."""
    with db.writing(context.engine) as session:
        now = context.clock.now()
        audit.append(session, audit.operator(), action, object, detail, now)
        own_names.save(_file(context.workspace), text)


def _read_again(context: Context) -> None:
    with db.writing(context.engine) as session:
        tags.forget(session)


def _file(workspace: Workspace) -> Path:
    return workspace.folder / own_names.FILE
