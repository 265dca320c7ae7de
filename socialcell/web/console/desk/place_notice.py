"""What a page says after a place was typed that nobody knows by this name."""

from socialcell.services import place_spelling
from socialcell.web.pages.page_request import PageRequest


def add_unknown_place(request: PageRequest, notice: str, place: str) -> str:
    """The notice, with what an unknown place means and which names are spelled like it.

    The words themselves are not in it: they may say more of a person than a place.
    """
    unknown = place_spelling.find_unknown(request.context, place)
    if unknown is None:
        return notice
    _ = request.lang.gettext
    parts = [
        notice,
        _(
            "No place is known by this name: it stands in the case as written, and no "
            "ward office follows from it."
        ),
    ]
    if unknown.nearest:
        names = ", ".join(unknown.nearest)
        parts.append(_("Names like it: %(names)s.", names=names))
    return " ".join(parts)
