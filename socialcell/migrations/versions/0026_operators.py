"""Operators who sign in: codes, sessions, second factors, grants of roles."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("audit", sa.Column("operator_id", ID))
    op.create_table(
        "operator",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False, unique=True),
        sa.Column("password_hash", sa.String()),
        sa.Column("added_by", ID),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("confirmed_by", ID),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("disabled_by", ID),
        sa.Column("disabled_at", MOMENT),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("next_sign_in_at", MOMENT),
    )
    _create_codes()
    _create_grants()


def _create_codes() -> None:
    op.create_table(
        "one_time_code",
        sa.Column("id", ID, primary_key=True),
        _operator(),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("second_hash", sa.String()),
        sa.Column("has_halves", sa.Boolean(), nullable=False),
        sa.Column("made_by", ID),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("confirmed_by", ID),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
    )
    op.create_table(
        "operator_session",
        sa.Column("id", ID, primary_key=True),
        _operator(),
        sa.Column("token_hash", sa.String(), nullable=False, unique=True),
        sa.Column("shell", sa.String(), nullable=False),
        sa.Column("os_user", sa.String(), nullable=False),
        sa.Column("known_by", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
    )
    op.create_table(
        "second_factor",
        sa.Column("operator_id", ID, sa.ForeignKey("operator.id"), primary_key=True),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("last_step", ID, nullable=False),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", ID, primary_key=True),
        _operator(),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("used_at", MOMENT),
    )
    for table in ("one_time_code", "operator_session", "recovery_code"):
        op.create_index(f"ix_{table}_operator_id", table, ["operator_id"])


def _create_grants() -> None:
    op.create_table(
        "role_grant",
        sa.Column("id", ID, primary_key=True),
        _operator(),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT),
        sa.Column("made_by", ID),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("confirmed_by", ID),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("revoked_by", ID),
        sa.Column("revoked_at", MOMENT),
    )
    op.create_index("ix_role_grant_operator_id", "role_grant", ["operator_id"])


def _operator() -> sa.Column[int]:
    return sa.Column("operator_id", ID, sa.ForeignKey("operator.id"), nullable=False)
