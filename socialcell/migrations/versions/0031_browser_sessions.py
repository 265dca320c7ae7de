"""Sessions of browsers, what operators prefer, and forms that were sent once."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("operator", sa.Column("language", sa.String(), nullable=True))
    op.add_column(
        "operator",
        sa.Column(
            "has_shortcuts", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )
    op.add_column("operator_session", sa.Column("used_at", moment, nullable=True))
    op.add_column(
        "operator_session",
        sa.Column("client", sa.String(), nullable=False, server_default=""),
    )
    op.create_table(
        "form_submission",
        sa.Column("key_hash", sa.String(), primary_key=True),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("begun_at", moment, nullable=False, index=True),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("notice", sa.String(), nullable=False, server_default=""),
    )
