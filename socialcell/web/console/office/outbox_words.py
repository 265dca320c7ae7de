"""Words of the outbox: kinds and states of messages, and what its switch does."""

from socialcell.i18n import Language


def message_kind(kind: str, lang: Language) -> str:
    """What a message is."""
    _ = lang.gettext
    return {
        "report": _("Weekly letter"),
        "brief": _("Daily brief"),
        "alert": _("Alert"),
        "reply": _("Public answer"),
        "answer": _("Private answer"),
        "post": _("Post"),
        "safety": _("Safety notice"),
        "outreach": _("Outreach"),
    }.get(kind, kind)


def message_state(state: str, lang: Language) -> str:
    """The state of a message."""
    _ = lang.gettext
    return {
        "held": _("held back"),
        "pending": _("waits to leave"),
        "sending": _("is leaving"),
        "sent": _("delivered"),
        "dead": _("not delivered"),
    }.get(state, state)


def mode_effect(mode: str, lang: Language) -> str:
    """What a setting of the switch does."""
    _ = lang.gettext
    if mode == "normal":
        return _("Nothing is held back.")
    return _(
        "Planned posts and outreach are held back. Reports, alerts, answers to "
        "citizens and safety notices that a second person approved go on."
    )
