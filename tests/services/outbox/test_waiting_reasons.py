"""`outbox send` says what still waits, and why."""

from datetime import timedelta

from sqlalchemy import Engine

from socialcell import db, mail
from socialcell.clock import SystemClock
from socialcell.ops import outbox_store
from socialcell.services.context import Context
from socialcell.services.outbox import outbox
from tests.inside import socialcell


def test_what_is_put_off_is_named_with_its_reason_and_its_next_attempt(
    context: Context, engine: Engine
) -> None:
    now = SystemClock().now()
    letter = mail.Letter("Danger", "text", "<p>text</p>")
    outbox.put_letter(
        context, "alert", "incident.1", "en", ["a@city.example"], lambda: letter
    )
    later = now + timedelta(hours=2)
    with db.writing(engine) as session:
        assert outbox_store.claim(session, 1, context.clock.now()) is not None
        outbox_store.settle(session, 1, "pending", now, "451 try again", later)

    done = socialcell(
        "outbox", "send", "--config", context.workspace.folder / "config.yaml"
    )

    sent, waiting = done.stdout.splitlines()
    assert sent == "0 sent, 0 later, 0 dead"
    assert waiting.startswith("Still waiting: mail: 1 alerts since 2026-11-23 09:00")
    assert "451 try again (next attempt: " in waiting
