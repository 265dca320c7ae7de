"""How people are shown on every way out of this workspace."""

from socialcell import db
from socialcell.jobs.context import Context
from socialcell.listening.people import SECRET_NAME, People
from socialcell.listening.store import questions


def of(context: Context) -> People:
    """The workspace's key and registry. ConfigError when the key is missing."""
    key = context.workspace.secret(SECRET_NAME).get_secret_value()
    with db.reading(context.engine) as session:
        return People(key.encode(), questions.registry(session))
