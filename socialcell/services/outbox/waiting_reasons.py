"""What is in the way of messages that wait, in a sentence for each way."""

from socialcell import db
from socialcell.clock import in_pune
from socialcell.ops import waiting_messages
from socialcell.ops.waiting_messages import MAIL, WaitingMessages
from socialcell.services.context import Context


def waiting_reasons(context: Context, *, alerts: bool) -> list[str]:
    """What waits, since when, what the last attempt answered and when the next is; of
    alerts or of all other messages to ourselves."""
    with db.reading(context.engine) as session:
        ways = waiting_messages.waiting_messages(session, alerts=alerts)
    what = "alerts" if alerts else "other messages"
    return [
        f"{way.way}: {way.count} {what} since {in_pune(way.oldest)}, "
        f"{_reason(context, way)}"
        for way in ways
    ]


def _reason(context: Context, way: WaitingMessages) -> str:
    if way.way == MAIL and context.workspace.config.mail.host is None:
        return "mail.host is not set in config.yaml"
    answer = way.answer or "not tried yet"
    if way.next_at > context.clock.now():
        return f"{answer} (next attempt: {in_pune(way.next_at)})"
    return answer
