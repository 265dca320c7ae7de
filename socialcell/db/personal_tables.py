"""What a table of personal data is declared to be for, beside its model."""

from dataclasses import dataclass
from typing import Literal

from sqlmodel import SQLModel

Basis = Literal["published", "service", "consent", "duty", "employment"]
"""Why the law lets us hold it; docs/privacy.md says what stands behind each word."""

Whose = Literal["citizens", "creators", "operators", "public"]


@dataclass(frozen=True)
class PersonalTable:
    """A table that holds something about persons: in which columns, about whom, what
    for, on which legal basis, and until when."""

    model: type[SQLModel]
    columns: tuple[str, ...]
    whose: Whose
    purpose: str
    basis: Basis
    until: str

    @property
    def table(self) -> str:
        """The table's name."""
        return str(self.model.__tablename__)


@dataclass(frozen=True)
class ImpersonalTable:
    """A table that holds nothing about persons. `because` says why, where a column's
    name would let one think so."""

    model: type[SQLModel]
    because: str = ""

    @property
    def table(self) -> str:
        """The table's name."""
        return str(self.model.__tablename__)


def impersonal(*models: type[SQLModel]) -> tuple[ImpersonalTable, ...]:
    """Tables of which no column's name asks for a reason."""
    return tuple(ImpersonalTable(model) for model in models)
