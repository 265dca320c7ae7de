"""Tracked links, their clicks and installs, and outcomes."""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet: the tables of this step are still to come."""
