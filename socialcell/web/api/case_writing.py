"""What a program may bring to cases, and what is answered."""

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue
from pydantic_core import PydanticCustomError

from socialcell.desk.case_states import CaseState
from socialcell.message_catalog import Message
from socialcell.web.api.fields import ApiAnswer, PlainText, RowId

_LINES = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"


def _without_halves(text: str) -> str:
    """The same text. An error for half of a character, which no database takes."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise PydanticCustomError("text", str(Message("api.control_characters")))
    return text


Words: TypeAlias = Annotated[
    str,
    Field(min_length=1, max_length=10_000, pattern=_LINES),
    AfterValidator(_without_halves),
]
"""What a citizen wrote, of several lines."""
Key: TypeAlias = Annotated[
    str,
    Field(
        alias="Idempotency-Key",
        min_length=8,
        max_length=64,
        pattern=r"^[!-~]+$",
        description=(
            "The program's own key of this request: sent again with it, the request "
            "does nothing and is answered as before. Known for two days."
        ),
        examples=["8f14e45f-ceea-4671-9d3c-1f0b1c2d3e4f"],
    ),
]


class RequestBody(BaseModel):
    """The body of a request. A field that is not listed is refused, and so is a number
    that is written as a text."""

    model_config = ConfigDict(extra="forbid", strict=True)


class CasePoint(RequestBody):
    """A point on the map, in degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


_OPENING: dict[str, JsonValue] = {
    "kind": "complaint",
    "words": "कोथरूडमध्ये पाईप फुटला आहे",
    "language": "mr",
    "topic": "water",
    "place": "Kothrud",
    "point": {"latitude": 18.5074, "longitude": 73.8075},
    "citizen": "c-51",
}


class CaseOpening(RequestBody):
    """What a citizen asks for. Priority and owner are not a program's to decide."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OPENING]})
    kind: Literal["complaint", "question", "suggestion", "help", "praise"]
    words: Words
    language: Literal["mr", "hi", "en"] = "mr"
    topic: PlainText | None = None
    place: PlainText | None = None
    point: CasePoint | None = None
    citizen: PlainText | None = Field(
        default=None,
        description="The program's own name for the person: no name, no number.",
    )


class MessageStep(RequestBody):
    """The citizen writes on."""

    kind: Literal["message"]
    contact: RowId
    words: Words


class ClosingStep(RequestBody):
    """The citizen says whether it is solved."""

    kind: Literal["closing_answer"]
    contact: RowId
    answer: Literal["yes", "no"]
    words: Words | None = None


class CancelStep(RequestBody):
    """The citizen wants nothing any more."""

    kind: Literal["cancel"]
    contact: RowId
    reason: Words


CaseStepBody: TypeAlias = Annotated[
    MessageStep | ClosingStep | CancelStep, Field(discriminator="kind")
]


class CaseWritten(ApiAnswer):
    """The case as it stands then, and the citizen's contact in it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"number": "26-004211", "contact": 7, "state": "new", "rev": 1}
            ]
        }
    )
    number: str
    contact: int = Field(description="For the steps of this citizen in this case.")
    state: CaseState
    rev: int
