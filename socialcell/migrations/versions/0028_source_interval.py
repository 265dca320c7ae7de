"""The interval of a source, and its name and interval in the history of its settings.

Older versions have neither: the interval was that of config.yaml.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("pull_minutes", sa.Integer()))
    op.add_column("source_version", sa.Column("name", sa.String()))
    op.add_column("source_version", sa.Column("pull_minutes", sa.Integer()))
