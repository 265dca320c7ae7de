"""The daemon: due slots, leases, incidents, the outbox and its deliveries."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet: the tables of this step are still to come."""
