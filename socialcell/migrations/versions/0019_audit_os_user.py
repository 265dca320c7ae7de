"""The operating system's user of every row of the audit log; older rows have none."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit", sa.Column("os_user", sa.String()))
