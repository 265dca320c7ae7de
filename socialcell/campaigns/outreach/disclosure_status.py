"""The disclosure of a published post: faults of its text, and a person's findings."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from socialcell.campaigns.outreach import disclosure_rules

PROBLEM_MESSAGES = {
    "missing": "its words carry no label",
    "language": "its label is not in the language of the post",
    "late": "its label comes late in the words",
    "heap": "its label stands in a heap of hashtags",
    "absent": "a person saw no label",
    "unread": "nobody has looked whether it carries a label",
    "picture": "nobody has looked whether the label is on the picture, and long enough",
    "short": "the label is on the picture for too short a time",
}
"""Kind of problem of a published post → message."""


def disclosure_detail(
    faults: Sequence[str] | None,
    label: bool | None,
    seconds: float | None,
    length: float | None,
) -> dict[str, Any]:
    """The document that a step stores. `faults` are of the text (None: not checked),
    `label` is a person's finding; the picture shows the label for `seconds` of
    `length`."""
    return {
        "faults": None if faults is None else list(faults),
        "label": label,
        "seconds": seconds,
        "length": length,
    }


def disclosure_problems(
    observation: Mapping[str, Any], material_connection: str, format_: str, day: date
) -> list[str]:
    """Kinds (PROBLEM_MESSAGES) of problems of a post's disclosure; empty: none.

    A person's finding on the label overrides the check of the text. A picture or a
    video cannot be judged by its text: a person has to look.
    """
    if material_connection == "none":
        return []
    if observation.get("label") is False:
        return ["absent"]
    faults, label = observation.get("faults"), observation.get("label")
    problems = [] if label else (["unread"] if faults is None else list(faults))
    if disclosure_rules.visual_rules(format_, day):
        seconds, length = observation.get("seconds"), observation.get("length")
        needed = (
            None if length is None else disclosure_rules.required_seconds(length, day)
        )
        film = format_ in ("reel", "video")
        if not label or (film and (seconds is None or needed is None)):
            problems.append("picture")
        elif needed is not None and (seconds or 0) < needed:
            problems.append("short")
    return problems
