"""A linear-chain conditional random field from CRFsuite's file, for many sentences.

The file's layout and the decoding are those of CRFsuite 0.12 (Okazaki 2007,
CRFsuite: a fast implementation of conditional random fields; its `crf1d_model.c` and
`quark`/`cqdb`). The library decodes one sentence at a time and looks every attribute
up by its text; here what a word brings along is summed up once by the caller.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from socialcell.errors import SocialcellError

_HEADER = struct.Struct("<4sI4s9I")
_FEATURE = np.dtype(
    [("kind", "<u4"), ("source", "<u4"), ("label", "<u4"), ("weight", "<f8")]
)
_CHUNK = 12  # bytes before the features: a name, the size, how many
_STATE, _MOVE = 0, 1


@dataclass(frozen=True, slots=True)
class Crf:
    """`emits` has shape (attributes + 1, labels); the last row, of zeros, is of every
    attribute without an id. `moves[i, j]` is the weight of label j after i.
    """

    labels: tuple[str, ...]
    attribute_ids: dict[str, int]
    emits: NDArray[np.float64]
    moves: NDArray[np.float64]

    @classmethod
    def of(cls, file: bytes) -> "Crf":
        """From the bytes of a model file; SocialcellError when it is another kind."""
        if file[:4] != b"lCRF" or file[8:12] != b"FOMC":
            raise SocialcellError("language.no_crf_model")
        features, names, attributes = _HEADER.unpack_from(file)[7:10]
        labels = tuple(_chunk_texts(file, names))
        attribute_ids = {
            name: row for row, name in enumerate(_chunk_texts(file, attributes))
        }
        (count,) = struct.unpack_from("<I", file, features + 8)
        feature_rows = np.frombuffer(file, _FEATURE, count, features + _CHUNK)
        emits = np.zeros((len(attribute_ids) + 1, len(labels)))
        moves = np.zeros((len(labels), len(labels)))
        for kind, into in ((_STATE, emits), (_MOVE, moves)):
            kind_rows = feature_rows[feature_rows["kind"] == kind]
            into[kind_rows["source"], kind_rows["label"]] = kind_rows["weight"]
        return cls(labels, attribute_ids, emits, moves)

    def best(
        self, scores: NDArray[np.float64], lengths: Sequence[int]
    ) -> list[list[str]]:
        """The likeliest labels of sentences whose words' `scores`, of shape (words,
        labels), stand one after the other (Viterbi 1967). A result does not depend on
        the other sentences.
        """
        sizes = np.asarray(lengths)
        order = np.argsort(-sizes, kind="stable")
        starts = (np.cumsum(sizes) - sizes)[order]
        longest = int(sizes.max(initial=0))
        left = [int((sizes > at).sum()) for at in range(longest)]
        came: list[NDArray[np.intp]] = []
        here = scores[starts[: left[0]]] if longest else scores
        ends = [here]
        for at in range(1, longest):
            ways = ends[-1][: left[at], :, None] + self.moves
            came.append(ways.argmax(axis=1))
            ends.append(ways.max(axis=1) + scores[starts[: left[at]] + at])
        path = np.zeros((len(lengths), longest), np.intp)
        continuing = 0  # sentences that have a word after the one at hand
        for at in reversed(range(longest)):
            if continuing:
                next_one = path[:continuing, at + 1, None]
                path[:continuing, at] = np.take_along_axis(came[at], next_one, 1)[:, 0]
            path[continuing : left[at], at] = ends[at][continuing:].argmax(axis=1)
            continuing = left[at]
        best_labels: list[list[str]] = [[] for _ in lengths]
        for sentence, labels in zip(order.tolist(), path.tolist(), strict=True):
            label_ids = labels[: lengths[sentence]]
            best_labels[sentence] = [self.labels[label] for label in label_ids]
        return best_labels


def _chunk_texts(file: bytes, start: int) -> list[str]:
    """The texts of a CQDB chunk by their numbers."""
    count, places = struct.unpack_from("<II", file, start + 16)
    texts = []
    for place in struct.unpack_from(f"<{count}I", file, start + places):
        (size,) = struct.unpack_from("<I", file, start + place + 4)
        text = start + place + 8
        texts.append(file[text : text + size - 1].decode())  # ends with NUL
    return texts
