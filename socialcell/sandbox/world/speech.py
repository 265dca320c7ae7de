"""Sentences of ordinary life in the city, for platforms that need nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from socialcell.sandbox.post import Labels, Person, SandboxPost
from socialcell.sandbox.world.chatter import INTENTS, LANGUAGES
from socialcell.sandbox.world.people import Population
from socialcell.sandbox.world.phrases import of_intent, write_sentence
from socialcell.sandbox.world.places import places

_SPOKEN = {name: share for name, share in INTENTS.items() if name != "spam"}


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence, its true labels and its author."""

    text: str
    labels: Labels
    author: Person


class Speaker:
    """Draws sentences of the city's people. `rng` is a platform's own random stream."""

    def __init__(self, people: Population, end: datetime, rng: Random) -> None:
        self.people, self.end, self.rng = people, end, rng

    def write_sentence(self, intents: Sequence[str] | None = None) -> Utterance:
        """A sentence by a person who writes its language; of `intents`, if given."""
        rng = self.rng
        shares = {name: _SPOKEN[name] for name in intents or _SPOKEN}
        intent = rng.choices(list(shares), list(shares.values()))[0]
        language_group = rng.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
        fitting = [p for p in of_intent(intent) if p.language_group == language_group]
        pattern = rng.choice(fitting or list(of_intent(intent)))
        where = rng.choice(places()) if rng.random() < 0.6 else None
        text, written = write_sentence(pattern, rng, where)
        author = self.people.draw_writer(pattern.language, rng)
        return Utterance(text, pattern.labels(written), author)

    def growth(self, **most: int) -> dict[str, tuple[int, int]]:
        """For each count its limit (at most `most`), and its half-life in seconds."""
        half = self.rng.randint(3600, 40_000)
        return {name: (self.rng.randint(0, n), half) for name, n in most.items()}

    def with_later_changes(
        self, post: SandboxPost, later: str | None, within: float = 30
    ) -> SandboxPost:
        """Some are removed after at most `within` hours, and some edited in place to
        `later`; None where the platform has no edits."""
        chance = self.rng.random()
        after = timedelta(hours=self.rng.uniform(0.5, within))
        if post.at + after >= self.end:
            return post
        if chance < 0.04:
            return replace(post, ends=post.at + after, removed=post.at + after)
        if chance < 0.08 and later is not None:
            return replace(post, changed=(post.at + after, later))
        return post
