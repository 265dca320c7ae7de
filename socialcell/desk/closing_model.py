"""The tables of closing a case: what each contact is asked, field links, and what PMC
Care says of it."""

from datetime import date, datetime

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from socialcell.db import BigId
from socialcell.json_types import JsonObject
from socialcell.listening.model import Mention

# What is referred to is known with this module, so that rows can be written.
_MENTION = f"{Mention.__tablename__}.id"


class ClosureCheck(SQLModel, table=True):
    """The question whether it is solved, to one contact after one claim.

    `answer` is yes, no or no_reply; NULL while nothing came. `in_sample`: drawn for a
    call; `call` is what the caller was told: confirmed, contradicted, not_reached.
    """

    __tablename__ = "closure_check"
    __table_args__ = (UniqueConstraint("contact_id", "round"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    case_id: int = Field(foreign_key="desk_case.id", index=True, sa_type=BigId)
    contact_id: int = Field(foreign_key="desk_contact.id", sa_type=BigId)
    round: int  # 1 after the first claim, one more after each reopening
    asked_at: datetime
    asked_by: str
    way: str  # private | public | phone | nothing (there is no way to ask)
    answer: str | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None  # who wrote it down; NULL: the citizen's own message
    mention_id: int | None = Field(
        default=None, foreign_key=_MENTION, index=True, sa_type=BigId
    )
    words: str | None = None  # said by phone
    in_sample: bool = False
    drawn_for: date | None = None  # the Monday of the week that it was drawn in
    call: str | None = None
    called_by: str | None = None
    called_at: datetime | None = None
    call_note: str | None = None


class FieldLink(SQLModel, table=True):
    """A page for an engineer on the spot, for one answer within 72 hours.

    `answer` is done, needs_until or not_ours. The token itself is stored nowhere.
    """

    __tablename__ = "field_link"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    token_hash: str = Field(unique=True)
    case_id: int = Field(foreign_key="desk_case.id", index=True, sa_type=BigId)
    made_for: str  # an office or a function, in words
    made_by: str
    made_at: datetime
    until: datetime
    opened_at: datetime | None = None
    answered_at: datetime | None = None
    answer: str | None = None
    words: str | None = None
    needs_until: datetime | None = None
    revoked_at: datetime | None = None


class AnswerMacro(SQLModel, table=True):
    """An approved answer in one language, good until a day.

    The same `key` in three languages is one answer. It counts when a second person has
    approved it.
    """

    __tablename__ = "desk_macro"
    __table_args__ = (UniqueConstraint("key", "language", "version"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str
    language: str  # mr | hi | en | mr-Latn | hi-Latn
    version: int = 1
    title: str
    topic: str | None = None  # None: of every topic
    text: str
    purpose: str = "answer"  # as of CaseMessage
    valid_until: date
    made_by: str
    made_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    ended_at: datetime | None = None


class CareFile(SQLModel, table=True):
    """A file of PMC Care that was read, by its content."""

    __tablename__ = "care_file"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    sha256: str = Field(unique=True)
    name: str
    read_by: str
    read_at: datetime
    rows: int
    rejects: list[JsonObject] = Field(sa_column=Column(JSON, nullable=False))


class CareRow(SQLModel, table=True):
    """What PMC Care said last of one token."""

    __tablename__ = "care_row"
    token: str = Field(primary_key=True)
    case_number: str | None = Field(default=None, index=True)
    status: str  # in PMC Care's own words
    meaning: str | None = None  # open | closed | reopened; NULL: an unknown status
    department: str | None = None
    line: str = ""  # its closing line
    registered_at: datetime | None = None
    closed_at: datetime | None = None
    changed_at: datetime | None = None
    file_id: int = Field(foreign_key="care_file.id", sa_type=BigId)
    reconciled_at: datetime | None = None
