"""Settings of notifications: mail server, chat channels, phones, who gets what."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from socialcell.errors import UnreadableValue
from socialcell.json_types import JsonValue
from socialcell.message_catalog import Message
from socialcell.settings.section import TIME, ConfigSection, SecretName

_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
Name = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
# An internationalised name of a host in its ASCII form: it stands in a mail's header.
_HTTPS_ADDRESS = r"^https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?/?\Z"


def _mail_address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise UnreadableValue("config.no_mail_address", text=text)
    return text


Address = Annotated[str, AfterValidator(_mail_address)]


class RecipientsByLanguage(ConfigSection):
    """Addresses of recipients, by the language of the mail they get."""

    mr: tuple[Address, ...] = ()
    hi: tuple[Address, ...] = ()
    en: tuple[Address, ...] = ()

    @property
    def count(self) -> int:
        """How many addresses are named; one that reads two languages counts twice."""
        return sum(len(self.of(lang)) for lang in type(self).model_fields)

    @property
    def is_any(self) -> bool:
        """Whether anybody is named."""
        return self.count > 0

    def of(self, lang: str) -> tuple[str, ...]:
        """The recipients of a language, each once; none for a language not used."""
        return tuple(dict.fromkeys(getattr(self, lang, ())))


class Mail(ConfigSection):
    """The SMTP server that mails are sent through; without `host` none is sent.

    `security`: starttls or tls; none is allowed for a server on this machine alone.
    `seconds`: the timeout of a connection. `unsubscribe_url`: the public https address
    of `serve redirect`, at which a recipient stops a letter.
    """

    host: str | None = None
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: SecretName = SecretName(secret="smtp_password")
    sender: Address = "social.cell@localhost.localdomain"
    sender_name: str = "Social media cell"
    reply_to: Address | None = None
    seconds: float = Field(default=30, gt=0, le=300)
    unsubscribe_url: str | None = None

    @field_validator("unsubscribe_url")
    @classmethod
    def _is_https_address(cls, url: str | None) -> str | None:
        if url is not None and not re.match(_HTTPS_ADDRESS, url):
            raise UnreadableValue(
                "config.no_server_address",
                address=url,
                example="https://go.pune.example",
            )
        return url.rstrip("/") if url else None

    @model_validator(mode="after")
    def _security_is_needed(self) -> "Mail":
        if self.security == "none" and self.host not in (
            None,
            "localhost",
            "127.0.0.1",
            "::1",
        ):
            raise UnreadableValue("config.unencrypted_mail_server")
        return self


class OfficeRecipients(ConfigSection):
    """Recipients of the weekly letter of one ward office, or of one owner of problems
    (a department, or another body), by its id."""

    to: tuple[Address, ...] = Field(min_length=1)
    lang: Literal["mr", "hi", "en"] = "mr"
    ward: str | None = None
    owner: str | None = None

    @model_validator(mode="after")
    def _one_office(self) -> "OfficeRecipients":
        if (self.ward is None) == (self.owner is None):
            raise UnreadableValue("config.letter_needs_one_office")
        return self

    @property
    def office(self) -> str:
        """The id of the ward office or owner."""
        return self.ward or self.owner or ""


class Report(ConfigSection):
    """The names printed in reports, their languages, and their recipients."""

    city_en: str = "Pune"
    city_mr: str = "पुणे"
    city_hi: str = "पुणे"
    organisation: str = "Pune Municipal Corporation"
    # The languages in which the daemon writes it.
    languages: tuple[Literal["mr", "hi", "en"], ...] = ("mr", "en")
    # The recipients of the weekly report, and of the daily brief.
    recipients: RecipientsByLanguage = Field(default_factory=RecipientsByLanguage)
    brief_to: RecipientsByLanguage = Field(default_factory=RecipientsByLanguage)
    # Ward offices and departments that get a letter of their own each week.
    offices: tuple[OfficeRecipients, ...] = ()

    def city(self, lang: str) -> str:
        """The city's name in a language."""
        return str(getattr(self, f"city_{lang}"))


class Channel(ConfigSection):
    """A chat channel that receives incidents, in one language.

    `url` is the secret with a webhook's whole address; Telegram needs the bot's `token`
    and the number of the `chat`.
    """

    kind: Literal["slack", "teams", "mattermost", "telegram"]
    lang: Literal["mr", "hi", "en"] = "mr"
    url: SecretName | None = None
    token: SecretName | None = None
    chat: SecretName | None = None

    @model_validator(mode="after")
    def _secrets_are_complete(self) -> "Channel":
        needed = ("token", "chat") if self.kind == "telegram" else ("url",)
        if tuple(self.secrets) != needed:
            raise UnreadableValue(
                "config.channel_of_telegram"
                if self.kind == "telegram"
                else "config.channel_of_webhook",
                kind=self.kind,
            )
        return self

    @property
    def secrets(self) -> dict[str, str]:
        """The names of its secrets, by the setting that names them."""
        secrets = {"url": self.url, "token": self.token, "chat": self.chat}
        return {
            name: secret.secret
            for name, secret in secrets.items()
            if secret is not None
        }


class Phone(ConfigSection):
    """A telephone: calls are placed by a program of this computer, or by a webhook
    whose whole address is the secret `url`. `seconds` is the timeout of either."""

    command: tuple[str, ...] | None = None
    url: SecretName | None = None
    lang: Literal["mr", "hi", "en"] = "mr"
    seconds: float = Field(default=30, gt=0, le=120)

    @model_validator(mode="after")
    def _command_or_url(self) -> "Phone":
        if (self.command is None) == (self.url is None):
            raise UnreadableValue("config.phone_needs_one_way")
        program = ("/",) if self.command is None else self.command[:1]
        if not program or not program[0].startswith("/"):
            raise UnreadableValue("config.relative_command")
        return self


class Step(ConfigSection):
    """A step of the escalation: who is notified of a critical item that was not
    acknowledged `after` so many minutes.

    `who`: addresses of alerts.recipients, names of channels and phones.
    """

    after: int = Field(ge=0, le=24 * 60)
    who: tuple[str, ...] = Field(min_length=1)


class Unreached(StrEnum):
    """Why an alert would reach nobody."""

    NOBODY_NAMED = "nobody_named"
    NO_MAIL_SERVER = "no_mail_server"


class Alerts(ConfigSection):
    """Who is notified of incidents and of critical items.

    `quiet`: the hours in Pune, from and to, in which only incidents of high severity
    and critical items are notified; the others follow at its end. `follower_floor`: an
    account with so many followers is influential, as those of the registry are.
    `ladder`: the steps of the escalation of a critical item; after the last one
    everybody is notified again every `repeat` minutes. `console_url`: the address of
    the console, for links.
    """

    recipients: RecipientsByLanguage = Field(default_factory=RecipientsByLanguage)
    channels: dict[Name, Channel] = Field(default_factory=dict)
    phone: dict[Name, Phone] = Field(default_factory=dict)
    ladder: tuple[Step, ...] | None = None
    repeat: int = Field(default=20, ge=1, le=24 * 60)
    quiet: tuple[str, str] | None = ("22:00", "07:00")
    follower_floor: int | None = Field(default=50_000, ge=1000)
    console_url: str | None = None

    @property
    def names_nobody(self) -> bool:
        """Whether nobody would be notified of anything."""
        return not self.names

    @property
    def names(self) -> tuple[str, ...]:
        """Addresses, channels and phones, each once."""
        return (*self.addresses, *self.channels, *self.phone)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Who is notified by mail, each once."""
        addresses = (
            address
            for lang in RecipientsByLanguage.model_fields
            for address in self.recipients.of(lang)
        )
        return tuple(dict.fromkeys(addresses))

    def unreached(self, mail: Mail) -> Unreached | None:
        """Why an alert would reach nobody; None where some way can carry it."""
        if self.names_nobody:
            return Unreached.NOBODY_NAMED
        if mail.host is None and not (self.channels or self.phone):
            return Unreached.NO_MAIL_SERVER
        return None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the ladder, earliest first; a name in no step joins the first.

        Without a ladder: everybody but the second and later phones at once; the
        channels and the first phone after 5 minutes; the second phone after 10;
        everybody after 20.
        """
        if self.names_nobody:
            return ()
        if self.ladder is None:
            phones = tuple(self.phone)
            rest = tuple(name for name in self.names if name not in phones)
            ladder = [
                (0, (*rest, *phones[:1])),
                (5, (*self.channels, *phones[:1])),
                (10, phones[1:2] or phones[:1]),
                (20, self.names),
            ]
            return tuple(Step(after=after, who=who) for after, who in ladder if who)
        first, *later = sorted(self.ladder, key=lambda step: step.after)
        named = {name for step in self.ladder for name in step.who}
        left = tuple(name for name in self.names if name not in named)
        return (Step(after=first.after, who=(*first.who, *left)), *later)

    @property
    def total_wait(self) -> timedelta:
        """The time from the first step of the ladder to the last."""
        return timedelta(minutes=max((step.after for step in self.steps), default=0))

    @field_validator("phone", mode="before")
    @classmethod
    def _name_single_phone(cls, phones: JsonValue) -> JsonValue:
        """A single phone needs no name; it gets the name `phone`."""
        if isinstance(phones, dict) and {"command", "url"} & set(phones):
            return {"phone": phones}
        return phones

    @model_validator(mode="after")
    def _names_are_known(self) -> "Alerts":
        if shared := sorted(set(self.channels) & set(self.phone)):
            raise UnreadableValue("config.channel_and_phone", name=shared[0])
        for step in self.ladder or ():
            if unknown := [name for name in step.who if name not in self.names]:
                raise UnreadableValue(
                    "config.unknown_name_in_ladder",
                    name=unknown[0],
                    names=list(self.names) or Message("config.no_names"),
                )
        if self.ladder == ():
            raise UnreadableValue("config.empty_ladder")
        if self.ladder and min(step.after for step in self.ladder) > 0:
            raise UnreadableValue("config.late_ladder")
        return self

    @field_validator("console_url")
    @classmethod
    def _is_web_address(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "https://console.example")
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.username
        ):
            raise UnreadableValue(
                "config.no_server_address",
                address=url,
                example="https://console.example",
            )
        return url.rstrip("/") if url else None

    @field_validator("quiet")
    @classmethod
    def _are_times(cls, quiet: tuple[str, str] | None) -> tuple[str, str] | None:
        for time in quiet or ():
            if not re.match(TIME, time):
                raise UnreadableValue("config.no_time", text=time)
        return quiet
