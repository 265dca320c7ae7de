"""One message of the outbox as it would leave: its text, for whoever looks after it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default

from socialcell import db
from socialcell.errors import UsageError
from socialcell.json_types import JsonValue
from socialcell.ops import outbox_store
from socialcell.ops.outbox_model import Outgoing
from socialcell.services.context import Context
from socialcell.services.outbox import outbox_view
from socialcell.services.outbox.outbox_view import MessageEntry

# The keys of chats and calls below which words of a message stand.
_SPOKEN_FIELDS = frozenset(
    {"title", "lines", "text", "url", "blocks", "elements"}
    | {"attachments", "content", "body", "inlines", "actions"}
)


@dataclass(frozen=True, slots=True)
class MessageText:
    """A message with its channel and text; None where the words are not kept, since it
    was sent, or are a private answer, which its case shows.

    People in it are masked, as they were when it was written.
    """

    entry: MessageEntry
    channel: str
    text: str | None


def show_message(context: Context, number: int) -> MessageText:
    """A message by its number. UsageError: there is none."""
    with db.reading(context.engine) as session:
        message = session.get(Outgoing, number)
        if message is None:
            raise UsageError("outbox.no_such_message", number=number)
        return MessageText(outbox_view.entry(message), message.channel, _text(message))


def _text(message: Outgoing) -> str | None:
    body, kind = message.body, message.kind
    if body is None or kind == outbox_store.ANSWER:
        return None
    if message.channel == "mail":
        part = message_from_bytes(body, policy=default).get_body(("plain",))
        if part is None:
            return None
        return "\n".join(part.get_content().rstrip().splitlines())
    if kind in outbox_store.PUBLIC:
        return body.decode()
    document = json.loads(body)
    # Slack's text beside its blocks says the title once more.
    return "\n".join(_lines(document.get("blocks") or document))


def _lines(node: JsonValue) -> Iterator[str]:
    """What a chat shows, or a voice reads out, in order."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for part in node:
            yield from _lines(part)
    elif isinstance(node, dict):
        for name, part in node.items():
            if name in _SPOKEN_FIELDS and not (name == "title" and "url" in node):
                yield from _lines(part)
