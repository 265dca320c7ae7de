"""A workspace's public people: imported, listed and removed by a named operator."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from socialcell import db
from socialcell.language.names import own_names, public_people
from socialcell.language.names.own_names import NameImport
from socialcell.language.names.public_people import PublicEntry
from socialcell.listening.store.mentions import tags
from socialcell.ops import audit
from socialcell.services.context import Context


def list_people(context: Context) -> tuple[tuple[PublicEntry, bool], ...]:
    """Every entry that the reader knows, with whether it is the workspace's own."""
    own = public_people.load(_file(context))
    return (
        *((person, False) for person in public_people.package()),
        *((person, True) for person in own),
    )


def import_people(
    context: Context, path: Path, *, dry_run: bool = False, reread: bool = False
) -> NameImport:
    """Take the entries of a CSV file; all of them, or none with every reason why.

    `reread` puts every mention back on the work list, to be read with the new names.
    """
    additions = public_people.add(_file(context), path)
    detail = {"added": list(additions.added), "changed": list(additions.changed)}
    if not dry_run and any(detail.values()):
        _write(context, "people.import", path.name, detail, additions.text)
    if reread and not dry_run:
        _read_again(context)
    return additions


def remove_people(
    context: Context, ids: Sequence[str], *, dry_run: bool = False, reread: bool = False
) -> None:
    """Take entries out again. SocialcellError when one of the ids is not ours."""
    file = _file(context)
    text = public_people.without(file, ids)
    if dry_run:
        return
    _write(context, "people.remove", file.name, {"removed": list(ids)}, text)
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
        own_names.save(_file(context), text)


def _read_again(context: Context) -> None:
    with db.writing(context.engine) as session:
        tags.forget(session)


def _file(context: Context) -> Path:
    return context.workspace.folder / public_people.FILE
