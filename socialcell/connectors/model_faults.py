"""Why Pydantic refuses a value, for a message by code."""

from pydantic_core import ErrorDetails

from socialcell.errors import UnreadableValue
from socialcell.message_catalog import Parameter

_PREFIX = "Value error, "


def reason_of(fault: ErrorDetails) -> Parameter:
    """The error of our own behind a fault, or Pydantic's words for it."""
    error = fault.get("ctx", {}).get("error")
    if isinstance(error, UnreadableValue):
        return error
    return fault["msg"].removeprefix(_PREFIX)
