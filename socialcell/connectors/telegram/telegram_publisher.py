"""A Telegram channel in the city's own name, through its bot.

A bot cannot read its channel: after a lost answer only a person can check whether the
post is there.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import requests

from socialcell import chat
from socialcell.connectors.base import (
    ConnectorContext,
    ConnectorError,
    ConnectorHealth,
    Kind,
)
from socialcell.connectors.platform_errors import (
    not_an_object,
    own_trouble,
    rate_limited,
    request_refused,
    unknown_object,
)
from socialcell.connectors.publisher import (
    PostReference,
    Publisher,
    require_id,
    require_settings,
    run_delete,
    run_write,
)
from socialcell.http import HttpAnswer, never_left
from socialcell.json_types import JsonObject, JsonValue
from socialcell.mail import DeliveryUnavailable
from socialcell.redact import redact
from socialcell.text import one_line

_LONGEST = 200
_GONE = ("message to delete not found", "message not found")


class TelegramPublisher(Publisher):
    """One channel (or group) in which the bot may post, by its number or @name."""

    platform: ClassVar[str] = "telegram"
    can_find: ClassVar[bool] = False

    def __init__(self, context: ConnectorContext) -> None:
        super().__init__(context)
        settings = require_settings(context.config.publishing.telegram, self.platform)
        self._token = context.secret(settings.token.secret).get_secret_value()
        self._chat = context.secret(settings.chat.secret).get_secret_value()
        self._name = self._chat.removeprefix("@") if self._chat[:1] == "@" else None
        self._base_urls = context.base_urls

    def check(self) -> ConnectorHealth:
        try:
            self._request("getChat", {})
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        return ConnectorHealth(True, "Telegram answers; the bot sees the channel")

    def post(self, words: str, media: str | None, key: str | None) -> PostReference:
        if media is None:
            return self._write("sendMessage", {"text": words})
        return self._write("sendPhoto", {"photo": media, "caption": words})

    def reply(self, to: str, words: str, key: str | None) -> PostReference:
        parent = {"message_id": int(to)}
        return self._write("sendMessage", {"text": words, "reply_parameters": parent})

    def delete(self, id_: str) -> None:
        message = {"message_id": int(id_)}
        run_delete(lambda: self._request("deleteMessage", message))

    def find(
        self, words: str, key: str | None, since: datetime, to: str | None
    ) -> Sequence[PostReference]:
        raise ConnectorError(Kind.ACCESS, "telegram.unreadable_channel")

    def _write(self, method: str, parameters: JsonObject) -> PostReference:
        message = run_write(lambda: self._request(method, parameters))
        message = message if isinstance(message, Mapping) else {}
        return self._reference(require_id(message, "message_id"))

    def _post_url(self, id_: str) -> str | None:
        return f"https://t.me/{self._name}/{id_}" if self._name else None

    def _request(self, method: str, parameters: JsonObject) -> JsonValue:
        payload = {"chat_id": self._chat, **parameters}
        try:
            answer = chat.ask_bot(self._token, method, payload, self._base_urls)
        except DeliveryUnavailable as error:
            raise ConnectorError(
                Kind.AUTH, "telegram.unusable_bot", reason=error
            ) from None
        except requests.RequestException as error:
            # The words of such an error hold the address, and that the token.
            name = type(error).__name__
            if never_left(error):
                raise ConnectorError(
                    Kind.RATE,
                    "platforms.unreachable",
                    until=self._clock.now() + timedelta(minutes=1),
                    platform="Telegram",
                    reason=name,
                ) from None
            raise ConnectorError(
                Kind.TRANSIENT, "telegram.no_answer", reason=name
            ) from None
        return self._result(answer)

    def _result(self, answer: HttpAnswer) -> JsonValue:
        try:
            body: JsonValue = json.loads(answer.body)
        except ValueError:
            body = None
        if not isinstance(body, Mapping) or "ok" not in body:
            raise not_an_object("Telegram")
        if body["ok"] is True:
            return body.get("result")
        reason = one_line(redact(str(body.get("description", ""))), _LONGEST)
        parameters = body.get("parameters")
        parameters = parameters if isinstance(parameters, Mapping) else {}
        raise self._answer_error(answer.status, reason, parameters.get("retry_after"))

    def _answer_error(
        self, status: int, reason: str, seconds: JsonValue
    ) -> ConnectorError:
        if status == 429:
            wait = seconds if isinstance(seconds, int) and 0 < seconds < 86_400 else 60
            until = self._clock.now() + timedelta(seconds=wait)
            return rate_limited("Telegram", until)
        if status == 401:
            return ConnectorError(Kind.AUTH, "telegram.wrong_token")
        if any(word in reason.lower() for word in _GONE):
            return unknown_object("Telegram", reason)
        if status in (403, 404):
            return ConnectorError(Kind.ACCESS, "telegram.no_right", reason=reason)
        if status >= 500:
            return own_trouble("Telegram", f"{status}: {reason}")
        return request_refused("Telegram", status, reason)
