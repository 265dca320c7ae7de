"""Daily figures: ads, search results and app stores."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet: the tables of this step are still to come."""
