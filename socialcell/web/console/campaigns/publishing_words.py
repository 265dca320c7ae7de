"""Words of pages for what the city posts: platforms, kinds, states, holds."""

from collections.abc import Mapping

from socialcell.campaigns.publishing.notice_template import NoticeTemplate
from socialcell.i18n import Language
from socialcell.platforms import PLATFORMS
from socialcell.reports.phrases import Phrases
from socialcell.web.console import words
from socialcell.web.pages.addresses import NAMES
from socialcell.web.pages.state_words import post_states


class PublishingWords:
    """The words in the language of a page. An id that has none stays as it is."""

    def __init__(self, lang: Language) -> None:
        self._lang = lang

    def platform(self, id_: str) -> str:
        """The name of a platform or another channel of a link."""
        _ = self._lang.gettext
        phrases, network = Phrases(self._lang), id_.removesuffix("_ads")
        if network != id_ and network in PLATFORMS:
            return _("%(network)s, ads", network=phrases.platform(network))
        return {
            "sms": _("Text message"),
            "email": _("E-mail"),
            "website": _("Website"),
            "press": _("Press"),
            "poster": _("Poster"),
            "newspaper": _("Newspaper"),
            "bus": _("Bus"),
            "event": _("Event"),
        }.get(id_) or phrases.platform(id_)

    def language(self, code: str) -> str:
        """A language by its code."""
        return NAMES.get(code, code)

    def kind(self, id_: str) -> str:
        """What kind of post it is."""
        _ = self._lang.gettext
        return {
            "post": _("Post"),
            "notice": _("Notice"),
            "reply": _("Public reply"),
            "tag": _("Tag of a plan"),
        }.get(id_, id_)

    def state(self, id_: str) -> str:
        """How far a post is: `standing` of its document."""
        return post_states(self._lang).get(id_, id_)

    def hold(self, reason: str | None) -> str:
        """What holds a post, by the reason of its hold."""
        return words.hold_reason(reason, self._lang)

    def event(self, action: str) -> str:
        """What was done with a post, by the action of the audit log."""
        _ = self._lang.gettext
        return {
            "post.add": _("written"),
            "post.safety": _("marked as being about life or limb"),
            "post.take_over": _("taken over by somebody who signed in"),
            "post.approve": _("approved"),
            "post.withdraw": _("withdrawn"),
            "post.publish": _("posted"),
            "post.confirm": _("seen on the platform"),
            "post.again": _("not there: sent again"),
            "post.delete": _("deleted from the platform"),
            "post.unsure": _("nobody knows whether it is out"),
        }.get(action, action)

    def template(self, template: NoticeTemplate) -> str:
        """The name of a template; one of the workspace's own is what it is about."""
        _ = self._lang.gettext
        return {
            "water_closure": _("No water for some hours"),
            "vaccination": _("Vaccination session"),
            "road_works": _("Work on a road"),
            "dam_discharge": _("Water released from a dam"),
            "road_closure": _("Road or bridge closed"),
            "evacuation": _("People are to leave their homes"),
            "rumour_correction": _("Rumour set right"),
            "shelter_opened": _("Shelter opened"),
            "first_statement": _("First statement on an incident"),
        }.get(template.id, template.about)

    def slot(self, type_: str) -> str:
        """What a slot of a notice takes."""
        _ = self._lang.gettext
        return {
            "area": _("wards, or the whole city"),
            "place": _("a place"),
            "moment": _("a day and time"),
            "until": _("a day and time"),
            "number": _("a whole number"),
            "choice": _("one of several words"),
            "text": _("own words in each language"),
            "line": _("one line"),
            "phone": _("a telephone number"),
            "link": _("an https address"),
        }.get(type_, type_)

    def slot_name(self, id_: str) -> str:
        """The name of a slot of a notice; one of the workspace's own stays as it is."""
        _ = self._lang.gettext
        return {
            "ward": _("Wards"),
            "from": _("From"),
            "to": _("Until"),
            "reason": _("Why, or what it is about"),
            "contact": _("Whom to ask"),
            "dam": _("Dam"),
            "cusecs": _("Cubic feet a second"),
            "source": _("On whose word"),
            "road": _("Roads and bridges"),
            "detour": _("Roads to take instead"),
            "places": _("Localities"),
            "by": _("Everybody must have left by"),
            "shelter": _("Shelter"),
            "claim": _("The rumour, in few words"),
            "fact": _("What is true"),
            "at": _("When it was verified"),
            "link": _("Where the official word stands"),
            "offers": _("What there is"),
            "capacity": _("For how many people"),
            "what": _("What was reported"),
            "next": _("When the next statement comes"),
        }.get(id_, id_)

    def area(self, id_: str, names: Mapping[str, str] | None) -> str:
        """The name of an area; its id where it has none any more."""
        return names[self._lang.code] if names else id_
