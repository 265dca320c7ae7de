"""Why a file of a person's cannot be read, in one sentence."""

import csv
from pathlib import Path

from socialcell.errors import SocialcellError


def unreadable_file(
    path: Path | str, error: OSError | ValueError | RecursionError | csv.Error
) -> SocialcellError:
    """What to raise for a file that is not there, not text in UTF-8, or not in form."""
    if isinstance(error, UnicodeDecodeError):
        return SocialcellError("files.not_utf8", path=path, byte=error.start)
    reason = error.strerror if isinstance(error, OSError) else None
    return SocialcellError(
        "connectors.unreadable_file", path=path, reason=reason or str(error)
    )
