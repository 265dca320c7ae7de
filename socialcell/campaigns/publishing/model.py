"""The table of the cell's own public posts, planned and posted."""

import hashlib
import json
from datetime import datetime

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from socialcell.db import BigId
from socialcell.listening.alerts.model import Closure

SENT_AS = "own."  # begins a post's key in the outbox


class OwnPost(SQLModel, table=True):
    """One post of the cell's own on one platform, and what the platform has of it.

    What is approved waits in `outgoing` under `sent_as`. From `asked_first` on the
    platform may have the post; it is asked about it before anything is sent again.
    `prepared` is what the platform made before the post (a container of Instagram).
    """

    __tablename__ = "own_post"
    __table_args__ = (Index("own_post_due", "due_at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str = Field(unique=True)
    kind: str  # post | notice | reply | tag (of a plan)
    platform: str
    due_at: datetime
    language: str
    text: str
    media: str | None = None
    reply_to: str | None = None  # the platform's id of what is answered
    wards: list[str] = Field(sa_column=Column(JSON, nullable=False))
    campaign: str | None = None  # of a tag
    template: str | None = None  # of a notice
    safety: bool = False  # a notice or answer about life or limb: no mode holds it
    closure_id: int | None = Field(
        default=None, foreign_key=f"{Closure.__tablename__}.id", sa_type=BigId
    )
    state: str = "draft"  # draft | approved | withdrawn | posted | deleted
    made_by: str
    made_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    asked_first: datetime | None = None
    asked_last: datetime | None = None
    prepared: str | None = None
    external_id: str | None = None
    url: str | None = None
    posted_at: datetime | None = None

    @property
    def notice_key(self) -> str | None:
        """What all drafts of one notice share; None: it is of no template."""
        return self.key.rsplit("|", 2)[0] if self.template else None

    @property
    def sent_as(self) -> str:
        """Its key in the outbox."""
        return f"{SENT_AS}{self.key}"

    @property
    def content(self) -> str:
        """SHA-256 of what a second person approves, hexadecimal."""
        parts = (self.platform, self.text, self.media, self.reply_to, self.safety)
        written = json.dumps([*parts, self.wards])
        return hashlib.sha256(written.encode()).hexdigest()

    @property
    def outgoing_kind(self) -> str:
        """The kind by which the mode switch treats it."""
        if self.safety:
            return "safety"
        return "reply" if self.kind == "reply" else "post"

    @property
    def can_withdraw(self) -> bool:
        """Whether it can be kept from going out: its platform was not asked yet."""
        return self.state in ("draft", "approved") and self.asked_first is None

    @property
    def is_withdrawn_notice(self) -> bool:
        """Whether it is a notice that was withdrawn, which may be made anew."""
        return self.kind == "notice" and self.state == "withdrawn"

    @property
    def can_delete(self) -> bool:
        """Whether it is out, under an id by which its platform can delete it."""
        return self.state == "posted" and self.external_id is not None

    @property
    def at_once(self) -> bool:
        """Whether it was entered to leave as soon as a second person approves it."""
        return self.safety and self.due_at <= self.made_at
