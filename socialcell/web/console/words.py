"""Words of pages for states that services give by id."""

from socialcell.i18n import Language


def source_state(state: str, lang: Language) -> str:
    """The state of a source in words."""
    _ = lang.gettext
    return {
        "ok": _("complete"),
        "new": _("not read yet"),
        "off": _("switched off"),
        "failing": _("failing"),
        "rate_limited": _("waits for its platform's limit"),
        "quota_spent": _("allowance used up"),
        "needs_attention": _("needs a person"),
        "paused": _("paused"),
        "gone": _("gone"),
        "removed": _("removed"),
    }.get(state, state)


def outbox_mode(mode: str, lang: Language) -> str:
    """A setting of the outbox's switch in words."""
    _ = lang.gettext
    return {
        "normal": _("normal"),
        "crisis": _("crisis"),
        "mourning": _("mourning"),
        "election": _("election"),
    }.get(mode, mode)


def incident_state(state: str, lang: Language) -> str:
    """The state of an incident in words."""
    _ = lang.gettext
    return {
        "open": _("No one is assigned"),
        "acked": _("Assigned"),
        "over": _("Over"),
    }.get(state, state)
