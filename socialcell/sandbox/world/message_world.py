"""Messages to the city's WhatsApp number, its page and its Instagram account."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from random import Random

from socialcell.sandbox.post import Person, SandboxPost
from socialcell.sandbox.world.people import Population
from socialcell.sandbox.world.rhythm import moments
from socialcell.sandbox.world.speech import Speaker

# Most complaints come through WhatsApp.
WHATSAPP_A_DAY, MESSENGER_A_DAY, INSTAGRAM_A_DAY, MENTIONS_A_DAY = 3.5, 0.8, 0.6, 0.5
_PRIVATE = ("complaint", "question", "suggestion", "praise", "help", "information")


def whatsapp(
    people: Population, start: datetime, end: datetime, rng: Random
) -> tuple[SandboxPost, ...]:
    """Messages in [start, end); `group` is what kind: text or image."""
    return _messages("whatsapp", WHATSAPP_A_DAY, wamid, people, start, end, rng)


def messenger(
    people: Population, start: datetime, end: datetime, rng: Random
) -> tuple[SandboxPost, ...]:
    """Messages in [start, end) to the page, of the same kinds."""
    return _messages("messenger", MESSENGER_A_DAY, mid, people, start, end, rng)


def instagram(
    people: Population, start: datetime, end: datetime, rng: Random
) -> tuple[SandboxPost, ...]:
    """Messages, and comments that name the account (`group` mention)."""
    name = "instagram_messages"
    written = _messages(name, INSTAGRAM_A_DAY, mid, people, start, end, rng)
    speaker = Speaker(people, end, rng)
    named = []
    for at in moments(start, end, MENTIONS_A_DAY, rng):
        utterance = speaker.write_sentence()
        id_ = comment_id(at, rng.randrange(100))
        post = SandboxPost(
            name,
            id_,
            at,
            utterance.author,
            f"@punecitydemo {utterance.text}",
            utterance.labels,
            conversation=id_,
            versions=(id_,),
            group="mention",
        )
        named.append(speaker.with_later_changes(post, None))
    return tuple(sorted([*written, *named], key=lambda post: post.at))


def number(person: Person) -> str:
    """A telephone number that nobody can have: +999 is no country's."""
    return f"9998{person.key:08d}"


def scoped_id(person: Person) -> str:
    """A person's number as one page or account sees it."""
    return str(71_000_000_000_000_000 + person.key * 104_729)


def wamid(at: datetime, low: int) -> str:
    return f"wamid.SBX{round(at.timestamp() * 1000):013d}{low:02d}"


def mid(at: datetime, low: int) -> str:
    return f"m_sbx{round(at.timestamp() * 1000):013d}{low:02d}"


def comment_id(at: datetime, low: int) -> str:
    return f"179{round(at.timestamp() * 1000):013d}{low:02d}"


def _messages(
    platform: str,
    per_day: float,
    numbered: Callable[[datetime, int], str],
    people: Population,
    start: datetime,
    end: datetime,
    rng: Random,
) -> tuple[SandboxPost, ...]:
    speaker = Speaker(people, end, rng)
    posts = []
    for at in moments(start, end, per_day, rng):
        utterance = speaker.write_sentence(_PRIVATE)
        id_ = numbered(at, rng.randrange(100))
        post = SandboxPost(
            platform,
            id_,
            at,
            utterance.author,
            utterance.text,
            utterance.labels,
            conversation=id_,
            versions=(id_,),
            group="image" if rng.random() < 0.12 else "text",
        )
        changes = f"{utterance.text} (*)" if post.group == "text" else None
        changed = speaker.with_later_changes(post, changes, within=1)
        posts.append(replace(changed, growth={}))
    return tuple(posts)
