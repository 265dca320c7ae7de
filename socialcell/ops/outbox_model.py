"""The tables of the outbox: the mode switch, every outgoing message, and who stopped
a letter."""

import re
from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from socialcell.db import BigId
from socialcell.db.personal_tables import ImpersonalTable, PersonalTable

_RELEASE = re.compile(r"socialcell outbox release(?! \d)")


def with_number(note: str, number: int | None) -> str:
    """A note of what holds a message, with the number by which a person releases it;
    None: the message has none yet."""
    return _RELEASE.sub(
        f"socialcell outbox release {number}"
        if number is not None
        else "socialcell outbox list, then socialcell outbox release NUMBER",
        note,
    )


class OutgoingMode(SQLModel, table=True):
    """A setting of the mode switch, since when, by whom and why; the newest counts."""

    __tablename__ = "outgoing_mode"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    mode: str  # normal | crisis | mourning | election
    since: datetime
    actor: str
    reason: str


class Outgoing(SQLModel, table=True):
    """One message to one recipient, and its state.

    A row only moves held → pending → sending → sent or dead, or back to pending when
    it is tried again. The body goes once it was sent: what it quoted may be deleted.
    `recipient` is an address, or a room of a chat, or a phone, by its name in
    config.yaml.
    """

    __table_args__ = (Index("outgoing_waiting", "state", "not_before"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    # report, brief, alert: to ourselves; reply, post, safety, outreach: to others
    kind: str
    channel: str  # mail, slack, teams, mattermost, telegram, phone
    dedup_key: str = Field(unique=True)
    recipient: str
    subject: str
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    state: str  # held | pending | sending | sent | dead
    # Of what is held: mode | rule | late | unsure | platform; None: not known
    held_by: str | None = None
    attempts: int = 0
    not_before: datetime
    made_at: datetime
    ended_at: datetime | None = None
    answer: str | None = None

    @property
    def note(self) -> str | None:
        """What was answered or what holds it; a release is named with its number."""
        return self.answer and with_number(self.answer, self.id)


class Unsubscription(SQLModel, table=True):
    """A recipient who stopped a letter. `recipient` is a keyed hash of the address: the
    addresses stand in config.yaml alone."""

    __tablename__ = "unsubscribed"
    __table_args__ = (UniqueConstraint("letter", "recipient"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    letter: str  # report | brief
    recipient: str
    at: datetime


PERSONAL_OUTBOX = (
    PersonalTable(
        Outgoing,
        ("recipient", "subject", "body"),
        "citizens",
        "to send a letter or an answer once, and to know what was sent",
        "service",
        "stays; the words go once it was sent",
    ),
    PersonalTable(
        Unsubscription,
        ("recipient",),
        "operators",
        "a keyed hash of who wants no more of a letter",
        "consent",
        "until they ask for it again",
    ),
)
IMPERSONAL_OUTBOX = (ImpersonalTable(OutgoingMode),)
