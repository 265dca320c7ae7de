"""A workspace from before there were operators: upgraded, verified, gone on with."""

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command as alembic

from socialcell import config, db
from socialcell.clock import FixedClock
from socialcell.db import revisions
from socialcell.errors import SocialcellError
from socialcell.ops import audit
from socialcell.ops.audit import AuditFields
from socialcell.services import audit_log
from socialcell.services.context import Context
from socialcell.services.publishing import own_posts
from socialcell.services.workspace.workspace_setup import initialise
from tests.builders import NOON
from tests.operator_accounts import begin

OLD_POST = (
    "INSERT INTO own_post (id, key, kind, platform, due_at, language, text, wards, "
    "safety, state, made_by, made_at, decided_by, decided_at) VALUES "
    "(?, ?, 'post', 'x', ?, 'en', 'Water comes at six', '[]', 0, ?, 'asha', ?, ?, ?)"
)


def old_database(path: Path) -> None:
    """A draft and an approved post, with the audit log of then."""
    engine = db.connect(f"sqlite:///{path}")
    with engine.begin() as connection:
        settings = revisions._alembic()
        settings.attributes["connection"] = connection
        alembic.upgrade(settings, "0025")
    engine.dispose()
    at, due = stored(NOON), stored(NOON + timedelta(days=9))
    with sqlite3.connect(path) as raw:
        raw.execute(OLD_POST, (1, "a", due, "draft", at, None, None))
        raw.execute(OLD_POST, (2, "b", due, "approved", at, "meera", at))
        head = audit.START
        for seq, (actor, action, about) in enumerate(
            (
                ("asha", "post.add", "1"),
                ("asha", "post.add", "2"),
                ("meera", "post.approve", "2"),
            ),
            start=1,
        ):
            row: AuditFields = {
                "seq": seq,
                "at": NOON,
                "actor": actor,
                "operator_id": None,
                "os_user": "cell",
                "action": action,
                "object": about,
                "detail": {},
            }
            seal = audit.seal(head, row)
            raw.execute(
                "INSERT INTO audit (seq, at, actor, action, object, detail, os_user, "
                "prev_hash, hash) VALUES (?, ?, ?, ?, ?, '{}', 'cell', ?, ?)",
                (seq, at, actor, action, about, head, seal),
            )
            head = seal
    raw.close()


def stored(moment: datetime) -> str:
    """A moment as SQLite holds it."""
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


@pytest.fixture
def upgraded(tmp_path: Path) -> Context:
    folder = tmp_path / "cell"
    initialise(folder)
    path = folder / "socialcell.db"
    for file in folder.glob("socialcell.db*"):
        file.unlink()
    old_database(path)
    workspace = config.load(folder / "config.yaml")
    engine = db.connect(workspace.database_url)
    assert revisions.upgrade(engine) == ("0025", revisions.head())
    return Context(workspace, engine, FixedClock(NOON))


def test_it_verifies_as_before_and_with_its_first_operators(upgraded: Context) -> None:
    before = audit_log.verify_log(upgraded)
    begin(upgraded)
    after = audit_log.verify_log(upgraded, before.chain.head.hash)

    assert (before.ok, before.chain.head.seq) == (True, 3)
    assert after.ok
    assert list(after.unexplained) == []
    upgraded.engine.dispose()


def test_an_old_draft_is_approved_by_nobody_and_says_what_to_do(
    upgraded: Context,
) -> None:
    asha, meera = begin(upgraded)

    for person in (asha, meera):
        acting = person.sign_in(upgraded)
        with pytest.raises(SocialcellError, match="makes it again") as error:
            own_posts.approve_posts(acting, [1])
        assert error.value.message.code == "operators.maker_unknown"
    assert own_posts.list_drafts(upgraded) == [1]
    upgraded.engine.dispose()
