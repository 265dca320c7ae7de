"""Texts as a ZIP archive; the same texts give the same bytes."""

import io
import zipfile
from collections.abc import Iterable

_DATE = (1980, 1, 1, 0, 0, 0)  # of files in the archive, which has no time of its own


def zip_texts(texts: Iterable[tuple[str, str]]) -> bytes:
    """An archive with a file (name, text) for each, in this order, which only whoever
    unpacks it may read."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts:
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, text)
    return stream.getvalue()
