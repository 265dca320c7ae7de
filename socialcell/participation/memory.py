"""What one run of the opinion map leaves for the next, so that the map holds still."""

from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec
import numpy as np

from socialcell.files import unfinished_files
from socialcell.participation.kmeans import Labels
from socialcell.participation.votes import Matrix, VotesError

WINS_NEEDED = 4


class Memory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is remembered of a run.

    `axes` holds each statement's loadings, `bases` each placed person's base cluster,
    `groups` for every k tried each person's group; `k` is the number of groups shown,
    `candidate` the best k of that run, which had then won `wins` runs in a row.
    """

    axes: dict[str, tuple[float, float]]
    bases: dict[str, int]
    groups: dict[int, dict[str, int]]
    k: int
    candidate: int
    wins: int

    def axes_for(self, statements: Collection[str]) -> Matrix:
        """2 x statements, NaN where a statement is new."""
        unknown = (np.nan, np.nan)
        rows = [self.axes.get(name, unknown) for name in statements]
        return np.array(rows, dtype=np.float64).reshape(len(rows), 2).T

    def bases_of(self, people: Collection[str]) -> Labels:
        """Each person's earlier base cluster, -1 for people who are new."""
        return _labels(self.bases, people)

    def groups_of(self, people: Collection[str]) -> dict[int, Labels]:
        """For every k, each person's earlier group, -1 for people who are new."""
        return {k: _labels(groups, people) for k, groups in self.groups.items()}


def remembered_k(
    best: int, group_counts: Collection[int], earlier: Memory | None
) -> tuple[int, int]:
    """The number of groups to show, and how many runs in a row `best` has now won.

    A new best k is shown after it has won four runs in a row; until then the earlier
    one stays, or the nearest that still exists.
    """
    if earlier is None:
        return best, 1
    wins = earlier.wins + 1 if best == earlier.candidate else 1
    if best == earlier.k or wins >= WINS_NEEDED or not group_counts:
        return best, wins
    return min(group_counts, key=lambda k: (abs(k - earlier.k), k)), wins


def read_memory(path: Path) -> Memory:
    """A memory saved by `write_memory`. Raises VotesError if it is not one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Memory)
    except OSError as error:
        raise VotesError(
            "participation.unreadable_file", path=path, reason=error.strerror
        ) from error
    except msgspec.DecodeError as error:
        raise VotesError(
            "participation.no_opinion_map", path=path, reason=str(error)
        ) from error


def write_memory(memory: Memory, path: Path) -> None:
    """Save a memory for the next run."""
    try:
        with unfinished_files.writing(path) as file:
            file.write(msgspec.json.encode(memory))
    except OSError as error:
        raise VotesError(
            "files.not_written", path=path, reason=error.strerror
        ) from error


def _labels(clusters: Mapping[str, int], people: Collection[str]) -> Labels:
    return np.array([clusters.get(person, -1) for person in people], dtype=np.intp)
