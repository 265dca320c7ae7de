"""Messages to a page and to an Instagram account of the sandbox, and mentions there."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count

from socialcell.clock import Clock
from socialcell.json_types import JsonObject, JsonValue, as_object, as_text
from socialcell.sandbox.city import City
from socialcell.sandbox.meta.graph_server import (
    GraphRequestError,
    Parameters,
    missing,
    pick,
    stamp,
)
from socialcell.sandbox.meta.webhook_platform import SECRETS, WebhookPlatform, photo
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.post import Person, SandboxPost
from socialcell.sandbox.world.message_world import mid, scoped_id

PAGE_ID, INSTAGRAM_ID = "104857600123457", "17841400000000077"
MEDIA_ID = "17900000000000001"  # the post below which people name the account
_WINDOW = timedelta(hours=24)
MOST_CHARACTERS = 2000
_MENTIONED = re.compile(r"mentioned_(media|comment)\.\w+\((\d+)\)\{(.*)\}")


class MessengerServer(WebhookPlatform):
    """One page's inbox. Its page token, which the system user's token reads, opens
    files."""

    account, kind = PAGE_ID, "page"

    def __init__(self, city: City, clock: Clock, secrets: Mapping[str, str]) -> None:
        super().__init__(city, clock, self.served, secrets)
        self.page_token = f"EAAinbox{self.token[-24:]}"
        self.sent: list[dict[str, str]] = []
        self._numbers = count(1)

    served = "messenger"

    def knows(self, token: str) -> bool:
        return token in (self.token, self.page_token)

    # Pushes -----------------------------------------------------------------------

    def message_push(self, post: SandboxPost) -> JsonObject:
        message: dict[str, JsonValue] = {"mid": post.id, "text": post.text}
        if post.group == "image":
            url = f"https://scontent.xx.fbcdn.net/sandbox-files/{post.id}"
            message["attachments"] = [{"type": "image", "payload": {"url": url}}]
        return self._push(self._event(post, post.at, message=message))

    def edit_push(self, post: SandboxPost, at: datetime, text: str) -> JsonObject:
        edit: JsonObject = {"mid": post.id, "text": text, "num_edit": 1}
        return self._push(self._event(post, at, message_edit=edit))

    def removal_push(self, post: SandboxPost, at: datetime) -> JsonObject | None:
        gone: JsonObject = {"mid": post.id, "is_deleted": True}
        return self._push(self._event(post, at, message=gone))

    def _event(self, post: SandboxPost, at: datetime, **what: JsonValue) -> JsonObject:
        return {
            "sender": {"id": scoped_id(post.author)},
            "recipient": {"id": self.account},
            "timestamp": round(at.timestamp() * 1000),
            **what,
        }

    def _push(self, event: JsonObject) -> JsonObject:
        entry = {"id": self.account, "time": event["timestamp"], "messaging": [event]}
        return {"object": self.kind, "entry": [entry]}

    # Graph ------------------------------------------------------------------------

    def read(self, parts: Sequence[str], query: Parameters, token: str) -> JsonValue:
        if list(parts) == [self.account]:
            values = {
                "id": self.account,
                "access_token": self.page_token,
                "name": "Pune City Demo",
            }
            return pick(query.get("fields", ""), "Page", values)
        if len(parts) == 2 and parts[1] == "attachments":
            return self._attachments(parts[0])
        raise missing(parts[0])

    def write(self, parts: Sequence[str], sent: Parameters, token: str) -> JsonValue:
        """The Send API: an answer of the page to a person who wrote within a day."""
        if list(parts) not in (["me", "messages"], [self.account, "messages"]):
            raise GraphRequestError(100, "Unsupported post request.", 33)
        if token not in self.senders:
            message = "(#210) A page access token is required"
            raise GraphRequestError(210, message, None, 403)
        to = as_text(as_object(json.loads(sent.get("recipient", "{}"))).get("id", ""))
        text = as_text(as_object(json.loads(sent.get("message", "{}"))).get("text", ""))
        if sent.get("messaging_type") != "RESPONSE" or not text:
            raise GraphRequestError(100, "(#100) Invalid parameter")
        if len(text) > MOST_CHARACTERS:
            raise GraphRequestError(100, "(#100) Length of message text is too long")
        self._require_window(to)
        id_ = f"m_SBXOUT{next(self._numbers):06d}"
        self.sent.append({"id": id_, "to": to, "text": text})
        self._report_delivery(id_, to)
        return {"recipient_id": to, "message_id": id_}

    @property
    def senders(self) -> set[str]:
        """The tokens that may write in the page's name."""
        return {self.page_token}

    def _require_window(self, to: str) -> None:
        """GraphRequestError unless this person wrote within a day."""
        newest = max(
            (p.at for p in self.visible_posts() if scoped_id(p.author) == to),
            default=None,
        )
        if newest is None:
            raise GraphRequestError(100, "(#100) No matching user found", 2018001)
        if newest + _WINDOW <= self.clock.now():
            message = "(#10) This message is sent outside of allowed window."
            raise GraphRequestError(10, message, 2018278, 403)

    def _report_delivery(self, id_: str, to: str) -> None:
        """Push that a message has arrived."""
        now = round(self.clock.now().timestamp() * 1000)
        event: JsonObject = {
            "sender": {"id": to},
            "recipient": {"id": self.account},
            "timestamp": now,
            "delivery": {"mids": [id_], "watermark": now},
        }
        self.pusher.queue(self._push(event))

    def read_by(self, person: Person) -> None:
        """A person reads what they were written up to now."""
        now = round(self.clock.now().timestamp() * 1000)
        event: JsonObject = {
            "sender": {"id": scoped_id(person)},
            "recipient": {"id": self.account},
            "timestamp": now,
            "read": {"watermark": now},
        }
        self.pusher.queue(self._push(event))

    def _attachments(self, id_: str) -> JsonObject:
        post = self.visible.by_id.get(id_)
        if post is None or post.group != "image":
            raise missing(id_)
        url = self.file_address("scontent.xx.fbcdn.net", id_)
        size = len(photo(id_))
        image: JsonObject = {"width": 1, "height": 1, "url": url}
        attachment: JsonObject = {
            "id": "1",
            "mime_type": "image/png",
            "size": size,
            "image_data": image,
        }
        return {"data": [attachment]}

    def _draft(self, text: str, at: datetime, n: int = 0) -> SandboxPost:
        return self.draft(text, at, mid(at, n))


class InstagramInboxServer(MessengerServer):
    """One Instagram account's inbox, and comments elsewhere that name it."""

    account, kind, served = INSTAGRAM_ID, "instagram", "instagram_messages"

    @property
    def senders(self) -> set[str]:
        return {self.token, self.page_token}

    def message_push(self, post: SandboxPost) -> JsonObject:
        if post.group != "mention":
            return super().message_push(post)
        mention = {"media_id": MEDIA_ID, "comment_id": post.id}
        change: JsonObject = {"field": "mentions", "value": mention}
        entry: JsonObject = {
            "id": self.account,
            "time": int(post.at.timestamp()),
            "changes": [change],
        }
        return {"object": "instagram", "entry": [entry]}

    def removal_push(self, post: SandboxPost, at: datetime) -> JsonObject | None:
        """None for a comment, whose removal Meta does not push."""
        return None if post.group == "mention" else super().removal_push(post, at)

    def read(self, parts: Sequence[str], query: Parameters, token: str) -> JsonValue:
        match = _MENTIONED.fullmatch(query.get("fields", ""))
        if list(parts) != [self.account] or match is None:
            return super().read(parts, query, token)
        what, id_, fields = match.groups()
        post = self.visible.by_id.get(id_)
        if what != "comment" or post is None or post.group != "mention":
            raise missing(id_)
        values = {
            "id": id_,
            "text": post.text,
            "timestamp": stamp(post.at),
            "like_count": 0,
            "media": {
                "id": MEDIA_ID,
                "permalink": "https://www.instagram.com/p/Csandbox/",
            },
        }
        comment = {name: values[name] for name in _names(fields)}
        return {f"mentioned_{what}": comment, "id": self.account}


def _names(fields: str) -> list[str]:
    """The names of fields, without the nested ones."""
    return re.sub(r"\{[^}]*\}", "", fields).split(",")


def _source(name: str, connector: str, account: str) -> list[SourceSettings]:
    return [{"name": name, "connector": connector, "account_id": account}]


def _address(post: SandboxPost) -> str:
    return ""


PLATFORM = ServedPlatform(
    build=MessengerServer,
    sources=lambda city: _source("messenger.page", "messenger", PAGE_ID),
    shows=lambda city, post: ["messenger.page"],
    address=_address,
    secrets=SECRETS,
    rules={"messenger": "each message is pushed once its time has come"},
)
INSTAGRAM = ServedPlatform(
    build=InstagramInboxServer,
    sources=lambda city: _source(
        "instagram_messages.inbox", "instagram_messages", INSTAGRAM_ID
    ),
    shows=lambda city, post: ["instagram_messages.inbox"],
    address=_address,
    secrets=SECRETS,
    rules={
        "instagram_messages": "each message is pushed once its time has come, and the "
        "number of each comment that names the account"
    },
)
