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

    def disclosure(self, kind: str) -> str:
        """What is wrong with the disclosure of a post."""
        _ = self._lang.gettext
        return {
            "missing": _("its words carry no label"),
            "language": _("its label is not in the language of the post"),
            "late": _("its label comes late in the words"),
            "heap": _("its label stands in a heap of hashtags"),
            "absent": _("a person saw no label"),
            "unread": _("nobody has looked whether it carries a label"),
            "picture": _(
                "nobody has looked whether the label is on the picture, and long enough"
            ),
            "short": _("the label is on the picture for too short a time"),
        }.get(kind, kind)

    def connection(self, id_: str) -> str:
        """What ties a creator to the city."""
        _ = self._lang.gettext
        return {
            "none": _("no connection to the city"),
            "paid": _("is paid"),
            "gift": _("gets a gift"),
            "travel": _("gets travel paid"),
            "family": _("is family of an official"),
            "employee": _("works for the city"),
            "other": _("another connection to the city"),
        }.get(id_, id_)

    def evidence(self, kind: str | None) -> str:
        """What kind of evidence a step has."""
        _ = self._lang.gettext
        return {
            "link": _("Link:"),
            "file": _("File, by its hash:"),
            "mention": _("Mention:"),
            "approval": _("Approved content:"),
            "measure": _("Measure:"),
        }.get(kind or "", "")

    def format(self, id_: str) -> str:
        """The form of a post."""
        _ = self._lang.gettext
        return {
            "post": _("post with words"),
            "story": _("story"),
            "reel": _("reel"),
            "video": _("video"),
            "live": _("live video"),
            "article": _("blog post"),
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

    def campaign_state(self, id_: str) -> str:
        """Whether a campaign is to come, runs or is over."""
        _ = self._lang.gettext
        return {
            "coming": _("to come"),
            "running": _("running"),
            "over": _("over"),
        }.get(id_, id_)

    def store(self, id_: str) -> str:
        """The name of an app store."""
        return Phrases(self._lang).platform(id_)

    def why_attributed(self, id_: str) -> str:
        """How it is known whose installs are, or why it is not."""
        _ = self._lang.gettext
        return {
            "click": _("by a click of a link"),
            "utm": _("by its UTM values"),
            "token": _("by its campaign token"),
            "store": _("found in the store itself"),
            "no_referrer": _("no referrer was reported"),
            "counted_apart": _("reported to us, and not counted by the store"),
            "not_set": _("no campaign was reported"),
            "folded": _("small campaigns that the store adds together"),
            "foreign": _("a campaign that is not ours"),
            "refused": _("a check of the referrer failed"),
        }.get(id_, id_)

    def method(self, id_: str) -> str:
        """The method of a comparison."""
        _ = self._lang.gettext
        return {
            "did": _("difference-in-differences"),
            "sdid": _("synthetic difference-in-differences"),
            "sc": _("synthetic control"),
            "bsts": _("Bayesian structural time series"),
        }.get(id_, id_)

    def cut(self, id_: str) -> str:
        """By what installs are grouped."""
        _ = self._lang.gettext
        return {
            "creator": _("Creator"),
            "post": _("Post"),
            "channel": _("Channel"),
            "initiative": _("Initiative"),
            "campaign": _("Campaign"),
        }.get(id_, id_)

    def ad_level(self, id_: str) -> str:
        """How finely ads are shown."""
        _ = self._lang.gettext
        return {
            "campaign": _("By campaign"),
            "ad_group": _("By group"),
            "ad": _("By ad"),
        }.get(id_, id_)

    def money(self, micros: float | None, currency: str = "INR") -> str:
        """Whole units of a currency with its sign; what is not known in words."""
        return self._amount(micros, currency, 0)

    def price(self, micros: float | None, currency: str = "INR") -> str:
        """An amount to the hundredth with its sign; what is not known in words."""
        return self._amount(micros, currency, 2)

    def _amount(self, micros: float | None, currency: str, digits: int) -> str:
        if micros is None:
            return self._lang.gettext("not known")
        return money.with_currency(self._lang, micros, currency, digits)
