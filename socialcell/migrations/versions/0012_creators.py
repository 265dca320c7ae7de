"""The registry of creators, their rates and audiences, and flags of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "creator",
        sa.Column("id", ID, primary_key=True),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        *_texts("name", "kind"),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("wards", sa.JSON(), nullable=False),
        *_texts("contact", "email", "phone", nullable=True),
        *_texts("rate_class", "rate_source", nullable=True),
        *_texts("consent"),
        sa.Column("consent_on", sa.Date()),
        *_texts("consent_evidence", "public_because", "connection", nullable=True),
        sa.Column("connection_on", sa.Date()),
        *_texts("connection_by", nullable=True),
        sa.Column("cool_off_days", sa.Integer()),
        *_texts("added_by"),
        _time("added_at"),
        _time("changed_at"),
    )
    op.create_table(
        "creator_account",
        sa.Column("id", ID, primary_key=True),
        sa.Column("creator_id", ID, sa.ForeignKey("creator.id"), nullable=False),
        *_texts("platform", "handle"),
        sa.UniqueConstraint("platform", "handle"),
    )
    op.create_index("ix_creator_account_creator_id", "creator_account", ["creator_id"])
    op.create_table(
        "creator_rate",
        sa.Column("creator_id", ID, sa.ForeignKey("creator.id"), primary_key=True),
        sa.Column("format", sa.String(), primary_key=True),
        sa.Column("since", sa.Date(), primary_key=True),
        sa.Column("amount_micros", ID, nullable=False),
        *_texts("currency", "source"),
    )
    op.create_table(
        "creator_insight",
        sa.Column("creator_id", ID, sa.ForeignKey("creator.id"), primary_key=True),
        sa.Column("platform", sa.String(), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("dimension", sa.String(), primary_key=True),
        sa.Column("value", sa.String(), primary_key=True),
        sa.Column("number", sa.Float(), nullable=False),
        *_texts("source", "added_by"),
        _time("added_at"),
    )
    op.create_table(
        "creator_sketch",
        sa.Column(
            "creator_id",
            ID,
            sa.ForeignKey("creator.id"),
            primary_key=True,
            autoincrement=False,
        ),
        _time("since"),
        _time("until"),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("precision", sa.Integer(), nullable=False),
        sa.Column("registers", sa.LargeBinary(), nullable=False),
        _time("made_at"),
    )
    op.create_table(
        "account_flag",
        sa.Column("id", ID, primary_key=True),
        *_texts("platform", "handle", "flag", "reason", "by"),
        _time("at"),
        *_texts("lifted_by", nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True)),
        *_texts("lifted_reason", nullable=True),
    )
    op.create_index("account_flag_of", "account_flag", ["platform", "handle"])


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
