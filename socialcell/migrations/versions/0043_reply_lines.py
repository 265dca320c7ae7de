"""Every answer to a message has its line, which is found by its state and its words."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What waits gets the digest of its words."""
    op.add_column("reply_draft", sa.Column("words_digest", sa.String()))
    op.create_index("ix_reply_draft_state", "reply_draft", ["state"])
    draft = sa.table(
        "reply_draft", sa.column("id"), sa.column("text"), sa.column("words_digest")
    )
    connection = op.get_bind()
    waiting = sa.select(draft.c.id, draft.c.text).where(draft.c.text.is_not(None))
    for id_, words in connection.execute(waiting).all():
        digest = hashlib.sha256(" ".join(words.split()).encode()).hexdigest()
        change = sa.update(draft).where(draft.c.id == id_)
        connection.execute(change.values(words_digest=digest))
