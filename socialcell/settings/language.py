"""Settings of reading texts: which models may read, and which names are looked for."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator

from socialcell.settings.section import ConfigSection


class NcModels(StrEnum):
    """Models that are not free for every use: all of them; those alone whose data all
    have a stated licence; none. Rules stand in for what is not allowed."""

    ALL = "all"
    LICENSED = "licensed"
    NONE = "none"


def _of_yes_or_no(value: object) -> object:
    """Until version 0.2 the switch was true or false."""
    if isinstance(value, bool):
        return NcModels.ALL if value else NcModels.NONE
    return value


class LanguageSection(ConfigSection):
    """`nc` says which models may read that are not free for every use: all, those
    whose data all have a stated licence, or none (earlier: true, false).

    `semantic` asks the encoder where the linear models leave a doubt, and compares
    mentions by vectors of meaning.
    `english_names` finds names that no gazetteer lists in English texts as well.
    """

    nc: Annotated[NcModels, BeforeValidator(_of_yes_or_no)] = NcModels.ALL
    semantic: bool = True
    english_names: bool = True
