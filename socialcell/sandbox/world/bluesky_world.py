"""Posts of the city's people on Bluesky."""

import base64
import hashlib
from datetime import datetime
from random import Random

from socialcell.sandbox.post import Person, SandboxPost
from socialcell.sandbox.world.people import Population
from socialcell.sandbox.world.rhythm import moments
from socialcell.sandbox.world.speech import Speaker

A_DAY = 3.0
_ENDINGS = ("Pune", "Pune", "पुणे", "#Pune", "#पुणे", "")
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"


def posts(
    people: Population, start: datetime, end: datetime, rng: Random
) -> tuple[SandboxPost, ...]:
    """The posts in [start, end), oldest first. Nobody can edit there."""
    speaker = Speaker(people, end, rng)
    return tuple(_post(at, speaker) for at in moments(start, end, A_DAY, rng))


def did(person: Person) -> str:
    """A person's identifier: did:plc: and 24 characters of base 32."""
    digest = hashlib.sha256(f"did of {person.handle}".encode()).digest()
    return "did:plc:" + base64.b32encode(digest).decode().lower()[:24]


def handle(person: Person) -> str:
    return f"{person.handle.replace('_', '-').lower()}.bsky.example"


def post_uri(person: Person, at: datetime, n: int = 0) -> str:
    """A post's address in the protocol; its key rises with time (microseconds, and a
    number that keeps keys apart)."""
    number = (round(at.timestamp() * 1_000_000) << 10) + n % 1024
    digits = ""
    for _ in range(13):
        number, digit = divmod(number, 32)
        digits = _SORTABLE[digit] + digits
    return f"at://{did(person)}/app.bsky.feed.post/{digits}"


def _post(at: datetime, speaker: Speaker) -> SandboxPost:
    utterance = speaker.write_sentence()
    own = post_uri(utterance.author, at, speaker.rng.randrange(1024))
    post = SandboxPost(
        "bluesky",
        own,
        at,
        utterance.author,
        f"{utterance.text} {speaker.rng.choice(_ENDINGS)}".strip(),
        utterance.labels,
        conversation=own,
        versions=(own,),
        growth=speaker.growth(likes=80, replies=12, reposts=20, quotes=5, bookmarks=6),
    )
    return speaker.with_later_changes(post, None)
