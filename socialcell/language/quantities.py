"""Figures that a text reports of a crisis: a quantity, its value in one unit, of what.

Rules alone (`data/quantities.yaml`): digits of both scripts, words of numbers, thousand
and lakh, in Marathi, Hindi, English and romanised.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from socialcell.language import lexicon
from socialcell.language.transliteration import key

UNTIL = "until"
_NUMBER = r"\d+(?:,\d+)*(?:\.\d+)?"
_TOKEN = re.compile(
    rf"(?P<clock>\d{{1,2}}:\d\d)|(?P<number>{_NUMBER})"
    r"|(?P<word>[A-Za-z'’À-ɏऀ-ॣॱ-ॿ\u200c\u200d]+)|(?P<sign>[,;.!?।॥/\n&–-])"
)
_FILLED = 3  # words between a figure and its unit: people who were …
_LONGEST = 4  # words of a phrase


@dataclass(frozen=True, slots=True)
class TextFigure:
    """One figure: its quantity's id, the value in the quantity's unit (of `until` the
    minutes after midnight), and the names of what it is of, as sounds."""

    quantity: str
    value: float
    of: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is measured, with words for people by language; `whole` things are counted
    and not rounded."""

    id: str
    unit: str
    label: Mapping[str, str]
    unit_label: Mapping[str, str]
    whole: bool
    is_named: bool  # of a dam or a river, not of the places of a text


@dataclass(frozen=True, slots=True)
class _Token:
    sound: str  # of a word; of a sign the sign; "" of a number
    value: float | None = None
    clock: bool = False  # 18:30, as minutes
    is_number: bool = True  # not a word that only sounds like a number's


@dataclass(frozen=True, slots=True)
class _Unit:
    quantity: str
    factor: float
    whole: bool


def figures(text: str) -> list[TextFigure]:
    """The figures of a text in their order, each once.

    A number belongs to the unit behind it, across "or" and commas too ("24,310 or
    38,500 cusecs"); of "from 10 to 20" only where it went. Numbers without a unit, and
    clock times of which nobody says whether morning or evening, are none.
    """
    tokens = _tokens(text)
    numbers = _words().numbers
    if not any(token.value is not None or token.sound in numbers for token in tokens):
        return []
    figure_list = [*_with_units(tokens), *_behind_words(tokens), *_closed_until(tokens)]
    return list(dict.fromkeys(figure_list))


def people_count(text: str) -> int:
    """How many people a text speaks of: the largest number before a word for people,
    0 where there is none."""
    tokens = _tokens(text)
    numbers = (_number(tokens, at) for at in range(len(tokens)))
    counts = [
        int(number)
        for number, behind in filter(None, numbers)
        if behind < len(tokens) and tokens[behind].sound in _words().people
    ]
    return max(counts, default=0)


@lru_cache(maxsize=1)
def quantities() -> Mapping[str, Quantity]:
    """Every quantity by id, `until` among them."""
    lists = lexicon.data("quantities")
    by_id = {
        id_: Quantity(
            id=id_,
            unit=entry["unit"],
            label=entry["label"],
            unit_label=entry["unit_label"],
            whole="whole" in entry,
            is_named="of" in entry,
        )
        for id_, entry in lists["quantities"].items()
    }
    label = lists["until"]["label"]
    by_id[UNTIL] = Quantity(
        UNTIL, "clock", label, dict.fromkeys(label, ""), True, False
    )
    return by_id


@dataclass(frozen=True, slots=True)
class _QuantityWords:
    units: Mapping[tuple[str, ...], tuple[_Unit, ...]]
    stems: tuple[tuple[str, _Unit], ...]  # units of any ending
    before: Mapping[tuple[str, ...], tuple[_Unit, ...]]
    needs: Mapping[str, frozenset[tuple[str, ...]]]
    of: Mapping[str, frozenset[tuple[str, ...]]]
    people: frozenset[str]
    beside_people: frozenset[str]
    no_numbers: frozenset[str]
    join: frozenset[str]
    change: frozenset[str]
    scale: Mapping[str, float]
    half: frozenset[str]
    numbers: Mapping[str, float]
    until: Mapping[str, frozenset[tuple[str, ...]]]


def _with_units(tokens: Sequence[_Token]) -> Iterator[TextFigure]:
    at = 0
    while at < len(tokens):
        first, values = at, []
        while (number := _number(tokens, at)) is not None:
            number_value, at = number
            values.append(number_value)
            step, changed = _next_number(tokens, at)
            if _number(tokens, step) is None:
                break
            if changed:
                values.clear()
            at = step
        if not values:
            at += 1
            continue
        if unit := _unit_behind(tokens, at):
            yield from _figures(tokens, first, values, unit)
        at = max(at, first + 1)


def _behind_words(tokens: Sequence[_Token]) -> Iterator[TextFigure]:
    """Death toll: 7."""
    words = _words()
    for at in range(len(tokens)):
        for length in range(_LONGEST, 0, -1):
            units = words.before.get(_phrase(tokens, at, length))
            if units is None:
                continue
            behind = at + length
            while behind < len(tokens) and behind - at - length < 2:
                if tokens[behind].value is not None:
                    break
                behind += 1
            number = _number(tokens, behind)
            if number is not None and _unit_behind(tokens, number[1]) is None:
                yield from _figures(tokens, at, [number[0]], units[0])
            break


def _figures(
    tokens: Sequence[_Token], at: int, values: Iterable[float], unit: _Unit
) -> Iterator[TextFigure]:
    words = _words()
    needs = words.needs.get(unit.quantity)
    if needs and not any(_holds(tokens, phrase) for phrase in needs):
        return
    of = _nearest_name(tokens, at, words.of.get(unit.quantity, frozenset()))
    for amount in values:
        if not unit.whole or amount == int(amount):
            yield TextFigure(unit.quantity, round(amount * unit.factor, 2), of)


def _nearest_name(
    tokens: Sequence[_Token], at: int, names: frozenset[tuple[str, ...]]
) -> frozenset[str]:
    """The name that stands nearest, before the figure rather than behind it."""
    places = [
        (start > at, abs(start - at), " ".join(name))
        for name in names
        for start in range(len(tokens))
        if _phrase(tokens, start, len(name)) == name
    ]
    return frozenset({min(places)[2]}) if places else frozenset()


def _closed_until(tokens: Sequence[_Token]) -> Iterator[TextFigure]:
    until = _words().until
    if not any(_holds(tokens, phrase) for phrase in until["closed"]):
        return
    for at, token in enumerate(tokens):
        if token.value is None:
            continue
        behind = [neighbour.sound for neighbour in tokens[at + 1 : at + 5]]
        before = [neighbour.sound for neighbour in tokens[max(0, at - 3) : at]]
        phrases = {(neighbour,) for neighbour in behind}
        limited = (
            phrases & until["behind"]
            or {(neighbour,) for neighbour in before} & until["before"]
        )
        if not limited:
            continue
        if token.clock:
            yield TextFigure(UNTIL, token.value)
        elif token.value == int(token.value) and 1 <= token.value <= 12:
            part = _half_of_day([*before, *behind[:2]])
            if part is not None:
                yield TextFigure(UNTIL, (token.value % 12 + part) * 60)


def _half_of_day(sounds: Sequence[str]) -> int | None:
    """0 in the morning, 12 later, None where nobody says."""
    until = _words().until
    phrases = {(sound,) for sound in sounds}
    if phrases & until["pm"]:
        return 12
    return 0 if phrases & until["am"] else None


def _number(tokens: Sequence[_Token], at: int) -> tuple[float, int] | None:
    """The number that begins there, and where it ends."""
    words = _words()
    if at >= len(tokens):
        return None
    half = tokens[at].sound in words.half
    at += half
    if at >= len(tokens):
        return None
    token = tokens[at]
    number = token.value if token.value is not None else words.numbers.get(token.sound)
    if number is None or token.clock or not token.is_number:
        return None
    number += 0.5 * half
    at += 1
    while at < len(tokens) and (scale := words.scale.get(tokens[at].sound)):
        number *= scale
        at += 1
    return number, at


def _next_number(tokens: Sequence[_Token], at: int) -> tuple[int, bool]:
    """Where a number behind "or", a comma or "to" would begin; whether it was "to"."""
    words = _words()
    changed = False
    while at < len(tokens) and tokens[at].value is None:
        sound = tokens[at].sound
        if sound in words.change:
            changed = True
        elif sound not in words.join and sound not in (",", "/"):
            break
        at += 1
    return at, changed


def _unit_behind(tokens: Sequence[_Token], at: int) -> _Unit | None:
    words = _words()
    for skipped in range(_FILLED + 1):
        for length in range(_LONGEST, 0, -1):
            if units := words.units.get(_phrase(tokens, at, length)):
                return units[0]
        if at >= len(tokens):
            return None
        sound = tokens[at].sound
        for stem, unit in words.stems:
            if sound.startswith(stem):
                return unit
        if skipped == _FILLED or sound not in words.people | words.beside_people:
            return None
        at += 1
    return None


def _holds(tokens: Sequence[_Token], phrase: tuple[str, ...]) -> bool:
    n = len(phrase)
    return any(_phrase(tokens, at, n) == phrase for at in range(len(tokens) - n + 1))


def _phrase(tokens: Sequence[_Token], at: int, length: int) -> tuple[str, ...]:
    return tuple(token.sound for token in tokens[at : at + length])


def _tokens(text: str) -> list[_Token]:
    tokens = []
    for hit in _TOKEN.finditer(text):
        if hit["clock"]:
            hours, minutes = map(int, hit["clock"].split(":"))
            tokens.append(_Token("", hours * 60 + minutes, clock=True))
        elif hit["number"]:
            tokens.append(_Token("", float(hit["number"].replace(",", ""))))
        elif hit["word"]:
            is_number = hit["word"].lower() not in _words().no_numbers
            tokens.append(_Token(_sound(hit["word"]), is_number=is_number))
        else:
            tokens.append(_Token(hit["sign"]))
    return tokens


@lru_cache(maxsize=50_000)
def _sound(word: str) -> str:
    return key(word)


@lru_cache(maxsize=1)
def _words() -> _QuantityWords:
    lists: dict[str, Any] = lexicon.data("quantities")
    units: dict[tuple[str, ...], tuple[_Unit, ...]] = {}
    before: dict[tuple[str, ...], tuple[_Unit, ...]] = {}
    stems = []
    for id_, entry in lists["quantities"].items():
        for kind in entry["units"]:
            unit = _Unit(id_, float(kind["factor"]), "whole" in entry)
            for phrase in kind["words"]:
                if phrase.endswith("*"):
                    stem = key(phrase.rstrip("*")).removesuffix("a")
                    stems.append((stem, unit))
                else:
                    form = _form(phrase)
                    units[form] = (*units.get(form, ()), unit)
        for phrase in entry.get("before", ()):
            before[_form(phrase)] = (_Unit(id_, 1.0, "whole" in entry),)
    return _QuantityWords(
        units=units,
        stems=tuple(stems),
        before=before,
        needs=_forms(lists["quantities"], "needs"),
        of=_forms(lists["quantities"], "of"),
        people=frozenset(map(key, lists["people"])),
        beside_people=frozenset(map(key, lists["beside_people"])),
        no_numbers=frozenset(lists["no_numbers"]),
        join=frozenset(map(_sign, lists["join"])),
        change=frozenset(map(_sign, lists["change"])),
        scale={
            key(word): float(scale)
            for scale, words in lists["scale"].items()
            for word in words
        },
        half=frozenset(map(key, lists["half"])),
        numbers={
            key(word): float(number)
            for number, words in lists["words"].items()
            for word in words
            if " " not in word
        },
        until={
            name: frozenset(map(_form, lists["until"][name]))
            for name in ("closed", "before", "behind", "am", "pm")
        },
    )


def _forms(
    entries: Mapping[str, Any], name: str
) -> Mapping[str, frozenset[tuple[str, ...]]]:
    return {
        id_: frozenset(map(_form, entry[name]))
        for id_, entry in entries.items()
        if name in entry
    }


def _form(phrase: str) -> tuple[str, ...]:
    return tuple(key(word) for word in phrase.split())


def _sign(word: str) -> str:
    return word if word in "&–-" else key(word)
