"""Words of pages for creators: scores, consent, flags, what an account is."""

from socialcell.i18n import Language


class CreatorWords:
    """The words in the language of a page. An id that has none stays as it is."""

    def __init__(self, lang: Language) -> None:
        self._lang = lang

    def person_class(self, id_: str) -> str:
        """What an account of the registry is."""
        _ = self._lang.gettext
        return {
            "public_office": _("public office"),
            "media": _("media"),
            "institution": _("institution"),
            "creator": _("creator"),
        }.get(id_, id_)

    def entry_kind(self, id_: str) -> str:
        """What an entry of the public people is."""
        _ = self._lang.gettext
        return {
            "office": _("office"),
            "office_holder": _("office holder"),
            "institution": _("institution"),
            "media": _("media"),
        }.get(id_, id_)

    def ground(self, id_: str) -> str:
        """What the program goes by that proposes an account."""
        _ = self._lang.gettext
        return {
            "verified": _("the program: verified by the platform"),
            "followers": _("the program: by its followers"),
        }.get(id_, id_)

    def basis(self, id_: str | None) -> str:
        """How an account got into the registry that nobody approved."""
        _ = self._lang.gettext
        if id_ == "source":
            return _("with the feed that is read")
        return _("entered before a second person was asked")

    def score(self, id_: str) -> str:
        """A score by which candidates are ranked."""
        _ = self._lang.gettext
        return {
            "relevance": _("Speaks of the subject"),
            "reach": _("Reach"),
            "locality": _("Speaks of the city"),
            "engagement": _("Engagement"),
            "authenticity": _("Audience of people"),
            "standing": _("Standing in the conversation"),
            "language": _("Speaks the language"),
        }.get(id_, id_)

    def consent(self, id_: str) -> str:
        """Whether a creator agrees to be asked."""
        _ = self._lang.gettext
        return {
            "unknown": _("consent not known"),
            "asked": _("asked for consent"),
            "agreed": _("consent given"),
            "refused": _("consent refused"),
        }.get(id_, id_)

    def reach_by(self, id_: str) -> str:
        """What a reach rests on."""
        _ = self._lang.gettext
        return {
            "insights": _("by the account's own insights"),
            "views": _("by views of its posts"),
            "rate": _("by its engagement and followers"),
            "followers": _("assumed from its followers"),
        }.get(id_, id_)
