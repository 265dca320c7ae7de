"""WhatsApp Cloud API: what people write to the city's number is pushed to us."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from socialcell.connectors.base import (
    UNREADABLE,
    Bucket,
    Capability,
    ConnectorError,
    Filtered,
    Health,
    Kind,
    Reject,
)
from socialcell.connectors.meta.meta_files import File, fetch, require_size
from socialcell.connectors.meta.meta_receiver import MetaReceiver, Reading, left_out
from socialcell.connectors.meta.meta_values import each, text_of
from socialcell.connectors.whatsapp import whatsapp_message, whatsapp_prices

WINDOW = timedelta(hours=24)  # in which a person who wrote may be answered freely
_TEMPLATES = "id,name,language,status,category,components"
_PAGE, _MOST_PAGES = 100, 50


class WhatsAppSettings(BaseModel):
    """One number of one business account, by the numbers that Meta gives both."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    phone_number_id: str = Field(pattern=r"^[0-9]{5,25}$")
    business_account_id: str = Field(pattern=r"^[0-9]{5,25}$")


@dataclass(frozen=True, slots=True)
class Template:
    """A message that the platform has looked at and lets us send, or does not yet."""

    name: str
    language: str
    external_id: str | None
    category: str
    status: str
    body: str | None


class WhatsApp(MetaReceiver[WhatsAppSettings]):
    """The pushes of one number. A message of another number of the app is Filtered.

    Whoever writes is known by the telephone number (`from`), or by the id that stands
    for it (`from_user_id`) where the person withholds the number.
    """

    Settings: ClassVar[type[BaseModel]] = WhatsAppSettings
    platform: ClassVar[str] = whatsapp_message.PLATFORM
    object: ClassVar[str] = "whatsapp_business_account"
    server: ClassVar[str] = whatsapp_message.PLATFORM
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.MESSAGES, Capability.RECEIVE}
    )
    redelivers: ClassVar[timedelta] = timedelta(days=7)
    buckets: ClassVar[tuple[Bucket, ...]] = whatsapp_prices.buckets()

    def check(self) -> Health:
        """Ask Graph for the number itself: the token is alive and may read it."""
        number = self._settings.phone_number_id
        try:
            told = self._graph().ask(number, fields="id,quality_rating")
        except ConnectorError as error:
            return Health.failed(error)
        quality = told.get("quality_rating") or "not told"
        return Health(ok=True, message=f"The number answers; its quality is {quality}")

    def media(self, ref: str, cap: int) -> File:
        """A file by its id: first where it is, which holds for minutes, then itself."""
        told = self._graph().ask(ref)
        try:
            require_size(int(told.get("file_size") or 0), cap)
            address = text_of(told.get("url"))
        except UNREADABLE as error:
            raise ConnectorError(
                Kind.DRIFT, f"What Meta tells of a file cannot be read: {error}"
            ) from None
        return fetch(self._context, self.platform, address, cap)

    def templates(self) -> Iterator[Template]:
        """Every template of the account, whatever its status."""
        path = f"{self._settings.business_account_id}/message_templates"
        graph, after = self._graph(), None
        for _ in range(_MOST_PAGES):
            page = graph.page(path, fields=_TEMPLATES, limit=_PAGE, after=after)
            for row in page.data:
                try:
                    yield _template(row)
                except UNREADABLE as error:
                    raise ConnectorError(
                        Kind.DRIFT, f"A template cannot be read: {error}"
                    ) from None
            if not page.more:
                return
            after = page.after
        raise ConnectorError(Kind.DRIFT, "Meta's list of templates has no end")

    def send_text(self, to: str, text: str) -> str:
        """Answer a person who wrote within a day; the id under which it is kept."""
        return self._sent(to, type="text", text={"body": text, "preview_url": False})

    def send_template(
        self, to: str, name: str, language: str, values: Sequence[str]
    ) -> str:
        """Write to a person who agreed; the id under which it is kept."""
        given = [{"type": "text", "text": value} for value in values]
        body = [{"type": "body", "parameters": given}] if given else []
        said = {"name": name, "language": {"code": language}, "components": body}
        return self._sent(to, type="template", template=said)

    def _sent(self, to: str, **content: Any) -> str:
        said = self._graph().post(
            f"{self._settings.phone_number_id}/messages",
            messaging_product="whatsapp",
            recipient_type="individual",
            to=to,
            **content,
        )
        try:
            return whatsapp_message.kept_id(said["messages"][0]["id"])
        except UNREADABLE as error:
            raise ConnectorError(
                Kind.DRIFT, f"What Meta says of a sent message cannot be read: {error}"
            ) from None

    def _read_entry(self, entry: Any, reading: Reading) -> None:
        for change in each(entry["changes"]):
            with reading.setting_aside(change):
                self._read_change(change, reading)

    def _read_change(self, change: Any, reading: Reading) -> None:
        kind, value = change["field"], change["value"]
        if kind not in ("messages", "user_preferences"):
            reading.items.append(left_out(f"field {kind}"))
        elif value["metadata"]["phone_number_id"] != self._settings.phone_number_id:
            reading.items.append(Filtered("another number"))
        else:
            _read_value(value, reading)


def _read_value(value: Mapping[str, Any], reading: Reading) -> None:
    """Every part of one change; what cannot be read stands alone as a Reject."""
    lists: tuple[tuple[str, Callable[..., None]], ...] = (
        ("messages", _take_message),
        ("statuses", _take_status),
        ("user_preferences", _take_preference),
        ("errors", _take_error),
    )
    envelope = {k: v for k, v in value.items() if k not in dict(lists)}
    for name, take in lists:
        with reading.setting_aside(value):
            for one in each(value.get(name)):
                with reading.setting_aside({**envelope, name: [one]}):
                    take(one, envelope, reading)


def _take_message(
    message: Mapping[str, Any], envelope: Mapping[str, Any], reading: Reading
) -> None:
    item = whatsapp_message.to_item(message, envelope)
    media = whatsapp_message.files(message)
    wish = whatsapp_message.refusal(message)
    reading.items.append(item)
    reading.media.extend(media)
    if wish is not None:
        reading.refusals.append(wish)


def _take_status(
    status: Mapping[str, Any], envelope: Mapping[str, Any], reading: Reading
) -> None:
    reading.deliveries.append(whatsapp_message.delivery(status))
    reading.items.append(Filtered("news of a message of ours"))


def _take_preference(
    told: Mapping[str, Any], envelope: Mapping[str, Any], reading: Reading
) -> None:
    wish = whatsapp_message.preference(told)
    if wish is not None:
        reading.refusals.append(wish)
    reading.items.append(Filtered("a person's setting"))


def _take_error(
    error: Mapping[str, Any], envelope: Mapping[str, Any], reading: Reading
) -> None:
    said = f"WhatsApp tells of error {error['code']}: {error.get('title')}"
    reading.items.append(Reject({**envelope, "errors": [error]}, said))


def _template(row: Mapping[str, Any]) -> Template:
    bodies = [
        part.get("text")
        for part in each(row.get("components"))
        if part.get("type") == "BODY"
    ]
    return Template(
        name=text_of(row["name"]),
        language=text_of(row["language"]),
        external_id=row.get("id"),
        category=text_of(row["category"]).lower(),
        status=text_of(row["status"]).lower(),
        body=bodies[0] if bodies else None,
    )
