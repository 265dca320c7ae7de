"""Rows of the table of screens: a path, who may, and the function that answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import BaseModel

from socialcell.roles import Permission
from socialcell.web.pages.answers import Answer
from socialcell.web.pages.page_request import PageRequest


class OpenTo(Enum):
    """Who may without a permission."""

    PUBLIC = "public"  # anybody, signed in or not
    SIGNED_IN = "signed_in"  # whoever has signed in


May: TypeAlias = Permission | frozenset[Permission] | OpenTo
"""A permission, or several of which one suffices."""
Show: TypeAlias = Callable[[PageRequest], Answer]
FormT = TypeVar("FormT", bound=BaseModel)


@dataclass(frozen=True)
class Screen:
    """A page that is read: GET `path`, which changes nothing.

    `path` is without the language; `{name}` and `{name:number}` are its parameters. It
    counts for the whole city, unless `is_scoped`: then whoever has the permission for
    some ward offices or departments sees it too, and the function shows what is theirs
    (`PageRequest.places`). A page that is open asks for one that `is_background` by
    itself: that is no use of the session.
    """

    path: str
    may: May
    show: Show
    is_scoped: bool = False
    is_background: bool = False


@dataclass(frozen=True)
class Action(Generic[FormT]):
    """A form that is sent: POST `path`. A refused form shows `page` again, with what
    was typed and what is wrong. `most_file`: the bytes of the file that may come with
    it (`PageRequest.file`); 0: none may."""

    path: str
    may: May
    form: type[FormT]
    act: Callable[[PageRequest, FormT], Answer]
    page: Show
    is_scoped: bool = False
    most_file: int = 0


AnyAction: TypeAlias = Action[Any]
Row: TypeAlias = Screen | AnyAction


def check_table(rows: Sequence[Row]) -> None:
    """ValueError for a row without a permission, an answer to nothing, or a path that
    stands there twice: a server does not start with such a table."""
    seen = set()
    for row in rows:
        if not row.may or not isinstance(row.may, Permission | frozenset | OpenTo):
            raise ValueError(f"{row.path} has no permission")
        if not row.path.startswith("/") or (len(row.path) > 1 and row.path[-1] == "/"):
            raise ValueError(f"{row.path} is no path")
        if (key := (type(row), row.path)) in seen:
            raise ValueError(f"{row.path} stands in the table twice")
        seen.add(key)
