"""WhatsApp's messages as records: words, files, answers, edits and removals.

An id of WhatsApp (wamid) holds the telephone number of whoever wrote, in base64. What
is kept and shown as a message's id is a digest of it; the wamid stays in the raw form.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from socialcell.connectors.base import (
    Author,
    Filtered,
    Item,
    Record,
    Relation,
    Tombstone,
)
from socialcell.connectors.meta.meta_push import Delivery, Media, Refusal
from socialcell.connectors.meta.meta_values import each, epoch_seconds, text_of
from socialcell.text import web_addresses

PLATFORM = "whatsapp"
_FILES = {
    "image": "image",
    "audio": "audio",
    "voice": "audio",
    "video": "video",
    "document": "document",
    "sticker": "sticker",
}
# Messages that say nothing to anybody: signs of the platform, or a thumb on ours.
_SILENT = ("reaction", "system", "request_welcome")
# Said alone, these words ask us not to write again.
_STOP = frozenset({"stop", "unsubscribe", "थांबा", "थांबवा", "बंद करा", "बंद करें"})


def kept_id(wamid: Any) -> str:
    """The id under which a message is kept. ValueError when there is none."""
    return "wa." + hashlib.sha256(text_of(wamid).encode()).hexdigest()[:40]


def to_item(message: Mapping[str, Any], value: Mapping[str, Any]) -> Item:
    """One message of a change's value. ValueError, TypeError, KeyError otherwise."""
    kind = message["type"]
    if kind in _SILENT:
        return Filtered(kind)
    if kind == "revoke":
        gone = kept_id(message["revoke"]["original_message_id"])
        return Tombstone(PLATFORM, gone, "deleted")
    if kind == "edit":
        return _edited(message, value)
    return _record(message, value, message)


def files(message: Mapping[str, Any]) -> tuple[Media, ...]:
    """The file that a message carries, if any; what it says of it is a claim."""
    kind = message.get("type")
    if kind == "edit":
        inner = message["edit"]["message"]
        changed = {**inner, "id": message["edit"]["original_message_id"]}
        return files(changed)
    if kind not in _FILES:
        return ()
    file = message[kind]
    told = file.get("mime_type")
    return (
        Media(
            external_id=kept_id(message["id"]),
            ref=text_of(file["id"]),
            kind=_FILES[kind],
            content_type=told.split(";")[0].strip() if isinstance(told, str) else None,
        ),
    )


def delivery(status: Mapping[str, Any]) -> Delivery:
    """What became of a message of ours. ValueError, TypeError, KeyError otherwise."""
    pricing = status.get("pricing") or {}
    errors = list(each(status.get("errors")))
    return Delivery(
        external_id=kept_id(status["id"]),
        status=text_of(status["status"]),
        at=epoch_seconds(status["timestamp"]),
        category=_category(pricing.get("category")),
        billable=_billable(pricing),
        error=f"{errors[0].get('code')} {errors[0].get('title')}" if errors else None,
    )


def refusal(message: Mapping[str, Any]) -> Refusal | None:
    """Somebody's wish not to be written to, if that is all that a message says."""
    if message.get("type") not in ("text", "button"):
        return None
    said = _words(message).strip(" .!").casefold()
    if said not in _STOP:
        return None
    at = epoch_seconds(message["timestamp"])
    return Refusal(sender(message), at, "a message that says only stop")


def preference(told: Mapping[str, Any]) -> Refusal | None:
    """The person's own setting in WhatsApp, where it says stop."""
    if told["value"] != "stop":
        return None
    uid = told.get("wa_id") or told.get("user_id")
    at = epoch_seconds(told["timestamp"])
    return Refusal(text_of(uid), at, "the person's own setting in WhatsApp")


def sender(message: Mapping[str, Any]) -> str:
    """The number that wrote, or the id that stands for it where it is withheld."""
    return text_of(message.get("from") or message.get("from_user_id"))


def _record(
    message: Mapping[str, Any], value: Mapping[str, Any], content: Mapping[str, Any]
) -> Record:
    text = _words(content)
    answered = (content.get("context") or {}).get("id")
    source = (content.get("referral") or {}).get("source_url")
    links = [*web_addresses(text)]
    if isinstance(source, str):
        links.append(source)  # the advertisement that the conversation began from
    contact = _contact(message, value)
    profile = contact.get("profile") or {}
    own = kept_id(content["id"])
    return Record(
        platform=PLATFORM,
        external_id=own,
        text=text,
        # The raw form is found again by the id that is kept: when it has to go.
        raw={
            **value,
            "contacts": [contact],
            "messages": [_lean(message)],
            "kept_as": own,
        },
        authored_at=epoch_seconds(message["timestamp"]),
        kind="message",
        author=Author(
            uid=sender(message),
            handle=profile.get("username") or None,
            name=profile.get("name") or None,
        ),
        relations=(Relation("reply", kept_id(answered)),) if answered else (),
        links=tuple(dict.fromkeys(links)),
        missing=("content",) if content["type"] == "unsupported" else (),
        via="message",
    )


def _edited(message: Mapping[str, Any], value: Mapping[str, Any]) -> Record:
    inner = message["edit"]["message"]
    whole = {**inner, "id": message["edit"]["original_message_id"]}
    at = epoch_seconds(message["timestamp"])
    return replace(_record(message, value, whole), edited_at=at)


def _lean(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message as it came, less the address cards of people who did not write."""
    cards = message.get("contacts")
    if not isinstance(cards, list):
        return message
    return {**message, "contacts": f"{len(cards)} left out"}


def _words(message: Mapping[str, Any]) -> str:
    """What a message says in words; empty for a file without a caption."""
    kind = message["type"]
    content = message.get(kind)
    if not isinstance(content, dict):
        return ""
    if kind == "text":
        said = content["body"]
    elif kind == "location":
        parts = (content.get("name"), content.get("address"))
        said = "\n".join(part for part in parts if part)
    elif kind == "button":
        said = content["text"]
    elif kind == "interactive":
        said = _chosen(content)
    else:
        said = content.get("caption") or ""
    if not isinstance(said, str):
        raise ValueError("a message whose words are no text")
    return said


def _chosen(content: Mapping[str, Any]) -> Any:
    """The title of what somebody tapped in a list or among buttons of ours."""
    kind = content["type"]
    if kind in ("button_reply", "list_reply"):
        return content[kind]["title"]
    # The fields of a form are for the form's own reader; its raw form is kept.
    return (content.get(kind) or {}).get("body") or ""


def _contact(message: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the push tells of whoever wrote; empty when it tells nothing."""
    own = {message.get("from"), message.get("from_user_id")} - {None}
    for contact in each(value.get("contacts")):
        if own & {contact.get("wa_id"), contact.get("user_id")}:
            found: Mapping[str, Any] = contact
            return found
    return {}


def _category(told: Any) -> str | None:
    return told.lower() if isinstance(told, str) and told else None


def _billable(pricing: Mapping[str, Any]) -> bool | None:
    """Whether a message costs something: `type` says so since July 2025, before it
    `billable` did."""
    if isinstance(pricing.get("type"), str):
        return bool(pricing["type"] == "regular")
    told = pricing.get("billable")
    return told if isinstance(told, bool) else None
