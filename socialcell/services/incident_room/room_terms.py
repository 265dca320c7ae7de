"""Ids of an incident's room in words: kinds of notes, verdicts, ends of promises."""

from collections.abc import Mapping

from socialcell.i18n import Language


def note_kinds(lang: Language) -> Mapping[str, str]:
    """The kinds of notes, in the order in which they are offered."""
    _ = lang.gettext
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


def verdicts(lang: Language) -> Mapping[str, str]:
    """What is known of a claim."""
    _ = lang.gettext
    return {
        "unverified": _("Not confirmed"),
        "true": _("Confirmed"),
        "false": _("False"),
        "partly": _("Partly true"),
    }


def outcomes(lang: Language) -> Mapping[str, str]:
    """What became of a promised update."""
    _ = lang.gettext
    return {
        "kept": _("Kept in time"),
        "late": _("Kept late"),
        "missed": _("Missed"),
        "replaced": _("Another time took its place"),
        "waiting": _("Runs"),
    }
