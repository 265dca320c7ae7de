"""Daily figures: ads, search results and app stores."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ad_fact",
        sa.Column("key", sa.String(), primary_key=True),
        *_texts("network", "account", "level", "campaign"),
        *_texts("ad_group", "ad", nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        *_texts("zone", "currency", "campaign_name"),
        *_texts("ad_group_name", "ad_name", nullable=True),
        *_counts("impressions", "reach", "clicks", "link_clicks", "video_views"),
        *_counts("cost_micros"),
        sa.Column("conversions", sa.Float()),
        sa.Column("installs", sa.JSON(), nullable=False),
        *_history(),
    )
    op.create_index("ad_fact_by_day", "ad_fact", ["day", "level"])
    op.create_table(
        "search_fact",
        sa.Column("key", sa.String(), primary_key=True),
        *_texts("site", "dimension", "value"),
        sa.Column("day", sa.Date(), nullable=False),
        *_counts("clicks", "impressions"),
        sa.Column("position", sa.Float()),
        sa.Column("final", sa.Boolean(), nullable=False),
        *_history(),
    )
    op.create_index("search_fact_by_day", "search_fact", ["site", "dimension", "day"])
    op.create_table(
        "store_fact",
        sa.Column("key", sa.String(), primary_key=True),
        *_texts("store", "app", "metric", "definition", "dimension", "cut"),
        sa.Column("day", sa.Date(), nullable=False),
        *_texts("zone"),
        *_counts("value"),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        *_history(),
    )
    op.create_index("store_fact_by_day", "store_fact", ["store", "metric", "day"])


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, BIG) for name in names]


def _history() -> list[sa.Column[object]]:
    """When a row came, and what became of its figures since."""
    return [
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restated_at", sa.DateTime(timezone=True)),
        sa.Column("restatements", sa.Integer(), nullable=False),
        sa.Column("first", sa.JSON()),
    ]
