"""Refused connections by day; changes of links that wait for a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_connections",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("server", sa.String(), primary_key=True),
        sa.Column("reason", sa.String(), primary_key=True),
        sa.Column("n", sa.BigInteger(), nullable=False),
    )
