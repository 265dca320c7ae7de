"""The search index holds masked words: what a screen hides cannot be searched."""

from alembic import context, op
from sqlmodel import Session

from socialcell.listening.store import search_forms

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_DROP = (
    "INSERT INTO mention_fts(mention_fts, rowid, folded) "
    "VALUES ('delete', old.id, old.folded);"
)
_ADD = "INSERT INTO mention_fts(rowid, folded) VALUES (new.id, new.folded);"


def upgrade() -> None:
    """Write the words of every mention anew, some at a time.

    On SQLite the index is built anew as a whole: words that are deleted one by one stay
    in its older parts until these are merged.
    """
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        op.execute("DROP TRIGGER mention_fts_update")
    holders = context.config.attributes.get("office_holders", ())
    with Session(connection, join_transaction_mode="rollback_only") as session:
        search_forms.rebuild(session, holders)
        session.flush()
    if is_sqlite:
        op.execute("INSERT INTO mention_fts(mention_fts) VALUES ('rebuild')")
        op.execute(
            "CREATE TRIGGER mention_fts_update AFTER UPDATE OF folded ON mention "
            f"WHEN old.folded IS NOT new.folded BEGIN {_DROP} {_ADD} END"
        )
