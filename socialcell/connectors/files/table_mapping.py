"""What a person says of a table: which column is what, the sheet, the dates' order."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from socialcell.connectors.files.written_dates import ORDERS
from socialcell.connectors.model_faults import reason_of
from socialcell.errors import ConfigError, UsageError
from socialcell.json_types import JsonObject

DateOrder = Literal["dmy", "mdy", "ymd"]


class TableMapping(BaseModel):
    """A mapping file of a table. `columns` has a column of the file → our column."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    columns: dict[str, str] = Field(default_factory=dict)
    sheet: str | None = None
    date_order: DateOrder | None = None


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How a table is read, from options of the command and from a mapping file.

    `columns` has a column of the file → ours; None leaves what the file shows.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    date_order: str | None = None

    def stated(self) -> JsonObject:
        """What was stated; empty where nothing was."""
        options = {"columns": dict(self.columns), "sheet": self.sheet}
        stated = {**options, "date_order": self.date_order}
        return {name: option for name, option in stated.items() if option}


AS_IT_IS = TableOptions()


def table_options(
    mapping: Path | None = None,
    sheet: str | None = None,
    date_order: str | None = None,
) -> TableOptions:
    """The options of a command; what it says goes before its mapping file.

    UsageError: no such order, or no such file; ConfigError says what is wrong in it.
    """
    require_order(date_order)
    stated = read_table_mapping(mapping) if mapping else TableMapping()
    return TableOptions(
        stated.columns, sheet or stated.sheet, date_order or stated.date_order
    )


def require_order(order: str | None) -> None:
    """UsageError when it is no order of dates."""
    if order is not None and order not in ORDERS:
        raise UsageError("files.no_such_date_order", order=order, orders=ORDERS)


def require_columns(options: TableOptions, words: Collection[str]) -> None:
    """UsageError when the mapping names a column of ours that this table has not."""
    for column, word in options.columns.items():
        if word not in words:
            raise UsageError(
                "files.no_such_table_column",
                column=column,
                word=word,
                words=sorted(words),
            )


def read_table_mapping(path: Path) -> TableMapping:
    """A mapping file. ConfigError says what is wrong in it, UsageError if absent."""
    try:
        return TableMapping.model_validate(read_toml(path))
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            keys = list(TableMapping.model_fields)
            raise ConfigError(
                "files.unknown_mapping_key", path=path, key=key, keys=keys
            ) from None
        raise ConfigError(
            "files.wrong_mapping_key", path=path, key=key, reason=reason_of(fault)
        ) from None


def read_toml(path: Path) -> dict[str, object]:
    """The keys of a mapping file. ConfigError: no TOML; UsageError: it is not there."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError("files.not_utf8", path=path, byte=error.start) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            "files.mapping_no_toml", path=path, reason=str(error)
        ) from None
    except OSError as error:
        raise UsageError(
            "files.unreadable_mapping", path=path, reason=error.strerror
        ) from None
