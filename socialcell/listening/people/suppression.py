"""Suppressed people: items of those who asked to be erased are counted, not stored.

Only keyed hashes are kept of them (people.People.suppression): of the account's number,
of its handle, and of each post that was erased.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set

from socialcell.connectors.base import Filtered, Item, Record, Reject
from socialcell.json_types import JsonValue
from socialcell.listening.people.visibility import People

RULE = "suppressed"


def filter_suppressed(
    items: Sequence[Item],
    platform: str,
    people: People,
    suppressed_of: Callable[[Iterable[tuple[str, str]]], Set[tuple[str, str]]],
    platforms: Sequence[str],
) -> list[Item]:
    """The items, with those of suppressed people as Filtered by the rule that says so.

    `suppressed_of` gives which of (platform, digest) are suppressed; `platforms` those
    that have any. An item that cannot be mapped is held back when a value anywhere in
    it is that of somebody who is suppressed.
    """
    marks = [
        set(_suppression_keys(page_item, platform, people, platforms))
        for page_item in items
    ]
    suppressed = suppressed_of(set().union(*marks))
    return [
        Filtered(RULE, row=getattr(page_item, "row", None))
        if of & suppressed
        else page_item
        for page_item, of in zip(items, marks, strict=True)
    ]


def of_account(
    people: People, platform: str, uid: str | None, handle: str | None
) -> set[tuple[str, str]]:
    """Under which keys an account is suppressed; files may know only its handle."""
    keys = set()
    if uid:
        keys.add((platform, people.suppression(platform, "uid", uid)))
        if uid.startswith("@"):
            keys.add((platform, people.suppression(platform, "handle", uid)))
    if handle:
        keys.add((platform, people.suppression(platform, "handle", handle)))
    return keys


def of_post(people: People, platform: str, external_id: str) -> tuple[str, str]:
    return platform, people.suppression(platform, "post", external_id)


def _suppression_keys(
    page_item: Item, platform: str, people: People, platforms: Sequence[str]
) -> Iterator[tuple[str, str]]:
    if isinstance(page_item, Record):
        yield of_post(people, page_item.platform, page_item.external_id)
        if page_item.author is not None:
            author = page_item.author
            yield from of_account(people, page_item.platform, author.uid, author.handle)
    elif isinstance(page_item, Reject):
        for text in set(_values(page_item.raw)):
            for name in dict.fromkeys([platform, *platforms]):
                for kind in ("uid", "handle", "post"):
                    yield name, people.suppression(name, kind, text)


def _values(raw: JsonValue) -> Iterator[str]:
    """Every text and number in a platform's JSON; a whole line as its words too."""
    if isinstance(raw, dict):
        for part in raw.values():
            yield from _values(part)
    elif isinstance(raw, list | tuple):
        for part in raw:
            yield from _values(part)
    elif isinstance(raw, str):
        yield raw
        yield from (word.strip("\"'`{}[]:") for word in raw.replace(",", " ").split())
    elif isinstance(raw, int) and not isinstance(raw, bool):
        yield str(raw)
