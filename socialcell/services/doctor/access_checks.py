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
    place = workspace.folder / "secrets"
    secret: list[file_access.Wrong] = []
    other: list[file_access.Wrong] = []
    for one in file_access.wrong(workspace):
        (secret if place in (one.path, *one.path.parents) else other).append(one)
    group = workspace.config.workspace.group
    whose = "its owner only" if group is None else f"its owner and the group {group}"
    if not place.is_dir():
        yield warning("secrets folder", f"{place} is not there", "socialcell init")
    elif secret:
        yield failed("secrets folder", _named(secret), _ADVICE)
    else:
        yield ok("secrets folder", f"{place} is open to {whose}")
    if not other:
        yield ok("workspace folder", f"{workspace.folder} is open to {whose}")
    elif any(one.path.is_dir() for one in other):
        yield failed("workspace folder", _named(other), _ADVICE)
    else:
        yield warning("workspace folder", _named(other), _ADVICE)


def _named(wrong: Sequence[file_access.Wrong]) -> str:
    named = "; ".join(map(str, wrong[:_SHOWN]))
    more = len(wrong) - _SHOWN
    return f"{named}; and {more} more" if more > 0 else named
