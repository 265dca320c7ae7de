"""Names by language, and counts of what has such names, as weeks are frozen."""

from collections.abc import Mapping
from typing import TypeAlias, TypedDict

Names: TypeAlias = Mapping[str, str]
"""A name by language."""


class OwnerNames(TypedDict):
    """An owner's id and its names by language."""

    id: str
    name: Names


class NamedCount(TypedDict):
    """Mentions of an area, an owner or a topic, with its names by language; topics have
    none here: their labels are those of the vocabulary."""

    id: str
    n: int
    name: Names | None
