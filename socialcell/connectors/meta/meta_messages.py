"""Messages to the city's Facebook Page and Instagram account, and its mentions there.

Meta pushes both. A mention on Instagram comes as a number only: its text is fetched
afterwards, while it is public.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from socialcell.connectors.base import (
    UNREADABLE,
    Capability,
    ConnectorError,
    ConnectorHealth,
    Filtered,
    Item,
    Kind,
    Record,
    RecordAuthor,
    RecordRelation,
    Tombstone,
)
from socialcell.connectors.json_values import object_at, optional_object
from socialcell.connectors.meta import meta_answers
from socialcell.connectors.meta.instagram_media import (
    author_of,
    comment_metrics,
    media_metrics,
)
from socialcell.connectors.meta.meta_files import MediaFile, fetch_media
from socialcell.connectors.meta.meta_push import Media
from socialcell.connectors.meta.meta_receiver import MetaReceiver, PushBuilder, left_out
from socialcell.connectors.meta.meta_values import (
    each,
    each_object,
    epoch_milliseconds,
    moment,
    text_of,
)
from socialcell.connectors.optional_fields import OptionalFields
from socialcell.json_types import JsonObject, JsonValue, as_object, as_text
from socialcell.text import web_addresses

if TYPE_CHECKING:
    from socialcell.connectors.meta.graph_client import Graph

_FILES = ("image", "video", "audio", "file", "sticker", "ig_reel", "reel")
_KIND_BY_TYPE = {"file": "document", "ig_reel": "video", "reel": "video"}
_MEDIA = "id,caption,media_type,timestamp,username,permalink,like_count,comments_count"
_COMMENT = "id,text,timestamp,like_count,media{id,permalink}"


class MetaSettings(BaseModel):
    """One Page or Instagram account, by its number."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    account_id: str = Field(pattern=r"^[0-9]{5,25}$")


class Messenger(MetaReceiver[MetaSettings]):
    """Messages to one Facebook Page. Whoever writes is known to this Page only."""

    Settings: ClassVar[type[BaseModel]] = MetaSettings
    platform: ClassVar[str] = "messenger"
    object: ClassVar[str] = "page"
    server: ClassVar[str] = "messenger"
    redelivery_period: ClassVar[timedelta] = timedelta(hours=36)
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.MESSAGES, Capability.RECEIVE}
    )

    def check(self) -> ConnectorHealth:
        """Ask Graph for the account itself: the token is alive and may read it."""
        try:
            self._graph().ask(self._settings.account_id, fields="id")
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        return ConnectorHealth(ok=True, message="The account answers")

    def media(self, ref: str, cap: int) -> MediaFile:
        """A file by `message id/index`: Graph gives its present address."""
        message, _slash, index = ref.rpartition("/")
        attachments = self._messages_graph().page(f"{message}/attachments").nodes
        if not index.isdecimal() or int(index) >= len(attachments):
            raise ConnectorError(Kind.GONE, "meta.message_without_file")
        attachment = as_object(attachments[int(index)])
        return fetch_media(self._context, self.server, _file_address(attachment), cap)

    def send_text(self, to: str, text: str) -> str:
        """Answer a person who wrote within a day; the message's id. UnconfirmedCall
        where Meta may have taken it."""
        return meta_answers.send_text(self._messages_graph(), to, text)

    def _messages_graph(self) -> "Graph":
        return self._graph().as_page(self._settings.account_id)

    def _read_entry(self, entry: JsonObject, builder: PushBuilder) -> None:
        if entry["id"] != self._settings.account_id:
            builder.items.append(Filtered("another account"))
            return
        # Standby: another app answers there; what people write is read all the same.
        for event in (*each(entry.get("messaging")), *each(entry.get("standby"))):
            with builder.rejecting(event):
                builder.deliveries.extend(meta_answers.deliveries(as_object(event)))
                builder.reads.extend(meta_answers.reads(as_object(event)))
                item, media = _event(
                    self.platform, self._settings.account_id, as_object(event)
                )
                builder.items.append(item)
                builder.media.extend(media)
        for change in each(entry.get("changes")):
            with builder.rejecting(change):
                self._read_change(as_object(change), builder)

    def _read_change(self, change: JsonObject, builder: PushBuilder) -> None:
        builder.items.append(left_out(f"field {change['field']}"))


class InstagramMessages(Messenger):
    """Messages to one Instagram account, and the posts and comments that name it."""

    platform: ClassVar[str] = "instagram"
    object: ClassVar[str] = "instagram"
    server: ClassVar[str] = "instagram_messages"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.MESSAGES, Capability.MENTIONS, Capability.RECEIVE}
    )

    def _messages_graph(self) -> "Graph":
        """An Instagram account has no token of its own."""
        return self._graph()

    def fetch_mention(self, ref: str) -> Record:
        """A post (`media:ID`) or comment (`comment:ID`) that names the account, now.

        ConnectorError GONE when it is no longer public.
        """
        kind, _colon, number = ref.partition(":")
        edge, fields = {
            "media": ("mentioned_media.media_id", _MEDIA),
            "comment": ("mentioned_comment.comment_id", _COMMENT),
        }[kind]
        answer = self._graph().ask(
            self._settings.account_id, fields=f"{edge}({number}){{{fields}}}"
        )
        try:
            return _mention(object_at(answer, edge.split(".")[0]), kind)
        except UNREADABLE as error:
            raise ConnectorError(
                Kind.DRIFT, "meta.unreadable_mention", reason=error
            ) from None

    def _read_change(self, change: JsonObject, builder: PushBuilder) -> None:
        if change["field"] != "mentions":
            super()._read_change(change, builder)
            return
        mention = object_at(change, "value")
        comment = mention.get("comment_id")
        ref = f"comment:{_digits(comment)}" if comment else None
        builder.pending_fetches.append(ref or f"media:{_digits(mention['media_id'])}")
        builder.items.append(Filtered("a mention, to be fetched"))


def _event(
    platform: str, account: str, event: JsonObject
) -> tuple[Item, Sequence[Media]]:
    """One messaging event as an item, with the files it carries."""
    if "message_edit" in event:
        return _edited_record(platform, event), ()
    if event.get("message") is None:
        names = sorted(set(event) - {"sender", "recipient", "timestamp"})
        return left_out(f"event {' '.join(names)}"), ()
    message = object_at(event, "message")
    mid = text_of(message["mid"])
    if message.get("is_echo") or object_at(event, "sender")["id"] == account:
        return Filtered("a message of ours"), ()
    if message.get("is_deleted"):
        return Tombstone(platform, mid, "deleted"), ()
    attachments = list(each_object(message.get("attachments")))
    return _message(platform, event, message, attachments), _media(mid, attachments)


def _message(
    platform: str,
    event: JsonObject,
    message: JsonObject,
    attachments: Sequence[JsonObject],
) -> Record:
    text = message.get("text") or ""
    if not isinstance(text, str):
        raise ValueError("a message whose text is no text")
    optional = OptionalFields()
    parent_id = optional.text(
        "related id", optional_object(message, "reply_to").get("mid") or None
    )
    shared = [url for a in attachments if (url := _shared_address(a)) is not None]
    return Record(
        platform=platform,
        external_id=text_of(message["mid"]),
        text=text,
        raw=_without_file_addresses(event),
        authored_at=epoch_milliseconds(event["timestamp"]),
        kind="message",
        author=RecordAuthor(uid=text_of(object_at(event, "sender")["id"])),
        relations=(RecordRelation("reply", parent_id),) if parent_id else (),
        links=tuple(dict.fromkeys([*web_addresses(text), *shared])),
        missing=("content",) if message.get("is_unsupported") else (),
        via="message",
        fault=optional.fault,
    )


def _edited_record(platform: str, event: JsonObject) -> Record:
    edit = object_at(event, "message_edit")
    record = _message(platform, event, edit, ())
    return replace(record, edited_at=record.authored_at)


def _media(mid: str, attachments: Sequence[JsonObject]) -> list[Media]:
    return [
        Media(mid, f"{mid}/{index}", _KIND_BY_TYPE.get(kind, kind))
        for index, attachment in enumerate(attachments)
        if isinstance(kind := attachment.get("type"), str) and kind in _FILES
    ]


def _shared_address(attachment: JsonObject) -> str | None:
    """The address of a post or page that somebody passed on; None for a file of
    theirs."""
    payload = attachment.get("payload")
    if attachment.get("type") not in ("share", "fallback", "post", "ig_post"):
        return None
    url = payload.get("url") if isinstance(payload, dict) else None
    return url if isinstance(url, str) else None


def _without_file_addresses(event: JsonObject) -> JsonObject:
    """The event as it came, less the signed addresses of files: they open to whoever
    holds them."""
    message = event.get("message")
    if not isinstance(message, dict) or "attachments" not in message:
        return event
    attachments = [
        {"type": attachment.get("type")}
        if _shared_address(attachment) is None
        else attachment
        for attachment in each_object(message["attachments"])
    ]
    return {**event, "message": {**message, "attachments": attachments}}


def _file_address(attachment: JsonObject) -> str:
    """A file's address in Graph's answer: under another key for each kind."""
    for name in ("image_data", "video_data"):
        picture = attachment.get(name)
        if isinstance(picture, dict) and picture.get("url"):
            return str(picture["url"])
    if not isinstance(attachment.get("file_url"), str):
        raise ConnectorError(Kind.GONE, "meta.message_without_file")
    return str(attachment["file_url"])


def _mention(node: JsonObject, kind: str) -> Record:
    """A public post or comment on Instagram that names the account."""
    is_post, optional = kind == "media", OptionalFields()
    text = as_text((node.get("caption") if is_post else node["text"]) or "")
    author = author_of(node)
    medium = optional_object(node, "media")
    measure = media_metrics if is_post else comment_metrics
    return Record(
        platform="instagram",
        external_id=text_of(node["id"]),
        text=text,
        raw=node,
        authored_at=moment(node["timestamp"]),
        kind="post" if is_post else "comment",
        url=optional.text("url", node.get("permalink") or medium.get("permalink")),
        author=author,
        conversation=None
        if is_post
        else optional.text("conversation", medium.get("id")),
        links=web_addresses(text),
        metrics=measure(node, optional),
        missing=() if author else ("author",),
        via="mention",
        fault=optional.fault,
    )


def _digits(number: JsonValue) -> str:
    digits = str(number)
    if not digits.isascii() or not digits.isdecimal():
        raise ValueError("a mention without a number")
    return digits
