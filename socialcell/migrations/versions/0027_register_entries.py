"""What a register says of a complaint: its status, ward, department, when closed.

The words are the register's own: `ward` is no id of an area.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_IN_A_REGISTER = sa.text("status IS NOT NULL")


def upgrade() -> None:
    for name in ("status", "ward", "department"):
        op.add_column("mention", sa.Column(name, sa.String()))
    op.add_column("mention", sa.Column("closed_at", sa.DateTime(timezone=True)))
    op.create_index(
        "mention_by_status",
        "mention",
        ["status", "id"],
        sqlite_where=_IN_A_REGISTER,
        postgresql_where=_IN_A_REGISTER,
    )
