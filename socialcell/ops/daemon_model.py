"""The tables of the daemon: the lease, and the slots of jobs."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from socialcell.db import BigId
from socialcell.db.personal_tables import impersonal


class Lease(SQLModel, table=True):
    """The daemon's lease. `token` grows with every change of owner: the fence.

    Its times are of the real clock, never of an injected one.
    """

    name: str = Field(primary_key=True)
    owner: str
    token: int = Field(sa_type=BigId)
    expires_at: datetime
    renewed_at: datetime


class Slot(SQLModel, table=True):
    """One due moment of one job, and its result; a pair exists once.

    `covers` is the number of due moments that this one stands for: more than one
    after the daemon was down. `token` is the fence of who works on it.
    """

    __table_args__ = (Index("slot_open", "state", "job"),)
    job: str = Field(primary_key=True)
    slot_at: datetime = Field(primary_key=True)
    state: str  # running | done | failed | interrupted
    token: int = Field(sa_type=BigId)
    started_at: datetime
    finished_at: datetime | None = None
    covers: int = 1
    attempts: int = 1
    said: str | None = None


IMPERSONAL_DAEMON = impersonal(Lease, Slot)
