"""The tables of accounts and public people that wait for a second person."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from socialcell.db import BigId


class RegistryProposal(SQLModel, table=True):
    """An account that somebody, or the program, means to enter into the registry.

    `ground` is what the program goes by (verified, followers); None: a person proposes.
    """

    __tablename__ = "registry_proposal"
    __table_args__ = (UniqueConstraint("platform", "handle"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    platform: str
    handle: str  # lower case, without @
    name: str
    person_class: str  # public_office | media | institution | creator
    evidence: str  # with a link
    ground: str | None = None  # verified | followers
    proposed_by: str
    proposed_at: datetime


class PeopleBatch(SQLModel, table=True):
    """Public people of one file that wait, and are taken together or not at all."""

    __tablename__ = "people_batch"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    file: str  # its name
    entries: str  # the rows that are new or changed, as CSV with the heading
    proposed_by: str
    proposed_at: datetime
