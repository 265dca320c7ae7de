"""Figures of one incident that cannot all be right, and copies of known rumours."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from typing import Protocol

from socialcell.language.quantities import Quantity, figures, quantities
from socialcell.language.text_similarity import BY_LETTERS, TextComparison
from socialcell.listening.alerts.model import Rumour
from socialcell.listening.people import masking
from socialcell.text import index_form, web_addresses

# Figures that are reported further apart may be news of a change.
_TOGETHER = timedelta(hours=3)
_SAME = 0.03  # 24,310 and "24 thousand" are one figure
_MOST = 5  # figures of a quantity that are said
_COPY_LENGTH = 400  # characters of a text of which a rumour's likeness is measured
# Marks that say how an emoji is drawn; as they are marks, they would be words.
_EMOJI_STYLES = re.compile("[\ufe0e\ufe0f\u20e3]")


class MentionText(Protocol):
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
class ReportedFigure:
    """One figure of a quantity: who reported it when, of which dams and places."""

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
    """Figures of one quantity that differ, the most reported first; of `until` the
    values are minutes after midnight."""

    quantity: str
    unit: str
    figures: tuple[ReportedFigure, ...]


@dataclass(frozen=True)
class RumourSpread:
    """A known rumour in an incident: its mentions, the first one first."""

    rumour: Rumour
    mentions: tuple[int, ...]

    @property
    def address(self) -> str | None:
        """Where it was read, without what leads to somebody's post: texts of people
        stand beside it."""
        return self.rumour.url and masking.unnamed(self.rumour.url)


def contradictions(
    texts: Iterable[MentionText], places: Mapping[int, frozenset[str]]
) -> list[Contradiction]:
    """Quantities of which several figures are reported, the most reported first.

    `texts` are in the order of time, `places` those that a mention names. Two figures
    differ when they are more than 3 % apart (numbers of people and clock times: at
    all), different people tell them within three hours or in turns, and they are not of
    two dams, or of two places.
    """
    figures_by_quantity: dict[str, list[ReportedFigure]] = {}
    for text in texts:
        for figure in figures(text.text):
            quantity = quantities()[figure.quantity]
            of = figure.of if quantity.is_named else places.get(text.id, frozenset())
            every = figures_by_quantity.setdefault(quantity.id, [])
            _add_mention(_matching_figure(every, quantity, figure.value), text, of)
    contradictory = []
    for id_, every in figures_by_quantity.items():
        differing = {
            id(reported): reported
            for pair in combinations(every, 2)
            if _differ(*pair)
            for reported in pair
        }
        if differing:
            ranked = sorted(
                differing.values(), key=lambda own: (-len(own.mentions), own.value)
            )
            unit = quantities()[id_].unit
            contradictory.append(Contradiction(id_, unit, tuple(ranked[:_MOST])))
    return sorted(
        contradictory,
        key=lambda contradiction: (
            -sum(len(reported.mentions) for reported in contradiction.figures),
            contradiction.quantity,
        ),
    )


def spreads(
    texts: Sequence[MentionText],
    links: Mapping[int, Sequence[str]],
    rumours: Sequence[Rumour],
) -> list[RumourSpread]:
    """Which rumours are in these texts: the link of one, or nearly its words. `links`
    are the addresses, as far as they lead, that mentions hold beside their texts."""
    mention_ids: dict[int, list[int]] = {}
    text_rumours = [rumour for rumour in rumours if folded_words(rumour.text or "")]
    rumours_by_address = {
        _address(known_rumour.url): known_rumour
        for known_rumour in rumours
        if known_rumour.url
    }
    if text_rumours and texts:
        rumour_words = [folded_words(rumour.text or "") for rumour in text_rumours]
        words = [folded_words(text.text) for text in texts]
        beginnings = [folded[:_COPY_LENGTH] for folded in words]
        compared = TextComparison([*rumour_words, *beginnings], None)
        for place, rumour in enumerate(text_rumours):
            near = compared.nearness_to(place)[len(rumour_words) :].tolist()
            for text, folded, nearness in zip(texts, words, near, strict=True):
                if nearness >= BY_LETTERS.copy or rumour_words[place] in folded:
                    mention_ids.setdefault(rumour.id or 0, []).append(text.id)
    if rumours_by_address:
        for text in texts:
            for url in (*web_addresses(text.text), *links.get(text.id, ())):
                if linked_rumour := rumours_by_address.get(_address(url)):
                    mention_ids.setdefault(linked_rumour.id or 0, []).append(text.id)
    return [
        RumourSpread(
            known_rumour, tuple(dict.fromkeys(mention_ids[known_rumour.id or 0]))
        )
        for known_rumour in rumours
        if mention_ids.get(known_rumour.id or 0)
    ]


def _matching_figure(
    every: list[ReportedFigure], quantity: Quantity, number: float
) -> ReportedFigure:
    for reported in every:
        apart = abs(reported.value - number)
        if apart <= (0 if quantity.whole else _SAME * max(reported.value, number)):
            return reported
    every.append(ReportedFigure(number))
    return every[-1]


def _add_mention(reported: ReportedFigure, text: MentionText, of: Set[str]) -> None:
    if text.id not in reported.mentions:
        reported.mentions.append(text.id)
    reported.people.add(text.author_id or -text.id)
    reported.times.append(text.authored_at)
    reported.of |= of


def _differ(figure: ReportedFigure, other_figure: ReportedFigure) -> bool:
    if figure.of and other_figure.of and figure.of.isdisjoint(other_figure.of):
        return False
    if len({*figure.mentions, *other_figure.mentions}) < 2:
        return False
    if len(figure.people | other_figure.people) < 2:
        return False
    return max(figure.first_at, other_figure.first_at) - min(
        figure.last_at, other_figure.last_at
    ) <= (_TOGETHER)


def folded_words(text: str) -> str:
    """The words of a text as rumours are compared, one space between them: without
    addresses, case, marks, emoji and line breaks, which differ between copies. Letters
    that are drawn as symbols (bold ones of mathematics) are plain letters."""
    for url in web_addresses(text):
        text = text.replace(url, " ")
    return index_form(_EMOJI_STYLES.sub("", unicodedata.normalize("NFKC", text)))


def _address(url: str | None) -> str:
    """An address as it is compared: without scheme, www and a slash at its end."""
    plain = (url or "").strip().lower().partition("://")[2] or (url or "").lower()
    return plain.removeprefix("www.").split("#")[0].rstrip("/")
