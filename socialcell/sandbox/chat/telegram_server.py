"""The Bot API of a Telegram channel of the sandbox: the bot posts and deletes."""

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from socialcell.clock import Clock
from socialcell.json_types import JsonObject, JsonValue, as_object, as_text, as_whole
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import FaultyPlatform
from socialcell.sandbox.platform import ServedPlatform
from socialcell.sandbox.server import Request, ServerResponse

ORIGIN = "https://api.telegram.org"
CHANNEL = "@pmc_channel_sbx"
TOKEN, CHAT = "telegram_publisher_token", "telegram_publisher_chat"
_PATH = re.compile(r"/bot([^/]+)/(\w+)")
_TEXT, _CAPTION = 4096, 1024


class TelegramServer(FaultyPlatform):
    """One channel. `posts` are its messages by number, oldest first."""

    name = "telegram"
    window = timedelta(seconds=30)

    def __init__(self, city: City, clock: Clock, secrets: Mapping[str, str]) -> None:
        super().__init__(clock)
        self.token = secrets[TOKEN]
        self.posts: dict[int, JsonObject] = {}
        self._last = 0

    def respond(self, request: Request) -> ServerResponse:
        match = _PATH.fullmatch(request.path)
        if match is None:
            return _error(404, "Not Found")
        if match[1] != self.token:
            return _error(401, "Unauthorized")
        try:
            document = json.loads(request.body or b"{}")
        except ValueError:
            return _error(400, "Bad Request: can't parse JSON object")
        if document.get("chat_id") != CHANNEL:
            return _error(400, "Bad Request: chat not found")
        return self._call_method(match[2], document)

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        if fault == "limited":
            left = (until - self.clock.now()).total_seconds()
            seconds = max(1, math.ceil(left))
            description = f"Too Many Requests: retry after {seconds}"
            return _error(429, description, {"retry_after": seconds})
        status, description = {
            "expired": (401, "Unauthorized"),
            "forbidden": (403, "Forbidden: bot is not a member of the channel chat"),
            "broken": (502, "Bad Gateway"),
        }[fault]
        return _error(status, description)

    def _call_method(self, method: str, document: JsonObject) -> ServerResponse:
        if method == "getChat":
            return _result({"id": -1001, "type": "channel", "username": CHANNEL[1:]})
        if method == "deleteMessage":
            if self.posts.pop(as_whole(document.get("message_id", 0)), None) is None:
                return _error(400, "Bad Request: message to delete not found")
            return _result(True)
        if method not in ("sendMessage", "sendPhoto"):
            return _error(404, "Not Found: method not found")
        photo = method == "sendPhoto"
        text = as_text(document.get("caption" if photo else "text", ""))
        if photo and not str(document.get("photo", "")).startswith("https://"):
            return _error(400, "Bad Request: wrong file identifier/HTTP URL specified")
        if not photo and not text:
            return _error(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > (_CAPTION if photo else _TEXT):
            return _error(400, "Bad Request: message is too long")
        to = as_object(document.get("reply_parameters", {})).get("message_id")
        if to is not None and to not in self.posts:
            return _error(400, "Bad Request: message to be replied not found")
        self._last += 1
        self.posts[self._last] = {"text": text, "to": to}
        return _result({"message_id": self._last, "chat": {"username": CHANNEL[1:]}})


def _result(result: JsonValue) -> ServerResponse:
    return ServerResponse(200, {"ok": True, "result": result})


def _error(
    status: int, description: str, parameters: JsonObject | None = None
) -> ServerResponse:
    body: dict[str, JsonValue] = {
        "ok": False,
        "error_code": status,
        "description": description,
    }
    if parameters:
        body["parameters"] = dict(parameters)
    return ServerResponse(status, body)


def _secret(city: City, name: str) -> str:
    """A token as BotFather writes them, or the channel's name."""
    return CHANNEL if name == CHAT else f"{110201543 + city.seed}:AAsandbox{'x' * 26}"


PLATFORM = ServedPlatform(
    build=TelegramServer,
    sources=lambda city: [],
    shows=lambda city, post: [],
    address=lambda post: "",
    origins=lambda city: (ORIGIN,),
    secrets=(TOKEN, CHAT),
    secret=_secret,
)
