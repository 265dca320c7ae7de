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
from socialcell.message_catalog import Message

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
        _number(row.get("cost"), Message("creators.cost_of", {"creator": id_}))
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
        raise SelectionError(
            "creators.file_unreadable", path=path, reason=error.strerror
        ) from error
    if not raw.strip():
        raise SelectionError("creators.file_empty", path=path)
    try:
        document: JsonValue = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SelectionError(
            "creators.file_not_json", path=path, reason=error
        ) from error
    if not isinstance(document, dict) or not isinstance(document.get("creators"), list):
        raise SelectionError("creators.file_without_creators", path=path)
    strangers = sorted(document.keys() - DOCUMENT_KEYS)
    if strangers:
        raise SelectionError(
            "creators.file_unknown_key",
            path=path,
            key=strangers[0],
            keys=sorted(DOCUMENT_KEYS),
        )
    return document


def _row(place: int, row: JsonValue) -> JsonObject:
    if not isinstance(row, dict):
        raise SelectionError("creators.row_no_object", number=place)
    name = row.get("id")
    if isinstance(name, bool) or not isinstance(name, str | int) or name == "":
        raise SelectionError("creators.row_without_id", number=place)
    if not isinstance(row.get("audience"), list):
        raise SelectionError("creators.row_without_audience", creator=str(name))
    return row


def _ids(rows: Sequence[JsonObject]) -> tuple[str, ...]:
    ids = tuple(str(row["id"]) for row in rows)
    unique_ids: set[str] = set()
    for id_ in ids:
        if id_ in unique_ids:
            raise SelectionError("creators.listed_twice", creator=id_)
        unique_ids.add(id_)
    return ids


def _number(number: JsonValue, what: Message) -> float:
    if number is None:
        raise SelectionError("creators.number_missing", what=what)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise SelectionError("creators.not_a_number", what=what, text=repr(number))
    if number < 0 or not isfinite(number):
        raise SelectionError("creators.number_below_zero", what=what, number=number)
    return float(number)


def _audiences(
    ids: Sequence[str],
    rows: Sequence[JsonObject],
    document: JsonObject,
    sketched_as: str | None,
) -> Audiences:
    weights = document.get("weights", {})
    if not isinstance(weights, dict):
        raise SelectionError("creators.weights_no_object")
    person_weights = {
        person: _number(weight, Message("creators.weight_of", {"person": person}))
        for person, weight in weights.items()
    }
    if "sketch" not in document and sketched_as is None:
        return exact_audiences(_named_audiences(ids, rows), person_weights)
    if person_weights:
        raise SelectionError("creators.weights_with_sketches")
    if "sketch" not in document:
        family = _family_named(sketched_as or "")
        return SketchedAudiences(
            family, [family.of(names) for names in _named_audiences(ids, rows)]
        )
    if sketched_as is not None:
        raise SelectionError("creators.sketched_already")
    family = _family(document["sketch"])
    sketches = []
    for id_, row in zip(ids, rows, strict=True):
        values = as_list(row["audience"])
        whole = all(
            type(number) is int and 0 <= number <= family.most for number in values
        )
        if len(values) != family.width or not whole:
            raise SelectionError(
                "creators.audience_no_sketch",
                creator=id_,
                kind=family.kind,
                width=family.width,
                most=family.most,
            )
        sketches.append(np.array(values, dtype=np.int64))
    return SketchedAudiences(family, sketches)


def _named_audiences(ids: Sequence[str], rows: Sequence[JsonObject]) -> list[list[str]]:
    audiences = []
    for id_, row in zip(ids, rows, strict=True):
        names = as_list(row["audience"])
        kinds = set(map(type, names))
        if not kinds <= {str, int}:
            raise SelectionError("creators.audience_no_names", creator=id_)
        audiences.append([str(name) for name in names])
    return audiences


def _family_named(text: str) -> SketchFamily:
    kind, _, size = text.partition(":")
    if size and not size.isdecimal():
        raise SelectionError("creators.unreadable_sketch_option", text=text)
    if kind == "hyperloglog":
        return _family({"kind": kind, "precision": int(size or 12)})
    return _family({"kind": kind, "permutations": int(size or 256)})


def _family(described: JsonValue) -> SketchFamily:
    match described:
        case {"kind": "hyperloglog", "precision": int(precision), **rest} if not rest:
            if LEAST_PRECISION <= precision <= MOST_PRECISION:
                return HyperLogLog(precision)
            raise SelectionError(
                "creators.sketch_precision",
                precision=precision,
                least=LEAST_PRECISION,
                most=MOST_PRECISION,
            )
        case {"kind": "minhash", "permutations": int(many), **rest} if not rest:
            if many >= FEWEST_PERMUTATIONS:
                return MinHash(many)
            raise SelectionError(
                "creators.sketch_permutations",
                permutations=many,
                fewest=FEWEST_PERMUTATIONS,
            )
    raise SelectionError("creators.unreadable_sketch")


def _caps(rows: Sequence[JsonObject], caps: JsonValue) -> tuple[Cap, ...]:
    if not isinstance(caps, dict):
        raise SelectionError("creators.caps_no_object")
    caps_found = []
    for prop, values in caps.items():
        if not isinstance(values, dict):
            raise SelectionError("creators.cap_no_object", property=prop)
        for kind, most in values.items():
            if type(most) is not int or most < 0:
                raise SelectionError(
                    "creators.cap_no_number",
                    property=prop,
                    kind=kind,
                    text=repr(most),
                )
            members = frozenset(
                place for place, row in enumerate(rows) if row.get(prop) == kind
            )
            if not members:
                raise SelectionError(
                    "creators.cap_without_creators", property=prop, kind=kind
                )
            caps_found.append(Cap(f"{prop} {kind}", members, most))
    return tuple(caps_found)
