"""Accounts that wait for a second person, and how an account of the registry got in."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "registry_proposal",
        sa.Column("id", ID, primary_key=True),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("person_class", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("ground", sa.String()),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.UniqueConstraint("platform", "handle"),
    )
    op.add_column("registry_account", sa.Column("approved_by", sa.String()))
    op.add_column("registry_account", sa.Column("approved_at", MOMENT))
    op.add_column("registry_account", sa.Column("basis", sa.String()))
    # Papers whose feed is read were entered with their source.
    op.execute(
        "UPDATE registry_account SET basis = 'source' "
        "WHERE evidence LIKE 'a feed that is read: %'"
    )
