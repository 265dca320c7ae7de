"""What of the incidents has changed since a page was made that shows them."""

from dataclasses import dataclass

from socialcell import db
from socialcell.listening.store.alerts import incidents
from socialcell.services.context import Context


@dataclass(frozen=True)
class IncidentChanges:
    """Whether anything has changed, and how many dangers to life are new."""

    is_any: bool
    dangers: int = 0


def read_mark(context: Context) -> str:
    """How the incidents stand now; another text: something has changed."""
    with db.reading(context.engine) as session:
        return str(incidents.read_mark(session))


def changes_since(context: Context, mark: str) -> IncidentChanges:
    """What has changed since a mark was read. A text that is none: something."""
    with db.reading(context.engine) as session:
        if mark == str(incidents.read_mark(session)):
            return IncidentChanges(is_any=False)
        newest_alert = mark.partition("-")[0]
        if not (newest_alert.isascii() and newest_alert.isdecimal()):
            return IncidentChanges(is_any=True)
        dangers = incidents.count_dangers_after(session, int(newest_alert[:18]))
        return IncidentChanges(is_any=True, dangers=dangers)
