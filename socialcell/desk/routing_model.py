"""The table of the cell's own routes: who works on what, and within which time."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from socialcell.db import BigId


class DeskRoute(SQLModel, table=True):
    """A row of the cell's own routing.csv, in place of the package's of its topic and
    area (desk/routing_table.py). `area` is "" for the whole city."""

    __tablename__ = "desk_route"
    __table_args__ = (UniqueConstraint("topic", "area"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    topic: str
    area: str
    team: str
    stage_hours: float
    total_hours: float
    counts: str
    source: str
