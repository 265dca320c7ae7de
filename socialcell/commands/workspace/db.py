"""Commands of the noun `db`: upgrade, backup and its key, restore, decrypt, verify."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import ROOT_CONFIG, Config, Json, open_context

if TYPE_CHECKING:
    from socialcell.config import Workspace

app = typer.Typer(
    help="The database: upgrade, backup, restore, verify.", no_args_is_help=True
)


@app.command()
def upgrade(
    yes: Annotated[
        bool, typer.Option("--yes", help="Make no backup first: I have one.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Bring the database's schema to this version of socialcell.

    A backup is made first, in backups/ of the workspace; the last five of these stay.
    The change is one transaction: interrupted, it has not happened; run it again. A
    PostgreSQL database is copied by pg_dump; where there is none, make a backup of
    your own and give --yes.

    Files of the workspace that are open to more people than `workspace.group` in
    config.yaml says, or closed to those, are mended first.

    Example: socialcell db upgrade
    """
    from socialcell.services.workspace import backup, file_access

    workspace = _workspace(config)
    mended = file_access.correct_modes(workspace)
    before, after, copy = backup.upgrade_database(workspace, without_backup=yes)
    if json:
        output.as_json(
            {
                "before": before,
                "after": after,
                "backup": str(copy.path) if copy else None,
                "mended": list(map(str, mended)),
            }
        )
        return
    if mended:
        output.say(f"Open to whom config.yaml names, and nobody else: {len(mended)}")
    if copy:
        output.say(f"Backup: {copy.path}")
    if before == after:
        output.say(f"Nothing to do: the schema is {after}.")
    else:
        output.say(f"Upgraded from {before or 'nothing'} to {after}.")


@app.command("backup")
def backup_(
    out: Annotated[
        Path | None,
        typer.Option(help="The file to make. Default: one in backups/, by time."),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Copy the database while it is in use, with its files, and check the copy.

    Beside the copy lie its record (FILE.json: when, schema, size, SHA-256, the digest
    of its content) and the files that it refers to (FILE.files: evidence, files of
    messages). Not in it are the secrets, config.yaml, strategy.yaml and gazetteer.csv:
    keep a copy of those in another safe place, without person_key the pseudonyms
    change, and without the key nobody opens an encrypted backup.

    Where config.yaml names a key (backup: {key: {secret: backup_key}}), copy and files
    are encrypted with it. Who made a copy stands in the access log.

    Example: socialcell db backup --out /mnt/backup/monday.db
    """
    from socialcell.services.workspace import logged_backup

    copy, is_noted = logged_backup.make_logged_backup(_workspace(config), out)
    if not is_noted:
        output.note("Not in the access log: this database waits for db upgrade.")
    if json:
        output.as_json({"file": str(copy.path), **vars(copy.record)})
        return
    output.say(f"Backup: {copy.path}")
    output.say(
        f"{copy.record.bytes} bytes, schema {copy.record.schema}, checked. "
        f"Files beside it: {len(copy.record.files or ())}"
    )
    _missing(copy.record.missing, "is not in the workspace, so not in the copy either")
    output.say(
        "Not in it: secrets/ with person_key, config.yaml, strategy.yaml, gazetteer.csv"
    )


@app.command()
def backup_key(config: Config = None, json: Json = False) -> None:
    """Make the key of backups, or a new one; older ones go on opening older backups.

    It stands in secrets/, as the first line of the file that backup.key in config.yaml
    names. Copy that file to a safe place outside this machine: a backup opens with it
    alone. Delete an old line when the backups that it closed are gone.

    Example: socialcell db backup-key
    """
    from socialcell.services.workspace import backup_encryption

    place, recipient = backup_encryption.renew_key(_workspace(config))
    if json:
        output.as_json({"file": str(place), "recipient": recipient})
        return
    output.say(f"New backups are closed with the first key in {place}: {recipient}")
    output.say("Copy that file to a safe place now: a backup opens with it alone.")


@app.command()
def decrypt(
    file: Annotated[Path, typer.Argument(help="An encrypted backup, or a file of it.")],
    out: Annotated[Path, typer.Option(help="The file to make.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Write what an encrypted backup holds to a file, such as a dump for pg_restore.

    `db restore` and `db verify` open encrypted backups by themselves.

    Example: socialcell db decrypt backups/socialcell.dump.age --out /root/city.dump
    """
    from socialcell.services.workspace import backup_encryption

    backup_encryption.decrypt_copy(_workspace(config), file, out)
    if json:
        output.as_json({"file": str(out)})
        return
    output.say(f"Written: {out}. It is open: delete it when it is no longer needed.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup that `db backup` made.")],
    yes: Annotated[
        bool,
        typer.Option(
            "--yes",
            help="Also when the database is newer, or a file beside the backup lacks.",
        ),
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Put a backup in the database's place, and its files in the workspace.

    The backup is checked first. Nobody else may have the database open (exit code
    75). The file that is replaced is kept beside it as .before-restore. Who was erased
    since the backup was made is erased in it again, and stays kept out.

    Example: socialcell db restore backups/socialcell-0002-20261123T033000Z.db
    """
    from socialcell.services.workspace import restore as restoring

    restored = restoring.restore_copy(_workspace(config), file, yes=yes)
    if json:
        output.as_json(
            {
                "database": str(restored.database),
                "schema": restored.schema,
                "replaced": str(restored.replaced) if restored.replaced else None,
                "kept_out": restored.kept_out,
                "erased_again": vars(restored.replayed) if restored.replayed else None,
                "missing": restored.missing,
            }
        )
        return
    output.say(f"{restored.database} is the backup now (schema {restored.schema}).")
    if restored.replaced:
        output.say(f"What was there: {restored.replaced}")
    if restored.kept_out is None:
        output.say(
            "The list of those who were erased since could not be read: erase again "
            "who asked for it after the backup was made (socialcell privacy erase)."
        )
    if restored.replayed is None:
        output.say("Who was erased since is erased again by the upgrade.")
    elif any(vars(restored.replayed).values()):
        output.say(
            f"Erased again, as since the backup: "
            f"{restored.replayed.accounts} accounts, "
            f"{restored.replayed.mentions} mentions, "
            f"{restored.replayed.waiting} entries that waited to be shown by name, "
            f"{restored.replayed.naming} mentions that named who is public no more."
        )
    output.say(
        "Operators, their roles, passwords, second factors and tokens are as they were "
        "when the backup was made: what was changed or taken away since is to be "
        "changed again. Look: socialcell operators list"
    )
    _missing(restored.missing, "is neither beside the backup nor in the workspace")
    output.say("Next: socialcell db upgrade, then socialcell doctor")


@app.command()
def verify(
    file: Annotated[
        Path | None, typer.Argument(help="A backup; without it, the database.")
    ] = None,
    digest: Annotated[
        bool, typer.Option("--digest", help="Print one hash over the domain tables.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Check the database, or a backup: damage, references, accounts of runs, texts.

    Files that it refers to must be there, and as they were kept. A backup is compared
    with its record, too. --digest prints one hash over the domain tables (no runs, no
    logs, no surrogate keys): equal content, equal hash. Exit code 1 when something is
    wrong.

    Example: socialcell db verify --digest
    """
    if file is not None:
        _verify_backup(file, config, digest=digest, json=json)
    from socialcell.services.workspace import verification

    result = verification.verify(open_context(config), digest=digest)
    problems = result.problems
    if json:
        hashes = {"digest": result.digest, "tables": result.tables} if digest else {}
        output.as_json({"ok": not problems, "problems": problems} | hashes)
    else:
        for problem in problems:
            output.say(problem)
        output.say(result.digest or ("" if problems else "The database is sound."))
    raise typer.Exit(1 if problems else 0)


def _verify_backup(
    file: Path, config: Path | None, *, digest: bool, json: bool
) -> None:
    from socialcell.services.workspace import backup_encryption, backup_record

    backup_record.require_file(file)
    closed = backup_encryption.is_encrypted(file)
    workspace = _workspace(config) if closed else None
    record, faults = backup_record.verify_copy(file, workspace)
    problems = list(map(str, faults))
    if json:
        output.as_json(
            {
                "ok": not problems,
                "problems": problems,
                "record": vars(record) if record else None,
            }
        )
    else:
        for problem in problems:
            output.say(problem)
        if not problems and record and digest:
            output.say(record.digest or "no digest: the backup has another schema")
        elif not problems and record:
            output.say(
                f"Sound: made {output.local(datetime.fromisoformat(record.made_at))}, "
                f"schema {record.schema}, "
                + (
                    "before files were copied along."
                    if record.files is None
                    else f"files {len(record.files)}."
                )
            )
        if record:
            _missing(record.missing, "was missing when the copy was made")
    raise typer.Exit(1 if problems else 0)


def _missing(names: list[str], why: str) -> None:
    for name in names:
        output.say(f"{name} {why}.")


def _workspace(config: Path | None) -> "Workspace":
    from socialcell import config as configuration
    from socialcell import log

    workspace = configuration.load(configuration.find(config or ROOT_CONFIG.get()))
    log.start(workspace.config.log.level)
    return workspace
