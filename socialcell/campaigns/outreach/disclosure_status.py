"""The disclosure of a published post: faults of its text, and a person's findings."""

from dataclasses import dataclass
from datetime import date

from socialcell.campaigns.outreach import disclosure_rules
from socialcell.campaigns.outreach.model import OutreachStep, StepDetail

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


@dataclass(frozen=True, slots=True)
class DisclosureFinding:
    """What is known of a post's disclosure; None: not checked, or not stated.

    `faults` are of the text, `label` is a person's finding; the picture shows the
    label for `seconds` of `length`.
    """

    faults: tuple[str, ...] | None = None
    label: bool | None = None
    seconds: float | None = None
    length: float | None = None

    def as_dict(self) -> StepDetail:
        """The document that a step stores."""
        return {
            "faults": None if self.faults is None else list(self.faults),
            "label": self.label,
            "seconds": self.seconds,
            "length": self.length,
        }


def finding_of(step: OutreachStep) -> DisclosureFinding:
    """The finding that a step stores."""
    faults = step.detail.get("faults")
    return DisclosureFinding(
        None if faults is None else tuple(faults),
        step.detail.get("label"),
        step.detail.get("seconds"),
        step.detail.get("length"),
    )


def disclosure_problems(
    finding: DisclosureFinding, material_connection: str, format_: str, day: date
) -> list[str]:
    """Kinds (PROBLEM_MESSAGES) of problems of a post's disclosure; empty: none.

    A person's finding on the label overrides the check of the text. A picture or a
    video cannot be judged by its text: a person has to look.
    """
    if material_connection == "none":
        return []
    if finding.label is False:
        return ["absent"]
    faults, label = finding.faults, finding.label
    problems = [] if label else (["unread"] if faults is None else list(faults))
    if disclosure_rules.visual_rules(format_, day):
        seconds, length = finding.seconds, finding.length
        needed = (
            None if length is None else disclosure_rules.required_seconds(length, day)
        )
        film = format_ in ("reel", "video")
        if not label or (film and (seconds is None or needed is None)):
            problems.append("picture")
        elif needed is not None and (seconds or 0) < needed:
            problems.append("short")
    return problems
