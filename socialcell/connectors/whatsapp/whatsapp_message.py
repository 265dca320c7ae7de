"""WhatsApp's messages as records: words, files, answers, edits and removals.

An id of WhatsApp (wamid) holds the telephone number of whoever wrote, in base64. The id
that is stored and shown is a digest of it; the wamid stays in the raw form.
"""

import hashlib
from dataclasses import replace
from datetime import timedelta

from socialcell.connectors.base import (
    Filtered,
    Item,
    Record,
    RecordAuthor,
    RecordRelation,
    Tombstone,
)
from socialcell.connectors.json_values import object_at, optional_object
from socialcell.connectors.meta.meta_push import DeliveryStatus, Media, OptOut
from socialcell.connectors.meta.meta_values import each_object, epoch_seconds, text_of
from socialcell.connectors.optional_fields import OptionalFields
from socialcell.json_types import JsonObject, JsonValue, as_text
from socialcell.text import web_addresses

PLATFORM = "whatsapp"
WINDOW = timedelta(hours=24)  # in which a person who wrote may be answered freely
_FILES = {
    "image": "image",
    "audio": "audio",
    "voice": "audio",
    "video": "video",
    "document": "document",
    "sticker": "sticker",
}
# Messages without content: signals of the platform, or a reaction to ours.
_SILENT = ("reaction", "system", "request_welcome")
# A message of one of these words alone is an opt-out.
_STOP = frozenset({"stop", "unsubscribe", "थांबा", "थांबवा", "बंद करा", "बंद करें"})


def digest_id(wamid: JsonValue) -> str:
    """The digest that is stored as a message's id. ValueError when there is none."""
    return "wa." + hashlib.sha256(text_of(wamid).encode()).hexdigest()[:40]


def to_item(message: JsonObject, envelope: JsonObject) -> Item:
    """One message of a change's value. ValueError, TypeError, KeyError otherwise."""
    kind = message["type"]
    if kind in _SILENT:
        return Filtered(kind)
    if kind == "revoke":
        deleted_id = digest_id(object_at(message, "revoke")["original_message_id"])
        return Tombstone(PLATFORM, deleted_id, "deleted")
    if kind == "edit":
        return _edited_record(message, envelope)
    return _record(message, envelope, message)


def files(message: JsonObject) -> tuple[Media, ...]:
    """The file of a message, if any; its content type is the sender's claim."""
    kind = message.get("type")
    if kind == "edit":
        return files(_current_form(message))
    if kind not in _FILES or not isinstance(kind, str):
        return ()
    file = object_at(message, kind)
    content_type = file.get("mime_type")
    return (
        Media(
            external_id=digest_id(message["id"]),
            ref=text_of(file["id"]),
            kind=_FILES[kind],
            content_type=content_type.split(";")[0].strip()
            if isinstance(content_type, str)
            else None,
        ),
    )


def delivery(status: JsonObject) -> DeliveryStatus:
    """What became of a message of ours. ValueError, TypeError, KeyError otherwise."""
    pricing = optional_object(status, "pricing")
    errors = list(each_object(status.get("errors")))
    return DeliveryStatus(
        external_id=digest_id(status["id"]),
        status=text_of(status["status"]),
        at=epoch_seconds(status["timestamp"]),
        category=_category(pricing.get("category")),
        billable=_billable(pricing),
        error=f"{errors[0].get('code')} {errors[0].get('title')}" if errors else None,
    )


def opt_out(message: JsonObject) -> OptOut | None:
    """The opt-out of a sender whose message is nothing but a stop word."""
    if message.get("type") not in ("text", "button"):
        return None
    text = _message_text(message).strip(" .!").casefold()
    if text not in _STOP:
        return None
    at = epoch_seconds(message["timestamp"])
    return OptOut(sender(message), at, "a message that says only stop")


def opt_out_setting(setting: JsonObject) -> OptOut | None:
    """The opt-out in the person's own settings of WhatsApp; None when it is not
    stop."""
    if setting["value"] != "stop":
        return None
    uid = setting.get("wa_id") or setting.get("user_id")
    at = epoch_seconds(setting["timestamp"])
    return OptOut(text_of(uid), at, "the person's own setting in WhatsApp")


def sender(message: JsonObject) -> str:
    """The number that wrote, or the id that stands for it where it is withheld."""
    return text_of(message.get("from") or message.get("from_user_id"))


def _record(message: JsonObject, envelope: JsonObject, content: JsonObject) -> Record:
    text = _message_text(content)
    parent_id = optional_object(content, "context").get("id")
    source = optional_object(content, "referral").get("source_url")
    links = [*web_addresses(text)]
    if isinstance(source, str):
        links.append(source)  # the advertisement that the conversation began from
    contact = _contact(message, envelope)
    profile = optional_object(contact, "profile")
    optional = OptionalFields()
    external_id = digest_id(content["id"])
    return Record(
        platform=PLATFORM,
        external_id=external_id,
        text=text,
        # The raw form is found again by the id that is kept: when it has to go.
        raw={
            **envelope,
            "contacts": [contact],
            "messages": [_without_contact_cards(message)],
            "kept_as": external_id,
        },
        authored_at=epoch_seconds(message["timestamp"]),
        kind="message",
        author=RecordAuthor(
            uid=sender(message),
            handle=optional.text("author handle", profile.get("username") or None),
            name=optional.text("author name", profile.get("name") or None),
        ),
        relations=(RecordRelation("reply", digest_id(parent_id)),) if parent_id else (),
        links=tuple(dict.fromkeys(links)),
        missing=("content",) if content["type"] == "unsupported" else (),
        via="message",
        fault=optional.fault,
    )


def _current_form(message: JsonObject) -> JsonObject:
    """What an edit makes of a message, under the message's own id."""
    edit = object_at(message, "edit")
    return {**object_at(edit, "message"), "id": edit["original_message_id"]}


def _edited_record(message: JsonObject, envelope: JsonObject) -> Record:
    current = _current_form(message)
    at = epoch_seconds(message["timestamp"])
    return replace(_record(message, envelope, current), edited_at=at)


def _without_contact_cards(message: JsonObject) -> JsonObject:
    """The message as it came, less the address cards of people who did not write."""
    cards = message.get("contacts")
    if not isinstance(cards, list):
        return message
    return {**message, "contacts": f"{len(cards)} left out"}


def _message_text(message: JsonObject) -> str:
    """The text of a message; empty for a file without a caption."""
    kind = message["type"]
    content = message.get(kind) if isinstance(kind, str) else None
    if not isinstance(content, dict):
        return ""
    if kind == "text":
        text: JsonValue = content["body"]
    elif kind == "location":
        parts = (content.get("name"), content.get("address"))
        text = "\n".join(as_text(part) for part in parts if part)
    elif kind == "button":
        text = content["text"]
    elif kind == "interactive":
        text = _selected_text(content)
    else:
        text = content.get("caption") or ""
    if not isinstance(text, str):
        raise ValueError("a message whose words are no text")
    return text


def _selected_text(content: JsonObject) -> JsonValue:
    """The title of what somebody tapped in a list or among buttons of ours."""
    kind = as_text(content["type"])
    if kind in ("button_reply", "list_reply"):
        return object_at(content, kind)["title"]
    # The fields of a form are for the form's own reader; its raw form is kept.
    return optional_object(content, kind).get("body") or ""


def _contact(message: JsonObject, envelope: JsonObject) -> JsonObject:
    """The push's entry about the sender; empty when there is none."""
    own = {message.get("from"), message.get("from_user_id")} - {None}
    for contact in each_object(envelope.get("contacts")):
        if own & {contact.get("wa_id"), contact.get("user_id")}:
            return contact
    return {}


def _category(category: JsonValue) -> str | None:
    return category.lower() if isinstance(category, str) and category else None


def _billable(pricing: JsonObject) -> bool | None:
    """Whether a message costs something: `type` says so since July 2025, before it
    `billable` did."""
    if isinstance(pricing.get("type"), str):
        return pricing["type"] == "regular"
    is_billable = pricing.get("billable")
    return is_billable if isinstance(is_billable, bool) else None
