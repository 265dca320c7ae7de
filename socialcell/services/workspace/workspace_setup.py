"""Make a workspace: config.yaml, strategy.yaml, secrets/, the database, areas."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from socialcell import config, db, strategy
from socialcell.config import Workspace
from socialcell.desk import secret_seal
from socialcell.errors import UsageError
from socialcell.files import unfinished_files
from socialcell.identity import second_factor
from socialcell.listening.people.visibility import SECRET_NAME
from socialcell.services import areas
from socialcell.services.workspace import backup, file_access


@dataclass(frozen=True)
class NewWorkspace:
    """What `initialise` found or made, for the person who asked."""

    workspace: Workspace
    created: tuple[str, ...]
    existing: tuple[str, ...]


def initialise(folder: Path, *, settings: str | None = None) -> NewWorkspace:
    """Make what is missing in a folder; what is there is kept. Safe to run again.

    `settings` is the text of config.yaml; the shipped, commented one by default. All of
    it is closed to others, also what was there before, as config.yaml says.
    SocialcellError: something there belongs to somebody else.
    """
    created: list[str] = []
    existing: list[str] = []
    _make_folder(folder.parent)
    config.close_to_others()
    _make_folder(folder)
    _make_file(folder / "config.yaml", settings or shipped_config(), created, existing)
    _make_file(folder / strategy.NAME, strategy.shipped(), created, existing)
    workspace = config.load(folder / "config.yaml")
    file_access.correct_modes(workspace)
    for_secrets, for_secret = file_access.modes(workspace, secret=True)
    _make_folder(folder / "secrets", mode=for_secrets)
    key = folder / "secrets" / SECRET_NAME
    _make_file(key, secrets.token_hex(32) + "\n", created, existing, mode=for_secret)
    factor_key = folder / "secrets" / second_factor.KEY_NAME
    text = second_factor.new_key() + "\n"
    _make_file(factor_key, text, created, existing, mode=for_secret)
    desk_key = folder / "secrets" / secret_seal.KEY_NAME
    text = secret_seal.new_key() + "\n"
    _make_file(desk_key, text, created, existing, mode=for_secret)
    before, after, _copy = backup.upgrade_database(workspace)
    engine = db.connect(workspace.database_url, workspace.config.database.busy_seconds)
    (existing if before == after else created).append("database")
    if before is None or areas.load_shipped(engine):
        created.append("areas")
    engine.dispose()
    file_access.correct_modes(
        workspace
    )  # root may have made it in somebody else's folder
    return NewWorkspace(workspace, tuple(created), tuple(existing))


def shipped_config() -> str:
    """The complete, commented config.yaml that comes with the package."""
    return resources.files("socialcell").joinpath("config.yaml").read_text("utf-8")


def write_secrets(folder: Path, values: Iterable[tuple[str, str]]) -> None:
    """Put secrets into a workspace's secrets/ folder, one file each, mode 0600."""
    for name, text in values:
        path = folder / "secrets" / name
        path.touch(mode=0o600)
        path.write_text(text + "\n", encoding="utf-8")


def add_secret(workspace: Workspace, name: str, text: str) -> None:
    """Put a secret that the workspace makes itself into secrets/, unless it is there,
    open to those alone whom config.yaml admits."""
    _folder, mode = file_access.modes(workspace, secret=True)
    path = workspace.folder / "secrets" / name
    _make_file(path, text + "\n", [], [], mode=mode)


def _make_folder(path: Path, mode: int = 0o777) -> None:
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            "workspace.folder_not_made", path=path, reason=error.strerror
        ) from None


def _make_file(
    path: Path, text: str, created: list[str], existing: list[str], mode: int = 0o660
) -> None:
    if path.exists():
        existing.append(path.name)
        return
    # Written aside and renamed: a killed init leaves no half file.
    with unfinished_files.writing(path, mode=mode) as file:
        file.write(text.encode())
    created.append(path.name)
