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


def hold_reason(reason: str | None, lang: Language) -> str:
    """What holds a post or a message of the outbox, by the reason of its hold."""
    _ = lang.gettext
    return {
        "approval": _("A second person has not approved it."),
        "mode": _("The switch of the outbox holds it."),
        "rule": _("A rule stands against it."),
        "late": _("Its time has passed. A person decides whether it still goes out."),
        "unsure": _(
            "Nobody knows whether it is out. Look at the platform, then say so."
        ),
        "platform": _("The platform refused it."),
    }.get(reason or "", _("Why it is held was not noted."))


def incident_state(state: str, lang: Language) -> str:
    """The state of an incident in words."""
    _ = lang.gettext
    return {
        "open": _("No one is assigned"),
        "acked": _("Assigned"),
        "over": _("Over"),
        "missed": _("Over, nobody took charge"),
        "late": _("Over, acknowledged only afterwards"),
        "false_alarm": _("Over, nobody was in danger"),
    }.get(state, state)
