"""What was made of a text, remembered while one component after another asks for it."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

_Made = TypeVar("_Made")
_TEXTS = 128  # more than components look at together
_LONGEST = 4000  # code points of a text that is remembered: a post is shorter


def remembered(make: Callable[[str], _Made]) -> Callable[[str], _Made]:
    """The function, which remembers its results for the last texts; none of these is
    longer than a post can be, and a result must not be changed."""
    cached = lru_cache(maxsize=_TEXTS)(make)

    def recall(text: str) -> _Made:
        return cached(text) if len(text) <= _LONGEST else make(text)

    return recall
