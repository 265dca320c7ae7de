"""Where a platform does not show a mention; the next look says so of those held."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mention", sa.Column("withheld", sa.JSON()))
