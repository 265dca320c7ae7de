"""Tables of operators, codes, sessions, second factors, grants and API tokens."""

from datetime import date, datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from socialcell.db import BigId

BROWSER = "browser"  # in place of the shell of a session


class Operator(SQLModel, table=True):
    """A person who signs in. Never deleted: the audit log names the number."""

    __tablename__ = "operator"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str
    name_key: str = Field(unique=True)  # the name as it is compared
    password_hash: str | None = None  # argon2id; None: not set yet
    # None: made with the workspace.
    added_by: int | None = Field(default=None, sa_type=BigId)
    added_at: datetime
    confirmed_by: int | None = Field(default=None, sa_type=BigId)
    confirmed_at: datetime | None = None  # None: waits for a second person
    disabled_by: int | None = Field(default=None, sa_type=BigId)
    disabled_at: datetime | None = None
    failed_sign_ins: int = 0
    next_sign_in_at: datetime | None = None
    language: str | None = None  # of pages; None: not chosen yet
    has_shortcuts: bool = False  # whether keys act on pages

    @property
    def may_sign_in(self) -> bool:
        """Whether a second person confirmed the operator and nobody disabled them."""
        return self.confirmed_at is not None and self.disabled_at is None


class OneTimeCode(SQLModel, table=True):
    """A code with which an operator sets a password, stored as hashes.

    With two halves the proposer was shown the first and the confirmer the second, so
    that neither can use it alone.
    """

    __tablename__ = "one_time_code"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    operator_id: int = Field(foreign_key="operator.id", index=True, sa_type=BigId)
    hash: str  # of the first half, or of the whole
    second_hash: str | None = None
    has_halves: bool
    made_by: int | None = Field(default=None, sa_type=BigId)
    made_at: datetime
    confirmed_by: int | None = Field(default=None, sa_type=BigId)
    confirmed_at: datetime | None = None
    ends_at: datetime
    used_at: datetime | None = None


class OperatorSession(SQLModel, table=True):
    """A sign-in until it ends. The token is stored as SHA-256.

    A browser's session ends as well when it was not used for a while.
    """

    __tablename__ = "operator_session"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    operator_id: int = Field(foreign_key="operator.id", index=True, sa_type=BigId)
    token_hash: str = Field(unique=True)
    # The login session of the operating system that it was opened in, or BROWSER.
    shell: str
    os_user: str
    known_by: str
    opened_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    used_at: datetime | None = None  # of a browser's: about when it was used last
    client: str = ""  # the browser and system, in its own words, shortened


class SecondFactor(SQLModel, table=True):
    """An operator's authenticator; its secret is encrypted with the workspace's key."""

    __tablename__ = "second_factor"
    operator_id: int = Field(primary_key=True, foreign_key="operator.id", sa_type=BigId)
    secret: str
    made_at: datetime
    confirmed_at: datetime | None = None  # by a first code
    # The newest 30 s step whose code was used.
    last_step: int = Field(default=0, sa_type=BigId)


class RecoveryCode(SQLModel, table=True):
    """A code that stands in for the authenticator once, stored as SHA-256."""

    __tablename__ = "recovery_code"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    operator_id: int = Field(foreign_key="operator.id", index=True, sa_type=BigId)
    hash: str
    used_at: datetime | None = None


class RoleGrant(SQLModel, table=True):
    """A role with scope and dates. It counts once a second person has confirmed it."""

    __tablename__ = "role_grant"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    operator_id: int = Field(foreign_key="operator.id", index=True, sa_type=BigId)
    role: str
    scope: str
    starts_at: datetime
    ends_at: datetime | None = None
    made_by: int | None = Field(default=None, sa_type=BigId)
    made_at: datetime
    confirmed_by: int | None = Field(default=None, sa_type=BigId)
    confirmed_at: datetime | None = None
    revoked_by: int | None = Field(default=None, sa_type=BigId)
    revoked_at: datetime | None = None


class ApiToken(SQLModel, table=True):
    """A program's access to the API until a day, stored as SHA-256. Never deleted: the
    audit log names the number."""

    __tablename__ = "api_token"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str
    name_key: str = Field(unique=True)  # the name as it is compared
    token_hash: str = Field(unique=True)
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    place: str  # all, or the id of a ward office or department
    made_by: int = Field(foreign_key="operator.id", sa_type=BigId)
    made_at: datetime
    ends_at: datetime
    revoked_by: int | None = Field(default=None, sa_type=BigId)
    revoked_at: datetime | None = None
    last_used_on: date | None = None  # a day in Pune
