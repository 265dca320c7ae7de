"""Backups that only their keys open: age files, as the programs age and rage make them.

`backup.key` of config.yaml names a secret with one X25519 key a line. The first one
closes new backups, all of them open: after a change old ones stay readable. age seals
64 kB at a time; what is cut off, changed or put in another order does not open.
"""

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from socialcell.config import Workspace
from socialcell.errors import ConfigError, SocialcellError, UsageError
from socialcell.files import unfinished_files
from socialcell.files.unfinished_files import UnfinishedFile
from socialcell.services.workspace import unfinished_copies

if TYPE_CHECKING:
    from typing_extensions import Buffer

SUFFIX = ".age"
_HEADING = b"age-encryption.org/v1\n"
_SECRET_MODE = 0o600


class Sink(Protocol):
    """What takes bytes: a file, or a hash that is made of them."""

    def write(self, data: "Buffer", /) -> int: ...


@dataclass(frozen=True)
class BackupKeys:
    """The lines of the secret that config.yaml names."""

    secret: str
    lines: tuple[str, ...]

    @property
    def recipient(self) -> str:
        """The public half of the key that closes new backups."""
        return recipients_of(self)[0]

    def encrypt(self, source: Path, target: Path) -> None:
        """Write `source` sealed as `target`. OSError, as of any file."""
        from pyrage import EncryptError, encrypt_io, x25519

        recipient = x25519.Recipient.from_str(self.recipient)
        target.touch(mode=0o660)
        with source.open("rb") as plain, target.open("wb") as file:
            writer = _Noting(file)
            try:
                encrypt_io(plain, writer, [recipient])
            except EncryptError:
                if writer.error is not None:
                    raise writer.error from None
                raise
        _sync(target)

    def decrypt(self, source: Path, sink: Sink) -> None:
        """Write what `source` holds. ConfigError: none of the keys opens it;
        SocialcellError: it is not as it was sealed."""
        from pyrage import DecryptError, decrypt_io, x25519

        identities = [x25519.Identity.from_str(line) for line in self.lines]
        writer = _Noting(sink)
        try:
            with source.open("rb") as file:
                decrypt_io(file, writer, identities)
        except DecryptError as error:
            if "No matching keys" in str(error):
                raise ConfigError(
                    "workspace.backup_other_key", path=source, secret=self.secret
                ) from None
            raise SocialcellError("workspace.backup_broken_seal", path=source) from None
        except OSError:
            if writer.error is not None:  # not a fault of the backup
                raise writer.error from None
            raise SocialcellError("workspace.backup_broken_seal", path=source) from None

    def digest(self, source: Path) -> str:
        """SHA-256, hexadecimal, of what a sealed file holds."""
        sink = _Digest()
        self.decrypt(source, sink)
        return sink.hash.hexdigest()


class _Noting(io.BufferedIOBase):
    """A writer that remembers its error, which the library hands on as words only."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.error: OSError | None = None

    def write(self, data: "Buffer", /) -> int:
        try:
            return self._sink.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        """Nothing: the file is flushed by who opened it."""

    def close(self) -> None:
        """Nothing: as `flush`."""


class _Digest:
    """Takes bytes and keeps their hash."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()

    def write(self, data: "Buffer", /) -> int:
        self.hash.update(data)
        return memoryview(data).nbytes


def find_keys(workspace: Workspace) -> BackupKeys | None:
    """The keys of a workspace; None when config.yaml names none.

    MissingSecret when it names one that is nowhere, ConfigError for one that is no key:
    a backup is not left open because its key was lost.
    """
    named = workspace.config.backup.key
    if named is None:
        return None
    text = workspace.secret(named.secret).get_secret_value()
    lines = (line.strip() for line in text.splitlines())
    keys = BackupKeys(
        named.secret, tuple(line for line in lines if line and line[0] != "#")
    )
    recipients_of(keys)
    return keys


def recipients_of(keys: BackupKeys) -> list[str]:
    """The public halves, in order. ConfigError names the line that is no key."""
    from pyrage import IdentityError, x25519

    recipients = []
    for number, line in enumerate(keys.lines, start=1):
        try:
            recipients.append(str(x25519.Identity.from_str(line).to_public()))
        except IdentityError:
            raise ConfigError(
                "workspace.no_backup_key", secret=keys.secret, number=number
            ) from None
    if not recipients:
        raise ConfigError("workspace.no_backup_key", secret=keys.secret, number=1)
    return recipients


def renew_key(workspace: Workspace) -> tuple[Path, str]:
    """Put a new key before those that are there, or make the first one; where it
    stands, and its public half.

    UsageError: config.yaml names no secret for it, or its value is not a file of the
    workspace's.
    """
    from pyrage import x25519

    named = workspace.config.backup.key
    if named is None:
        raise UsageError("workspace.no_key_named", path=workspace.folder)
    place = workspace.folder / "secrets" / named.secret
    located = workspace.find_secret(named.secret)
    if located is not None and located[0] != str(place):
        raise UsageError("workspace.key_elsewhere", place=located[0])
    old = located[1].get_secret_value() if located else ""
    identity = x25519.Identity.generate()
    try:
        mode = place.stat().st_mode & 0o777 if located else _SECRET_MODE
        with unfinished_files.writing(place, mode=mode, synced=True) as file:
            os.fchmod(file.fileno(), mode)
            file.write((f"{identity}\n{old}\n" if old else f"{identity}\n").encode())
    except OSError as error:
        raise SocialcellError(
            "files.not_written", path=place, reason=error.strerror
        ) from None
    return place, str(identity.to_public())


def is_encrypted(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_HEADING)) == _HEADING


@contextmanager
def plain_place(workspace: Workspace, name: str) -> Iterator[Path]:
    """A file in the workspace's backups for the time in which something stands open,
    cleared by the next backup if this process dies."""
    folder = workspace.folder / "backups"
    folder.mkdir(mode=0o770, exist_ok=True)
    base = folder / f"open-{os.getpid()}-{name.removesuffix(SUFFIX)}"
    with unfinished_copies.noted_copy(workspace, base):
        place = unfinished_copies.partial_path(base)
        try:
            place.touch(mode=0o660)
            yield place
        finally:
            unfinished_copies.remove_partial(base)


@contextmanager
def opened(workspace: Workspace | None, path: Path) -> Iterator[Path]:
    """The backup itself, or what an encrypted one holds, in a file that goes again.

    ConfigError when no key opens it, SocialcellError when it is damaged or there is no
    space for it.
    """
    if not is_encrypted(path):
        yield path
        return
    keys = None if workspace is None else find_keys(workspace)
    if keys is None or workspace is None:
        raise ConfigError("workspace.backup_needs_key", path=path)
    with plain_place(workspace, path.name) as place:
        decrypt_file(keys, path, place)
        yield place


def decrypt_copy(workspace: Workspace, source: Path, target: Path) -> None:
    """Write what a backup, or a file of it, holds. UsageError when there is none, it is
    not encrypted, or `target` exists; otherwise as `opened`."""
    if not source.is_file():
        raise UsageError("workspace.no_such_backup", path=source)
    if not is_encrypted(source):
        raise UsageError("workspace.backup_is_open", path=source)
    if target.exists():
        raise UsageError("workspace.backup_name_taken", path=target)
    keys = find_keys(workspace)
    if keys is None:
        raise ConfigError("workspace.backup_needs_key", path=source)
    try:
        with UnfinishedFile(target) as unfinished:
            decrypt_file(keys, source, unfinished.place)
            unfinished.finish()
    except OSError as error:
        raise SocialcellError(
            "files.not_written", path=target, reason=error.strerror
        ) from None


def decrypt_file(keys: BackupKeys, source: Path, target: Path) -> None:
    """Write what a sealed file holds. SocialcellError when `target` takes it not."""
    try:
        with target.open("wb") as file:
            keys.decrypt(source, file)
    except OSError as error:
        raise SocialcellError(
            "files.not_written", path=target, reason=error.strerror
        ) from None


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
