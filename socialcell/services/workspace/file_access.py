"""Who may open a workspace's files: their owner alone, or a group of the system too.

The umask that `config.load` sets gives new files their mode; here are those that were
there before, or came from elsewhere.
"""

import grp
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from socialcell import db
from socialcell.config import Workspace
from socialcell.errors import SocialcellError
from socialcell.message_catalog import Message

# What socialcell makes in a workspace; other folders there are somebody else's, and
# nobody comes to them through a closed one.
FOLDERS = ("secrets", "reports", "backups", "media", "evidence", "locks", "cache")


@dataclass(frozen=True)
class WrongMode:
    """A file or folder whose `mode` is not the `wanted` one, or whose owner or group
    has to become `uid` or `gid` (-1: it stays as it is)."""

    path: Path
    mode: int
    required: int
    uid: int
    gid: int

    @property
    def message(self) -> Message:
        if self.mode & 0o7777 != self.required:
            return Message(
                "workspace.other_mode",
                {
                    "path": self.path,
                    "mode": f"{self.mode:04o}",
                    "required": f"{self.required:04o}",
                },
            )
        if self.uid == -1:
            return Message("workspace.other_group", {"path": self.path})
        return Message("workspace.other_owner", {"path": self.path})

    def __str__(self) -> str:
        return str(self.message)


def modes(workspace: Workspace, *, secret: bool = False) -> tuple[int, int]:
    """The mode of a folder and of a file. A group reads secrets and changes none."""
    if workspace.config.workspace.group is None:
        return 0o700, 0o600
    return (0o2750, 0o640) if secret else (0o2770, 0o660)


def find_wrong_modes(workspace: Workspace) -> Iterator[WrongMode]:
    """What is more open than the config says, or closed to whom it names.

    Without a group that is the folder's owner, who cannot open what root left there.
    """
    group = workspace.config.workspace.group
    gid = None if group is None else grp.getgrnam(group).gr_gid
    owner = workspace.folder.stat().st_uid
    for path in _own_paths(workspace):
        try:
            status = path.lstat()
        except OSError:
            continue  # gone meanwhile, or within a folder that is shut to us
        secret = (workspace.folder / "secrets") in (path, *path.parents)
        for_folder, for_file = modes(workspace, secret=secret)
        if stat.S_ISDIR(status.st_mode):
            required = for_folder
        elif stat.S_ISREG(status.st_mode):
            required = for_file
        else:
            continue
        mode = stat.S_IMODE(status.st_mode)
        to_uid = owner if gid is None and status.st_uid != owner else -1
        to_gid = gid if gid is not None and status.st_gid != gid else -1
        lacks = gid is not None and required & ~mode & 0o2070
        if mode & 0o077 & ~required or lacks or (to_uid, to_gid) != (-1, -1):
            yield WrongMode(path, mode, required, to_uid, to_gid)


def correct_modes(workspace: Workspace) -> list[Path]:
    """Give everything the mode and group that it should have; what was changed.

    SocialcellError names what belongs to somebody else; the rest is mended still.
    """
    mended, refused = [], []
    for fault in find_wrong_modes(workspace):
        try:
            if (fault.uid, fault.gid) != (-1, -1):
                os.chown(fault.path, fault.uid, fault.gid)
            fault.path.chmod(fault.required)
        except PermissionError:
            refused.append(fault)
        else:
            mended.append(fault.path)
    if refused:
        raise SocialcellError(
            "workspace.modes_of_others" if refused[1:] else "workspace.mode_of_other",
            fault=refused[0].message,
            more=len(refused) - 1,
            uid=os.getuid(),
        )
    return mended


def _own_paths(workspace: Workspace) -> Iterator[Path]:
    """The folder, files that lie directly in it, all in the folders that we make, and
    the database wherever it is."""
    yield workspace.folder
    with suppress(OSError):
        yield from sorted(path for path in workspace.folder.iterdir() if path.is_file())
    for name in FOLDERS:
        top = workspace.folder / name
        if not top.is_symlink():
            yield top
            # Deletes nothing that it walks into, so a folder that closes is no matter.
            yield from sorted(top.rglob("*"))
    engine = db.connect(workspace.database_url)
    file = db.file_of(engine)
    engine.dispose()
    if file is not None and file.parent.resolve() != workspace.folder:
        yield from (
            file,
            *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-turn")),
        )
