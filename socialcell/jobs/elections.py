"""Elections: while one is on, nothing that the switch holds then goes out in public."""

from collections.abc import Iterator
from datetime import datetime

from socialcell.campaigns.own_posts_model import OwnPost
from socialcell.campaigns.planning import days
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.jobs import outgoing
from socialcell.jobs.context import Context
from socialcell.ops import outgoing as outbox
from socialcell.ops.outgoing_model import Outgoing


def why_not(
    context: Context, post: OwnPost, waits: Outgoing | None, at: datetime
) -> Iterator[str]:
    """Why a post does not go out at a moment: `planning.elections` has its day, and no
    person released it; nothing: no election is in the way."""
    released = waits is not None and waits.answer == outbox.RELEASED
    if post.outgoing_kind in outgoing.HELD["election"] and not released:
        for said in _on(context, at):
            yield f"{said}: socialcell outgoing release"


def refuse(context: Context, post: OwnPost) -> None:
    """UsageError for a post that is planned for an election. A notice may be entered:
    people must hear of a closure, and a person releases it when its time has come."""
    if post.kind != "post":
        return
    for said in _on(context, post.due_at):
        raise UsageError(
            f"{said}. Under the code of conduct the cell posts nothing of its own: "
            "plan it for another day. Answers and notices may be entered; notices "
            "then wait for a person."
        )


def _on(context: Context, at: datetime) -> Iterator[str]:
    day = at.astimezone(IST).date()
    window = days.election_on(day, context.workspace.config.planning.elections)
    if window is not None:
        first, last = window
        yield (
            f"{day} is within an election ({first} to {last}, planning.elections in "
            "config.yaml)"
        )
