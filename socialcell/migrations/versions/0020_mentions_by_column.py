"""Indexes for lists of one intent, urgency or platform; its ids come in order."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("intent", "urgency", "platform"):
        op.create_index(f"mention_by_{column}", "mention", [column, "id"])
