"""Forms of the incident room."""

from typing import Annotated, Literal

from pydantic import Field

from socialcell.services.incident_room.room_notes import KINDS, LONGEST
from socialcell.web.pages.forms import Form, OptionalText

_Words = Annotated[str, Field(min_length=1, max_length=LONGEST)]
_MaybeWords = Annotated[str, Field(max_length=LONGEST)]
_Version = Annotated[str, Field(max_length=64)]


class RoomNoteForm(Form):
    """What was decided, done or said; `at` is a time in Pune, None: now."""

    kind: Annotated[str, Field(max_length=40)] = KINDS[0]
    note: _Words
    at: OptionalText = None


class ClaimForm(Form):
    """Something that goes round."""

    claim: _Words


class AskForm(Form):
    """Who was asked about a claim."""

    who: _Words


class VerdictForm(Form):
    """What a claim turned out to be, who says so, and what was said in public."""

    verdict: Literal["true", "false", "partly"]
    source: _Words
    correction: _MaybeWords = ""


class CorrectionForm(Form):
    """What was said in public in place of a false claim."""

    words: _Words


class PromiseForm(Form):
    """The time in Pune by which the city speaks again."""

    due: Annotated[str, Field(min_length=1, max_length=40)]


class LineForm(Form):
    """New words of a line of a draft; empty: the draft goes without it."""

    text: _MaybeWords = ""
    seen: _Version


class IssueForm(Form):
    """A draft that is frozen, for the cell alone or for everybody."""

    readers: Literal["cell", "everybody"]
    seen: _Version
