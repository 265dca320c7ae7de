"""The words of the law's registers in the language of a page."""

from socialcell.i18n import Language
from socialcell.web.pages import addresses

LANGUAGES = tuple(addresses.NAMES.items())
"""Of letters, notices and answers, each by its own name."""


def language(code: str, lang: Language) -> str:
    """A language by its name in the language of a page."""
    _ = lang.gettext
    return {"mr": _("Marathi"), "hi": _("Hindi"), "en": _("English")}[code]


def kind(id_: str, lang: Language) -> str:
    """What a request asks for."""
    _ = lang.gettext
    return {
        "access": _("to see what is held"),
        "correction": _("to correct something"),
        "erasure": _("to be erased"),
        "grievance": _("a grievance"),
        "nomination": _("to name a nominee"),
        "withdrawal": _("to withdraw consent"),
    }[id_]


def state(id_: str, lang: Language) -> str:
    """How far a request is."""
    _ = lang.gettext
    return {
        "received": _("received"),
        "identity_checked": _("identity checked"),
        "in_progress": _("in progress"),
        "answered": _("answered"),
    }[id_]


def outcome(id_: str | None, lang: Language) -> str:
    """How a request ended."""
    _ = lang.gettext
    return {"done": _("done"), "refused": _("refused"), None: ""}[id_]


def on_behalf(id_: str, lang: Language) -> str:
    """Who asks."""
    _ = lang.gettext
    return {
        "self": _("the citizen"),
        "guardian": _("a parent or guardian"),
        "nominee": _("a nominee"),
    }[id_]


def refusal(id_: str, lang: Language) -> str:
    """Why a request is refused."""
    _ = lang.gettext
    return {
        "not_identified": _("the identity could not be shown"),
        "nothing_held": _("nothing is held"),
        "not_ours": _("another body holds it"),
        "law_requires": _("a law asks that it is kept"),
        "no_authority": _("no right to ask for another was shown"),
        "repeated": _("the same was answered before"),
    }[id_]


def duty(id_: str, lang: Language) -> str:
    """Who is told of a breach."""
    _ = lang.gettext
    return {
        "cert_in": _("CERT-In"),
        "board": _("Data Protection Board"),
        "persons": _("each affected citizen"),
        "board_details": _("Data Protection Board, in detail"),
    }[id_]


def access(id_: str, lang: Language) -> str:
    """What was read unmasked."""
    _ = lang.gettext
    return {
        "reveal": _("who wrote, in a case"),
        "look": _("who wrote, once more"),
        "case_secret": _("name, number or address in a case"),
        "original": _("the address of a post"),
        "mentions_export": _("a file of mentions"),
        "personal_export": _("all that is held of an account"),
        "request": _("who asks in a request"),
        "creator": _("an influencer's contacts"),
        "affected": _("who is affected by a breach"),
        "labels_export": _("texts to train with, masked"),
        "backup": _("a copy of the whole database"),
    }[id_]


def basis(id_: str, lang: Language) -> str:
    """On which legal basis a table is held."""
    _ = lang.gettext
    return {
        "published": _("made public by the person"),
        "service": _("a service of the city"),
        "consent": _("consent"),
        "duty": _("a duty by law"),
        "employment": _("work of the staff"),
    }[id_]
