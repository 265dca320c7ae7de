"""Words of the steps of a case that the program took by itself: by whom, and why."""

from collections.abc import Container

from socialcell.i18n import Language
from socialcell.services.desk.closing import closing_reasons
from socialcell.services.desk.closing.case_closing import CITIZEN


def step_by(by: str, lang: Language, operators: Container[str]) -> str:
    """Who took a step: an operator by name, a citizen, or the program by itself."""
    if by == CITIZEN:
        return lang.gettext("a citizen")
    return by if by in operators else lang.gettext("by itself")


def closing_reason(reason: str, lang: Language) -> str:
    """Why a case was closed or reopened; what a person wrote is left as it is."""
    _ = lang.gettext
    return {
        closing_reasons.EVERYBODY_SAID_YES: _("Everybody in it said yes."),
        closing_reasons.SAID_YES_LATE: _("The yes came after the end."),
        closing_reasons.SAID_NO: _("Somebody in it said no."),
        closing_reasons.COMPLAINED: _("A complaint came after the end."),
        closing_reasons.SAID_YES_AND_NOTHING: _(
            "Somebody said yes, and nobody objected in seven days."
        ),
        closing_reasons.SAID_NOTHING: _("Nobody answered in seven days."),
    }.get(reason, reason)
