"""Calls of the outbox: placed by a phone of config.yaml, and of several about one
incident the newest alone."""

import json
from collections.abc import Callable

from socialcell import db, phone
from socialcell.json_types import JsonValue
from socialcell.listening.store.alerts import critical_calls
from socialcell.ops import outbox_store
from socialcell.services.context import Context

# A call is tried anew so often; the later steps of its ladder are calls of their own.
MOST_RETRIES = 7
# Codes of errors after which the phone is asked nothing more in the same run: each
# further call may take as long.
NO_ANSWER = frozenset({"delivery.program_stopped", "delivery.phone_not_reached"})
_ACKNOWLEDGED = f"{outbox_store.NOT_CALLED}: it was acknowledged"
_, _SUPERSEDED = outbox_store.SUPERSEDED


def phone_sender(
    context: Context, name: str
) -> Callable[[bytes, str], phone.PlacedCall]:
    """Places a call with the phone of that name, unless it was acknowledged meanwhile.
    ConfigError when the secret with the webhook's address lacks its value."""
    settings = context.workspace.config.alerts.phone[name]
    url = ""
    if settings.url is not None:
        url = context.workspace.secret(settings.url.secret).get_secret_value()

    def send(body: bytes, _recipient: str) -> phone.PlacedCall:
        call_body = json.loads(body)
        with db.reading(context.engine) as session:
            acknowledged = call_body["item"] and critical_calls.is_acknowledged(
                session, call_body["item"]
            )
            if acknowledged:
                return phone.PlacedCall(_ACKNOWLEDGED)
        if settings.command is not None:
            return phone.run_command(
                settings.command, body, call_body["incident"], settings.seconds
            )
        base_urls, now = context.connector_context.base_urls, context.clock.now()
        return phone.post_webhook(url, body, base_urls, now, settings.seconds)

    return send


def end_superseded(context: Context, name: str) -> int:
    """End the calls to a phone that wait behind a newer one about the same incident or
    case; how many. Each stays in the outbox and says why it was not made."""
    with db.reading(context.engine) as session:
        older = _superseded(outbox_store.waiting_calls(session, name))
    if not older:
        return 0
    with db.writing(context.engine) as session:
        now = context.clock.now()
        return outbox_store.end_unsent(session, older, now, _SUPERSEDED)


def _superseded(calls: list[tuple[int, bytes]]) -> list[int]:
    """Ids of calls, the newest first, of which a newer one is about the same."""
    seen: set[tuple[str, JsonValue]] = set()
    older = []
    for id_, body in calls:
        call = json.loads(body)
        about = next(
            ((key, call[key]) for key in ("incident", "case") if call.get(key)), None
        )
        if about is None:  # a trial
            continue
        if about in seen:
            older.append(id_)
        seen.add(about)
    return older
