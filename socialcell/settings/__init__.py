"""What may stand in config.yaml: its sections, their keys, limits and defaults."""

import grp
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, field_validator, model_validator

from socialcell.errors import UnreadableValue
from socialcell.message_catalog import Message
from socialcell.platforms import Trait, having
from socialcell.roles import Role
from socialcell.settings.campaigns import Influencers, Links, Network, Planning
from socialcell.settings.connections import Connections
from socialcell.settings.desk import Desk
from socialcell.settings.language import LanguageSection
from socialcell.settings.notifications import Alerts, Mail, Report, Unreached
from socialcell.settings.platforms import Connectors, Publishing
from socialcell.settings.privacy import Privacy
from socialcell.settings.section import (
    TIME,
    ConfigSection,
    SecretName,
    is_loopback,
)


class Access(ConfigSection):
    """Who may open the workspace's files beside their owner: a group of the system."""

    group: str | None = None

    @field_validator("group")
    @classmethod
    def _known(cls, group: str | None) -> str | None:
        if group is not None:
            try:
                grp.getgrnam(group)
            except KeyError:
                raise UnreadableValue("config.no_such_group", group=group) from None
        return group


class Database(ConfigSection):
    url: str = "sqlite:///socialcell.db"
    busy_seconds: float = Field(default=30, ge=0, le=600)


class Backup(ConfigSection):
    """The secret with the keys of backups, as `key: {secret: backup_key}`; without one
    they are written as they are."""

    key: SecretName | None = None


class Log(ConfigSection):
    level: Literal["debug", "info", "warning", "error"] = "info"


class FixedTime(ConfigSection):
    fixed: AwareDatetime | None = None


class SandboxSection(ConfigSection):
    """Only for a workspace that talks to the sandbox: origin → address on loopback."""

    base_urls: dict[str, str] = Field(default_factory=dict)

    @field_validator("base_urls")
    @classmethod
    def _loopback_only(cls, urls: dict[str, str]) -> dict[str, str]:
        for url in urls.values():
            if not is_loopback(url):
                raise UnreadableValue("config.not_on_loopback", address=url)
        return urls


class Retention(ConfigSection):
    """Days of retention; null: until the post is deleted at its source."""

    raw_days: int = Field(default=30, ge=1)
    click_days: int = Field(default=120, ge=91)  # an install names a click of 90 days
    # What citizens gave to be reached, after their case ended; it may be reopened for
    # 30 days.
    case_contact_days: int = Field(default=60, ge=30)
    # Who read what unmasked (the Rules ask for a year), and the names in answered
    # requests of persons.
    access_days: int = Field(default=365, ge=365)
    request_days: int = Field(default=365, ge=365)
    text_days: dict[str, Annotated[int, Field(ge=1)] | None] = Field(
        default_factory=lambda: dict.fromkeys(having(Trait.TEXT_WHILE_PUBLIC))
    )


class BudgetSection(ConfigSection):
    """Caps of ours by platform: units a window by bucket, and money a month."""

    caps: dict[str, dict[str, Annotated[int, Field(ge=0)]]] = Field(
        default_factory=dict
    )
    spend_per_month: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict
    )


class DaemonSection(ConfigSection):
    """When the daemon does what: minutes between pulls, and times of day in Pune.

    `pull_minutes_of` goes by a source's name or its connector's. `ping_url` receives
    a request every few minutes while the daemon is healthy.
    """

    pull_minutes: int = Field(default=15, ge=1, le=1440)
    pull_minutes_of: dict[str, Annotated[int, Field(ge=1, le=1440)]] = Field(
        default_factory=dict
    )
    night: str = Field(default="02:00", pattern=TIME)
    weekly: str = Field(default="08:00", pattern=TIME)
    ping_url: str | None = None


class WebSection(ConfigSection):
    """Limits of each process of the console: plain functions that answer at a time,
    each with a connection to the database, and connections that may be open; and the
    web servers before it, whose X-Forwarded-For is believed."""

    threads: int = Field(default=12, ge=1, le=200)
    connections: int = Field(default=256, ge=8, le=10_000)
    trusted: tuple[Network, ...] = ("127.0.0.0/8", "::1/128")


class Operators(ConfigSection):
    """Which roles count only after a sign-in with a second factor."""

    second_factor_roles: tuple[Role, ...] = (Role.ADMIN, Role.DPO)


class RemovedApprovals(ConfigSection):
    """A section of version 0.1 that says nothing any more; `doctor` asks to delete it.

    It is still read, so that a daemon starts after an upgrade.
    """

    trust_names: bool = False


class Config(ConfigSection):
    """The whole of config.yaml; every section has defaults that work offline."""

    workspace: Access = Access()
    database: Database = Database()
    backup: Backup = Backup()
    log: Log = Log()
    clock: FixedTime = FixedTime()
    connectors: Connectors = Connectors()
    sandbox: SandboxSection = SandboxSection()
    budget: BudgetSection = BudgetSection()
    daemon: DaemonSection = DaemonSection()
    web: WebSection = WebSection()
    connections: Connections = Connections()
    mail: Mail = Mail()
    report: Report = Report()
    alerts: Alerts = Alerts()
    desk: Desk = Desk()
    operators: Operators = Operators()
    approvals: RemovedApprovals | None = None
    links: Links = Links()
    influencers: Influencers = Influencers()
    planning: Planning = Planning()
    publishing: Publishing = Publishing()
    language: LanguageSection = LanguageSection()
    retention: Retention = Retention()
    privacy: Privacy = Privacy()

    @property
    def unreached(self) -> Unreached | None:
        """Why an alert would reach nobody; None where some way can carry it."""
        return self.alerts.unreached(self.mail)

    @model_validator(mode="after")
    def _desk_names_are_known(self) -> "Config":
        names = self.alerts.names
        if unknown := [name for name in self.desk.names() if name not in names]:
            raise UnreadableValue(
                "deskclocks.unknown_reader",
                name=unknown[0],
                names=list(names) or Message("config.no_names"),
            )
        return self
