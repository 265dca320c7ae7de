"""Places of the gazetteer by id or name: the package's, and the workspace's own."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from socialcell.errors import SocialcellError
from socialcell.language import lexicon
from socialcell.language.names.own_places import place_rows
from socialcell.services.context import Context
from socialcell.text import fold

PlaceRow = Mapping[str, str]
"""A row of a gazetteer by column: id, name_en, name_mr, name_hi, aliases, ward …"""

_PLACE = "place:"


def find_place(context: Context, words: str) -> PlaceRow | None:
    """The place that has these words as its id, name or other name in any language; one
    of the package before one of the workspace's own. None: no gazetteer has it."""
    name = fold(words).strip()
    if place := _package_places().get(name):
        return place
    return _by_name(own_places(context)).get(name)


def own_places(context: Context) -> list[dict[str, str]]:
    """The places of the workspace's own gazetteer, by column. None where its file
    cannot be read: what asks goes on without it, and `doctor` names the fault."""
    try:
        return place_rows(context.workspace.folder)
    except SocialcellError:
        return []


@lru_cache(maxsize=1)
def _package_places() -> Mapping[str, PlaceRow]:
    rows = (row for _file, _line, row in lexicon.gazetteer_rows())
    return _by_name(row for row in rows if row["id"].startswith(_PLACE))


def _by_name(rows: Iterable[PlaceRow]) -> Mapping[str, PlaceRow]:
    """Places by their folded names; another name of a place counts where no place has
    it as its own."""
    places: dict[str, PlaceRow] = {}
    aliases: dict[str, PlaceRow] = {}
    for row in rows:
        for name in (row["id"], row["name_en"], row["name_mr"], row["name_hi"]):
            places.setdefault(fold(name), row)
        for alias in filter(None, row["aliases"].split("|")):
            aliases.setdefault(fold(alias.lstrip("=@")), row)
    return aliases | places
