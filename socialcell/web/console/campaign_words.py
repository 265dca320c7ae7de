"""Words of pages for campaigns: states of tags, formats, closed days, money."""

from socialcell.i18n import Language
from socialcell.reports import money
from socialcell.reports.phrases import Phrases


class CampaignWords:
    """The words in the language of a page. An id that has none stays as it is."""

    def __init__(self, lang: Language) -> None:
        self._lang = lang

    def goal(self, name: str) -> str:
        """The outcome by which a campaign is measured."""
        return Phrases(self._lang).outcome(name)

    def tag_state(self, id_: str) -> str:
        """How far a tag is."""
        _ = self._lang.gettext
        return {
            "proposed": _("proposed"),
            "approved": _("approved"),
            "contacted": _("contacted"),
            "accepted": _("accepted"),
            "declined": _("declined"),
            "scheduled": _("scheduled"),
            "posted": _("posted"),
            "measured": _("measured"),
        }.get(id_, id_)

    def format(self, id_: str) -> str:
        """The form of a post."""
        _ = self._lang.gettext
        return {
            "post": _("post with words"),
            "story": _("story"),
            "reel": _("reel"),
            "video": _("video"),
            "live": _("live video"),
            "article": _("article"),
            "event": _("event"),
        }.get(id_, id_)

    def posted_by(self, id_: str) -> str:
        """Who posts a tag."""
        _ = self._lang.gettext
        return _("posted by the cell") if id_ == "cell" else _("posted by the creator")

    def closure(self, kind: str) -> str:
        """Why nobody is tagged on a day."""
        _ = self._lang.gettext
        return {
            "festival": _("Holiday or festival"),
            "blackout": _("Blackout"),
            "election": _("Election"),
            "cool_off": _("After a refusal"),
            "draw": _("Left to the lot"),
        }.get(kind, kind)

    def money(self, micros: float | None, currency: str = "INR") -> str:
        """Whole units of a currency with its sign; what is not known in words."""
        if micros is None:
            return self._lang.gettext("not known")
        sign = money.currency_sign(currency)
        blank = "" if sign == "₹" else " "
        return f"{sign}{blank}{money.amount(self._lang, micros)}"

    def price(self, micros: float | None, currency: str = "INR") -> str:
        """An amount to the hundredth with its sign; what is not known in words."""
        if micros is None:
            return self._lang.gettext("not known")
        sign = money.currency_sign(currency)
        blank = "" if sign == "₹" else " "
        return f"{sign}{blank}{money.amount(self._lang, micros, 2)}"
