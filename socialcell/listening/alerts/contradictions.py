"""Figures of one incident that cannot all be right, and copies of known rumours."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from typing import Protocol

from socialcell.language.quantities import Quantity, figures, quantities
from socialcell.language.text_similarity import BY_LETTERS, Compared
from socialcell.listening.alerts.model import Rumour
from socialcell.text import web_addresses

# Figures that are told further apart may be news of a change.
_TOGETHER = timedelta(hours=3)
_SAME = 0.03  # 24,310 and "24 thousand" are one figure
_MOST = 5  # figures of a quantity that are said
_COPY_LENGTH = 400  # characters of a text that are compared with a rumour


class Text(Protocol):
    """A mention's text, as a row of a question."""

    @property
    def id(self) -> int: ...
    @property
    def author_id(self) -> int | None: ...
    @property
    def authored_at(self) -> datetime: ...
    @property
    def text(self) -> str: ...


@dataclass
class Told:
    """One figure of a quantity: who told it when, and of which dams and places."""

    value: float
    mentions: list[int] = field(default_factory=list)
    people: set[int] = field(default_factory=set)
    of: set[str] = field(default_factory=set)
    times: list[datetime] = field(default_factory=list)

    @property
    def first_at(self) -> datetime:
        return min(self.times)

    @property
    def last_at(self) -> datetime:
        return max(self.times)


@dataclass(frozen=True)
class Contradiction:
    """Figures of one quantity that differ, the one told most first; of `until` the
    values are minutes after midnight."""

    quantity: str
    unit: str
    figures: tuple[Told, ...]


@dataclass(frozen=True)
class RumourSpread:
    """A known rumour in an incident: its mentions, the first one first."""

    rumour: Rumour
    mentions: tuple[int, ...]


def contradictions(
    texts: Iterable[Text], places: Mapping[int, frozenset[str]]
) -> list[Contradiction]:
    """Quantities of which several figures are told, those told most first.

    `texts` are in the order of time, `places` those that a mention names. Two figures
    differ when they are more than 3 % apart (numbers of people and clock times: at
    all), different people tell them within three hours or in turns, and they are not of
    two dams, or of two places.
    """
    told: dict[str, list[Told]] = {}
    for text in texts:
        for figure in figures(text.text):
            quantity = quantities()[figure.quantity]
            of = figure.of if quantity.is_named else places.get(text.id, frozenset())
            every = told.setdefault(quantity.id, [])
            _note(_find(every, quantity, figure.value), text, of)
    found = []
    for id_, every in told.items():
        differing = {
            id(one): one
            for pair in combinations(every, 2)
            if _differ(*pair)
            for one in pair
        }
        if differing:
            ranked = sorted(
                differing.values(), key=lambda one: (-len(one.mentions), one.value)
            )
            unit = quantities()[id_].unit
            found.append(Contradiction(id_, unit, tuple(ranked[:_MOST])))
    return sorted(
        found,
        key=lambda one: (-sum(len(own.mentions) for own in one.figures), one.quantity),
    )


def spreads(
    texts: Sequence[Text],
    links: Mapping[int, Sequence[str]],
    rumours: Sequence[Rumour],
) -> list[RumourSpread]:
    """Which rumours are in these texts: the link of one, or nearly its words. `links`
    are the addresses, as far as they lead, that mentions hold beside their texts."""
    found: dict[int, list[int]] = {}
    written = [one for one in rumours if one.text]
    linked = {_address(one.url): one for one in rumours if one.url}
    if written and texts:
        said = [_plain(one.text or "") for one in written]
        compared = Compared([*said, *(_plain(text.text) for text in texts)], None)
        for place, rumour in enumerate(written):
            near = compared.to(place)[len(said) :]
            for text, nearness in zip(texts, near.tolist(), strict=True):
                if nearness >= BY_LETTERS.copy or said[place] in _plain(text.text):
                    found.setdefault(rumour.id or 0, []).append(text.id)
    if linked:
        for text in texts:
            for url in (*web_addresses(text.text), *links.get(text.id, ())):
                if known := linked.get(_address(url)):
                    found.setdefault(known.id or 0, []).append(text.id)
    return [
        RumourSpread(one, tuple(dict.fromkeys(found[one.id or 0])))
        for one in rumours
        if found.get(one.id or 0)
    ]


def _find(every: list[Told], quantity: Quantity, value: float) -> Told:
    for one in every:
        apart = abs(one.value - value)
        if apart <= (0 if quantity.whole else _SAME * max(one.value, value)):
            return one
    every.append(Told(value))
    return every[-1]


def _note(one: Told, text: Text, of: Set[str]) -> None:
    if text.id not in one.mentions:
        one.mentions.append(text.id)
    one.people.add(text.author_id or -text.id)
    one.times.append(text.authored_at)
    one.of |= of


def _differ(one: Told, other: Told) -> bool:
    if one.of and other.of and one.of.isdisjoint(other.of):
        return False
    if len({*one.mentions, *other.mentions}) < 2:
        return False
    if len(one.people | other.people) < 2:
        return False
    return max(one.first_at, other.first_at) - min(one.last_at, other.last_at) <= (
        _TOGETHER
    )


def _plain(text: str) -> str:
    """The words of a text, without addresses."""
    for url in web_addresses(text):
        text = text.replace(url, " ")
    return " ".join(text[:_COPY_LENGTH].split())


def _address(url: str | None) -> str:
    """An address as it is compared: without scheme, www and a slash at its end."""
    plain = (url or "").strip().lower().partition("://")[2] or (url or "").lower()
    return plain.removeprefix("www.").split("#")[0].rstrip("/")
