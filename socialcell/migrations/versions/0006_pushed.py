"""What platforms push to us, and who agreed to be written to."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet: the tables of this step are still to come."""
