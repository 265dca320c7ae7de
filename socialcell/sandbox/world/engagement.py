"""The growth of reactions and followers: fast at first, then ever more slowly."""

from datetime import datetime
from random import Random

from socialcell.sandbox.post import Person, SandboxDraft

METRICS = ("impression", "like", "retweet", "reply", "quote", "bookmark")


def growth(draft: SandboxDraft, rng: Random) -> dict[str, tuple[int, int]]:
    """For each metric its limit, and the seconds until half of it."""
    followers = draft.author.base
    impressions = int((40 + followers * rng.uniform(0.02, 0.5)) * draft.reach)
    likes = int(impressions * rng.uniform(0.002, 0.03))
    final = {
        "impression": impressions,
        "like": likes,
        "retweet": int(likes * rng.uniform(0.0, 0.35)),
        "reply": int(likes * rng.uniform(0.0, 0.2)),
        "quote": int(likes * rng.uniform(0.0, 0.05)),
        "bookmark": int(likes * rng.uniform(0.0, 0.1)),
    }
    half = rng.randint(2400, 30_000)
    return {name: (final[name], half) for name in METRICS}


def count_after(final: int, half: int, seconds: int) -> int:
    """The count after so many seconds: final * t / (t + half), whole, never falling."""
    return final * seconds // (seconds + half) if seconds > 0 else 0


def followers(person: Person, start: datetime, moment: datetime) -> int:
    """Followers at a moment; `base` holds at `start` of the world."""
    seconds = max(0, int((moment - start).total_seconds()))
    return person.base + person.growth * seconds // 86_400
