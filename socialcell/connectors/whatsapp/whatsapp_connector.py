"""WhatsApp Cloud API: what people write to the city's number is pushed to us."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from socialcell.connectors.base import (
    UNREADABLE,
    Bucket,
    Capability,
    ConnectorError,
    ConnectorHealth,
    Filtered,
    Kind,
    Reject,
)
from socialcell.connectors.json_values import (
    object_at,
    objects_at,
    optional_text,
)
from socialcell.connectors.meta.meta_files import MediaFile, fetch_media, require_size
from socialcell.connectors.meta.meta_receiver import MetaReceiver, PushBuilder, left_out
from socialcell.connectors.meta.meta_values import each, each_object, text_of
from socialcell.connectors.whatsapp import whatsapp_message, whatsapp_prices
from socialcell.json_types import JsonObject, JsonValue, as_object

_TEMPLATES = "id,name,language,status,category,components"
_PAGE, _MOST_PAGES = 100, 50


class WhatsAppSettings(BaseModel):
    """One number of one business account, by the numbers that Meta gives both."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    phone_number_id: str = Field(pattern=r"^[0-9]{5,25}$")
    business_account_id: str = Field(pattern=r"^[0-9]{5,25}$")


# Takes in one part of a change: the part, what stands around it, and where to.
_AddPart = Callable[[JsonObject, JsonObject, PushBuilder], None]


@dataclass(frozen=True, slots=True)
class Template:
    """A message template; its status says whether the platform lets us send it."""

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
    redelivery_period: ClassVar[timedelta] = timedelta(days=7)
    buckets: ClassVar[tuple[Bucket, ...]] = whatsapp_prices.buckets()

    def check(self) -> ConnectorHealth:
        """Ask Graph for the number itself: the token is alive and may read it."""
        number = self._settings.phone_number_id
        try:
            answer = self._graph().ask(number, fields="id,quality_rating")
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        quality = answer.get("quality_rating") or "not told"
        return ConnectorHealth(
            ok=True, message=f"The number answers; its quality is {quality}"
        )

    def media(self, ref: str, cap: int) -> MediaFile:
        """A file by its id: first its address, which is valid for minutes, then its
        bytes."""
        answer = self._graph().ask(ref)
        try:
            require_size(_file_size(answer), cap)
            address = text_of(answer.get("url"))
        except UNREADABLE as error:
            raise ConnectorError(
                Kind.DRIFT, "whatsapp.unreadable_file", reason=error
            ) from None
        return fetch_media(self._context, self.platform, address, cap)

    def templates(self) -> Iterator[Template]:
        """Every template of the account, whatever its status."""
        path = f"{self._settings.business_account_id}/message_templates"
        graph, after = self._graph(), None
        for _ in range(_MOST_PAGES):
            page = graph.page(path, fields=_TEMPLATES, limit=_PAGE, after=after)
            for row in page.nodes:
                try:
                    yield _template(as_object(row))
                except UNREADABLE as error:
                    raise ConnectorError(
                        Kind.DRIFT, "whatsapp.unreadable_template", reason=error
                    ) from None
            if not page.more:
                return
            after = page.after
        raise ConnectorError(Kind.DRIFT, "whatsapp.endless_templates")

    def send_text(self, to: str, text: str) -> str:
        """Answer a person who wrote within a day; the message's digested id."""
        return self._send(to, type="text", text={"body": text, "preview_url": False})

    def send_template(
        self, to: str, name: str, language: str, values: Sequence[str]
    ) -> str:
        """Write to a person who consented; the message's digested id."""
        parameters = [{"type": "text", "text": value} for value in values]
        body: list[JsonObject] = []
        if parameters:
            body.append({"type": "body", "parameters": parameters})
        template: JsonObject = {
            "name": name,
            "language": {"code": language},
            "components": body,
        }
        return self._send(to, type="template", template=template)

    def _send(self, to: str, **content: JsonValue) -> str:
        answer = self._graph().post(
            f"{self._settings.phone_number_id}/messages",
            messaging_product="whatsapp",
            recipient_type="individual",
            to=to,
            **content,
        )
        try:
            return whatsapp_message.digest_id(objects_at(answer, "messages")[0]["id"])
        except UNREADABLE as error:
            raise ConnectorError(
                Kind.DRIFT, "whatsapp.unreadable_receipt", reason=error
            ) from None

    def _read_entry(self, entry: JsonObject, builder: PushBuilder) -> None:
        for change in each(entry["changes"]):
            with builder.rejecting(change):
                self._read_change(as_object(change), builder)

    def _read_change(self, change: JsonObject, builder: PushBuilder) -> None:
        kind, content = change["field"], change["value"]
        if kind not in ("messages", "user_preferences"):
            builder.items.append(left_out(f"field {kind}"))
            return
        content = as_object(content)
        number = object_at(content, "metadata")["phone_number_id"]
        if number != self._settings.phone_number_id:
            builder.items.append(Filtered("another number"))
        else:
            _read_value(content, builder)


def _read_value(change_value: JsonObject, builder: PushBuilder) -> None:
    """Read every part of one change; what cannot be read becomes a Reject of its
    own."""
    lists: tuple[tuple[str, _AddPart], ...] = (
        ("messages", _add_message),
        ("statuses", _add_status),
        ("user_preferences", _add_preference),
        ("errors", _add_error),
    )
    envelope = {k: v for k, v in change_value.items() if k not in dict(lists)}
    for name, add in lists:
        with builder.rejecting(change_value):
            for element in each(change_value.get(name)):
                with builder.rejecting({**envelope, name: [element]}):
                    add(as_object(element), envelope, builder)


def _add_message(
    message: JsonObject, envelope: JsonObject, builder: PushBuilder
) -> None:
    item = whatsapp_message.to_item(message, envelope)
    media = whatsapp_message.files(message)
    opt_out = whatsapp_message.opt_out(message)
    builder.items.append(item)
    builder.media.extend(media)
    if opt_out is not None:
        builder.opt_outs.append(opt_out)


def _add_status(status: JsonObject, envelope: JsonObject, builder: PushBuilder) -> None:
    builder.deliveries.append(whatsapp_message.delivery(status))
    builder.items.append(Filtered("news of a message of ours"))


def _add_preference(
    preference: JsonObject, envelope: JsonObject, builder: PushBuilder
) -> None:
    opt_out = whatsapp_message.opt_out_setting(preference)
    if opt_out is not None:
        builder.opt_outs.append(opt_out)
    builder.items.append(Filtered("a person's setting"))


def _add_error(error: JsonObject, envelope: JsonObject, builder: PushBuilder) -> None:
    reason = f"WhatsApp tells of error {error['code']}: {error.get('title')}"
    builder.items.append(Reject({**envelope, "errors": [error]}, reason))


def _file_size(answer: JsonObject) -> int:
    """The bytes of a file in Meta's words, as number or text; 0 where it says none."""
    size = answer.get("file_size") or 0
    if not isinstance(size, int | float | str):
        raise TypeError("file_size is no number")
    return int(size)


def _template(row: JsonObject) -> Template:
    bodies = [
        optional_text(part, "text")
        for part in each_object(row.get("components"))
        if part.get("type") == "BODY"
    ]
    return Template(
        name=text_of(row["name"]),
        language=text_of(row["language"]),
        external_id=optional_text(row, "id"),
        category=text_of(row["category"]).lower(),
        status=text_of(row["status"]).lower(),
        body=bodies[0] if bodies else None,
    )
