"""Reviews of the city's app in Google's store."""

import hashlib
from datetime import datetime
from random import Random
from uuid import UUID

from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.world.people import Population
from socialcell.sandbox.world.rhythm import moments
from socialcell.sandbox.world.speech import Speaker

A_DAY = 1.6
_INTENTS = ("complaint", "praise", "suggestion", "question")
_TITLES = ("Pune Care", "पुणे केअर", "My review")
_LATER = "(changed my mind)"


def posts(
    people: Population, start: datetime, end: datetime, rng: Random
) -> tuple[SandboxPost, ...]:
    """The reviews in [start, end), oldest first."""
    speaker = Speaker(people, end, rng)
    return tuple(_review(at, speaker) for at in moments(start, end, A_DAY, rng))


def review_id(at: datetime, n: int = 0) -> str:
    digest = hashlib.sha256(f"review at {at.isoformat()} {n}".encode()).digest()
    return str(UUID(bytes=digest[:16], version=4))


def stars(post: SandboxPost) -> int:
    """One to five, by the sentiment of the text."""
    low = {"negative": 1, "neutral": 3, "positive": 4}[post.labels.sentiment]
    return low + (0 if low == 3 else int(post.id[0], 16) % 2)


def _review(at: datetime, speaker: Speaker) -> SandboxPost:
    utterance, rng = speaker.write_sentence(_INTENTS), speaker.rng
    own = review_id(at, rng.randrange(1 << 16))
    post = SandboxPost(
        "google_play",
        own,
        at,
        utterance.author,
        utterance.text,
        utterance.labels,
        conversation=own,
        versions=(own,),
        title=rng.choice(_TITLES) if rng.random() < 0.3 else None,
        growth=speaker.growth(likes=9),
    )
    return speaker.with_later_changes(post, f"{utterance.text} {_LATER}")
