"""Words of pages for mentions: labels, areas, owners, platforms, kinds, relations."""

from collections.abc import Iterable, Sequence

from socialcell.i18n import Language
from socialcell.language import lexicon
from socialcell.listening.areas.owner_table import NOBODY
from socialcell.reports.phrases import Phrases
from socialcell.services.mentions.place_names import PlaceNames


class MentionWords:
    """The words in the language of a page; `area_names` by id and language. An id that
    has none stays as it is."""

    def __init__(self, lang: Language, area_names: PlaceNames) -> None:
        self._lang, self._names, self._phrases = lang, area_names, Phrases(lang)

    def facet(self, name: str) -> str:
        """What a facet or a reading is of."""
        _ = self._lang.gettext
        return {
            "platform": _("Platform"),
            "language": _("Language"),
            "sentiment": _("Sentiment"),
            "urgency": _("Urgency"),
            "intent": _("Intent"),
            "topic": _("Topic"),
            "ward": _("Ward office"),
            "owner": _("Whose problem"),
            "day": _("Day"),
            "kind": _("Kind"),
        }.get(name, name)

    def label(self, kind: str, id_: str) -> str:
        """A value of a facet or of a reading."""
        if kind == "platform":
            return self._phrases.platform(id_)
        if kind in ("ward", "owner"):
            return self.area(id_)
        if kind == "kind":
            return self.kind(id_)
        return self._phrases.label(kind, id_)

    def labels(self, kind: str, ids: Iterable[str]) -> str:
        """Several values behind commas."""
        return ", ".join(self.label(kind, id_) for id_ in ids)

    def area(self, id_: str) -> str:
        """A ward office, or whose problem a mention is."""
        if id_ == NOBODY:
            return self._lang.gettext("nobody's that is known")
        return self._phrases.name(self._names.get(id_), id_)

    def kind(self, id_: str) -> str:
        """What sort of a mention it is."""
        _ = self._lang.gettext
        return {
            "post": _("post"),
            "comment": _("comment"),
            "article": _("article"),
            "review": _("review"),
            "message": _("private message"),
        }.get(id_, id_)

    def relation(self, id_: str) -> str:
        """How a mention refers to another."""
        _ = self._lang.gettext
        return {
            "reply": _("answers"),
            "quote": _("quotes"),
            "repost": _("reposts"),
        }.get(id_, id_)

    def metric(self, id_: str) -> str:
        """What a count of engagement is of."""
        _ = self._lang.gettext
        return {
            "reactions": _("Likes"),
            "shares": _("Shares"),
            "comments": _("Comments"),
            "views": _("Views"),
            "saves": _("Saves"),
        }.get(id_, id_)

    def choices(self, kind: str) -> Sequence[tuple[str, str]]:
        """The values that a person may decide, with their words."""
        return [(id_, self.label(kind, id_)) for id_ in lexicon.vocabulary(kind)]
