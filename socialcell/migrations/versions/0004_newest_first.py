"""Indexes for lists: mentions newest first, and what is in force of them.

SQLite walks `mention_by_time` backwards, which ends with the id as every index does;
PostgreSQL needs one in the very order, undated mentions last.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("annotation_by_value", "annotation")
    _annotations("annotation_suggested", "value", "decided_value IS NULL")
    _annotations("annotation_decided", "decided_value", "decided_value IS NOT NULL")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX mention_newest ON mention "
            "(authored_at DESC NULLS LAST, id DESC)"
        )


def _annotations(name: str, value: str, rule: str) -> None:
    """One half of what is in force, so that no row has to be read to know it."""
    op.create_index(
        name,
        "annotation",
        ["kind", value, "mention_id"],
        sqlite_where=sa.text(rule),
        postgresql_where=sa.text(rule),
    )
