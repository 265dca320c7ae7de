"""Counters of a process in a file that others read, so that several add up.

Each process of a server has a file of its own in one folder. What it counted stays
when it is killed: the kernel has the pages. A file is a number (8 bytes: how much of it
is in use) and records: the key's length (4 bytes), the key in UTF-8, zeros up to a
multiple of 8, and the value (a double). A key is a sample's name with its labels, as
Prometheus writes it.
"""

import mmap
import os
import struct
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

_BYTES = 64 * 1024  # of a new file; it doubles when it is full
_ENDING = ".metrics"
_USED = struct.Struct("<Q")
_LENGTH = struct.Struct("<I")
_VALUE = struct.Struct("<d")
_own: dict[int, "MetricFile"] = {}  # by the number of the process


class MetricFile:
    """The counters of one process; any of its threads may count."""

    def __init__(self, path: Path) -> None:
        self._mutex = threading.Lock()
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        size = os.fstat(self._handle).st_size
        if size == 0:
            os.ftruncate(self._handle, _BYTES)
        self._map = mmap.mmap(self._handle, 0)
        if size == 0:
            self._set_used(_USED.size)
        # A process that had the same number counted in it before.
        self._places = {key: place for key, place, _value in _records(self._map)}

    def add(self, amounts: Iterable[tuple[str, float]]) -> None:
        """Add each amount to the counter of its key."""
        with self._mutex:
            for key, amount in amounts:
                place = self._places.get(key)
                if place is None:
                    place = self._append(key)
                (value,) = _VALUE.unpack_from(self._map, place)
                _VALUE.pack_into(self._map, place, value + amount)

    def _append(self, key: str) -> int:
        encoded = key.encode()
        (used,) = _USED.unpack_from(self._map)
        place = _value_place(used, len(encoded))
        while place + _VALUE.size > len(self._map):
            self._map.resize(2 * len(self._map))
        _LENGTH.pack_into(self._map, used, len(encoded))
        start = used + _LENGTH.size
        self._map[start : start + len(encoded)] = encoded
        # Last of all: nobody reads a record that is not whole.
        self._set_used(place + _VALUE.size)
        self._places[key] = place
        return place

    def _set_used(self, used: int) -> None:
        _USED.pack_into(self._map, 0, used)


@cache
def _file_of(folder: Path, pid: int) -> MetricFile:
    return MetricFile(folder / f"{pid}{_ENDING}")


def process_metrics(folder: Path) -> MetricFile:
    """The file of this process in a folder; always the same object."""
    return _file_of(folder, os.getpid())


def begin_counting(folder: Path) -> MetricFile:
    """From now on `own_metrics` of this process is its file in this folder."""
    metrics = process_metrics(folder)
    _own[os.getpid()] = metrics
    return metrics


def own_metrics() -> MetricFile | None:
    """Where this process counts; None: it does not."""
    return _own.get(os.getpid())


def sum_metrics(folder: Path) -> dict[str, float]:
    """What all processes of a folder have counted, also those that have ended. Keys in
    the order in which they came up."""
    totals: defaultdict[str, float] = defaultdict(float)
    for path in sorted(folder.glob(f"*{_ENDING}")):
        for key, _place, value in _records(path.read_bytes()):
            totals[key] += value
    return dict(totals)


def _records(content: bytes | mmap.mmap) -> Iterator[tuple[str, int, float]]:
    """Key, place of the value and value of each record."""
    if len(content) < _USED.size:  # it is being made
        return
    (used,) = _USED.unpack_from(content)
    start = _USED.size
    while start < min(used, len(content)):
        (length,) = _LENGTH.unpack_from(content, start)
        key = content[start + _LENGTH.size : start + _LENGTH.size + length].decode()
        place = _value_place(start, length)
        yield key, place, _VALUE.unpack_from(content, place)[0]
        start = place + _VALUE.size


def _value_place(start: int, length: int) -> int:
    """Where the value of a record stands: aligned, so that it is read as a whole."""
    return -(-(start + _LENGTH.size + length) // 8) * 8
