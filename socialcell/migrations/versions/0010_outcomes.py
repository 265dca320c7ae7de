"""Campaigns, outcomes by area and day, visits by UTM, and every restatement."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("initiative", sa.String()),
        *_texts("goal"),
        sa.Column("wards", sa.JSON(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("budget_micros", BIG),
        *_texts("currency"),
        _time("created_at"),
        *_texts("created_by"),
    )
    op.create_table(
        "outcome_fact",
        sa.Column("key", sa.String(), primary_key=True),
        *_texts("outcome", "area"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("value", BIG),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        *_history(),
    )
    op.create_index("outcome_fact_by_day", "outcome_fact", ["outcome", "day"])
    op.create_table(
        "visit_fact",
        sa.Column("key", sa.String(), primary_key=True),
        *_texts("site", "source", "medium", "campaign", "content", "term"),
        sa.Column("day", sa.Date(), nullable=False),
        *_texts("zone"),
        sa.Column("visits", BIG),
        *_history(),
    )
    op.create_index("visit_fact_by_day", "visit_fact", ["site", "day"])
    op.create_table(
        "restatement",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        _time("said_at"),
        _time("replaced_at"),
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _history() -> list[sa.Column[object]]:
    """When a row came, and what became of its figures since."""
    return [
        _time("stored_at"),
        _time("restated_at", nullable=True),
        sa.Column("restatements", sa.Integer(), nullable=False),
        sa.Column("first", sa.JSON()),
    ]
