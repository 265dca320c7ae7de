"""Read and check the file of creators, their costs and their audiences."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import msgspec
import numpy as np

from socialcell.campaigns.creators.audience_overlap import Audiences, exact_audiences
from socialcell.campaigns.creators.audience_sketches import (
    FEWEST_PERMUTATIONS,
    LEAST_PRECISION,
    MOST_PRECISION,
    HyperLogLog,
    MinHash,
    SketchedAudiences,
    SketchFamily,
)
from socialcell.campaigns.creators.selection.choice_limits import Cap
from socialcell.errors import SocialcellError
from socialcell.json_types import JsonObject, JsonValue, as_list

DOCUMENT_KEYS = {"creators", "weights", "caps", "sketch"}


class SelectionError(SocialcellError):
    """The file of creators cannot be used as it stands: it must be put right."""


@dataclass(frozen=True)
class Creators:
    """Creators to choose from; all tuples are in the order of the file."""

    ids: tuple[str, ...]
    costs: tuple[float, ...]
    audiences: Audiences
    caps: tuple[Cap, ...]


def read_creators(path: Path, sketched_as: str | None = None) -> Creators:
    """Read a JSON file of creators; `-` reads standard input.

    The file is an object with `creators`, a list of objects with `id`, `cost` and
    `audience` (names of people) and any properties of their own, such as `language`,
    `zone` or `tier`. Beside it may stand `weights` (a number a person, 1 if not named),
    `caps` (`{"language": {"en": 3}}`: at most so many of that kind) and `sketch`
    (`{"kind": "hyperloglog", "precision": 12}` or `{"kind": "minhash", "permutations":
    256}`), with which an audience is a list of registers or hashes instead of names.
    `sketched_as` makes sketches of named audiences, `kind` or `kind:size`. Raises
    SelectionError that says which creator and what is wrong.
    """
    document = _document(path)
    rows = [
        _row(place, row) for place, row in enumerate(as_list(document["creators"]), 1)
    ]
    ids = _ids(rows)
    costs = tuple(
        _number(row.get("cost"), f"creator {id_!r}: cost")
        for id_, row in zip(ids, rows, strict=True)
    )
    return Creators(
        ids=ids,
        costs=costs,
        audiences=_audiences(ids, rows, document, sketched_as),
        caps=_caps(rows, document.get("caps", {})),
    )


def _document(path: Path) -> JsonObject:
    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise SelectionError(f"{path}: cannot be read ({error.strerror})") from error
    if not raw.strip():
        raise SelectionError(f"{path}: is empty; expected an object with creators")
    try:
        document: JsonValue = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SelectionError(f"{path}: is not JSON ({error})") from error
    if not isinstance(document, dict) or not isinstance(document.get("creators"), list):
        raise SelectionError(f"{path}: is not an object with a list of creators")
    strangers = sorted(document.keys() - DOCUMENT_KEYS)
    if strangers:
        allowed = ", ".join(sorted(DOCUMENT_KEYS))
        raise SelectionError(
            f"{path}: unknown key {strangers[0]!r}; known are {allowed}"
        )
    return document


def _row(place: int, row: JsonValue) -> JsonObject:
    if not isinstance(row, dict):
        raise SelectionError(f"creator number {place}: is not an object")
    name = row.get("id")
    if isinstance(name, bool) or not isinstance(name, str | int) or name == "":
        raise SelectionError(f"creator number {place}: has no id")
    if not isinstance(row.get("audience"), list):
        raise SelectionError(f"creator {str(name)!r}: audience is missing or no list")
    return row


def _ids(rows: Sequence[JsonObject]) -> tuple[str, ...]:
    ids = tuple(str(row["id"]) for row in rows)
    unique_ids: set[str] = set()
    for id_ in ids:
        if id_ in unique_ids:
            raise SelectionError(f"creator {id_!r}: is listed twice; keep one")
        unique_ids.add(id_)
    return ids


def _number(number: JsonValue, what: str) -> float:
    if number is None:
        raise SelectionError(f"{what} is missing")
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise SelectionError(f"{what} is not a number: {number!r}")
    if number < 0 or not isfinite(number):
        raise SelectionError(f"{what} is {number}; it must be 0 or more")
    return float(number)


def _audiences(
    ids: Sequence[str],
    rows: Sequence[JsonObject],
    document: JsonObject,
    sketched_as: str | None,
) -> Audiences:
    weights = document.get("weights", {})
    if not isinstance(weights, dict):
        raise SelectionError("weights: is not an object of person and number")
    person_weights = {
        person: _number(weight, f"weight of {person!r}")
        for person, weight in weights.items()
    }
    if "sketch" not in document and sketched_as is None:
        return exact_audiences(_named_audiences(ids, rows), person_weights)
    if person_weights:
        raise SelectionError("weights: sketches do not know people; leave weights out")
    if "sketch" not in document:
        family = _family_named(sketched_as or "")
        return SketchedAudiences(
            family, [family.of(names) for names in _named_audiences(ids, rows)]
        )
    if sketched_as is not None:
        raise SelectionError("the audiences are sketches already")
    family = _family(document["sketch"])
    sketches = []
    for id_, row in zip(ids, rows, strict=True):
        values = as_list(row["audience"])
        whole = all(
            type(number) is int and 0 <= number <= family.most for number in values
        )
        if len(values) != family.width or not whole:
            raise SelectionError(
                f"creator {id_!r}: audience is not a {family.kind} sketch of "
                f"{family.width} whole numbers from 0 to {family.most}"
            )
        sketches.append(np.array(values, dtype=np.int64))
    return SketchedAudiences(family, sketches)


def _named_audiences(ids: Sequence[str], rows: Sequence[JsonObject]) -> list[list[str]]:
    audiences = []
    for id_, row in zip(ids, rows, strict=True):
        names = as_list(row["audience"])
        kinds = set(map(type, names))
        if not kinds <= {str, int}:
            raise SelectionError(f"creator {id_!r}: audience holds more than names")
        audiences.append([str(name) for name in names])
    return audiences


def _family_named(text: str) -> SketchFamily:
    kind, _, size = text.partition(":")
    if size and not size.isdecimal():
        raise SelectionError(
            f"sketch {text!r}: expected a kind and a size, as minhash:256"
        )
    if kind == "hyperloglog":
        return _family({"kind": kind, "precision": int(size or 12)})
    return _family({"kind": kind, "permutations": int(size or 256)})


def _family(described: JsonValue) -> SketchFamily:
    match described:
        case {"kind": "hyperloglog", "precision": int(precision), **rest} if not rest:
            if LEAST_PRECISION <= precision <= MOST_PRECISION:
                return HyperLogLog(precision)
            raise SelectionError(
                f"sketch: precision {precision} is not from {LEAST_PRECISION} to "
                f"{MOST_PRECISION}"
            )
        case {"kind": "minhash", "permutations": int(many), **rest} if not rest:
            if many >= FEWEST_PERMUTATIONS:
                return MinHash(many)
            raise SelectionError(
                f"sketch: {many} permutations are fewer than {FEWEST_PERMUTATIONS}"
            )
    raise SelectionError(
        'sketch: expected {"kind": "hyperloglog", "precision": 12} or '
        '{"kind": "minhash", "permutations": 256}'
    )


def _caps(rows: Sequence[JsonObject], caps: JsonValue) -> tuple[Cap, ...]:
    if not isinstance(caps, dict):
        raise SelectionError("caps: is not an object of property and values")
    caps_found = []
    for prop, values in caps.items():
        if not isinstance(values, dict):
            raise SelectionError(f"caps: {prop} is not an object of value and number")
        for kind, most in values.items():
            if type(most) is not int or most < 0:
                raise SelectionError(
                    f"caps: {prop} {kind!r} is {most!r}, not a whole number from 0"
                )
            members = frozenset(
                place for place, row in enumerate(rows) if row.get(prop) == kind
            )
            if not members:
                raise SelectionError(f"caps: no creator has {prop} {kind!r}")
            caps_found.append(Cap(f"{prop} {kind}", members, most))
    return tuple(caps_found)
