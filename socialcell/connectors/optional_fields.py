"""Fields that a platform may leave out: absent is no fault, another type is one."""

from socialcell.connectors.checked_records import json_kind
from socialcell.json_types import JsonValue


class OptionalFields:
    """Reads the fields of one record that may be absent.

    The first field of a wrong type becomes the record's `fault`: storage rejects that
    record alone, with the reason, and the rest of its page is stored.
    """

    def __init__(self) -> None:
        self.fault: str | None = None

    def text(self, field: str, part: JsonValue) -> str | None:
        """The text of a field. None where it is absent or of another type."""
        if part is None or isinstance(part, str):
            return part
        self._note(f"{field} is {json_kind(part)}, text is needed")
        return None

    def count(self, field: str, part: JsonValue) -> int | None:
        """The whole number of a field. None where it is absent or of another type."""
        if part is None or (isinstance(part, int) and not isinstance(part, bool)):
            return part
        self._note(f"{field} is {json_kind(part)}, a whole number is needed")
        return None

    def _note(self, fault: str) -> None:
        self.fault = self.fault or fault
