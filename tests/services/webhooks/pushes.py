"""Pushes as Meta documents them, built by hand; signed, and handed in."""

import hashlib
import hmac
import http.client
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.builders import NOON

APP_SECRET, VERIFY_TOKEN = "an app secret of tests", "a word of tests"
SECRETS = {
    "meta_app_secret": APP_SECRET,
    "meta_verify_token": VERIFY_TOKEN,
    "meta_token": "EAAtests",
}
NUMBER_ID, BUSINESS_ID = "104857600200300", "204857600200300"
PAGE_ID, INSTAGRAM_ID = "304857600200300", "17841400000000001"
ASHA = "999800000001"  # an invented person; no such number is given out
WHATSAPP = {"phone_number_id": NUMBER_ID, "business_account_id": BUSINESS_ID}


def seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def text_message(
    text: str = "कोथरूडमध्ये आज पाणी आले नाही",
    wamid: str = "wamid.ONE",
    at: datetime = NOON,
    sender: str = ASHA,
    **more: Any,
) -> dict[str, Any]:
    return {
        "from": sender,
        "id": wamid,
        "timestamp": seconds(at),
        "type": "text",
        "text": {"body": text},
        **more,
    }


def picture(
    media_id: str = "990001", wamid: str = "wamid.PIC", caption: str | None = None
) -> dict[str, Any]:
    image = {"id": media_id, "mime_type": "image/jpeg", "sha256": "claimed"}
    if caption is not None:
        image["caption"] = caption
    return {
        "from": ASHA,
        "id": wamid,
        "timestamp": seconds(NOON),
        "type": "image",
        "image": image,
    }


def revoked(wamid: str, at: datetime = NOON) -> dict[str, Any]:
    return {
        "from": ASHA,
        "id": f"{wamid}.GONE",
        "timestamp": seconds(at),
        "type": "revoke",
        "revoke": {"original_message_id": wamid},
    }


def status(
    wamid: str, state: str = "delivered", at: datetime = NOON, **more: Any
) -> dict[str, Any]:
    return {
        "id": wamid,
        "status": state,
        "timestamp": seconds(at),
        "recipient_id": ASHA,
        **more,
    }


def whatsapp(
    *messages: dict[str, Any], number: str = NUMBER_ID, **more: Any
) -> dict[str, Any]:
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "912000000000", "phone_number_id": number},
        **more,
    }
    if messages:
        people = {one["from"]: "Asha Sample" for one in messages}
        value["contacts"] = [
            {"profile": {"name": name}, "wa_id": uid} for uid, name in people.items()
        ]
        value["messages"] = list(messages)
    change = {"field": "messages", "value": value}
    entry = {"id": BUSINESS_ID, "changes": [change]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def messenger(*events: dict[str, Any], kind: str = "page") -> dict[str, Any]:
    own = PAGE_ID if kind == "page" else INSTAGRAM_ID
    entry = {"id": own, "time": 1, "messaging": list(events)}
    return {"object": kind, "entry": [entry]}


def event(
    text: str = "No water in Kothrud", mid: str = "m_one", **more: Any
) -> dict[str, Any]:
    return {
        "sender": {"id": "7100000000000001"},
        "recipient": {"id": PAGE_ID},
        "timestamp": int(NOON.timestamp() * 1000),
        "message": {"mid": mid, "text": text, **more},
    }


def mention(**value: str) -> dict[str, Any]:
    change = {"field": "mentions", "value": value}
    entry = {"id": INSTAGRAM_ID, "time": 1, "changes": [change]}
    return {"object": "instagram", "entry": [entry]}


def as_bytes(push: Any) -> bytes:
    return json.dumps(push).encode()


def headers(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    """The headers that the platform sends with these bytes, names in lower case."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/json",
        "x-hub-signature-256": f"sha256={digest}",
    }


def hand_in(
    address: str, path: str, push: Any, given: dict[str, str] | None = None
) -> tuple[int, str]:
    """POST a push; status and what was said. ConnectionError when the line breaks."""
    body = push if isinstance(push, bytes) else as_bytes(push)
    return ask(address, "POST", path, body, headers(body) if given is None else given)


def ask(
    address: str,
    method: str,
    path: str,
    body: bytes | None = None,
    given: dict[str, str] | None = None,
) -> tuple[int, str]:
    parts = urlsplit(address)
    line = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=120)
    try:
        line.request(method, path, body, given or {})
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    except http.client.RemoteDisconnected as error:
        raise ConnectionError("no answer") from error
    finally:
        line.close()


def handshake(token: str = VERIFY_TOKEN, **more: str) -> str:
    asked = {
        "hub.mode": "subscribe",
        "hub.verify_token": token,
        "hub.challenge": "1158201444",
        **more,
    }
    return "?" + urlencode(asked)
