"""When the next clock of a case runs out is found without a look at its rows."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_RUNNING = sa.text("stopped_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "desk_clock_of_case",
        "desk_clock",
        ["case_id", "due_at"],
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
