"""WhatsApp's Cloud API of the sandbox: one number, its templates, what it sends."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from socialcell.clock import Clock
from socialcell.json_types import JsonObject, JsonValue, as_list, as_object, as_objects
from socialcell.sandbox.city import City
from socialcell.sandbox.meta.graph_server import (
    GraphRequestError,
    Parameters,
    missing,
    pick,
)
from socialcell.sandbox.meta.webhook_platform import SECRETS, WebhookPlatform, photo
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.post import Person, SandboxPost
from socialcell.sandbox.world.message_world import number, wamid

NUMBER_ID, BUSINESS_ID = "104857600778899", "204857600778899"
DISPLAYED = "99920000000"
_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SandboxTemplate:
    """A message template as Meta registered it. Its `body` has placeholders {{1}}."""

    id: str
    name: str
    language: str
    status: str  # APPROVED | PENDING
    category: str  # UTILITY | MARKETING
    body: str

    def as_json(self) -> JsonObject:
        return {
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "components": [{"type": "BODY", "text": self.body}],
        }


TEMPLATES = (
    SandboxTemplate(
        "800000000000001",
        "water_closure",
        "mr",
        "APPROVED",
        "UTILITY",
        "{{1}} येथे {{2}} रोजी पाणीपुरवठा बंद राहील.",
    ),
    SandboxTemplate(
        "800000000000002",
        "festival",
        "en",
        "APPROVED",
        "MARKETING",
        "Download PMC Care before the rains.",
    ),
    SandboxTemplate(
        "800000000000003",
        "survey",
        "en",
        "PENDING",
        "MARKETING",
        "Tell us how we did.",
    ),
)


class WhatsAppServer(WebhookPlatform):
    """One number of the city: its messages, its templates and its pushes."""

    files_need_token = True

    def __init__(self, city: City, clock: Clock, secrets: Mapping[str, str]) -> None:
        super().__init__(city, clock, "whatsapp", secrets)
        self.templates = list(TEMPLATES)
        self.sent: list[dict[str, str]] = []
        self.unreachable: set[str] = set()
        self.free = False
        self._numbers = count(1)

    # Faults and changes that tests switch on --------------------------------------

    def unreach(self, uid: str) -> None:
        """Messages to this number fail after they were accepted."""
        self.unreachable.add(uid)

    def make_free(self) -> None:
        """Meta bills nothing from now on, and reports it in the status."""
        self.free = True

    # Pushes -----------------------------------------------------------------------

    def message_push(self, post: SandboxPost) -> JsonObject:
        return _message_push(post, post.at, _content(post, post.text))

    def edit_push(self, post: SandboxPost, at: datetime, text: str) -> JsonObject:
        inner: JsonObject = {"type": "text", "text": {"body": text}}
        edit: JsonObject = {"original_message_id": post.id, "message": inner}
        return _message_push(post, at, {"type": "edit", "edit": edit}, "e")

    def removal_push(self, post: SandboxPost, at: datetime) -> JsonObject:
        revoke = {"original_message_id": post.id}
        return _message_push(post, at, {"type": "revoke", "revoke": revoke}, "r")

    def stop(self, person: Person) -> None:
        """A person switches off marketing messages of this number in WhatsApp."""
        preference = {
            "wa_id": number(person),
            "value": "stop",
            "category": "marketing_messages",
            "timestamp": _seconds(self.clock.now()),
        }
        self.pusher.queue(_push("user_preferences", user_preferences=[preference]))

    # Graph ------------------------------------------------------------------------

    def read(self, parts: Sequence[str], query: Parameters, token: str) -> JsonValue:
        if parts == [NUMBER_ID]:
            node = {"id": NUMBER_ID, "quality_rating": "GREEN"}
            values = node | {"display_phone_number": DISPLAYED}
            return pick(query.get("fields", ""), "WhatsAppBusinessPhoneNumber", values)
        if parts == [BUSINESS_ID, "message_templates"]:
            return self._templates(query)
        if len(parts) == 1 and parts[0].startswith("99"):
            return self._file(parts[0])
        raise missing(parts[0])

    def write(self, parts: Sequence[str], sent: Parameters, token: str) -> JsonValue:
        if list(parts) != [NUMBER_ID, "messages"]:
            raise GraphRequestError(100, "Unsupported post request.", 33)
        if sent.get("messaging_product") != "whatsapp":
            raise GraphRequestError(
                100, "(#100) The parameter messaging_product is required."
            )
        to, kind = sent.get("to", ""), sent.get("type", "text")
        category = self._category(to, kind, sent)
        id_ = f"wamid.SBXOUT{next(self._numbers):06d}"
        self.sent.append({"id": id_, "to": to, **sent})
        self._report(id_, to, category)
        return {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, "wa_id": to}],
            "messages": [{"id": id_}],
        }

    def _category(self, to: str, kind: str, sent: Mapping[str, str]) -> str:
        """The category that a message is billed as. GraphRequestError as at Meta."""
        if kind == "template":
            message = as_object(json.loads(sent["template"]))
            name, language = message["name"], as_object(message["language"])["code"]
            for template in self.templates:
                if (template.name, template.language) == (name, language):
                    if template.status != "APPROVED":
                        break
                    _require_values(template, message)
                    return template.category.lower()
            raise GraphRequestError(
                132001, "(#132001) Template name does not exist", None, 404
            )
        newest = max(
            (p.at for p in self.visible_posts() if number(p.author) == to), default=None
        )
        if newest is None or newest + _WINDOW <= self.clock.now():
            raise GraphRequestError(131047, "(#131047) Re-engagement message")
        return "service"

    def _report(self, id_: str, to: str, category: str) -> None:
        """Push the statuses of a message: sent and delivered, or failed."""
        kind = "free_customer_service" if self.free else "regular"
        pricing: JsonObject = {
            "billable": not self.free,
            "pricing_model": "PMP",
            "category": category,
            "type": kind,
        }
        failed = to in self.unreachable
        for state in ("failed",) if failed else ("sent", "delivered"):
            report: dict[str, JsonValue] = {
                "id": id_,
                "status": state,
                "timestamp": _seconds(self.clock.now()),
                "recipient_id": to,
            }
            if failed:
                error: JsonObject = {"code": 131026, "title": "Message undeliverable"}
                report["errors"] = [error]
            else:
                report["pricing"] = pricing
            self.pusher.queue(_push(statuses=[report]))

    def _templates(self, query: Mapping[str, str]) -> JsonObject:
        """Two a page, so that there are pages."""
        start = int(query.get("after") or 0)
        page = self.templates[start : start + 2]
        paging: dict[str, JsonValue] = {
            "cursors": {"before": str(start), "after": str(start + len(page))}
        }
        if start + len(page) < len(self.templates):
            paging["next"] = "https://graph.facebook.com/next"
        return {"data": [template.as_json() for template in page], "paging": paging}

    def _file(self, id_: str) -> JsonObject:
        return {
            "messaging_product": "whatsapp",
            "url": self.file_address("lookaside.fbsbx.com", id_),
            "mime_type": "image/png",
            "file_size": len(photo(id_)),
            "id": id_,
        }

    def _draft(self, text: str, at: datetime, n: int = 0) -> SandboxPost:
        return self.draft(text, at, wamid(at, n))


def file_id(post: SandboxPost) -> str:
    return f"99{post.id[-15:]}"


def _require_values(template: SandboxTemplate, message: JsonObject) -> None:
    parameters = [
        parameter
        for part in as_objects(message.get("components", []))
        if part["type"] == "body"
        for parameter in as_list(part["parameters"])
    ]
    if template.body.count("{{") != len(parameters):
        raise GraphRequestError(132000, "(#132000) Number of parameters does not match")


def _content(post: SandboxPost, text: str) -> JsonObject:
    if post.group == "image":
        image = {"id": file_id(post), "mime_type": "image/png", "caption": text}
        return {"type": "image", "image": image}
    if post.group == "location" and post.point is not None:
        # Without the name of a place: a point that somebody set on the map.
        _name, longitude, latitude = post.point
        pin: JsonObject = {"latitude": latitude, "longitude": longitude}
        return {"type": "location", "location": pin}
    return {"type": "text", "text": {"body": text}}


def _message_push(
    post: SandboxPost, at: datetime, content: JsonObject, suffix: str = ""
) -> JsonObject:
    """The push of one message, with the profile of its sender."""
    sender = number(post.author)
    contact: JsonObject = {"profile": {"name": post.author.name}, "wa_id": sender}
    message: JsonObject = {
        "from": sender,
        "id": post.id + suffix,
        "timestamp": _seconds(at),
        **content,
    }
    return _push(contacts=[contact], messages=[message])


def _push(field: str = "messages", **lists: list[JsonObject]) -> JsonObject:
    change: JsonObject = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": DISPLAYED, "phone_number_id": NUMBER_ID},
        **lists,
    }
    entry: JsonObject = {
        "id": BUSINESS_ID,
        "changes": [{"value": change, "field": field}],
    }
    return {"object": "whatsapp_business_account", "entry": [entry]}


def _seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def sources(city: City) -> list[SourceSettings]:
    return [
        {
            "name": "whatsapp.city",
            "connector": "whatsapp",
            "phone_number_id": NUMBER_ID,
            "business_account_id": BUSINESS_ID,
        }
    ]


PLATFORM = ServedPlatform(
    build=WhatsAppServer,
    sources=sources,
    shows=lambda city, post: ["whatsapp.city"],
    address=lambda post: "",
    secrets=SECRETS,
    rules={"whatsapp": "each message is pushed once its time has come"},
)
