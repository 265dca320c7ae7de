"""One hash of lines in any order, in memory that does not grow with their number.

LtHash16 (Bellare and Micciancio 1997; Lewi and others 2019, "Securing update
propagation with homomorphic hashing"): each line becomes 1,024 numbers of 16 bits, and
the sums of all of them are hashed together with how many there were. To find other
lines of the same sum is as hard as a lattice problem of about 200 bits.
"""

import hashlib
from collections.abc import Iterable
from itertools import islice

import numpy as np

_LANES = 1024
_AT_ONCE = 512  # lines; a megabyte


def multiset_hash(lines: Iterable[str]) -> str:
    """SHA-256, hexadecimal: of equal lines, each as often, in any order."""
    source, count = iter(lines), 0
    sums = np.zeros(_LANES, dtype=np.uint16)
    while batch := list(islice(source, _AT_ONCE)):
        count += len(batch)
        numbers = b"".join(
            hashlib.shake_128(line.encode()).digest(2 * _LANES) for line in batch
        )
        rows = np.frombuffer(numbers, dtype="<u2").reshape(-1, _LANES)
        sums += rows.sum(axis=0, dtype=np.uint16)
    summed = sums.astype("<u2").tobytes()
    return hashlib.sha256(count.to_bytes(8) + summed).hexdigest()
