"""Hashtags in small letters cut into words: #punefloods is #, pune and floods."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from socialcell.language import lexicon

_TAG = re.compile(r"#([a-z]{7,60})(?![^\W_])")
_SHORTEST = 3  # letters of a part


@dataclass(frozen=True, slots=True)
class Cut:
    """A place of no width in a token, in the form that the tokenizer asks for."""

    at: int

    def start(self) -> int:
        return self.at

    def end(self) -> int:
        return self.at


@lru_cache(maxsize=20_000)
def cuts(token: str) -> tuple[int, ...]:
    """Where a token that begins with # is cut, from 1 on; empty where it is not.

    Only a tag that is known words from end to end is cut, into as few as possible; a
    tag that is a known word itself stays whole.
    """
    tag_match = _TAG.match(token)
    if tag_match is None or tag_match[1] in _tag_words():
        return ()
    parts = _parts(tag_match[1])
    places, at = [], 1
    for part in parts:
        places.append(at)
        at += len(part)
    return tuple(places)


def infixes(
    plain: Callable[[str], Iterator[re.Match[str]]],
) -> Callable[[str], Iterator[re.Match[str] | Cut]]:
    """The tokenizer's search for cuts inside a token, with those of hashtags."""

    def find(token: str) -> Iterator[re.Match[str] | Cut]:
        places = cuts(token) if token[:1] == "#" else ()
        if not places:
            yield from plain(token)
            return
        yield from map(Cut, places)
        yield from (cut for cut in plain(token) if cut.start() > places[-1])

    return find


def prefixes(
    plain: Callable[[str], re.Match[str] | None],
) -> Callable[[str], re.Match[str] | None]:
    """The tokenizer's search for a sign to take off: not that of a tag to be cut."""

    def find(token: str) -> re.Match[str] | None:
        return None if token[:1] == "#" and cuts(token) else plain(token)

    return find


def _parts(tag: str) -> list[str]:
    """The fewest known words that make up the tag; none where they cannot."""
    best: list[list[str] | None] = [[], *([None] * len(tag))]
    for end in range(_SHORTEST, len(tag) + 1):
        for start in range(end - _SHORTEST + 1):
            before, word = best[start], tag[start:end]
            if before is None or word not in _tag_words():
                continue
            candidate, current_best = [*before, word], best[end]
            if current_best is None or len(candidate) < len(current_best):
                best[end] = candidate
    return best[-1] or []


@lru_cache(maxsize=1)
def _tag_words() -> frozenset[str]:
    """Words of names and rules, and of the list of this file."""
    phrases = [cue.phrase for cue in lexicon.cues()]
    phrases += [row["name_en"] for _, _, row in lexicon.gazetteer_rows()]
    words = {word for phrase in phrases for word in phrase.lower().split()}
    words |= set(lexicon.data("hashtag_words")["words"])
    return frozenset(word for word in words if re.fullmatch(r"[a-z]{3,}", word))
