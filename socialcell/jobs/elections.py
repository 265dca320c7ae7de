"""Elections: while one is on, nothing that the switch holds then goes out in public."""

from datetime import datetime

from sqlmodel import Session

from socialcell.campaigns.own_posts_model import OwnPost
from socialcell.campaigns.planning import days
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.jobs import outgoing
from socialcell.jobs.context import Context


def why_not(
    context: Context, session: Session, post: OwnPost, at: datetime
) -> str | None:
    """Why a post that no person released does not go out at a moment, in words:
    `planning.elections` has its day. None: no election is in the way.

    In a crisis a notice that is marked as safety goes out on such a day, too.
    """
    if post.outgoing_kind == "safety" and outgoing.mode_in(session) == "crisis":
        return None
    on = _on(context, at) if post.outgoing_kind in outgoing.HELD["election"] else None
    return on and f"{on}: socialcell outgoing release"


def refuse(context: Context, post: OwnPost) -> None:
    """UsageError for a post that is planned for an election. A notice may be entered:
    people must hear of a closure, and a person releases it when its time has come."""
    on = _on(context, post.due_at) if post.kind == "post" else None
    if on is not None:
        raise UsageError(
            f"{on}. Under the code of conduct the cell posts nothing of its own: "
            "plan it for another day. Answers and notices may be entered; notices "
            "then wait for a person."
        )


def _on(context: Context, at: datetime) -> str | None:
    day = at.astimezone(IST).date()
    window = days.election_on(day, context.workspace.config.planning.elections)
    if window is None:
        return None
    first, last = window
    return (
        f"{day} is within an election ({first} to {last}, planning.elections in "
        "config.yaml)"
    )
