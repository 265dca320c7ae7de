"""Messages to the city's Facebook Page and Instagram account, and its mentions there.

Meta pushes both. A mention on Instagram comes as a number only: what was written is
asked for afterwards, while it is public.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from socialcell.connectors.base import (
    UNREADABLE,
    Author,
    Capability,
    ConnectorError,
    Filtered,
    Health,
    Item,
    Kind,
    Record,
    Relation,
    Tombstone,
)
from socialcell.connectors.meta.instagram_media import (
    author_of,
    comment_metrics,
    media_metrics,
)
from socialcell.connectors.meta.meta_files import File, fetch
from socialcell.connectors.meta.meta_push import Media
from socialcell.connectors.meta.meta_receiver import MetaReceiver, Reading, left_out
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
_NAMED = {"file": "document", "ig_reel": "video", "reel": "video"}
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
    redelivers: ClassVar[timedelta] = timedelta(hours=36)
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.MESSAGES, Capability.RECEIVE}
    )

    def check(self) -> Health:
        """Ask Graph for the account itself: the token is alive and may read it."""
        try:
            self._graph().ask(self._settings.account_id, fields="id")
        except ConnectorError as error:
            return Health.failed(error)
        return Health(ok=True, message="The account answers")

    def media(self, ref: str, cap: int) -> File:
        """A file by `message id/its place`: Graph says where it is now."""
        message, _slash, place = ref.rpartition("/")
        found = self._as_page().page(f"{message}/attachments").data
        if not place.isdecimal() or int(place) >= len(found):
            raise ConnectorError(Kind.GONE, "The message has no such file any more")
        return fetch(self._context, self.server, _address(found[int(place)]), cap)

    def _as_page(self) -> "Graph":
        return self._graph().as_page(self._settings.account_id)

    def _read_entry(self, entry: Any, reading: Reading) -> None:
        if entry["id"] != self._settings.account_id:
            reading.items.append(Filtered("another account"))
            return
        # Standby: another app answers there; what people write is read all the same.
        for event in (*each(entry.get("messaging")), *each(entry.get("standby"))):
            with reading.setting_aside(event):
                item, media = _event(self.platform, self._settings.account_id, event)
                reading.items.append(item)
                reading.media.extend(media)
        for change in each(entry.get("changes")):
            with reading.setting_aside(change):
                self._read_change(change, reading)

    def _read_change(self, change: Mapping[str, Any], reading: Reading) -> None:
        reading.items.append(left_out(f"field {change['field']}"))


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

    def awaited(self, ref: str) -> Record:
        """A post (`media:ID`) or comment (`comment:ID`) that names the account, now.

        ConnectorError GONE when it is no longer public.
        """
        kind, _colon, number = ref.partition(":")
        asked, fields = {
            "media": ("mentioned_media.media_id", _MEDIA),
            "comment": ("mentioned_comment.comment_id", _COMMENT),
        }[kind]
        said = self._graph().ask(
            self._settings.account_id, fields=f"{asked}({number}){{{fields}}}"
        )
        try:
            return _mention(said[asked.split(".")[0]], kind)
        except UNREADABLE as error:
            raise ConnectorError(
                Kind.DRIFT, f"A mention cannot be read: {error}"
            ) from None

    def _read_change(self, change: Mapping[str, Any], reading: Reading) -> None:
        if change["field"] != "mentions":
            super()._read_change(change, reading)
            return
        value = change["value"]
        comment = value.get("comment_id")
        ref = f"comment:{_number(comment)}" if comment else None
        reading.awaited.append(ref or f"media:{_number(value['media_id'])}")
        reading.items.append(Filtered("a mention, to be fetched"))


def _event(
    platform: str, account: str, event: Mapping[str, Any]
) -> tuple[Item, Sequence[Media]]:
    """One messaging event as an item, with the files it carries."""
    if "message_edit" in event:
        return _edited(platform, event), ()
    message = event.get("message")
    if message is None:
        known = sorted(set(event) - {"sender", "recipient", "timestamp"})
        return left_out(f"event {' '.join(known)}"), ()
    mid = text_of(message["mid"])
    if message.get("is_echo") or event["sender"]["id"] == account:
        return Filtered("a message of ours"), ()
    if message.get("is_deleted"):
        return Tombstone(platform, mid, "deleted"), ()
    attached = list(each(message.get("attachments")))
    return _message(platform, event, message, attached), _media(mid, attached)


def _message(
    platform: str,
    event: Mapping[str, Any],
    message: Mapping[str, Any],
    attached: Sequence[Mapping[str, Any]],
) -> Record:
    text = message.get("text") or ""
    if not isinstance(text, str):
        raise ValueError("a message whose text is no text")
    answered = (message.get("reply_to") or {}).get("mid")
    shared = [a["payload"]["url"] for a in attached if _is_shared(a)]
    return Record(
        platform=platform,
        external_id=text_of(message["mid"]),
        text=text,
        raw=_lean(event),
        authored_at=epoch_milliseconds(event["timestamp"]),
        kind="message",
        author=Author(uid=text_of(event["sender"]["id"])),
        relations=(Relation("reply", answered),) if answered else (),
        links=tuple(dict.fromkeys([*web_addresses(text), *shared])),
        missing=("content",) if message.get("is_unsupported") else (),
        via="message",
    )


def _edited(platform: str, event: Mapping[str, Any]) -> Record:
    edit = event["message_edit"]
    made = _message(platform, event, edit, ())
    return replace(made, edited_at=made.authored_at)


def _media(mid: str, attached: Sequence[Mapping[str, Any]]) -> list[Media]:
    return [
        Media(mid, f"{mid}/{place}", _NAMED.get(one["type"], one["type"]))
        for place, one in enumerate(attached)
        if one.get("type") in _FILES
    ]


def _is_shared(one: Mapping[str, Any]) -> bool:
    """A post or page that somebody passed on: an address, not a file of theirs."""
    payload = one.get("payload")
    shared = one.get("type") in ("share", "fallback", "post", "ig_post")
    return shared and isinstance(payload, dict) and isinstance(payload.get("url"), str)


def _lean(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event as it came, less the signed addresses of files: they open to whoever
    holds them."""
    message = event.get("message")
    if not isinstance(message, dict) or "attachments" not in message:
        return event
    lean = [
        one if _is_shared(one) else {"type": one.get("type")}
        for one in each(message["attachments"])
    ]
    return {**event, "message": {**message, "attachments": lean}}


def _address(one: Mapping[str, Any]) -> str:
    """Where Graph says that a file is: under another name for each kind."""
    for name in ("image_data", "video_data"):
        if isinstance(one.get(name), dict) and one[name].get("url"):
            return str(one[name]["url"])
    if not isinstance(one.get("file_url"), str):
        raise ConnectorError(Kind.GONE, "The message has no such file any more")
    return str(one["file_url"])


def _mention(said: Mapping[str, Any], kind: str) -> Record:
    """A public post or comment on Instagram that names the account."""
    post = kind == "media"
    text = (said.get("caption") if post else said["text"]) or ""
    author = author_of(said)
    within = said.get("media") or {}
    return Record(
        platform="instagram",
        external_id=text_of(said["id"]),
        text=text,
        raw=said,
        authored_at=moment(said["timestamp"]),
        kind="post" if post else "comment",
        url=said.get("permalink") or within.get("permalink"),
        author=author,
        conversation=None if post else within.get("id"),
        links=web_addresses(text),
        metrics=media_metrics(said) if post else comment_metrics(said),
        missing=() if author else ("author",),
        via="mention",
    )


def _number(value: Any) -> str:
    told = str(value)
    if not told.isascii() or not told.isdecimal():
        raise ValueError("a mention without a number")
    return told
