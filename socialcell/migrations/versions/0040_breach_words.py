"""What happened in a breach, and what was done, in each language of its letters."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    language = sa.Column("language", sa.String(), nullable=False, server_default="en")
    op.add_column("data_breach", language)
    op.add_column("data_breach", sa.Column("translations", sa.JSON()))
