"""read(texts) -> Readings; no database here."""

from collections.abc import Iterable, Iterator

from socialcell.language.reading import (
    Entity,
    Intent,
    Model,
    Reading,
    Sentiment,
    Topic,
    Urgency,
)

__all__ = [
    "Entity",
    "Intent",
    "Model",
    "Reading",
    "Sentiment",
    "Topic",
    "Urgency",
    "read",
    "read_stream",
]


def read(texts: Iterable[str]) -> list[Reading]:
    """One Reading for every text, in the same order. Any string is fine."""
    return list(read_stream(texts))


def read_stream(texts: Iterable[str], batch_size: int = 256) -> Iterator[Reading]:
    """The same, one batch in memory at a time; a result never depends on the batch."""
    # spaCy is imported on first use: `--help` must stay light.
    from socialcell.language.pipeline import reader

    yield from reader().stream(texts, batch_size)
