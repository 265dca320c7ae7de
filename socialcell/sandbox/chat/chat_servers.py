"""Chats that take what they are told: webhooks of Slack, Teams, Mattermost; Telegram."""

import json
import math
import re
from datetime import datetime, timedelta
from typing import Any

from socialcell.clock import Clock
from socialcell.sandbox.faults import FaultyPlatform
from socialcell.sandbox.server import Request, ServerResponse

SLACK = "https://hooks.slack.com"
TEAMS = "https://prod-11.centralindia.logic.azure.com:443"
MATTERMOST = "https://chat.city.example"
TELEGRAM = "https://api.telegram.org"
ORIGINS = (SLACK, TEAMS, MATTERMOST, TELEGRAM)

BOT = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
CHAT = "-1001234567890"
SECRETS = {
    "slack_room": f"{SLACK}/services/T012AB3C4/B01AB2C3D/r0OmSanDb0x24chars0000",
    "teams_room": f"{TEAMS}/workflows/3f2a/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=s4nDb0xS1gn4ture",
    "mattermost_room": f"{MATTERMOST}/hooks/x4nb0xhookid26characters00",
    "telegram_bot": BOT,
    "telegram_chat": CHAT,
}
_PLACES = {
    "slack": re.compile(r"/services/(T\w+/B\w+/\w+)"),
    "teams": re.compile(r"/workflows/(\w+)/triggers/manual/paths/invoke"),
    "mattermost": re.compile(r"/hooks/(\w+)"),
    "telegram": re.compile(r"/bot([^/]+)/sendMessage"),
}
_CARD = "application/vnd.microsoft.card.adaptive"


class ChatServers(FaultyPlatform):
    """One room of each chat. `taken` holds what each was told, oldest first."""

    window = timedelta(seconds=30)

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.name = "rooms"
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self._kind = "slack"

    def answer(self, request: Request) -> ServerResponse:
        found = [kind for kind, at in _PLACES.items() if at.fullmatch(request.path)]
        if not found:
            return ServerResponse(404, "no such page")
        self._kind = found[0]
        return super().answer(request)

    def respond(self, request: Request) -> ServerResponse:
        if not self._is_known(request):
            return self.refusal("forbidden", self.clock.now())
        given = _document(request)
        wrong = "no JSON" if given is None else _WRONG[self._kind](given)
        if given is None or wrong:
            return self._unreadable(wrong)
        if self._kind == "telegram" and str(given["chat_id"]) != CHAT:
            return _telegram(400, "Bad Request: chat not found")
        self.taken.append((self._kind, given))
        if self._kind == "teams":
            return ServerResponse(202)
        if self._kind == "telegram":
            told = {"message_id": len(self.taken), "text": given["text"]}
            return ServerResponse(200, {"ok": True, "result": told})
        return ServerResponse(200, "ok")

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        """Slack in a word, Teams and Mattermost in JSON, Telegram in its envelope."""
        seconds = max(1, math.ceil((until - self.clock.now()).total_seconds()))
        status, slack, telegram = {
            "expired": (403, "invalid_token", "Unauthorized"),
            "forbidden": (404, "no_service", "Not Found"),
            "limited": (429, "rate_limited", "Too Many Requests"),
            "broken": (500, "rollup_error", "Internal Server Error"),
        }[fault]
        if self._kind == "telegram":
            status = 401 if fault == "expired" else status
            if fault != "limited":
                return _telegram(status, telegram)
            said = f"{telegram}: retry after {seconds}"
            return _telegram(status, said, {"retry_after": seconds})
        # Mattermost says how long in a header of its own.
        name = "X-Ratelimit-Reset" if self._kind == "mattermost" else "Retry-After"
        headers = {name: str(seconds)} if fault == "limited" else {}
        if self._kind == "slack":
            return ServerResponse(status, slack, headers)
        told: dict[str, Any] = {"id": slack, "message": slack, "status_code": status}
        if self._kind == "teams":
            told = {"error": {"code": slack, "message": slack}}
        return ServerResponse(status, told, headers)

    def _is_known(self, request: Request) -> bool:
        """Whether the address is one that we gave, with its signature."""
        if self._kind == "telegram":
            return request.path == f"/bot{BOT}/sendMessage"
        given = SECRETS[f"{self._kind}_room"]
        if self._kind == "teams":
            return request.query.get("sig") == given.rpartition("=")[2]
        return given.endswith(request.path)

    def _unreadable(self, wrong: str) -> ServerResponse:
        if self._kind == "telegram":
            return _telegram(400, f"Bad Request: {wrong}")
        if self._kind == "slack":
            return ServerResponse(400, "invalid_payload")
        return ServerResponse(400, {"id": "web.incoming", "message": wrong})


def _document(request: Request) -> dict[str, Any] | None:
    try:
        found = json.loads(request.body)
    except ValueError:
        return None
    if not isinstance(found, dict) or request.method != "POST":
        return None
    kind = request.headers.get("content-type", "")
    return found if kind.startswith("application/json") else None


def _telegram(
    status: int, said: str, parameters: dict[str, Any] | None = None
) -> ServerResponse:
    told: dict[str, Any] = {"ok": False, "error_code": status, "description": said}
    if parameters:
        told["parameters"] = parameters
    return ServerResponse(status, told)


def _wrong_slack(given: dict[str, Any]) -> str:
    if not given.get("text"):
        return "missing_text"
    for block in given.get("blocks", ()):
        if block["type"] not in ("header", "section", "context"):
            return "invalid_blocks"
        texts = block.get("elements") or [block.get("text")]
        longest = 150 if block["type"] == "header" else 3000
        if not all(text and 0 < len(text["text"]) <= longest for text in texts):
            return "invalid_blocks"
    return "" if len(given.get("blocks", ())) <= 50 else "invalid_blocks"


def _wrong_teams(given: dict[str, Any]) -> str:
    cards = given.get("attachments") or [{}]
    if given.get("type") != "message" or cards[0].get("contentType") != _CARD:
        return "a message with an Adaptive card is expected"
    card = cards[0].get("content", {})
    whole = card.get("type") == "AdaptiveCard" and card.get("body")
    small = len(json.dumps(given, ensure_ascii=False).encode()) <= 28 * 1024
    return "" if whole and small else "no card, or one of more than 28 KB"


def _wrong_mattermost(given: dict[str, Any]) -> str:
    return "" if given.get("text") else "No text specified"


def _wrong_telegram(given: dict[str, Any]) -> str:
    if not given.get("text"):
        return "message text is empty"
    units = len(given["text"].encode("utf-16-le")) // 2
    return "message is too long" if units > 4096 else ""


_WRONG = {
    "slack": _wrong_slack,
    "teams": _wrong_teams,
    "mattermost": _wrong_mattermost,
    "telegram": _wrong_telegram,
}
