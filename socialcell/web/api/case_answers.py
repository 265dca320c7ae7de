"""What the API answers about cases, and what it may be asked."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue

from socialcell.desk.case_states import CaseState
from socialcell.web.api.fields import (
    ApiAnswer,
    Moment,
    Omitted,
    Parameters,
    PlainText,
    RowLimit,
)

CaseView = Literal["open", "all", "new", "due", "overdue", "waiting"]
_EXAMPLE: dict[str, JsonValue] = {
    "number": "26-004211",
    "kind": "complaint",
    "topic": "water",
    "priority": "P2",
    "area": "ward:kothrud-bavdhan",
    "place": "Kothrud",
    "title": "Burst pipe near the temple",
    "state": "assigned",
    "waits_for": None,
    "level": 0,
    "reopened": 0,
    "owner": "dept:water",
    "opened_at": "2026-11-23T09:00:00+05:30",
    "due_at": "2026-11-24T13:00:00+05:30",
    "channels": ["x", "whatsapp"],
    "words": "कोथरूडमध्ये पाणी नाही",
    "rev": 4,
}


class CaseParameters(Parameters):
    """Conditions of a page of cases."""

    view: CaseView = Field(default="open", description="`all`: also those that ended.")
    topic: PlainText | Omitted = None
    area: PlainText | Omitted = Field(default=None, description="A ward office's id.")
    owner: PlainText | Omitted = None
    priority: Literal["P0", "P1", "P2", "P3"] | Omitted = None
    state: CaseState | Omitted = None
    channel: PlainText | Omitted = None
    limit: RowLimit = 50
    cursor: Annotated[
        PlainText | Omitted, Field(description="`next` of the page before.")
    ] = None


class CaseAnswer(ApiAnswer):
    """A case. `words` are the last of a citizen, masked; `due_at` is when its next
    clock ends, null where none runs."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    number: str
    kind: str
    topic: str | None
    priority: str
    area: str | None
    place: str
    title: str
    state: CaseState
    waits_for: str | None
    level: int
    reopened: int
    owner: str | None
    opened_at: Moment
    due_at: Moment | None
    channels: list[str]
    words: str | None
    rev: int


class CasesAnswer(ApiAnswer):
    """A page of cases, P0 first, then those with the least time left."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"cases": [_EXAMPLE], "next": None}]}
    )
    cases: list[CaseAnswer]
    next: str | None = Field(description="`cursor` of the next page; null: the last.")


class CaseContactAnswer(ApiAnswer):
    """A conversation: through what, with whom (a pseudonym), and what came of the
    closing question."""

    id: int
    channel: str
    person: str | None
    language: str | None
    last_heard_at: Moment | None
    closing: str | None


class CaseMessageAnswer(ApiAnswer):
    """A message of a conversation, masked; `text` is null where it was removed. Notes
    of the staff are not among them."""

    direction: str
    channel: str | None
    at: Moment
    text: str | None
    language: str | None
    state: str
    is_public: bool
    is_removed: bool
    mention: int | None


class CaseStepAnswer(ApiAnswer):
    """A step of a case, without who did it."""

    kind: str
    from_state: str
    to_state: str
    level: int
    at: Moment


_DETAIL: dict[str, JsonValue] = {
    **{name: part for name, part in _EXAMPLE.items() if name not in ("words",)},
    "closed_at": None,
    "merged_into": None,
    "contacts": [
        {
            "id": 7,
            "channel": "x",
            "person": "नागरिक-ABCD2345",
            "language": "mr",
            "last_heard_at": "2026-11-23T08:55:00+05:30",
            "closing": None,
        }
    ],
    "messages": [
        {
            "direction": "in",
            "channel": "x",
            "at": "2026-11-23T08:55:00+05:30",
            "text": "कोथरूडमध्ये पाणी नाही",
            "language": "mr",
            "state": "received",
            "is_public": True,
            "is_removed": False,
            "mention": 17,
        }
    ],
    "steps": [
        {
            "kind": "open",
            "from_state": "new",
            "to_state": "new",
            "level": 0,
            "at": "2026-11-23T09:00:00+05:30",
        }
    ],
}


class CaseDetailAnswer(ApiAnswer):
    """A case with its conversations and steps."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DETAIL]})
    number: str
    kind: str
    topic: str | None
    priority: str
    area: str | None
    place: str
    title: str
    state: CaseState
    waits_for: str | None
    level: int
    reopened: int
    owner: str | None
    opened_at: Moment
    due_at: Moment | None
    channels: list[str]
    rev: int
    closed_at: Moment | None
    merged_into: str | None
    contacts: list[CaseContactAnswer]
    messages: list[CaseMessageAnswer]
    steps: list[CaseStepAnswer]
