"""How a time limit stands, in words."""

from socialcell.i18n import Language
from socialcell.views.desk.clock_view import ClockState, ClockView


def clock_line(clock: ClockView, lang: Language) -> str:
    """What is left of its time, or by how much it was kept or missed."""
    _, span = lang.gettext, lang.duration(clock.span)
    return {
        ClockState.RUNNING: _("%(span)s left", span=span),
        ClockState.SOON: _("%(span)s left", span=span),
        ClockState.OVER: _("%(span)s late", span=span),
        ClockState.KEPT: _("Kept, after %(span)s", span=span),
        ClockState.MISSED: _("Missed by %(span)s", span=span),
        ClockState.PAUSED: _("Stopped while others act"),
        ClockState.ENDED: _("Ended with the case"),
    }[clock.state]
