"""Collection over months: windows of allowances, engagement to come, upkeep."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet: the tables of this step are still to come."""
