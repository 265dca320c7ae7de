"""Types of the API's parameters and answers: moments, texts, ids, places."""

import unicodedata
from datetime import datetime
from typing import Annotated, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from socialcell.clock import local_iso
from socialcell.message_catalog import Message

LARGEST_ID = 2**63 - 1
MAX_ROWS = 100
"""Rows of a page, at most."""

Moment: TypeAlias = Annotated[
    datetime,
    PlainSerializer(local_iso, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "examples": ["2026-11-23T09:00:00+05:30"],
        },
        mode="serialization",
    ),
]
"""A moment, written in ISO 8601 in the time of Pune, with its offset."""


def _without_controls(text: str) -> str:
    """The same text. An error for NUL and other controls, which no database takes."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise PydanticCustomError("text", str(Message("api.control_characters")))
    return text


PlainText: TypeAlias = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$"),
    AfterValidator(_without_controls),
]
"""A line of text as a person types it."""

Omitted: TypeAlias = SkipJsonSchema[None]
"""Of a parameter that may be left out: an address holds no null."""

RowId: TypeAlias = Annotated[int, Field(ge=1, le=LARGEST_ID)]
RowLimit: TypeAlias = Annotated[
    int, Field(ge=1, le=MAX_ROWS, description="Rows of a page, at most.")
]


class Parameters(BaseModel):
    """The query parameters of an operation. One that is not listed is refused: a filter
    with a spelling mistake must not answer with everything."""

    model_config = ConfigDict(extra="forbid")


class ApiAnswer(BaseModel):
    """An object of an answer. What is not known is null."""

    model_config = ConfigDict(extra="forbid", serialize_by_alias=True)
