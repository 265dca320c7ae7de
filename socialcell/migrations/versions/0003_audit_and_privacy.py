"""The audit log, people who are not collected again, and reveals inside a case."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", ID, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
    )
    op.create_table(
        "suppression",
        sa.Column("platform", sa.String(), primary_key=True),
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "reveal_grant",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("mention_id", ID, sa.ForeignKey("mention.id"), nullable=False),
        sa.Column("author_id", ID, sa.ForeignKey("author.id"), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_reveal_grant_author_id", "reveal_grant", ["author_id"])
    op.create_index("ix_reveal_grant_mention_id", "reveal_grant", ["mention_id"])
    if op.get_bind().dialect.name == "sqlite":
        _append_only_sqlite()
    else:
        _append_only_postgresql()


_REFUSED = "the audit log can only be appended to"


def _append_only_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON audit {refuse}"
        )
    # INSERT OR REPLACE removes a row without asking the trigger of DELETE.
    out_of_order = "new.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)"
    op.execute(
        "CREATE TRIGGER audit_in_order BEFORE INSERT ON audit "
        f"WHEN {out_of_order} {refuse}"
    )


def _append_only_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
    )
    op.execute(
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    )
