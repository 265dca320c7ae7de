"""Matches names of areas to ids, as the city was divided on a day."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session

from socialcell.clock import IST
from socialcell.connectors.base import Item, Reject
from socialcell.connectors.facts import OutcomeFact
from socialcell.errors import UnreadableValue, UsageError
from socialcell.listening.areas.area_table import AreaRecord
from socialcell.listening.store import areas as area_store
from socialcell.services.context import Context
from socialcell.text import fold

# Of a ward office and a locality with one name, the office: outcomes come by office.
_KINDS = ("city", "zone", "ward_office", "prabhag", "village", "locality")
ELSEWHERE = re.compile(r"elsewhere:\s*(\S.*)", re.IGNORECASE)
_MARKS = re.compile(r"[\s\-–—_/]+")


class AreaMatcher:
    """The city's areas by id and by name in any language; dashes and case are free."""

    def __init__(self, areas: Iterable[AreaRecord]) -> None:
        self._named: dict[str, list[AreaRecord]] = defaultdict(list)
        self._cities = []
        for area in sorted(areas, key=lambda candidate: _KINDS.index(candidate.kind)):
            if area.kind == "city" and area.tree == "administrative":
                self._cities.append(area)
            names = {area.id, area.name_en, area.name_mr, area.name_hi}
            for name in {_normalised(name) for name in names}:
                self._named[name].append(area)

    def id_of(self, text: str, day: date) -> str:
        """The id of an area on a day; "" is the whole city. UnreadableValue: unknown.

        `elsewhere:` and a name is any place outside, to compare with.
        """
        if outside := ELSEWHERE.fullmatch(text.strip()):
            return "elsewhere:" + _normalised(outside[1]).replace(" ", "-")
        candidates = (
            self._named.get(_normalised(text), ()) if text.strip() else self._cities
        )
        match = next((area for area in candidates if area.is_valid(day)), None)
        if match is not None:
            return match.id
        if candidates:
            if text:
                raise UnreadableValue("areas.not_on_day", area=text, day=day)
            raise UnreadableValue("areas.city_not_on_day", day=day)
        near = difflib.get_close_matches(
            _normalised(text), self._named, n=1, cutoff=0.6
        )
        if near:
            nearest = self._named[near[0]][0].name_en
            raise UnreadableValue("areas.unknown_nearest", area=text, nearest=nearest)
        raise UnreadableValue("areas.unknown", area=text)


def find_wards(session: Session, names: Iterable[str], day: date) -> list[str]:
    """The ids of areas that a person named, on a day, each once. UsageError: unknown,
    or outside the city."""
    places = AreaMatcher(area_store.all_areas(session))
    try:
        ids = sorted({places.id_of(name, day) for name in names if name})
    except UnreadableValue as error:
        raise UsageError("areas.no_ward", reason=error) from None
    if outside := [id_ for id_ in ids if ELSEWHERE.fullmatch(id_)]:
        raise UsageError("areas.no_such_area", area=outside[0])
    return ids


def match_areas(
    context: Context, session: Session, items: Sequence[Item]
) -> list[Item]:
    """A page's items with the areas of outcomes looked up; what cannot be is a reject.

    A day that has not come yet is one too.
    """
    if not any(isinstance(item, OutcomeFact) for item in items):
        return list(items)
    places = AreaMatcher(area_store.all_areas(session))
    today = context.clock.now().astimezone(IST).date()
    return [
        _match_area(places, item, today) if isinstance(item, OutcomeFact) else item
        for item in items
    ]


def _match_area(places: AreaMatcher, fact: OutcomeFact, today: date) -> Item:
    try:
        if fact.day > today:
            raise ValueError(f"the day {fact.day} has not come yet")
        return replace(fact, area=places.id_of(fact.area, fact.day))
    except ValueError as error:
        raw = {
            "outcome": fact.outcome,
            "area": fact.area,
            "day": fact.day.isoformat(),
            "value": fact.value,
        }
        return Reject(raw, str(error), fact.row)


def _normalised(name: str) -> str:
    return _MARKS.sub(" ", fold(name)).strip()
