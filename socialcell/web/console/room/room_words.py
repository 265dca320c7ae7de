"""Words of the incident room for what services give by id."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from socialcell.i18n import Language


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
        _ = self.lang.gettext
        return {
            "decision": _("Decision"),
            "done": _("Done"),
            "asked": _("What people are asked to do"),
            "shelter": _("Shelter"),
            "road": _("Road closed"),
            "contact": _("Contact"),
            "statement": _("Public statement"),
            "event": _("What happened"),
            "lesson": _("Lesson"),
        }

    def note_kind(self, kind: str) -> str:
        return self.note_kinds.get(kind, kind)

    @property
    def verdicts(self) -> Mapping[str, StateChip]:
        _ = self.lang.gettext
        return {
            "unverified": StateChip(_("Not confirmed"), "unknown", "ask"),
            "true": StateChip(_("Confirmed"), "good", "check"),
            "false": StateChip(_("False"), "danger", "cross"),
            "partly": StateChip(_("Partly true"), "warn", "half"),
        }

    def verdict(self, verdict: str) -> StateChip:
        return self.verdicts.get(verdict, StateChip(verdict))

    def outcome(self, outcome: str) -> StateChip:
        """What became of a promised update."""
        _ = self.lang.gettext
        return {
            "kept": StateChip(_("Kept in time"), "good", "check"),
            "late": StateChip(_("Kept late"), "warn", "clock"),
            "missed": StateChip(_("Missed"), "danger", "alert"),
            "replaced": StateChip(_("Another time took its place")),
            "waiting": StateChip(_("Runs"), "", "clock"),
        }.get(outcome, StateChip(outcome))

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
