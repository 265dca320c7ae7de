"""When an incident ended. Of those that were over before, nobody knows any more."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    ended_at = sa.Column("ended_at", sa.DateTime(timezone=True))
    op.add_column("incident", ended_at)
