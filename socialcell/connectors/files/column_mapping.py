"""Which column of a file is what: from a mapping file, or by the usual names."""

import difflib
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from socialcell.connectors.model_faults import reason_of
from socialcell.errors import ConfigError, UnreadableValue, UsageError

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
FIELDS = (*(name for name in USUAL if name not in ("date", "time")), "author_name")


class ColumnMapping(BaseModel):
    """A mapping file. `columns` says which of our fields a column is.

    Several columns may be one field: texts are joined by a line break, a date and a
    time by a space. Columns that are not named are kept in the raw item only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    platform: str = Field(default="file", pattern=r"^[a-z][a-z0-9_.-]{0,40}$")
    kind: Literal["post", "comment", "article", "review", "message"] = "post"
    zone: str = "Asia/Kolkata"
    dates: tuple[str, ...] = ()
    decimal: Literal[".", ","] = "."
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    skip: int = Field(default=0, ge=0, le=100)
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
        columns_by_field: dict[str, tuple[str, ...]] = {}
        for column, field in self.columns.items():
            columns_by_field[field] = (*columns_by_field.get(field, ()), column)
        return columns_by_field


def read_mapping(path: Path) -> ColumnMapping:
    """A mapping file. ConfigError says what is wrong in it, UsageError if absent."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
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
    try:
        return ColumnMapping.model_validate(values)
    except ValidationError as error:
        raise _mapping_error(path, error.errors()[0]) from None


@lru_cache(maxsize=256)
def by_usual_names(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The fields that columns with usual names are; the first usual name wins."""
    names_by_form: dict[str, str] = {}
    for name in names:
        names_by_form.setdefault(_comparable_name(name), name)
    columns_by_field: dict[str, tuple[str, ...]] = {}
    for field, usual in USUAL.items():
        hits = (
            names_by_form[bare]
            for usual_name in usual
            if (bare := _comparable_name(usual_name)) in names_by_form
        )
        column = next(hits, None)
        if column is not None:
            columns_by_field[field] = (column,)
    day, time = columns_by_field.pop("date", ()), columns_by_field.pop("time", ())
    if "created_at" not in columns_by_field and (day or time):
        columns_by_field["created_at"] = (*day, *time)
    return columns_by_field


def _comparable_name(name: str) -> str:
    return "".join(name.casefold().replace("_", " ").split())


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
