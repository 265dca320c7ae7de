"""The tables of operation: sources, cursors, runs and outcomes, coverage, usage."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from socialcell.db import BigId
from socialcell.db.personal_tables import PersonalTable, impersonal

CALM_STATES = frozenset({"ok", "new", "off"})
"""States of a source, as `Source.state_in_use`, that want nothing of anybody."""


class Source(SQLModel, table=True):
    """One watched account, page or query on one platform, as an operator named it."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str = Field(unique=True)
    connector: str
    settings: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    version: int = 1
    enabled: bool = True
    pull_minutes: int | None = None  # None: as config.yaml says
    # ok, new (its settings changed), rate_limited, quota_spent, needs_attention,
    # paused, gone, removed
    state: str = "ok"
    state_reason: str | None = None
    not_before: datetime | None = None
    last_ok_at: datetime | None = None
    failures: int = 0
    created_at: datetime
    changed_at: datetime

    @property
    def shown_state(self) -> str:
        """The state that people see: ok after a success alone. `new` when it was not
        read since it was added or changed, `failing` when that was tried in vain."""
        if self.state not in ("ok", "new"):
            return self.state
        if self.failures:
            return "failing"
        return "new" if self.last_ok_at is None else self.state

    @property
    def state_in_use(self) -> str:
        """The same, but `off` for one that is disabled."""
        return self.shown_state if self.enabled else "off"


class SourceVersion(SQLModel, table=True):
    """The settings of a source from a moment on, and the reason of the change."""

    __tablename__ = "source_version"
    source_id: int = Field(primary_key=True, foreign_key="source.id", sa_type=BigId)
    version: int = Field(primary_key=True)
    settings: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    reason: str
    changed_at: datetime
    # None of versions that are older than these columns.
    name: str | None = None
    pull_minutes: int | None = None


class Cursor(SQLModel, table=True):
    """How far a source has been read; true for the rows stored beside it."""

    source_id: int = Field(primary_key=True, foreign_key="source.id", sa_type=BigId)
    version: int  # the connector's cursor_version
    state: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    changed_at: datetime


class Run(SQLModel, table=True):
    """One collection or import, and the outcome of every item it received."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    source_id: int = Field(foreign_key="source.id", index=True, sa_type=BigId)
    source_version: int
    kind: str  # pull | import | receive
    started_at: datetime
    finished_at: datetime | None = None
    state: str = "running"  # running, ok, partial, failed, interrupted
    error_kind: str | None = None
    reason: str | None = None
    owner: str
    pages: int = 0
    received: int = 0
    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    quarantined: int = 0
    filtered: int = 0
    snapshots: int = 0
    filtered_by: dict[str, int] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )


class Coverage(SQLModel, table=True):
    """A span of authored time that a source has read whole, or has lost."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    source_id: int = Field(foreign_key="source.id", index=True, sa_type=BigId)
    from_at: datetime
    to_at: datetime
    state: str  # covered | gap
    cause: str | None = None


class Usage(SQLModel, table=True):
    """What a bucket of a platform's allowance has cost us in one window."""

    __table_args__ = (UniqueConstraint("platform", "bucket", "window_start"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    platform: str
    bucket: str  # posts, calls, units
    window_start: datetime
    window_end: datetime | None = None
    used: int = 0
    micros: int = Field(default=0, sa_type=BigId)  # what that cost, in `currency`
    currency: str | None = None
    cap: int | None = None
    remaining: int | None = None
    reset_at: datetime | None = None


class ImportedFile(SQLModel, table=True):
    """A file that was imported, so that the same file twice changes nothing."""

    __tablename__ = "imported_file"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    sha256: str = Field(index=True)
    name: str
    format: str
    mapping: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    rows: int
    run_id: int = Field(foreign_key="run.id", sa_type=BigId)
    imported_at: datetime


class FrozenReport(SQLModel, table=True):
    """The numbers of a report as they were when it was first made."""

    __tablename__ = "frozen_report"
    kind: str = Field(primary_key=True)  # weekly | daily
    period_start: datetime = Field(primary_key=True)
    period_end: datetime
    made_at: datetime
    numbers: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class AuditEntry(SQLModel, table=True):
    """An action in the audit log; a chain of hashes, append-only.

    Personal data is never in `object` or `detail`: people stand there by pseudonym,
    so that erasing a person leaves the chain whole.
    """

    __tablename__ = "audit"
    seq: int = Field(
        sa_column=Column(BigId, primary_key=True, autoincrement=False, nullable=False)
    )
    at: datetime
    actor: str
    # The operator who had signed in; None: nobody had.
    operator_id: int | None = Field(default=None, sa_type=BigId)
    os_user: str | None = None  # None: the row is older than the column
    action: str  # noun.verb, such as privacy.erase
    object: str
    detail: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    prev_hash: str
    hash: str


class Credential(SQLModel, table=True):
    """The result of the last test read with a connector's credential.

    `told` is the last fault of which a person was notified; a new one is notified.
    """

    connector: str = Field(primary_key=True)
    checked_at: datetime
    ok: bool
    message: str
    expires_at: datetime | None = None
    told: str | None = None


class ThrottleWindow(SQLModel, table=True):
    """How often something was done since a moment; `key` names what, and by whom."""

    __tablename__ = "throttle"
    key: str = Field(primary_key=True)
    started_at: datetime
    count: int


PERSONAL_RUNS = (
    PersonalTable(
        AuditEntry,
        ("actor", "os_user", "object", "detail"),
        "operators",
        "who did what, to which pseudonym",
        "duty",
        "stays",
    ),
    PersonalTable(
        FrozenReport,
        ("numbers",),
        "citizens",
        "a report made again is the same; it has the ids of quoted posts",
        "published",
        "stays; an erased quotation reads removed",
    ),
    PersonalTable(
        ThrottleWindow,
        ("key",),
        "citizens",
        "how often somebody tried something; a key may be a network",
        "service",
        "until the window is over",
    ),
)
IMPERSONAL_RUNS = impersonal(
    *(Coverage, Credential, Cursor, ImportedFile, Run, Source, SourceVersion, Usage)
)
