"""Is a post that is out disclosed: what was read in it, and what a person saw."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from socialcell.campaigns.outreach import disclosure_rules

SAYS = {
    "missing": "its words carry no label",
    "language": "its label is not in the language of the post",
    "late": "its label comes late in the words",
    "heap": "its label stands in a heap of hashtags",
    "absent": "a person saw no label",
    "unread": "nobody has looked whether it carries a label",
    "picture": "nobody has looked whether the label is on the picture, and long enough",
    "short": "the label is on the picture for too short a time",
}
"""What is wrong with a post that is out → in words."""


def detail(
    faults: Sequence[str] | None,
    label: bool | None,
    seconds: float | None,
    length: float | None,
) -> dict[str, Any]:
    """As a step keeps it. `faults` were read in the words (None: nothing was), `label`
    a person says; the label is on the picture for `seconds` of `length`."""
    return {
        "faults": None if faults is None else list(faults),
        "label": label,
        "seconds": seconds,
        "length": length,
    }


def wrong(seen: Mapping[str, Any], tie: str, format_: str, day: date) -> list[str]:
    """Kinds (SAYS) of what is wrong with a post's disclosure; empty: nothing.

    A person's word on the label goes before what was read. Of a picture or a film the
    words tell nothing: somebody has to look.
    """
    if tie == "none":
        return []
    if seen.get("label") is False:
        return ["absent"]
    faults, label = seen.get("faults"), seen.get("label")
    found = [] if label else (["unread"] if faults is None else list(faults))
    if disclosure_rules.asked_of(format_, day):
        seconds, length = seen.get("seconds"), seen.get("length")
        needed = None if length is None else disclosure_rules.seconds(length, day)
        film = format_ in ("reel", "video")
        if not label or (film and (seconds is None or needed is None)):
            found.append("picture")
        elif needed is not None and (seconds or 0) < needed:
            found.append("short")
    return found
