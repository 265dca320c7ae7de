"""Who sent a form, and where to, stands in the hash of its key alone."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What a program asked for stays: its key may come again."""
    op.drop_column("form_submission", "sender")
    op.execute("ALTER TABLE form_submission RENAME COLUMN path TO mark")
