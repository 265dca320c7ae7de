"""What holds a message in the outbox. Of those that are held before, only a message
without words was held by the switch for certain."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outgoing", sa.Column("held_by", sa.String()))
    op.execute(
        "UPDATE outgoing SET held_by = 'mode' WHERE state = 'held' AND answer IS NULL"
    )
