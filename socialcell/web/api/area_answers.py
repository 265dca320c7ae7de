"""What the API answers about areas, and what it may be asked."""

from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue

from socialcell.web.api.fields import ApiAnswer, Omitted, Parameters, PlainText
from socialcell.web.api.mention_answers import LanguageTexts

AreaKind = Literal["city", "zone", "ward_office", "locality", "village", "prabhag"]
_EXAMPLE: dict[str, JsonValue] = {
    "id": "ward:kothrud-bavdhan",
    "tree": "administrative",
    "kind": "ward_office",
    "parent": "zone:2",
    "name": {"mr": "कोथरूड-बावधन", "hi": "कोथरूड-बावधन", "en": "Kothrud - Bavdhan"},
    "valid_from": None,
    "valid_to": None,
    "source": "PMC",
}


class AreaDayParameters(Parameters):
    """The day on which areas are looked at."""

    on: (
        Annotated[
            PlainText,
            Field(
                description="A day (IST); today without it.", examples=["2024-01-01"]
            ),
        ]
        | Omitted
    ) = None


class AreaParameters(AreaDayParameters):
    """Which areas, on which day."""

    kind: AreaKind | Omitted = None


class AreaAnswer(ApiAnswer):
    """A part of the city from `valid_from` up to, not including, `valid_to`; null:
    since before, or until after, anything that is recorded."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    id: str
    tree: str
    kind: AreaKind
    parent: str | None
    name: LanguageTexts
    valid_from: date | None
    valid_to: date | None
    source: str


class AreasAnswer(ApiAnswer):
    """The areas of a day."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2026-11-23", "areas": [_EXAMPLE]}]}
    )
    on: date
    areas: list[AreaAnswer]


class AreaDetailAnswer(AreaAnswer):
    """An area on a day, with those around it, the smallest first, and those in it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{**_EXAMPLE, "on": "2026-11-23", "around": [], "parts": []}]
        }
    )
    on: date
    around: list[AreaAnswer]
    parts: list[AreaAnswer]
