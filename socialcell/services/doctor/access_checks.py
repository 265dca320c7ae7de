"""Checks of who else on this computer may open the workspace's files."""

from collections.abc import Iterator, Sequence

from socialcell.config import Workspace
from socialcell.services.doctor.finding import Check, failed, ok, warning
from socialcell.services.workspace import file_access

_ADVICE = "As its owner or as root: socialcell db upgrade"
_SHOWN = 5


def files(workspace: Workspace) -> Iterator[Check]:
    """Secrets, then everything else: what is too open, by name.

    A file that is too open within a folder that is closed is a warning: nobody comes to
    it there, until it is moved or copied.
    """
    folder = workspace.folder / "secrets"
    secret: list[file_access.WrongMode] = []
    other: list[file_access.WrongMode] = []
    for fault in file_access.find_wrong_modes(workspace):
        (secret if folder in (fault.path, *fault.path.parents) else other).append(fault)
    group = workspace.config.workspace.group
    whose = "its owner only" if group is None else f"its owner and the group {group}"
    if not folder.is_dir():
        yield warning("secrets folder", f"{folder} is not there", "socialcell init")
    elif secret:
        yield failed("secrets folder", _list_faults(secret), _ADVICE)
    else:
        yield ok("secrets folder", f"{folder} is open to {whose}")
    if not other:
        yield ok("workspace folder", f"{workspace.folder} is open to {whose}")
    elif any(fault.path.is_dir() for fault in other):
        yield failed("workspace folder", _list_faults(other), _ADVICE)
    else:
        yield warning("workspace folder", _list_faults(other), _ADVICE)


def _list_faults(wrong: Sequence[file_access.WrongMode]) -> str:
    listed = "; ".join(map(str, wrong[:_SHOWN]))
    more = len(wrong) - _SHOWN
    return f"{listed}; and {more} more" if more > 0 else listed
