"""Rollups kept in step with tagging; full-text search on PostgreSQL."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rollup_hour",
        sa.Column("hour", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("platform", sa.String(), primary_key=True),
        sa.Column("topic", sa.String(), primary_key=True),
        sa.Column("sentiment", sa.String(), primary_key=True),
        sa.Column("n", sa.Integer(), nullable=False),
    )
    op.create_table(
        "rollup_entity",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("entity", sa.String(), primary_key=True),
        sa.Column("n", sa.Integer(), nullable=False),
    )
    op.create_table(
        "rollup_ward",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("ward", sa.String(), primary_key=True),
        sa.Column("topic", sa.String(), primary_key=True),
        sa.Column("n", sa.Integer(), nullable=False),
    )
    op.create_table(
        "rollup_author",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("author_id", ID, sa.ForeignKey("author.id"), primary_key=True),
        sa.Column("n", sa.Integer(), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        _search_column()


def _search_column() -> None:
    """A stored tsvector of the folded words, which are already cut at word ends.

    PostgreSQL's own parser would cut Devanagari words at their vowel signs.
    """
    op.execute("ALTER TABLE mention ADD COLUMN search tsvector")
    op.execute(
        """CREATE FUNCTION mention_search() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.search := (
                SELECT string_agg('''' || word || ''':' || place, ' ')::tsvector
                FROM unnest(string_to_array(NEW.folded, ' '))
                    WITH ORDINALITY AS words(word, place)
                WHERE word <> '' AND place < 5000
            );
            RETURN NEW;
        END $$"""
    )
    op.execute(
        "CREATE TRIGGER mention_search BEFORE INSERT OR UPDATE OF folded ON mention "
        "FOR EACH ROW EXECUTE FUNCTION mention_search()"
    )
    op.execute("UPDATE mention SET folded = folded")
    op.execute("CREATE INDEX mention_search ON mention USING gin (search)")
