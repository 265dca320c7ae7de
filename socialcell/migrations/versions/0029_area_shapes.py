"""Outlines of areas, with dates."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "area_shape",
        sa.Column("id", ID, primary_key=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("polygons", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("sketch", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("key", "valid_from"),
    )
