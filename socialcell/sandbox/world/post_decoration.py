"""Additions to the text of a post: tags, hashtags, emoji, short links, a map point."""

import string
from datetime import datetime
from random import Random

from socialcell.sandbox.post import SandboxDraft, ShortLink
from socialcell.sandbox.world.people import CITY_HANDLE
from socialcell.sandbox.world.places import CityPlace

_BASE62 = string.ascii_letters + string.digits
_TAGS = {
    "mr": ("#पुणे", "#पुणेमहापालिका", "#Pune", "#पुणेकर"),
    "hi": ("#पुणे", "#Pune"),
    "en": ("#Pune", "#PuneCity", "#pune", "#PunePMC"),
    "mr-Latn": ("#Pune", "#punekar", "#pmc"),
    "hi-Latn": ("#Pune", "#pune"),
}
_EMOJI = {
    "negative": ("😡", "🤦‍♀️", "😤", "🙄", "💔", "🤬", "😷", "👎🏽"),
    "positive": ("🙏", "👏", "😍", "❤️", "👍🏽", "🎉", "👨‍👩‍👧‍👦"),
    "neutral": ("🙏", "🤔", "👀", "📍"),
}
_AGAIN = {
    "mr": ("पुन्हा एकदा: ", "आठवण करून देतो. ", ""),
    "hi": ("फिर से: ", "दोबारा याद दिला दूं, ", ""),
    "en": ("Reminder 2: ", "Again. ", "Day after day: ", ""),
    "mr-Latn": ("parat ekda: ", "reminder! ", ""),
    "hi-Latn": ("fir se bol raha hu, ", "reminder: ", ""),
}
_LIMIT = 280  # what the platform lets a person write


def decorate(draft: SandboxDraft, rng: Random, civic: bool) -> None:
    """Add emoji, photo, tag and hashtag at random. `civic`: meant for the city."""
    if rng.random() < 0.28:
        add(draft, rng.choice(_EMOJI[draft.labels.sentiment]))
    if civic and rng.random() < 0.14:
        photo(draft, rng)
    tagged = rng.random() < (0.66 if civic else 0.06)
    if tagged:
        tag(draft, rng)
    if rng.random() < (0.25 if tagged else 0.7):
        add(draft, rng.choice(_TAGS[draft.labels.language]))


def tag(draft: SandboxDraft, rng: Random) -> None:
    """Mention the city's account, before or after the text, or in lower case."""
    handle = CITY_HANDLE if rng.random() < 0.85 else CITY_HANDLE.lower()
    if rng.random() < 0.6 and len(draft.text) + len(handle) + 2 <= _LIMIT:
        draft.text = f"@{handle} {draft.text}"
    else:
        add(draft, f"@{handle}")


def photo(draft: SandboxDraft, rng: Random) -> None:
    """A picture, which the platform shows as a short link to the post itself."""
    page = f"https://x.com/{draft.author.handle}/status/{{self}}/photo/1"
    link(draft, rng, page)


def link(draft: SandboxDraft, rng: Random, page: str) -> None:
    short = short_address(rng)
    if "{link}" in draft.text:
        draft.text = draft.text.replace("{link}", short)
    elif not add(draft, short):
        return
    draft.links = (*draft.links, ShortLink(short, page))


def short_address(rng: Random) -> str:
    return "https://t.co/" + "".join(rng.choices(_BASE62, k=10))


def add(draft: SandboxDraft, what: str) -> bool:
    """Append to the text where the limit allows it; whether it did."""
    if len(draft.text) + len(what) + 1 > _LIMIT:
        return False
    draft.text = f"{draft.text} {what}"
    return True


def repetition(at: datetime, first: SandboxDraft, rng: Random) -> SandboxDraft:
    """The same complaint by the same person once more, with or without a remark."""
    text = rng.choice(_AGAIN[first.labels.language]) + first.text
    if len(text) > _LIMIT:
        text = first.text
    return SandboxDraft(
        at,
        first.author,
        text,
        first.labels,
        story=first.story,
        repeats=first,
        links=first.links,
    )


def point(draft: SandboxDraft, where: CityPlace, rng: Random) -> None:
    """The phone's map point, somewhere near the place."""
    draft.point = (
        where.name,
        round(where.longitude + rng.uniform(-0.004, 0.004), 5),
        round(where.latitude + rng.uniform(-0.004, 0.004), 5),
    )
