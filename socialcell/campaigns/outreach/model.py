"""The tables of outreach: approvals of plans, steps of tags, posts that were found.

Approvals and steps are only ever added to, and each is sealed in the audit log.
"""

from datetime import datetime
from typing import Annotated, TypedDict

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from socialcell.db import AS_STORED, BigId


class StepDetail(TypedDict, total=False):
    """What a step says beside its columns.

    `faults`, `label`, `seconds` and `length` are what is known of a post's disclosure,
    see `DisclosureFinding`. `tool`: the platform's own label is agreed. `also`: more
    evidence, as pairs of kind and reference.
    """

    faults: list[str] | None
    label: bool | None
    seconds: float | None
    length: float | None
    tool: bool
    also: list[list[str]]


class PlanApproval(SQLModel, table=True):
    """A second person's approval of the content of a plan.

    `content` is the hash of all that was approved, `seals` those of its tags in order:
    a tag whose text was erased since is represented by its seal.
    """

    __tablename__ = "plan_approval"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    plan_id: int = Field(foreign_key="plan.id", index=True, sa_type=BigId)
    content: str
    seals: list[str] = Field(sa_column=Column(JSON, nullable=False))
    by: str
    at: datetime
    note: str | None = None


class OutreachStep(SQLModel, table=True):
    """A step of a tag: the new state, by whom, when, and the evidence.

    `terms` is the hash of what is agreed: a tag that a later version of the plan holds
    unchanged goes on where it was. `evidence` is a link, the SHA-256 of a file in the
    workspace's folder `evidence`, or the id of a mention.
    """

    __tablename__ = "outreach_step"
    __table_args__ = (Index("outreach_step_of", "campaign", "terms"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    campaign: str
    terms: str
    tag_id: int = Field(foreign_key="plan_tag.id", index=True, sa_type=BigId)
    state: str  # of campaigns/outreach/tag_states
    by: str
    at: datetime
    note: str | None = None
    evidence_kind: str | None = None  # link | file | mention | approval | measure
    evidence: str | None = None
    detail: Annotated[StepDetail, AS_STORED] = Field(
        sa_column=Column(JSON, nullable=False)
    )


class OutreachFound(SQLModel, table=True):
    """A mention that may be the post of a tag: how it was recognised, and its label.

    `faults` are kinds of campaigns/disclosure, empty when the label is as it should be.
    """

    __tablename__ = "outreach_found"
    __table_args__ = (UniqueConstraint("tag_id", "mention_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    tag_id: int = Field(foreign_key="plan_tag.id", sa_type=BigId)
    mention_id: int = Field(foreign_key="mention.id", index=True, sa_type=BigId)
    by: str  # link | name
    faults: list[str] = Field(sa_column=Column(JSON, nullable=False))
    found_at: datetime


class OutreachDismissed(SQLModel, table=True):
    """A mention that a person marked as not being the post of a tag, nor of any tag of
    the campaign with the same `terms`."""

    __tablename__ = "outreach_dismissed"
    __table_args__ = (UniqueConstraint("campaign", "terms", "mention_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    campaign: str
    terms: str
    mention_id: int = Field(foreign_key="mention.id", index=True, sa_type=BigId)
    by: str
    at: datetime
