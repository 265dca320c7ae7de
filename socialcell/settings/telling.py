"""Who is told what: letters, reports, alarms."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from socialcell.settings.section import TIME, SecretName, Section

Address = Annotated[str, Field(pattern=r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+$")]


class Readers(Section):
    """Who reads letters, by the language they read."""

    mr: tuple[Address, ...] = ()
    hi: tuple[Address, ...] = ()
    en: tuple[Address, ...] = ()

    def of(self, lang: str) -> tuple[str, ...]:
        """Who reads a language, each once; nobody reads one that we do not write."""
        return tuple(dict.fromkeys(getattr(self, lang, ())))


class Mail(Section):
    """The mail server that takes our letters; without `host` none is sent.

    `security`: starttls or tls; none is for a server on this machine alone.
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

    @model_validator(mode="after")
    def _never_in_the_clear(self) -> "Mail":
        if self.security == "none" and self.host not in (
            None,
            "localhost",
            "127.0.0.1",
            "::1",
        ):
            raise ValueError("security none is for a server on this machine alone")
        return self


class Report(Section):
    city_en: str = "Pune"
    city_mr: str = "पुणे"
    city_hi: str = "पुणे"
    organisation: str = "Pune Municipal Corporation"
    # In which languages the daemon writes it.
    languages: tuple[Literal["mr", "hi", "en"], ...] = ("mr", "en")
    # Who gets the weekly report and who the daily brief, by the language they read.
    recipients: Readers = Field(default_factory=Readers)
    brief_to: Readers = Field(default_factory=Readers)


class Channel(Section):
    """A room of a chat that is told of incidents, in one language.

    A webhook's whole address is the secret `url`; Telegram needs the bot's `token` and
    the number of the `chat`.
    """

    kind: Literal["slack", "teams", "mattermost", "telegram"]
    lang: Literal["mr", "hi", "en"] = "mr"
    url: SecretName | None = None
    token: SecretName | None = None
    chat: SecretName | None = None

    @model_validator(mode="after")
    def _whole(self) -> "Channel":
        needed = ("token", "chat") if self.kind == "telegram" else ("url",)
        if tuple(self.secrets) != needed:
            said = " and ".join(f"{name}: {{secret: NAME}}" for name in needed)
            raise ValueError(f"a channel of {self.kind} takes {said}, and no other")
        return self

    @property
    def secrets(self) -> dict[str, str]:
        """The names of its secrets, by what they are."""
        given = {"url": self.url, "token": self.token, "chat": self.chat}
        return {name: one.secret for name, one in given.items() if one is not None}


class Alerts(Section):
    """Who is told of incidents and of critical direct messages, by the language they
    read; at night only the worst.

    `quiet` is a span of hours in Pune, from and to, in which only incidents of high
    severity and critical messages are told; the others are told at its end. An account
    with at least `follower_floor` followers is influential, as those of the registry
    are.
    """

    recipients: Readers = Field(default_factory=Readers)
    channels: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")], Channel] = (
        Field(default_factory=dict)
    )
    quiet: tuple[str, str] | None = ("22:00", "07:00")
    follower_floor: int | None = Field(default=50_000, ge=1000)
    console_url: str | None = None

    @field_validator("console_url")
    @classmethod
    def _an_address(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "https://console.example")
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.username
        ):
            raise ValueError(f"{url} is not of the form https://console.example")
        return url.rstrip("/") if url else None

    @field_validator("quiet")
    @classmethod
    def _times(cls, quiet: tuple[str, str] | None) -> tuple[str, str] | None:
        for one in quiet or ():
            if not re.match(TIME, one):
                raise ValueError(f"{one!r} is no time such as 22:00")
        return quiet
