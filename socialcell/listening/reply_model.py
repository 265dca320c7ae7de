"""The table of answers to messages that are in no case."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from socialcell.db import BigId


class ReplyDraft(SQLModel, table=True):
    """An answer to a message; about life or limb it waits for a second person's yes.

    From `sending` on, since `decided_at`, the platform may have it: when its process
    dies, nobody knows. Of `unsure` nobody knows either, and a person looks. The text
    goes once it was sent or withdrawn; `words_digest` says seven days long whether
    somebody says the same again.
    """

    __tablename__ = "reply_draft"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    mention_id: int = Field(foreign_key="mention.id", index=True, sa_type=BigId)
    text: str | None = None
    words_digest: str | None = None  # SHA-256, hexadecimal
    # waiting | sending | unsure | sent | withdrawn | moved (into its message's case)
    state: str = Field(default="waiting", index=True)
    made_by: str
    made_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    external_id: str | None = None
