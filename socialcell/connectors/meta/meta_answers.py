"""Answers to people on Messenger and Instagram: the Send API, and what arrived."""

from typing import TYPE_CHECKING

from socialcell.connectors.json_values import object_at, optional_object
from socialcell.connectors.meta.meta_push import DeliveryStatus, ReadReport
from socialcell.connectors.meta.meta_values import each, epoch_milliseconds, text_of
from socialcell.connectors.publisher import require_id, run_write
from socialcell.json_types import JsonObject

if TYPE_CHECKING:
    from socialcell.connectors.meta.graph_client import Graph


def send_text(graph: "Graph", to: str, text: str) -> str:
    """Answer a person who wrote within a day, as the page: POST /me/messages; the
    message's id. ConnectorError; UnconfirmedCall where Meta may have taken it.

    (developers.facebook.com/docs/messenger-platform/reference/send-api)
    """
    answer = run_write(
        lambda: graph.post(
            "me/messages",
            recipient={"id": to},
            messaging_type="RESPONSE",
            message={"text": text},
        )
    )
    return require_id(answer, "message_id")


def deliveries(event: JsonObject) -> list[DeliveryStatus]:
    """The messages of ours that a `delivery` event says have arrived; none where it is
    another event."""
    delivery = optional_object(event, "delivery")
    if not delivery:
        return []
    at = epoch_milliseconds(event.get("timestamp") or delivery["watermark"])
    return [
        DeliveryStatus(text_of(mid), "delivered", at)
        for mid in each(delivery.get("mids"))
    ]


def reads(event: JsonObject) -> list[ReadReport]:
    """Until when the sender of a `read` event has read what we wrote; nothing where it
    is another event."""
    read = optional_object(event, "read")
    if not read:
        return []
    uid = text_of(object_at(event, "sender")["id"])
    return [ReadReport(uid, epoch_milliseconds(read["watermark"]))]
