"""What may stand in config.yaml: its sections, their keys, limits and defaults."""

import re
from datetime import date
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Database(Section):
    url: str = "sqlite:///socialcell.db"
    busy_seconds: float = Field(default=30, ge=0, le=600)


class Log(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"


class FixedTime(Section):
    fixed: AwareDatetime | None = None


class SecretName(Section):
    """The name of a secret, as in `bearer: {secret: x_bearer}`."""

    secret: str = Field(pattern=r"^[A-Za-z0-9_.-]+$")


class X(Section):
    bearer: SecretName = SecretName(secret="x_bearer")


class Reddit(Section):
    client_id: SecretName = SecretName(secret="reddit_client_id")
    client_secret: SecretName = SecretName(secret="reddit_client_secret")
    account: str = Field(default="socialcell", pattern=r"^[A-Za-z0-9_-]{3,20}$")


class Mastodon(Section):
    """One server, whose token goes nowhere else."""

    instance: str = "https://mastodon.social"
    token: SecretName = SecretName(secret="mastodon_token")

    @field_validator("instance")
    @classmethod
    def _an_origin(cls, url: str) -> str:
        return _origin(url)


class YouTube(Section):
    key: SecretName = SecretName(secret="youtube_key")


class Bluesky(Section):
    """The account that searches, with an app password that goes to its server alone."""

    service: str = "https://bsky.social"
    handle: str = Field(default="socialcell.bsky.social", pattern=r"^[^\s@]{3,253}$")
    password: SecretName = SecretName(secret="bluesky_app_password")

    @field_validator("service")
    @classmethod
    def _an_origin(cls, url: str) -> str:
        return _origin(url)


class Google(Section):
    """How Search Console and Play reviews are read: one sign-in for both."""

    access: Literal["refresh_token", "service_account"] = "refresh_token"
    client_id: SecretName = SecretName(secret="google_client_id")
    client_secret: SecretName = SecretName(secret="google_client_secret")
    refresh_token: SecretName = SecretName(secret="google_refresh_token")
    service_account: SecretName = SecretName(secret="google_service_account")


class Meta(Section):
    """One token for Facebook, Instagram, WhatsApp and Meta's ads, and the Graph API's
    version; the app's secret signs what is pushed, the verify token opens the door."""

    token: SecretName = SecretName(secret="meta_token")
    app_secret: SecretName = SecretName(secret="meta_app_secret")
    verify_token: SecretName = SecretName(secret="meta_verify_token")
    version: str = Field(default="v26.0", pattern=r"^v[0-9]{1,3}\.[0-9]$")


class Connectors(Section):
    x: X = X()
    reddit: Reddit = Reddit()
    mastodon: Mastodon = Mastodon()
    meta: Meta = Meta()
    youtube: YouTube = YouTube()
    bluesky: Bluesky = Bluesky()
    google: Google = Google()


class Sandbox(Section):
    """Only for a workspace that talks to the sandbox: origin → address on loopback."""

    base_urls: dict[str, str] = Field(default_factory=dict)

    @field_validator("base_urls")
    @classmethod
    def _loopback_only(cls, urls: dict[str, str]) -> dict[str, str]:
        for url in urls.values():
            if not is_loopback(url):
                raise ValueError(f"{url} is not on loopback (127.0.0.1)")
        return urls


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
    """Who is told of incidents, by the language they read; at night only the worst.

    `quiet` is a span of hours in Pune, from and to, in which only incidents of high
    severity are told; the others are told at its end. An account with at least
    `follower_floor` followers is influential, as those of the registry are.
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
            if not re.match(_TIME, one):
                raise ValueError(f"{one!r} is no time such as 22:00")
        return quiet


class Retention(Section):
    """Days that things are kept; null: until the post is deleted at its source."""

    raw_days: int = Field(default=30, ge=1)
    click_days: int = Field(default=120, ge=91)  # an install names a click of 90 days
    text_days: dict[str, Annotated[int, Field(ge=1)] | None] = Field(
        default_factory=lambda: dict.fromkeys(("x", "reddit", "mastodon", "news"))
    )


class Budget(Section):
    """Caps of ours by platform: units a window by bucket, and money a month."""

    caps: dict[str, dict[str, Annotated[int, Field(ge=0)]]] = Field(
        default_factory=dict
    )
    spend_per_month: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict
    )


class Daemon(Section):
    """When the daemon does what: minutes between pulls, and times of day in Pune.

    `pull_minutes_of` goes by a source's name or its connector's. `ping_url` is told
    every few minutes that the daemon is well.
    """

    pull_minutes: int = Field(default=15, ge=1, le=1440)
    pull_minutes_of: dict[str, Annotated[int, Field(ge=1, le=1440)]] = Field(
        default_factory=dict
    )
    night: str = Field(default="02:00", pattern=_TIME)
    weekly: str = Field(default="08:00", pattern=_TIME)
    ping_url: str | None = None


def _network(text: str) -> str:
    ip_network(text, strict=False)
    return text


Network = Annotated[str, AfterValidator(_network)]


class Links(Section):
    """Tracked links: where they are reached from outside, and whom to believe.

    `trusted` are the peers whose X-Forwarded-For counts; `internal` are networks whose
    clicks are the cell's own. An ended link leads to `fallback`; without one, a page
    says so. `apps` are the Android packages whose installs are taken in.
    """

    address: str | None = None
    fallback: str | None = None
    trusted: tuple[Network, ...] = ()
    internal: tuple[Network, ...] = ()
    apps: tuple[str, ...] = ()
    install_key: SecretName = SecretName(secret="install_key")

    @field_validator("address", "fallback")
    @classmethod
    def _whole(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url} is no address such as https://go.city.example")
        return url


class Influencers(Section):
    """Who may be a candidate, and who may see the candidates.

    An account with at least `follower_floor` followers may be one; null: only accounts
    that are verified as a business or government, or are registered. `approvers` are
    names as the audit log writes them; null: whoever works in this workspace.
    """

    follower_floor: int | None = Field(default=10_000, ge=1000)
    approvers: tuple[str, ...] | None = None


class RateClass(Section):
    """A class of a rate card, in rupees: the fewest `followers`, the most for one
    `post`, and by channel the most for a creator in a calendar month."""

    followers: int | None = Field(default=None, ge=0)
    post: int | None = Field(default=None, ge=0)
    month: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)


class RateCard(Section):
    """What creators of a class may cost at most, from a day on, and who says so."""

    id: str = Field(min_length=1)
    source: str = Field(min_length=1)
    valid_from: date
    valid_to: date | None = None
    classes: dict[str, RateClass] = Field(min_length=1)


class Planning(Section):
    """What every plan of a campaign keeps to.

    `elections` are windows in which nothing is planned: first and last day. `days` are
    quiet ones beside those that come along, with their name. `handles` are the cell's
    own accounts by channel. `rate_cards` are the city's: a creator whose
    rate_source is a card's id is held to its classes. The caps count tags: of a creator
    on a day, in any 7 and any 30 days; of all creators on a day and in any 7 days; and
    how many days lie between two of a creator for one initiative at least.
    """

    elections: tuple[tuple[date, date], ...] = ()
    days: tuple[tuple[date, date, Annotated[str, Field(min_length=1)]], ...] = ()
    handles: dict[str, Annotated[str, Field(pattern=r"^[^@\s]{1,100}$")]] = Field(
        default_factory=dict
    )
    rate_cards: tuple[RateCard, ...] = ()
    creator_day: int = Field(default=1, ge=1, le=20)
    creator_week: int = Field(default=2, ge=1, le=100)
    creator_month: int = Field(default=6, ge=1, le=300)
    city_day: int = Field(default=9, ge=1, le=1000)
    city_week: int | None = Field(default=None, ge=1, le=5000)
    apart: int = Field(default=7, ge=0, le=92)

    @field_validator("elections", "days")
    @classmethod
    def _in_order(cls, given: tuple[Any, ...]) -> tuple[Any, ...]:
        for first, last, *_ in given:
            if last < first:
                raise ValueError(f"{last} is before {first}")
        return given


class PublishOnX(Section):
    """The city's account, by its number, and its four keys with the right to write."""

    user_id: str = Field(pattern=r"^[0-9]{1,19}$")
    consumer_key: SecretName = SecretName(secret="x_consumer_key")
    consumer_secret: SecretName = SecretName(secret="x_consumer_secret")
    access_token: SecretName = SecretName(secret="x_access_token")
    access_secret: SecretName = SecretName(secret="x_access_secret")


class PublishOnFacebook(Section):
    """The city's page, by its number; the token is connectors.meta's."""

    page_id: str = Field(pattern=r"^[0-9]{5,25}$")


class PublishOnInstagram(Section):
    """The city's account, by its number; the token is connectors.meta's."""

    account_id: str = Field(pattern=r"^[0-9]{5,25}$")


class PublishOnTelegram(Section):
    """The city's channel: its bot's token, and its number or @name."""

    token: SecretName = SecretName(secret="telegram_publisher_token")
    chat: SecretName = SecretName(secret="telegram_publisher_chat")


class Publishing(Section):
    """Where the cell posts in the city's name; null: not there.

    A post whose time passed more than `late_hours` ago waits for a person.
    """

    x: PublishOnX | None = None
    facebook: PublishOnFacebook | None = None
    instagram: PublishOnInstagram | None = None
    telegram: PublishOnTelegram | None = None
    late_hours: int = Field(default=2, ge=1, le=48)


class Language(Section):
    """`nc` allows models whose licence forbids commercial use, or that state none.

    `semantic` asks the encoder too where the extra of that name is installed.
    `english_names` finds names that no gazetteer lists in English texts as well.
    """

    nc: bool = True
    semantic: bool = True
    english_names: bool = True


class Config(Section):
    """The whole of config.yaml; every section has defaults that work offline."""

    database: Database = Database()
    log: Log = Log()
    clock: FixedTime = FixedTime()
    connectors: Connectors = Connectors()
    sandbox: Sandbox = Sandbox()
    budget: Budget = Budget()
    daemon: Daemon = Daemon()
    mail: Mail = Mail()
    report: Report = Report()
    alerts: Alerts = Alerts()
    links: Links = Links()
    influencers: Influencers = Influencers()
    planning: Planning = Planning()
    publishing: Publishing = Publishing()
    language: Language = Language()
    retention: Retention = Retention()


def is_loopback(url: str) -> bool:
    """True for http(s) URLs whose host is a loopback address or localhost."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _origin(url: str) -> str:
    """The address of a server and nothing else; ValueError for any other."""
    parts = urlsplit(url)
    if parts.scheme != "https" or url != f"https://{parts.hostname}":
        raise ValueError(f"{url} is not of the form https://server.example")
    return url
