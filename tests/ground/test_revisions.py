"""The revisions that commands compare are those that alembic goes through."""

from alembic.script import ScriptDirectory

from socialcell.db import revisions


def test_the_names_of_the_files_are_the_revisions_in_their_order() -> None:
    scripts = ScriptDirectory.from_config(revisions._alembic())
    newest_first = [script.revision for script in scripts.walk_revisions()]

    assert list(revisions.revisions()) == newest_first[::-1]
    assert revisions.head() == scripts.get_current_head()
