"""People who asked to be forgotten stay out: their items are counted and not stored.

Only keyed hashes are kept of them (people.People.suppression): of the account's number,
of its handle, and of each post that was erased.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import Any

from socialcell.connectors.base import Filtered, Item, Record, Reject
from socialcell.listening.people.visibility import People

RULE = "suppressed"


def held_back(
    items: Sequence[Item],
    platform: str,
    people: People,
    known: Callable[[Iterable[tuple[str, str]]], Set[tuple[str, str]]],
    platforms: Sequence[str],
) -> list[Item]:
    """The items, with those of suppressed people as Filtered by the rule that says so.

    `known` answers which of (platform, digest) are suppressed; `platforms` are those
    that have any. An item that cannot be mapped is held back when a value anywhere in
    it is that of somebody who is suppressed.
    """
    marks = [set(_marks(item, platform, people, platforms)) for item in items]
    found = known(set().union(*marks))
    return [
        Filtered(RULE, row=getattr(item, "row", None)) if of & found else item
        for item, of in zip(items, marks, strict=True)
    ]


def of_account(
    people: People, platform: str, uid: str | None, handle: str | None
) -> set[tuple[str, str]]:
    """Under which keys an account is suppressed; files may know only its handle."""
    found = set()
    if uid:
        found.add((platform, people.suppression(platform, "uid", uid)))
        if uid.startswith("@"):
            found.add((platform, people.suppression(platform, "handle", uid)))
    if handle:
        found.add((platform, people.suppression(platform, "handle", handle)))
    return found


def of_post(people: People, platform: str, external_id: str) -> tuple[str, str]:
    return platform, people.suppression(platform, "post", external_id)


def _marks(
    item: Item, platform: str, people: People, platforms: Sequence[str]
) -> Iterator[tuple[str, str]]:
    if isinstance(item, Record):
        yield of_post(people, item.platform, item.external_id)
        if item.author is not None:
            author = item.author
            yield from of_account(people, item.platform, author.uid, author.handle)
    elif isinstance(item, Reject):
        for value in set(_values(item.raw)):
            for some in dict.fromkeys([platform, *platforms]):
                for kind in ("uid", "handle", "post"):
                    yield some, people.suppression(some, kind, value)


def _values(raw: Any) -> Iterator[str]:
    """Every text and number in a platform's JSON; a whole line as its words too."""
    if isinstance(raw, dict):
        for value in raw.values():
            yield from _values(value)
    elif isinstance(raw, list | tuple):
        for value in raw:
            yield from _values(value)
    elif isinstance(raw, str):
        yield raw
        yield from (word.strip("\"'`{}[]:") for word in raw.replace(",", " ").split())
    elif isinstance(raw, int) and not isinstance(raw, bool):
        yield str(raw)
