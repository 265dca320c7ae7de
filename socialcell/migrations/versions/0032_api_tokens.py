"""Tokens of the API, and how often something was done in a stretch of time."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False, unique=True),
        sa.Column("token_hash", sa.String(), nullable=False, unique=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("made_by", ID, sa.ForeignKey("operator.id"), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("revoked_by", ID),
        sa.Column("revoked_at", MOMENT),
        sa.Column("last_used_on", sa.Date()),
    )
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
    )
