"""Chat messages: Slack, Teams and Mattermost by webhook, Telegram by its bot."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import requests

from socialcell.http import USER_AGENT, HttpAnswer, post, retry_after
from socialcell.json_types import JsonObject, JsonValue
from socialcell.mail import DeliveryDeferred, DeliveryRefused, DeliveryUnavailable
from socialcell.redact import redact, remember
from socialcell.text import one_line

PHONE = "phone"  # the kind of a telephone's webhook
TELEGRAM = "https://api.telegram.org"
_BOT = re.compile(r"\d{5,20}:[A-Za-z0-9_-]{20,100}")
_LONGEST_WAIT = timedelta(days=1)
_LONGEST_ANSWER = 200
# Within which a chat answers. Longer, and a hung room would hold up its next message.
_SECONDS = 10.0
# What each takes at most: characters of a Slack block and its heading, UTF-16 units of
# a Telegram message, characters of a Mattermost post of older servers.
_BLOCK, _HEADING, _TELEGRAM, _POST = 3000, 150, 4096, 4000
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>:@])")
# The address or the token is not, or no longer, good for anything.
_REJECTED = frozenset({401, 403, 404, 410})


@dataclass(frozen=True)
class ChatCard:
    """A message: sentences, quotations as (about, text), a footer, and a link."""

    title: str
    lines: Sequence[str]
    quotes: Sequence[tuple[str, str]] = ()
    foot: Sequence[str] = ()
    link: str | None = None


@dataclass(frozen=True)
class ChatRoom:
    """Where messages of a kind go: the values of a channel's secrets, by their names.

    `base_urls` maps origins to loopback, as in http.fetch. `seconds` is the time for
    its answer.
    """

    kind: str
    secrets: Mapping[str, str]
    base_urls: Mapping[str, str]
    seconds: float = _SECONDS


def payload(kind: str, card: ChatCard) -> bytes:
    """The card as JSON in the chat's format, without secrets.

    What people wrote is shown as it stands: no chat reads marks, names or links in it.
    """
    return json.dumps(_SHAPES[kind](card), ensure_ascii=False).encode()


def send(room: ChatRoom, body: bytes, now: datetime) -> str:
    """Send one message; returns the chat's answer in a few words.

    Refused when the chat never takes it, Later when it or the way to it has trouble,
    NobodyCan when the address or a token must be mended. None of them says a secret.
    """
    answer = hand_over(room, body, now)
    return f"{answer.status} {_answer_text(answer)}".strip()


def hand_over(room: ChatRoom, body: bytes, now: datetime) -> HttpAnswer:
    """As `send`; the whole answer."""
    url, body = _addressed(room, body)
    headers = {
        "content-type": "application/json; charset=utf-8",
        "user-agent": USER_AGENT,
    }
    try:
        answer = post(
            url,
            body,
            headers=headers,
            base_urls=room.base_urls,
            deadline=room.seconds,
        )
    except requests.exceptions.InvalidURL as error:
        raise DeliveryUnavailable(
            "delivery.unusable_chat_address", reason=str(error)
        ) from None
    except requests.RequestException as error:
        # The words of such an error hold the address.
        reason = type(error).__name__
        if room.kind == PHONE:
            raise DeliveryDeferred(
                "delivery.phone_not_reached", reason=reason
            ) from None
        raise DeliveryDeferred("delivery.chat_not_reached", reason=reason) from None
    if answer.status < 300 and _TAKEN[room.kind](answer):
        return answer
    raise _failure(room.kind, answer, _answer_text(answer), now)


def ask_bot(
    token: str, method: str, parameters: JsonObject, base_urls: Mapping[str, str]
) -> HttpAnswer:
    """Call a method of a Telegram bot; its answer as it came.

    NobodyCan when the token is of no such form; requests' errors, whose words hold it.
    """
    headers = {
        "content-type": "application/json; charset=utf-8",
        "user-agent": USER_AGENT,
    }
    body = json.dumps(parameters, ensure_ascii=False).encode()
    return post(_bot(token, method), body, headers=headers, base_urls=base_urls)


def _bot(token: str, method: str) -> str:
    if not _BOT.fullmatch(token):
        raise DeliveryUnavailable("delivery.no_bot_token")
    return f"{TELEGRAM}/bot{token}/{method}"


def _addressed(room: ChatRoom, body: bytes) -> tuple[str, bytes]:
    """The address, and the body with the chat's number where the address lacks it."""
    if room.kind != "telegram":
        url = room.secrets["url"]
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise DeliveryUnavailable("delivery.insecure_webhook")
        remember(parts.path)
        remember(parts.query)
        return url, body
    address = _bot(room.secrets["token"], "sendMessage")
    whole = {"chat_id": room.secrets["chat"], **json.loads(body)}
    return address, json.dumps(whole).encode()


def _failure(kind: str, answer: HttpAnswer, message: str, now: datetime) -> Exception:
    status = answer.status
    words = f"{status} {message}".strip()
    if status == 429:
        return DeliveryDeferred("delivery.deferred", _wait(answer, now), answer=words)
    if status < 300 and _is_web_page(answer):
        return DeliveryDeferred("delivery.web_page", status=status)
    if status < 300 or status == 408 or status >= 500:
        return DeliveryDeferred("delivery.deferred", answer=words)
    if status < 400:
        return DeliveryUnavailable("delivery.webhook_redirects", status=status)
    missing = kind == "telegram" and (
        "chat not found" in message or "upgraded" in message
    )
    if kind == PHONE and status in _REJECTED:
        return DeliveryUnavailable("delivery.phone_closed", answer=words)
    if status in _REJECTED or missing:
        return DeliveryUnavailable("delivery.chat_closed", answer=words)
    return DeliveryRefused("delivery.refused", answer=words)


def _wait(answer: HttpAnswer, now: datetime) -> timedelta | None:
    """How long the chat asks us to wait: from its header, or from Telegram's body."""
    until = retry_after(answer.headers, now)
    if until is None:
        seconds = _parameters(answer).get("retry_after")
        if seconds is None:
            seconds = answer.headers.get("x-ratelimit-reset")
        try:
            until = now + timedelta(seconds=float(str(seconds or "")))
        except (ValueError, OverflowError):
            return None
    return max(timedelta(seconds=1), min(until - now, _LONGEST_WAIT))


def _parameters(answer: HttpAnswer) -> JsonObject:
    parameters = _document(answer).get("parameters")
    return parameters if isinstance(parameters, dict) else {}


def _answer_text(answer: HttpAnswer) -> str:
    """The chat's answer in a few words: never a page, never a secret."""
    document = _document(answer)
    words = document.get("description") or document.get("message") or ""
    if not document and not _is_web_page(answer):
        words = answer.body.decode("utf-8", "replace")
    return one_line(redact(str(words)), _LONGEST_ANSWER)


def _is_web_page(answer: HttpAnswer) -> bool:
    return answer.body.lstrip().startswith(b"<")


def _document(answer: HttpAnswer) -> JsonObject:
    try:
        document = json.loads(answer.body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _slack(card: ChatCard) -> dict[str, JsonValue]:
    blocks: list[dict[str, JsonValue]] = [
        {"type": "header", "text": _plain(card.title, _HEADING)},
        {"type": "section", "text": _plain("\n".join(card.lines), _BLOCK)},
    ]
    for about, text in card.quotes:
        blocks.append({"type": "section", "text": _plain(text, _BLOCK)})
        if about:  # Slack takes no empty text
            blocks.append({"type": "context", "elements": [_plain(about, _BLOCK)]})
    if card.link:
        linked = {"type": "mrkdwn", "text": f"<{card.link}>"}
        blocks.append({"type": "section", "text": linked})
    if card.foot:
        foot = _plain("\n".join(card.foot), _BLOCK)
        blocks.append({"type": "context", "elements": [foot]})
    return {"text": _unmarked(card.title), "blocks": blocks}


def _plain(text: str, longest: int) -> dict[str, JsonValue]:
    return {"type": "plain_text", "text": _cut(text, longest), "emoji": False}


def _unmarked(text: str) -> str:
    """Text with Slack's three special characters escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(card: ChatCard) -> dict[str, JsonValue]:
    """An Adaptive Card for a workflow. Text runs are not parsed as Markdown."""
    body = [_run(card.title, size="Large", weight="Bolder")]
    body += [_run(line) for line in card.lines]
    for about, text in card.quotes:
        body.append(_run(text, separator=True))
        if about:
            body.append(_run(about, size="Small", subtle=True))
    body += [_run(line, size="Small", subtle=True) for line in card.foot]
    card_document: dict[str, JsonValue] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "msteams": {"width": "Full"},
    }
    if card.link:
        card_document["actions"] = [
            {"type": "Action.OpenUrl", "title": card.title, "url": card.link}
        ]
    kind = "application/vnd.microsoft.card.adaptive"
    attached = {"contentType": kind, "contentUrl": None, "content": card_document}
    return {"type": "message", "attachments": [attached]}


def _run(
    text: str,
    *,
    size: str = "Default",
    weight: str = "Default",
    subtle: bool = False,
    separator: bool = False,
) -> dict[str, JsonValue]:
    run: dict[str, JsonValue] = {
        "type": "TextRun",
        "text": text,
        "size": size,
        "weight": weight,
        "isSubtle": subtle,
    }
    return {"type": "RichTextBlock", "separator": separator, "inlines": [run]}


def _mattermost(card: ChatCard) -> dict[str, JsonValue]:
    lines = [f"#### {_escaped(card.title)}", *map(_escaped, card.lines)]
    for about, text in card.quotes:
        lines += ["", f"> {_escaped(text)}"]
        lines += [f"> _{_escaped(about)}_"] if about else []
    lines += ["", *([card.link] if card.link else []), *map(_escaped, card.foot)]
    return {
        "text": _cut("\n".join(lines), _POST),
        "props": {"disable_group_highlight": True},
    }


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _telegram(card: ChatCard) -> dict[str, JsonValue]:
    """Plain text: no parse mode, and no preview of links."""
    lines = [card.title, *card.lines]
    for about, text in card.quotes:
        lines += ["", f"“{text}”", *filter(None, [about])]
    lines += ["", *([card.link] if card.link else []), *card.foot]
    return {
        "text": _cut("\n".join(lines), _TELEGRAM),
        "link_preview_options": {"is_disabled": True},
    }


def _cut(text: str, longest: int) -> str:
    """Text of at most so many UTF-16 units, its end cut with an ellipsis."""
    if len(text.encode("utf-16-le")) // 2 <= longest:
        return text
    units = text.encode("utf-16-le")[: 2 * (longest - 1)]
    return units.decode("utf-16-le", "ignore").rstrip() + "…"


_SHAPES: Mapping[str, Callable[[ChatCard], dict[str, JsonValue]]] = {
    "slack": _slack,
    "teams": _teams,
    "mattermost": _mattermost,
    "telegram": _telegram,
}
# A page of some guard in between is no yes.
_TAKEN: Mapping[str, Callable[[HttpAnswer], bool]] = {
    "slack": lambda answer: answer.body.strip() == b"ok",
    "teams": lambda answer: answer.status == 202 or not answer.body.strip(),
    "mattermost": lambda answer: answer.body.strip() == b"ok",
    "telegram": lambda answer: _document(answer).get("ok") is True,
    PHONE: lambda answer: not _is_web_page(answer),
}
