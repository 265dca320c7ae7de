"""read(texts) -> list of Analysis; no database here."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from socialcell.language.analysis import (
    Analysis,
    Entity,
    Intent,
    ModelVersion,
    Sentiment,
    Topic,
    Urgency,
)
from socialcell.settings.language import NcModels

if TYPE_CHECKING:
    from socialcell.language.names.places import Place

__all__ = [
    "Analysis",
    "Entity",
    "Intent",
    "ModelVersion",
    "Sentiment",
    "Topic",
    "Urgency",
    "read",
    "read_stream",
]


def read(
    texts: Iterable[str],
    *,
    nc: NcModels = NcModels.ALL,
    own: "tuple[Place, ...]" = (),
    semantic: bool = False,
    english: bool = False,
) -> list[Analysis]:
    """One Analysis for every text, in the same order. Any string is fine.

    `nc` allows models whose licence forbids commercial use; rules stand in for them.
    `own` are names of a workspace beside those of the package's gazetteer.
    `semantic` asks the encoder where the linear models leave a doubt.
    `english` finds names that no gazetteer lists in English texts as well; it takes
    several times as long as all the rest.
    """
    return list(read_stream(texts, nc=nc, own=own, semantic=semantic, english=english))


def read_stream(
    texts: Iterable[str],
    batch_size: int = 64,
    *,
    nc: NcModels = NcModels.ALL,
    own: "tuple[Place, ...]" = (),
    semantic: bool = False,
    english: bool = False,
) -> Iterator[Analysis]:
    """The same, one batch in memory at a time; a result never depends on the batch."""
    # spaCy is imported on first use: `--help` must stay light.
    from socialcell.language.pipeline import reader

    yield from reader(nc, own, semantic, english).stream(texts, batch_size)
