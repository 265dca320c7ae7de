"""What the function of a screen answers: a page, a redirection, or a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class WebPage:
    """A template and what it is filled with."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class RedirectTo:
    """The page that follows an act, by its path without the language.

    `notice` says there what was done. `session` is the token of a session that begins;
    "" ends it.
    """

    path: str
    notice: str = ""
    session: str | None = None


@dataclass(frozen=True)
class Download:
    """A file. `name` is ASCII."""

    name: str
    media_type: str
    chunks: Iterable[bytes]


@dataclass(frozen=True)
class Part:
    """Part of a page or a small file that a page names, as it is sent."""

    body: bytes
    media_type: str


Answer: TypeAlias = WebPage | RedirectTo | Download | Part
