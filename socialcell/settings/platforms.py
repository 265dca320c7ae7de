"""Our accounts on platforms: how each is read, and where the cell posts."""

from typing import Literal

from pydantic import Field, field_validator

from socialcell.settings.section import ConfigSection, SecretName, origin


class XSection(ConfigSection):
    bearer: SecretName = SecretName(secret="x_bearer")


class RedditSection(ConfigSection):
    client_id: SecretName = SecretName(secret="reddit_client_id")
    client_secret: SecretName = SecretName(secret="reddit_client_secret")
    account: str = Field(default="socialcell", pattern=r"^[A-Za-z0-9_-]{3,20}$")


class MastodonSection(ConfigSection):
    """One server, whose token goes nowhere else."""

    instance: str = "https://mastodon.social"
    token: SecretName = SecretName(secret="mastodon_token")

    @field_validator("instance")
    @classmethod
    def _require_origin(cls, url: str) -> str:
        return origin(url)


class YouTubeSection(ConfigSection):
    key: SecretName = SecretName(secret="youtube_key")


class BlueskySection(ConfigSection):
    """The account that searches, with an app password that goes to its server alone."""

    service: str = "https://bsky.social"
    handle: str = Field(default="socialcell.bsky.social", pattern=r"^[^\s@]{3,253}$")
    password: SecretName = SecretName(secret="bluesky_app_password")

    @field_validator("service")
    @classmethod
    def _require_origin(cls, url: str) -> str:
        return origin(url)


class GoogleSection(ConfigSection):
    """How Search Console and Play reviews are read: one sign-in for both."""

    access: Literal["refresh_token", "service_account"] = "refresh_token"
    client_id: SecretName = SecretName(secret="google_client_id")
    client_secret: SecretName = SecretName(secret="google_client_secret")
    refresh_token: SecretName = SecretName(secret="google_refresh_token")
    service_account: SecretName = SecretName(secret="google_service_account")


class MetaSection(ConfigSection):
    """One token for Facebook, Instagram, WhatsApp and Meta's ads, and the Graph API's
    version; the app's secret signs webhooks, the verify token registers webhooks."""

    token: SecretName = SecretName(secret="meta_token")
    app_secret: SecretName = SecretName(secret="meta_app_secret")
    verify_token: SecretName = SecretName(secret="meta_verify_token")
    version: str = Field(default="v26.0", pattern=r"^v[0-9]{1,3}\.[0-9]$")


class Connectors(ConfigSection):
    x: XSection = XSection()
    reddit: RedditSection = RedditSection()
    mastodon: MastodonSection = MastodonSection()
    meta: MetaSection = MetaSection()
    youtube: YouTubeSection = YouTubeSection()
    bluesky: BlueskySection = BlueskySection()
    google: GoogleSection = GoogleSection()


class PublishOnX(ConfigSection):
    """The city's account, by its number, and its four keys with the right to write."""

    user_id: str = Field(pattern=r"^[0-9]{1,19}$")
    consumer_key: SecretName = SecretName(secret="x_consumer_key")
    consumer_secret: SecretName = SecretName(secret="x_consumer_secret")
    access_token: SecretName = SecretName(secret="x_access_token")
    access_secret: SecretName = SecretName(secret="x_access_secret")


class PublishOnFacebook(ConfigSection):
    """The city's page, by its number; the token is connectors.meta's."""

    page_id: str = Field(pattern=r"^[0-9]{5,25}$")


class PublishOnInstagram(ConfigSection):
    """The city's account, by its number; the token is connectors.meta's."""

    account_id: str = Field(pattern=r"^[0-9]{5,25}$")


class PublishOnTelegram(ConfigSection):
    """The city's channel: its bot's token, and its number or @name."""

    token: SecretName = SecretName(secret="telegram_publisher_token")
    chat: SecretName = SecretName(secret="telegram_publisher_chat")


class Publishing(ConfigSection):
    """Where the cell posts in the city's name; null: not there.

    A post whose time passed more than `late_hours` ago waits for a person.
    """

    x: PublishOnX | None = None
    facebook: PublishOnFacebook | None = None
    instagram: PublishOnInstagram | None = None
    telegram: PublishOnTelegram | None = None
    late_hours: int = Field(default=2, ge=1, le=48)

    @property
    def account_numbers(self) -> frozenset[str]:
        """The numbers of the accounts that are set, where an account has one."""
        numbers = (
            self.x.user_id if self.x else None,
            self.facebook.page_id if self.facebook else None,
            self.instagram.account_id if self.instagram else None,
        )
        return frozenset(number for number in numbers if number)
