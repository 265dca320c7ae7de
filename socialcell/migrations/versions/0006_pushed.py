"""What platforms push to us, and who agreed to be written to."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _pushes()
    _later()
    _whatsapp()


def _pushes() -> None:
    """The door: what was handed in, and how often somebody was turned away."""
    op.create_table(
        "pushed",
        sa.Column("id", ID, primary_key=True),
        _source(),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT),
        sa.Column("run_id", ID, sa.ForeignKey("run.id")),
        sa.UniqueConstraint("source_id", "digest"),
    )
    op.create_index("pushed_work_list", "pushed", ["done_at", "id"])
    op.create_table(
        "refused_push",
        _source(primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("reason", sa.String(), primary_key=True),
        sa.Column("n", sa.Integer(), nullable=False),
    )


def _later() -> None:
    """Work lists of what a push only names: files of messages, and public posts."""
    op.create_table(
        "attachment",
        sa.Column("id", ID, primary_key=True),
        sa.Column("mention_id", ID, sa.ForeignKey("mention.id"), nullable=False),
        _source(),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("content_type", sa.String()),
        sa.Column("size", sa.Integer()),
        sa.Column("sha256", sa.String()),
        *_work(),
        sa.Column("fetched_at", MOMENT),
        sa.UniqueConstraint("mention_id", "ref"),
    )
    op.create_index("attachment_work_list", "attachment", ["state", "not_before"])
    op.create_table(
        "awaited",
        sa.Column("id", ID, primary_key=True),
        _source(),
        sa.Column("ref", sa.String(), nullable=False),
        *_work(),
        sa.UniqueConstraint("source_id", "ref"),
    )
    op.create_index("awaited_work_list", "awaited", ["state", "not_before"])


def _whatsapp() -> None:
    op.create_table(
        "opt_in",
        sa.Column("id", ID, primary_key=True),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.UniqueConstraint("platform", "person", "event", "at"),
    )
    op.create_table(
        "message_template",
        _source(primary_key=True),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("language", sa.String(), primary_key=True),
        sa.Column("external_id", sa.String()),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("body", sa.String()),
        sa.Column("synced_at", MOMENT, nullable=False),
    )
    op.create_table(
        "sent_message",
        _source(primary_key=True),
        sa.Column("external_id", sa.String(), primary_key=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_at", MOMENT, nullable=False),
        sa.Column("category", sa.String()),
        sa.Column("billable", sa.Boolean()),
        sa.Column("billed_at", MOMENT),
        sa.Column("error", sa.String()),
    )


def _source(*, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(
        "source_id",
        ID,
        sa.ForeignKey("source.id"),
        primary_key=primary_key,
        autoincrement=False,
        nullable=False,
    )


def _work() -> list[sa.Column[object]]:
    return [
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT),
    ]
