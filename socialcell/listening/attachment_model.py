"""The table of files that came with messages: fetched later, kept in a folder."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from socialcell.db import BigId


class Attachment(SQLModel, table=True):
    """A picture, recording, film or document of a mention, and how far we have it.

    `ref` is what the platform gives it for; `sha256` names the file in media/.
    """

    __table_args__ = (
        UniqueConstraint("mention_id", "ref"),
        Index("attachment_work_list", "state", "not_before"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigId)
    source_id: int = Field(foreign_key="source.id", sa_type=BigId)
    ref: str
    kind: str  # image | audio | video | document | sticker
    content_type: str | None = None
    size: int | None = None  # bytes
    sha256: str | None = None
    state: str = "waiting"  # waiting | fetched | refused | gone | failed | expired
    reason: str | None = None
    noted_at: datetime
    attempts: int = 0
    not_before: datetime | None = None
    fetched_at: datetime | None = None
