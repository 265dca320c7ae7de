"""Requests of persons, nominees, breaches, notices, and reads of unmasked data."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
_OPEN = sa.text("answered_at IS NULL")


def upgrade() -> None:
    _requests()
    _breaches()
    op.create_table(
        "privacy_notice",
        sa.Column("id", ID, primary_key=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.UniqueConstraint("purpose", "version", "language"),
    )
    op.create_index("ix_privacy_notice_sha256", "privacy_notice", ["sha256"])
    op.create_table(
        "access_entry",
        sa.Column("id", ID, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("operator_id", ID),
        sa.Column("os_user", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("records", sa.Integer()),
        sa.Column("reason", sa.String(), nullable=False),
    )
    op.create_index("access_entry_by_time", "access_entry", ["at"])
    # What a person was shown before a consent; not known of earlier ones.
    op.add_column("opt_in", sa.Column("notice", sa.String()))


def _requests() -> None:
    op.create_table(
        "rights_request",
        sa.Column("id", ID, primary_key=True),
        sa.Column("number", sa.String(), nullable=False, unique=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("on_behalf", sa.String(), nullable=False),
        sa.Column("is_child", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("citizen", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed", sa.String()),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("stop_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String()),
        sa.Column("refusal", sa.String()),
        sa.Column("answer", sa.String()),
        sa.Column("receipt", sa.JSON(none_as_null=True)),
        sa.Column("answered_by", sa.String()),
        sa.Column("answered_at", MOMENT),
        sa.Column("forgotten_at", MOMENT),
    )
    op.create_index(
        "rights_request_open",
        "rights_request",
        ["due_at"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "rights_account",
        sa.Column("id", ID, primary_key=True),
        sa.Column("request_id", ID, sa.ForeignKey("rights_request.id"), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("sealed", sa.String()),
        sa.Column("done_at", MOMENT),
        sa.UniqueConstraint("request_id", "platform", "person"),
    )
    op.create_index(
        "rights_account_by_person", "rights_account", ["platform", "person"]
    )
    op.create_table(
        "rights_step",
        sa.Column("id", ID, primary_key=True),
        sa.Column("request_id", ID, sa.ForeignKey("rights_request.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
    )
    op.create_index("ix_rights_step_request_id", "rights_step", ["request_id"])
    op.create_table(
        "rights_nominee",
        sa.Column("id", ID, primary_key=True),
        sa.Column("request_id", ID, sa.ForeignKey("rights_request.id"), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("sealed", sa.String()),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
    )
    op.create_index("ix_rights_nominee_request_id", "rights_nominee", ["request_id"])
    op.create_index(
        "rights_nominee_by_person", "rights_nominee", ["platform", "person"]
    )


def _breaches() -> None:
    op.create_table(
        "data_breach",
        sa.Column("id", ID, primary_key=True),
        sa.Column("number", sa.String(), nullable=False, unique=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("measures", sa.String(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("noticed_at", MOMENT, nullable=False),
        sa.Column("from_at", MOMENT),
        sa.Column("until_at", MOMENT),
        sa.Column("persons", sa.Integer()),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("closed_by", sa.String()),
        sa.Column("closed_at", MOMENT),
    )
    op.create_table(
        "breach_duty",
        sa.Column("id", ID, primary_key=True),
        sa.Column("breach_id", ID, sa.ForeignKey("data_breach.id"), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT),
        sa.Column("told_by", sa.String()),
        sa.Column("note", sa.String(), nullable=False),
        sa.UniqueConstraint("breach_id", "duty"),
    )
