"""Words of the incident room for what services give by id."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from socialcell.i18n import Language
from socialcell.services.incident_room import room_terms

# Colour and sign by id.
_VERDICT_SIGNS = {
    "unverified": ("unknown", "ask"),
    "true": ("good", "check"),
    "false": ("danger", "cross"),
    "partly": ("warn", "half"),
}
_OUTCOME_SIGNS = {
    "kept": ("good", "check"),
    "late": ("warn", "clock"),
    "missed": ("danger", "alert"),
    "waiting": ("", "clock"),
}


@dataclass(frozen=True)
class StateChip:
    """A state in words, with the colour and the sign that it is shown with."""

    words: str
    colour: str = ""
    sign: str = ""


@dataclass(frozen=True)
class RoomWords:
    """Ids of notes, verdicts, promises and steps in the words of a language."""

    lang: Language

    @property
    def note_kinds(self) -> Mapping[str, str]:
        return room_terms.note_kinds(self.lang)

    def note_kind(self, kind: str) -> str:
        return self.note_kinds.get(kind, kind)

    @property
    def verdicts(self) -> Mapping[str, StateChip]:
        return {
            verdict: StateChip(words, *_VERDICT_SIGNS[verdict])
            for verdict, words in room_terms.verdicts(self.lang).items()
        }

    def verdict(self, verdict: str) -> StateChip:
        return self.verdicts.get(verdict, StateChip(verdict))

    def outcome(self, outcome: str) -> StateChip:
        """What became of a promised update."""
        words = room_terms.outcomes(self.lang).get(outcome, outcome)
        return StateChip(words, *_OUTCOME_SIGNS.get(outcome, ()))

    def step(self, step: str) -> str:
        """A step of an incident that is looked back at."""
        _ = self.lang.gettext
        return {
            "first_post": _("First post"),
            "alert": _("Alert"),
            "acknowledged": _("Somebody took charge"),
            "report": _("First situation report"),
            "public_report": _("First report for everybody"),
            "ended": _("The incident was over"),
        }.get(step, step)

    def after(self, minutes: int | None) -> str:
        """Minutes as a span of time; "" where they are not known."""
        if minutes is None:
            return ""
        return self.lang.duration(timedelta(minutes=minutes))
