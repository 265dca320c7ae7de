"""Which column of a file is what: from a mapping file, or by the usual names."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from socialcell.connectors.files.headings import (
    SYNONYMS,
    heading_key,
    heading_keys,
    keys_by_place,
)
from socialcell.connectors.files.register_headings import event_names, number_names
from socialcell.connectors.files.table_mapping import DateOrder, read_toml
from socialcell.connectors.model_faults import reason_of
from socialcell.errors import ConfigError, UnreadableValue
from socialcell.json_types import JsonObject

REGISTER = ("status", "ward", "department", "closed_at")
METRICS = ("views", "reactions", "comments", "shares", "saves", "clicks")

# Our field → names that columns usually have, compared without case, space and _.
USUAL: dict[str, tuple[str, ...]] = {
    "id": ("id", "id_str", "post id", "tweet id", "status id", "comment id"),
    "text": (
        *("text", "full text", "message", "content", "body", "post", "tweet"),
        *("comment", "post text", "caption", "review", "description"),
    ),
    "title": ("title", "headline", "subject"),
    "created_at": (
        *("created at", "timestamp", "datetime", "date time", "published at"),
        *("published", "publish time", "posted at", "created time", "created"),
    ),
    "date": ("date", "day"),
    "time": ("time",),
    "author": (
        *("author", "author name", "username", "user name", "user", "handle"),
        *("screen name", "from"),
    ),
    "author_id": ("author id", "user id"),
    "url": ("url", "link", "permalink", "permanent link", "post url"),
    "lang": ("lang", "language"),
    "reply_to": ("in reply to status id", "in reply to id", "reply to id"),
    "conversation": ("conversation id", "thread id"),
    "views": ("views", "impressions", "impression count", "view count"),
    "reactions": ("reactions", "likes", "like count", "favorite count", "favorites"),
    "comments": ("comments", "replies", "reply count", "comment count"),
    "shares": ("shares", "retweets", "retweet count", "reposts", "share count"),
    "saves": ("saves", "bookmarks", "bookmark count"),
    "clicks": ("clicks", "link clicks"),
}
# What a register of complaints calls the complaint and its author; a column of that
# name is no sign of a register.
USUAL |= {name: (name.replace("_", " "),) for name in ("author_name", *REGISTER)}
FIELDS = tuple(name for name in USUAL if name not in ("date", "time"))


class ColumnMapping(BaseModel):
    """A mapping file. `columns` says which of our fields a column is.

    Several columns may be one field: texts are joined by a line break, a date and a
    time by a space. Columns that are not named are kept in the raw item only.
    A register's complaints are messages where no `kind` is stated.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    platform: str = Field(default="file", pattern=r"^[a-z][a-z0-9_.-]{0,40}$")
    kind: Literal["post", "comment", "article", "review", "message"] = "post"
    zone: str = "Asia/Kolkata"
    dates: tuple[str, ...] = ()
    decimal: Literal[".", ","] = "."
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    skip: int = Field(default=0, ge=0, le=100)
    sheet: str | None = None
    date_order: DateOrder | None = None
    columns: dict[str, str] | None = None

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise UnreadableValue("files.zone_of_mapping", zone=zone) from None
        return zone

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, columns: dict[str, str]) -> dict[str, str]:
        for column, field in columns.items():
            if field not in FIELDS:
                raise _field_error(column, field)
        if not {"text", "title"} & set(columns.values()):
            raise UnreadableValue("files.mapping_without_text")
        return columns

    def fields(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Our fields and the columns that are each, among a row's `names`."""
        if self.columns is None:
            return by_usual_names(tuple(names))
        return _by_mapping(tuple(names), tuple(self.columns.items()))

    def kind_of(self, fields: Mapping[str, Sequence[str]]) -> str:
        """What a row with these fields is: as stated; of a register a message, since
        citizens write to it in private."""
        is_private = "kind" not in self.model_fields_set and _is_register(fields)
        return "message" if is_private else self.kind

    @property
    def reading_options(self) -> JsonObject:
        """All that changes how rows are read; options of newer versions only where
        they are stated, so that earlier imports are recognised."""
        options = self.model_dump(mode="json")
        newer = ("sheet", "date_order")
        return {k: o for k, o in options.items() if k not in newer or o is not None}


def read_mapping(path: Path) -> ColumnMapping:
    """A mapping file. ConfigError says what is wrong in it, UsageError if absent."""
    values = read_toml(path)
    try:
        return ColumnMapping.model_validate(values)
    except ValidationError as error:
        raise _mapping_error(path, error.errors()[0]) from None


@lru_cache(maxsize=256)
def _by_mapping(
    names: tuple[str, ...], columns: tuple[tuple[str, str], ...]
) -> dict[str, tuple[str, ...]]:
    """The fields of the columns that a mapping names, as they are headed."""
    names_by_key = {heading_key(name): name for name in reversed(names)}
    columns_by_field: dict[str, tuple[str, ...]] = {}
    for column, field in columns:
        headed = column if column in names else names_by_key.get(heading_key(column))
        mapped = (*columns_by_field.get(field, ()), headed or column)
        columns_by_field[field] = mapped
    return columns_by_field


@lru_cache(maxsize=256)
def by_usual_names(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The fields that columns with usual names are; the first usual name wins."""
    names_by_key = {key: names[place] for key, place in keys_by_place(names).items()}
    columns_by_field: dict[str, tuple[str, ...]] = {
        field: (column,)
        for field, keys in _usual_keys().items()
        if (column := next((names_by_key[k] for k in keys if k in names_by_key), None))
    }
    if _is_register(columns_by_field):
        columns_by_field = _of_register(columns_by_field, names_by_key)
    day, time = columns_by_field.pop("date", ()), columns_by_field.pop("time", ())
    created = columns_by_field.get("created_at")
    if created is None and (day or time):
        columns_by_field["created_at"] = (*day, *time)
    elif created is not None and heading_key(created[0]) in _days_of_entry():
        columns_by_field["created_at"] = (*created, *time)
    return columns_by_field


@cache
def _days_of_entry() -> frozenset[str]:
    """Headings of days beside which a time may have a column of its own."""
    return frozenset(map(heading_key, event_names()))


@cache
def _usual_keys() -> dict[str, tuple[str, ...]]:
    """Our field → the keys of headings that are it, the likeliest first."""
    return {
        field: tuple(map(heading_key, (*usual, *SYNONYMS.get(field, ()))))
        for field, usual in USUAL.items()
    }


@cache
def _numbers_of_entry() -> frozenset[str]:
    return frozenset(map(heading_key, number_names()))


def _is_register(fields: Mapping[str, Sequence[str]]) -> bool:
    """Whether fields and their columns are those of a register of complaints: beside a
    text a department or a day of closing, or a status and the number of an entry."""
    if "text" not in fields or {"department", "closed_at"} & fields.keys():
        return "text" in fields
    numbers = heading_keys(fields["id"][0]) if "id" in fields else ()
    return "status" in fields and not _numbers_of_entry().isdisjoint(numbers)


def _of_register(
    fields: Mapping[str, tuple[str, ...]], names_by_key: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """The fields of a register: its comments and counts are those of its officers, and
    its complaint goes before a text of any other name."""
    keys = map(heading_key, SYNONYMS["text"])
    complaint = next((names_by_key[key] for key in keys if key in names_by_key), None)
    register = {f: columns for f, columns in fields.items() if f not in METRICS}
    return register if complaint is None else register | {"text": (complaint,)}


def _mapping_error(path: Path, fault: ErrorDetails) -> ConfigError:
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        keys = list(ColumnMapping.model_fields)
        return ConfigError("files.unknown_mapping_key", path=path, key=key, keys=keys)
    reason = reason_of(fault)
    return ConfigError("files.wrong_mapping_key", path=path, key=key, reason=reason)


def _field_error(column: str, field: str) -> UnreadableValue:
    near = difflib.get_close_matches(field, FIELDS, n=1, cutoff=0.5)
    if near:
        return UnreadableValue(
            "files.misspelt_field", column=column, field=field, near=near[0]
        )
    return UnreadableValue(
        "files.no_such_field", column=column, field=field, fields=FIELDS
    )
