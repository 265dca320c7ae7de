"""A file as the answer to a request: made whole first, then sent.

Whoever takes a file slowly holds nothing of the database and none of the threads that
make pages.
"""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from starlette.concurrency import iterate_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from socialcell.web.pages.answers import Download

_IN_MEMORY = 1024 * 1024  # bytes; of a larger file the rest is on the disk
_PIECE = 64 * 1024


class FileAnswer(StreamingResponse):
    """A file that was made and is sent. The file is deleted when it was sent, or when
    the browser has gone."""

    def __init__(self, file: IO[bytes], download: Download) -> None:
        headers = {
            "content-disposition": f'attachment; filename="{download.name}"',
            "content-length": str(file.tell()),
        }
        file.seek(0)
        pieces = iterate_in_threadpool(_pieces(file))
        super().__init__(pieces, media_type=download.media_type, headers=headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._file:
            await super().__call__(scope, receive, send)


def make_file(download: Download) -> FileAnswer:
    """The answer with the whole file; its errors are raised before anything is sent."""
    # Closed by the answer.
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
    try:
        for chunk in download.chunks:
            file.write(chunk)
    except BaseException:
        file.close()
        raise
    return FileAnswer(file, download)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
