"""What kind of danger a text tells of that was read as one: trapped, fire, current."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from socialcell.language import lexicon
from socialcell.language.sound_phrases import line_of, pattern, sounds_of

LONGEST = 4000  # code points of a text that are looked at: a post is shorter


@dataclass(frozen=True, slots=True)
class DangerKind:
    """A kind of danger: its name by language, the words that tell of it, its topic
    where none was read (None: it may have several), and topics whose departments do not
    come to it."""

    label: Mapping[str, str]
    topic: str | None
    misleading: frozenset[str]
    words: re.Pattern[str]
    harmless: re.Pattern[str] | None

    def is_told_in(self, line: str) -> bool:
        """Whether a line of sounds has one of the words outside of harmless phrases."""
        if self.harmless is not None:
            line = self.harmless.sub(" ", line)
        return self.words.search(line) is not None


def kinds_of(text: str) -> tuple[str, ...]:
    """Ids of the kinds of danger in a text, the most telling first; none where no word
    says it. Only of a text that was read as a danger is the answer worth anything."""
    line = line_of(sounds_of(text[:LONGEST]))
    return tuple(id_ for id_, kind in danger_kinds().items() if kind.is_told_in(line))


def topic_of(text: str) -> str | None:
    """The topic of the danger that the words of a text tell; None where they tell none
    that has one topic."""
    topics = (danger_kinds()[kind].topic for kind in kinds_of(text))
    return next(filter(None, topics), None)


def misleads(topic: str, text: str) -> bool:
    """Whether the department of a topic does not come to the first kind of danger that
    the words of a text tell: that of water not to a leak of gas."""
    kind = next(iter(kinds_of(text)), None)
    return kind is not None and topic in danger_kinds()[kind].misleading


@lru_cache(maxsize=1)
def danger_kinds() -> Mapping[str, DangerKind]:
    """All kinds by id, in the order in which they are named."""
    return {
        id_: DangerKind(
            kind["label"],
            kind.get("topic"),
            frozenset(kind["misleading"]),
            pattern(kind["words"]),
            pattern(kind["harmless"]) if "harmless" in kind else None,
        )
        for id_, kind in lexicon.data("danger_kinds").items()
    }
