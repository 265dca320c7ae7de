"""Names of which any will do, for a message by code."""

from collections.abc import Sequence

from socialcell.message_catalog import Message, Parameter


def either(names: Sequence[str]) -> Parameter:
    """The names, with "or" of the reader's language before the last of several."""
    *earlier, last = names
    if not earlier:
        return last
    return Message("files.either", {"names": earlier, "last": last})
