"""Incoming webhooks of Slack, Teams and Mattermost, and sendMessage of Telegram."""

import json
import math
import re
from datetime import datetime, timedelta

from socialcell.clock import Clock
from socialcell.json_types import (
    JsonObject,
    JsonValue,
    as_list,
    as_object,
    as_objects,
    as_text,
)
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
_PATHS = {
    "slack": re.compile(r"/services/(T\w+/B\w+/\w+)"),
    "teams": re.compile(r"/workflows/(\w+)/triggers/manual/paths/invoke"),
    "mattermost": re.compile(r"/hooks/(\w+)"),
    "telegram": re.compile(r"/bot([^/]+)/sendMessage"),
}
_CARD = "application/vnd.microsoft.card.adaptive"


class ChatServers(FaultyPlatform):
    """One channel of each service. `messages` are those it accepted, oldest first."""

    window = timedelta(seconds=30)

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.name = "chat"
        self.messages: list[tuple[str, JsonObject]] = []
        self._kind = "slack"

    def answer(self, request: Request) -> ServerResponse:
        kinds = [kind for kind, at in _PATHS.items() if at.fullmatch(request.path)]
        if not kinds:
            return ServerResponse(404, "no such page")
        self._kind = kinds[0]
        return super().answer(request)

    def respond(self, request: Request) -> ServerResponse:
        if not self._is_known_address(request):
            return self.refusal("forbidden", self.clock.now())
        document = _document(request)
        problem = "no JSON" if document is None else _PROBLEMS[self._kind](document)
        if document is None or problem:
            return self._unreadable(problem)
        if self._kind == "telegram" and str(document["chat_id"]) != CHAT:
            return _telegram(400, "Bad Request: chat not found")
        self.messages.append((self._kind, document))
        if self._kind == "teams":
            return ServerResponse(202)
        if self._kind == "telegram":
            message = {"message_id": len(self.messages), "text": document["text"]}
            return ServerResponse(200, {"ok": True, "result": message})
        return ServerResponse(200, "ok")

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        """Slack answers one word, Teams and Mattermost JSON, Telegram its envelope."""
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
            description = f"{telegram}: retry after {seconds}"
            return _telegram(status, description, {"retry_after": seconds})
        # Mattermost has a header of its own for the seconds to wait.
        name = "X-Ratelimit-Reset" if self._kind == "mattermost" else "Retry-After"
        headers = {name: str(seconds)} if fault == "limited" else {}
        if self._kind == "slack":
            return ServerResponse(status, slack, headers)
        if self._kind == "teams":
            error = {"code": slack, "message": slack}
            return ServerResponse(status, {"error": error}, headers)
        return ServerResponse(
            status, {"id": slack, "message": slack, "status_code": status}, headers
        )

    def _is_known_address(self, request: Request) -> bool:
        """Whether the address is one of SECRETS, with its signature."""
        if self._kind == "telegram":
            return request.path == f"/bot{BOT}/sendMessage"
        address = SECRETS[f"{self._kind}_room"]
        if self._kind == "teams":
            return request.query.get("sig") == address.rpartition("=")[2]
        return address.endswith(request.path)

    def _unreadable(self, problem: str) -> ServerResponse:
        if self._kind == "telegram":
            return _telegram(400, f"Bad Request: {problem}")
        if self._kind == "slack":
            return ServerResponse(400, "invalid_payload")
        return ServerResponse(400, {"id": "web.incoming", "message": problem})


def _document(request: Request) -> JsonObject | None:
    try:
        document = json.loads(request.body)
    except ValueError:
        return None
    if not isinstance(document, dict) or request.method != "POST":
        return None
    kind = request.headers.get("content-type", "")
    return document if kind.startswith("application/json") else None


def _telegram(
    status: int, description: str, parameters: dict[str, JsonValue] | None = None
) -> ServerResponse:
    body: dict[str, JsonValue] = {
        "ok": False,
        "error_code": status,
        "description": description,
    }
    if parameters:
        body["parameters"] = parameters
    return ServerResponse(status, body)


def _slack_problem(document: JsonObject) -> str:
    if not document.get("text"):
        return "missing_text"
    blocks = as_objects(document.get("blocks", ()))
    if len(blocks) > 50 or not all(map(_is_slack_block, blocks)):
        return "invalid_blocks"
    return ""


def _is_slack_block(block: JsonObject) -> bool:
    if block["type"] not in ("header", "section", "context"):
        return False
    texts = as_list(block.get("elements") or [block.get("text")])
    longest = 150 if block["type"] == "header" else 3000
    return all(
        text and 0 < len(as_text(as_object(text)["text"])) <= longest for text in texts
    )


def _teams_problem(document: JsonObject) -> str:
    cards = as_objects(document.get("attachments") or [{}])
    if document.get("type") != "message" or cards[0].get("contentType") != _CARD:
        return "a message with an Adaptive card is expected"
    card = as_object(cards[0].get("content", {}))
    whole = card.get("type") == "AdaptiveCard" and card.get("body")
    small = len(json.dumps(document, ensure_ascii=False).encode()) <= 28 * 1024
    return "" if whole and small else "no card, or one of more than 28 KB"


def _mattermost_problem(document: JsonObject) -> str:
    return "" if document.get("text") else "No text specified"


def _telegram_problem(document: JsonObject) -> str:
    if not document.get("text"):
        return "message text is empty"
    units = len(as_text(document["text"]).encode("utf-16-le")) // 2
    return "message is too long" if units > 4096 else ""


_PROBLEMS = {
    "slack": _slack_problem,
    "teams": _teams_problem,
    "mattermost": _mattermost_problem,
    "telegram": _telegram_problem,
}
