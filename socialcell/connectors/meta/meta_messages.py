"""Messages to the city's Facebook Page and Instagram account, and its mentions there.

Meta pushes both. A mention on Instagram comes as a number only: its text is fetched
afterwards, while it is public.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

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
    epoch_milliseconds,
    moment,
    text_of,
)
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
            raise ConnectorError(Kind.GONE, "The message has no such file any more")
        return fetch_media(
            self._context, self.server, _file_address(attachments[int(index)]), cap
        )

    def _messages_graph(self) -> "Graph":
        return self._graph().as_page(self._settings.account_id)

    def _read_entry(self, entry: Any, builder: PushBuilder) -> None:
        if entry["id"] != self._settings.account_id:
            builder.items.append(Filtered("another account"))
            return
        # Standby: another app answers there; what people write is read all the same.
        for event in (*each(entry.get("messaging")), *each(entry.get("standby"))):
            with builder.rejecting(event):
                item, media = _event(self.platform, self._settings.account_id, event)
                builder.items.append(item)
                builder.media.extend(media)
        for change in each(entry.get("changes")):
            with builder.rejecting(change):
                self._read_change(change, builder)

    def _read_change(self, change: Mapping[str, Any], builder: PushBuilder) -> None:
        builder.items.append(left_out(f"field {change['field']}"))


class InstagramMessages(Messenger):
    """Messages to one Instagram account, and the posts and comments that name it."""

    platform: ClassVar[str] = "instagram"
    object: ClassVar[str] = "instagram"
    server: ClassVar[str] = "instagram_messages"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.MESSAGES, Capability.MENTIONS, Capability.RECEIVE}
    )

    def _as_page(self) -> "Graph":
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
            return _mention(answer[edge.split(".")[0]], kind)
        except UNREADABLE as error:
            raise ConnectorError(
                Kind.DRIFT, f"A mention cannot be read: {error}"
            ) from None

    def _read_change(self, change: Mapping[str, Any], builder: PushBuilder) -> None:
        if change["field"] != "mentions":
            super()._read_change(change, builder)
            return
        mention = change["value"]
        comment = mention.get("comment_id")
        ref = f"comment:{_digits(comment)}" if comment else None
        builder.pending_fetches.append(ref or f"media:{_digits(mention['media_id'])}")
        builder.items.append(Filtered("a mention, to be fetched"))


def _event(
    platform: str, account: str, event: Mapping[str, Any]
) -> tuple[Item, Sequence[Media]]:
    """One messaging event as an item, with the files it carries."""
    if "message_edit" in event:
        return _edited_record(platform, event), ()
    message = event.get("message")
    if message is None:
        names = sorted(set(event) - {"sender", "recipient", "timestamp"})
        return left_out(f"event {' '.join(names)}"), ()
    mid = text_of(message["mid"])
    if message.get("is_echo") or event["sender"]["id"] == account:
        return Filtered("a message of ours"), ()
    if message.get("is_deleted"):
        return Tombstone(platform, mid, "deleted"), ()
    attachments = list(each(message.get("attachments")))
    return _message(platform, event, message, attachments), _media(mid, attachments)


def _message(
    platform: str,
    event: Mapping[str, Any],
    message: Mapping[str, Any],
    attachments: Sequence[Mapping[str, Any]],
) -> Record:
    text = message.get("text") or ""
    if not isinstance(text, str):
        raise ValueError("a message whose text is no text")
    parent_id = (message.get("reply_to") or {}).get("mid")
    shared = [a["payload"]["url"] for a in attachments if _is_shared(a)]
    return Record(
        platform=platform,
        external_id=text_of(message["mid"]),
        text=text,
        raw=_without_file_addresses(event),
        authored_at=epoch_milliseconds(event["timestamp"]),
        kind="message",
        author=RecordAuthor(uid=text_of(event["sender"]["id"])),
        relations=(RecordRelation("reply", parent_id),) if parent_id else (),
        links=tuple(dict.fromkeys([*web_addresses(text), *shared])),
        missing=("content",) if message.get("is_unsupported") else (),
        via="message",
    )


def _edited_record(platform: str, event: Mapping[str, Any]) -> Record:
    edit = event["message_edit"]
    record = _message(platform, event, edit, ())
    return replace(record, edited_at=record.authored_at)


def _media(mid: str, attachments: Sequence[Mapping[str, Any]]) -> list[Media]:
    return [
        Media(
            mid,
            f"{mid}/{index}",
            _KIND_BY_TYPE.get(attachment["type"], attachment["type"]),
        )
        for index, attachment in enumerate(attachments)
        if attachment.get("type") in _FILES
    ]


def _is_shared(attachment: Mapping[str, Any]) -> bool:
    """A post or page that somebody passed on: an address, not a file of theirs."""
    payload = attachment.get("payload")
    shared = attachment.get("type") in ("share", "fallback", "post", "ig_post")
    return shared and isinstance(payload, dict) and isinstance(payload.get("url"), str)


def _without_file_addresses(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event as it came, less the signed addresses of files: they open to whoever
    holds them."""
    message = event.get("message")
    if not isinstance(message, dict) or "attachments" not in message:
        return event
    attachments = [
        attachment if _is_shared(attachment) else {"type": attachment.get("type")}
        for attachment in each(message["attachments"])
    ]
    return {**event, "message": {**message, "attachments": attachments}}


def _file_address(attachment: Mapping[str, Any]) -> str:
    """A file's address in Graph's answer: under another key for each kind."""
    for name in ("image_data", "video_data"):
        if isinstance(attachment.get(name), dict) and attachment[name].get("url"):
            return str(attachment[name]["url"])
    if not isinstance(attachment.get("file_url"), str):
        raise ConnectorError(Kind.GONE, "The message has no such file any more")
    return str(attachment["file_url"])


def _mention(node: Mapping[str, Any], kind: str) -> Record:
    """A public post or comment on Instagram that names the account."""
    is_post = kind == "media"
    text = (node.get("caption") if is_post else node["text"]) or ""
    author = author_of(node)
    medium = node.get("media") or {}
    return Record(
        platform="instagram",
        external_id=text_of(node["id"]),
        text=text,
        raw=node,
        authored_at=moment(node["timestamp"]),
        kind="post" if is_post else "comment",
        url=node.get("permalink") or medium.get("permalink"),
        author=author,
        conversation=None if is_post else medium.get("id"),
        links=web_addresses(text),
        metrics=media_metrics(node) if is_post else comment_metrics(node),
        missing=() if author else ("author",),
        via="mention",
    )


def _digits(number: Any) -> str:
    digits = str(number)
    if not digits.isascii() or not digits.isdecimal():
        raise ValueError("a mention without a number")
    return digits
