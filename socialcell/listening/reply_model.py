"""The table of answers to messages that wait for a second person."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from socialcell.db import BigId


class ReplyDraft(SQLModel, table=True):
    """An answer about life or limb: it goes out when a second person says yes.

    From `sending` on the platform may have it. The text goes once it was sent or
    withdrawn.
    """

    __tablename__ = "reply_draft"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    mention_id: int = Field(foreign_key="mention.id", index=True, sa_type=BigId)
    text: str | None = None
    state: str = "waiting"  # waiting | sending | sent | withdrawn
    made_by: str
    made_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    external_id: str | None = None
