"""The tables of a case: contacts, messages, steps, clocks and the lease."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from socialcell.db import BigId
from socialcell.desk.case_states import OPEN_STATES
from socialcell.identity.model import Operator
from socialcell.json_types import JsonObject
from socialcell.listening.alerts.model import Incident
from socialcell.listening.model import Mention

HAND = ("phone", "paper", "press")
"""Channels by which somebody of the cell enters a case."""
PORTAL = "portal"
"""The channel of the citizens' portal, another program."""

# What is referred to is known with this module, so that rows can be written.
_OPERATOR = f"{Operator.__tablename__}.id"
_INCIDENT = f"{Incident.__tablename__}.id"
_MENTION = f"{Mention.__tablename__}.id"
_OPEN = text("state IN ({})".format(", ".join(f"'{state}'" for state in OPEN_STATES)))
_RUNNING = text("stopped_at IS NULL")
_INCOMING = text("direction = 'in' AND mention_id IS NOT NULL")


class DeskCase(SQLModel, table=True):
    """One request of citizens to the city: an owner, clocks, and an end that they
    confirm.

    `kind` is complaint, question, suggestion, help or praise. `area` is the id of a
    ward office (or of the city); `place` is the place in words, `place_id` its id where
    the gazetteer knows it, `latitude` and `longitude` are in degrees.
    `owner` is the id of the department or body that the problem belongs to, NULL where
    nobody knows. `team` is who works on it: `cell`, or a department's id. `rev` grows
    with every change. `waits_for` is citizen while an answer of theirs is waited for.
    Every change of state is a `CaseStep`.
    """

    __tablename__ = "desk_case"
    __table_args__ = (
        Index(
            "desk_case_open",
            "priority",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("desk_case_by_topic", "topic", "opened_at"),
        Index("desk_case_by_time", "opened_at"),
        Index("desk_case_by_assignee", "assignee", "state"),
        Index("desk_case_by_incident", "incident_id"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    number: str = Field(unique=True)  # 26-004211: year in Pune, and a serial in it
    kind: str
    topic: str | None = None
    service: str | None = None  # of the Right to Services Act, by its id
    priority: str  # P0 to P3
    suggested_priority: str
    area: str | None = None
    place: str = ""
    place_id: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    summary: str = ""  # a title in our own words
    state: str = "new"
    waits_for: str | None = None
    level: int = 0  # 0 to 5: who it has been escalated to
    owner: str | None = None
    team: str = "cell"
    assignee: int | None = Field(default=None, foreign_key=_OPERATOR, sa_type=BigId)
    rev: int = 1
    care_token: str | None = Field(default=None, index=True)  # of PMC Care
    registered_at: datetime | None = None  # when the token came
    incident_id: int | None = Field(default=None, foreign_key=_INCIDENT, sa_type=BigId)
    merged_into: int | None = Field(
        default=None, foreign_key="desk_case.id", index=True, sa_type=BigId
    )
    merged_at: datetime | None = None
    reopened: int = 0
    opened_by: str
    opened_from: str  # mention | message | review | press | paper | phone | api
    opened_at: datetime
    first_contact_at: datetime  # when a citizen first wrote or called
    claimed_by: str | None = None  # who said last that it is done
    claimed_at: datetime | None = None
    closed_at: datetime | None = None


class CaseContact(SQLModel, table=True):
    """One person's conversation in a case, through one channel.

    `channel` is a platform's id, or phone, paper, press, portal. `person` is the keyed
    hash of the account (People.pseudonym); NULL where none is known. A merge moves a
    contact: `first_case_id` is the case that it came with. `closing` is what came of
    the closing question: asked, yes, no, no_reply; NULL: not asked.
    """

    __tablename__ = "desk_contact"
    __table_args__ = (Index("desk_contact_by_person", "channel", "person"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    case_id: int = Field(foreign_key="desk_case.id", index=True, sa_type=BigId)
    first_case_id: int = Field(foreign_key="desk_case.id", index=True, sa_type=BigId)
    channel: str
    person: str | None = None
    citizen: str | None = None  # of the portal
    language: str | None = None
    script: str | None = None  # Deva | Latn
    last_heard_at: datetime | None = None
    window_until: datetime | None = None  # of private answers; NULL: no window
    closing: str | None = None
    added_at: datetime
    erased_at: datetime | None = None


class CaseMessage(SQLModel, table=True):
    """One message of a conversation, a note, or an answer by field link.

    What a citizen posted is a mention by its id, never a copy, and in one case at most;
    `text` holds our own words, and what was said by phone or on paper. A note has no
    contact and belongs to `case_id`; every other message belongs to its contact, and
    moves with it.
    """

    __tablename__ = "desk_message"
    __table_args__ = (
        Index("desk_message_state", "state", "id"),
        Index(
            "desk_message_of_mention",
            "mention_id",
            unique=True,
            sqlite_where=_INCOMING,
            postgresql_where=_INCOMING,
        ),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    case_id: int = Field(foreign_key="desk_case.id", index=True, sa_type=BigId)
    contact_id: int | None = Field(
        default=None, foreign_key="desk_contact.id", index=True, sa_type=BigId
    )
    direction: str  # in | out | note | field
    purpose: str = ""  # of out: answer, place_question, closing_question, acknowledge
    is_public: bool = False
    mention_id: int | None = Field(
        default=None, foreign_key=_MENTION, index=True, sa_type=BigId
    )
    text: str | None = None
    language: str | None = None
    # Of out: draft | waiting (for a second person) | returned | withdrawn | queued |
    # sent | delivered | read | failed | unsure; else "received" or "erased"
    state: str = "received"
    answer_key: str | None = Field(default=None, index=True)
    """The same of all messages of one answer to several contacts."""
    replaces: int | None = Field(default=None, sa_type=BigId)  # the draft before
    macro_id: int | None = Field(default=None, sa_type=BigId)
    safety: bool = False  # about life or limb: a second person approves it
    template: JsonObject | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    outbox_key: str | None = Field(default=None, unique=True)
    own_post_id: int | None = Field(default=None, sa_type=BigId)
    external_id: str | None = Field(default=None, index=True)
    price_micros: int | None = Field(default=None, sa_type=BigId)
    made_by: str
    at: datetime
    decided_by: str | None = None  # the second person
    decided_at: datetime | None = None
    reason: str | None = None  # why it was returned, failed, or is unsure
    sent_at: datetime | None = None


class CaseStep(SQLModel, table=True):
    """One step of a case. Rows are only added.

    `kind` says what was done: open, state, triage, assign, take, owner, priority,
    merge, unmerge, split, link, escalate, reopen, reveal, note, incident, token …
    """

    __tablename__ = "desk_step"
    __table_args__ = (Index("desk_step_by_kind", "kind", "at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    case_id: int = Field(foreign_key="desk_case.id", index=True, sa_type=BigId)
    kind: str
    from_state: str
    to_state: str
    level: int
    by: str
    at: datetime
    reason: str = ""
    evidence: str = ""
    detail: JsonObject = Field(sa_column=Column(JSON, nullable=False))


class CaseClock(SQLModel, table=True):
    """A time limit of a case, computed once when it starts.

    `kind` is first_answer, next_answer, stage, total, next_update or referral. It runs
    until `stopped_at`; `missed` is whether it stopped, or was found, after `due_at`.
    `counts` is the time that it counts: working, or wall. `span_seconds` is all of the
    time that was given; less of it is left where the clock goes on after a pause.
    `escalated` is the percentage of that at which it was last escalated, and
    `escalates_at` when it is next. `ending` is why it stopped: done (what was waited
    for came), restarted (other limits apply), paused (others have to act; the time that
    was left counts on) or over (the case has ended without it).
    """

    __tablename__ = "desk_clock"
    __table_args__ = (
        Index(
            "desk_clock_running",
            "due_at",
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index(  # when the next of a case runs out, without a look at its rows
            "desk_clock_of_case",
            "case_id",
            "due_at",
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index(
            "desk_clock_escalating",
            "escalates_at",
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index(
            "desk_clock_one_running",
            "case_id",
            "kind",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    case_id: int = Field(foreign_key="desk_case.id", index=True, sa_type=BigId)
    kind: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None
    ending: str | None = None
    missed: bool = False
    counts: str
    span_seconds: int = Field(sa_type=BigId)
    escalated: int = 0
    escalates_at: datetime | None = None


class CaseLease(SQLModel, table=True):
    """Who works on a case now; over at `until`, renewed by work."""

    __tablename__ = "desk_lease"
    case_id: int = Field(primary_key=True, foreign_key="desk_case.id", sa_type=BigId)
    holder: int = Field(foreign_key=_OPERATOR, index=True, sa_type=BigId)
    since: datetime
    until: datetime


class DeskStart(SQLModel, table=True):
    """After which mention cases are opened by themselves; one row, or none: all.

    Mentions up to `mention_id` were there before the desk was, or are so old that
    no case is looked for any more.
    """

    __tablename__ = "desk_start"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    mention_id: int = Field(sa_type=BigId)


class CaseSuggestion(SQLModel, table=True):
    """Two cases that may be one, with the reasons; and what a person decided.

    `decision` is joined, different, or NULL while nobody has decided.
    """

    __tablename__ = "desk_suggestion"
    __table_args__ = (UniqueConstraint("case_id", "other_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    case_id: int = Field(foreign_key="desk_case.id", sa_type=BigId)  # the later one
    other_id: int = Field(foreign_key="desk_case.id", index=True, sa_type=BigId)
    reasons: JsonObject = Field(sa_column=Column(JSON, nullable=False))
    made_at: datetime
    decision: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None


class CaseReferral(SQLModel, table=True):
    """A case that was passed to another body: how it was told, and what it answered."""

    __tablename__ = "desk_referral"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    case_id: int = Field(foreign_key="desk_case.id", index=True, sa_type=BigId)
    body: str  # body:…, an owner of owners.csv
    way: str  # tag | e-mail | portal | phone: how the body was told
    made_by: str
    made_at: datetime
    due_at: datetime
    answered_at: datetime | None = None
    answer: str | None = None
    came_back_at: datetime | None = None


class CaseSecret(SQLModel, table=True):
    """What a citizen gave to be reached, encrypted; read inside the open case only."""

    __tablename__ = "desk_secret"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    contact_id: int = Field(foreign_key="desk_contact.id", index=True, sa_type=BigId)
    kind: str  # name | phone | address
    sealed: str  # MultiFernet
    added_by: str
    added_at: datetime


class CaseFile(SQLModel, table=True):
    """A photo or document of a case, by its content; the bytes lie in the workspace."""

    __tablename__ = "desk_file"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    case_id: int = Field(foreign_key="desk_case.id", index=True, sa_type=BigId)
    message_id: int | None = Field(
        default=None, foreign_key="desk_message.id", sa_type=BigId
    )
    kind: str  # photo | document
    sha256: str = Field(index=True)
    media_type: str
    size: int
    is_public: bool = False
    added_by: str
    added_at: datetime
