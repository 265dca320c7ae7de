"""Posts and comments on Facebook and Instagram, with later edits and removals."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from socialcell.sandbox.post import Labels, Person, SandboxPost
from socialcell.sandbox.world.chatter import LANGUAGES
from socialcell.sandbox.world.people import Population
from socialcell.sandbox.world.phrases import of_intent, write_sentence
from socialcell.sandbox.world.places import places

COMMENTING = {
    "complaint": 0.34,
    "question": 0.2,
    "praise": 0.18,
    "not_civic": 0.22,
    "suggestion": 0.06,
}
VISITING = {
    "complaint": 0.38,
    "question": 0.2,
    "information": 0.14,
    "praise": 0.12,
    "suggestion": 0.1,
    "not_civic": 0.06,
}
ANNOUNCING = {"information": 0.8, "praise": 0.2}
_OFFICIAL = {"mr": 0.6, "en": 0.4}
_LATER = {
    "mr": "(अद्ययावत)",
    "hi": "(अपडेट)",
    "en": "(updated)",
    "mr-Latn": "(update)",
    "hi-Latn": "(update)",
}


class GraphWriter:
    """Draws sentences with their true labels, and later edits and removals of posts."""

    def __init__(self, people: Population, end: datetime, rng: Random) -> None:
        self.people, self.end, self.rng = people, end, rng

    def sentence(
        self, intents: Mapping[str, float], official: bool = False
    ) -> tuple[str, Labels]:
        """A sentence and its true labels; `official`: no slips, no mixed language."""
        rng = self.rng
        intent = rng.choices(list(intents), list(intents.values()))[0]
        groups = _OFFICIAL if official else LANGUAGES
        language_group = rng.choices(list(groups), list(groups.values()))[0]
        fitting = [p for p in of_intent(intent) if p.language_group == language_group]
        pattern = rng.choice(fitting or list(of_intent(intent)))
        where = rng.choice(places()) if rng.random() < 0.6 else None
        text, written = write_sentence(pattern, rng, where, slips=not official)
        return text, pattern.labels(written)

    def person(self, labels: Labels) -> Person:
        return self.people.draw_writer(labels.language, self.rng)

    def growth(self, *names: str) -> dict[str, tuple[int, int]]:
        half = self.rng.randint(3600, 60_000)
        return {name: (self.rng.randint(0, 90), half) for name in names}

    def with_later_changes(
        self, post: SandboxPost, changes: bool = True
    ) -> SandboxPost:
        """Some are removed after a while, and some edited in place."""
        rng = self.rng
        chance, after = rng.random(), timedelta(hours=rng.uniform(0.5, 60))
        if post.at + after >= self.end:
            return post
        if chance < 0.05:
            return replace(post, ends=post.at + after, removed=post.at + after)
        if chance < 0.09 and changes:
            later = f"{post.text} {_LATER[post.labels.language]}"
            return replace(post, changed=(post.at + after, later))
        return post

    def below(self, post: SandboxPost, comment: SandboxPost) -> SandboxPost | None:
        """A comment, removed with its post at the latest; None when the post was removed
        before it."""
        if comment.at >= self.end or not post.is_visible(comment.at):
            return None
        if post.ends is not None and (comment.ends is None or comment.ends > post.ends):
            return replace(comment, ends=post.ends, removed=post.ends)
        return comment


def rising_number(at: datetime, low: int) -> str:
    """A number that rises with time: milliseconds, and two digits that keep ids apart."""
    return f"122{round(at.timestamp() * 1000):013d}{low:02d}"
