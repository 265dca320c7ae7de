"""Read JSON that came from outside: no NaN, no infinity, no endless nesting."""

import json
import math
from typing import NoReturn

from socialcell.json_types import JsonValue

MAX_DEPTH = 100


def parse(text: str) -> JsonValue:
    """The value of a JSON text. ValueError says in words what is wrong."""
    try:
        document: JsonValue = DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"not JSON: {error.msg} at character {error.pos + 1}"
        ) from None
    except RecursionError:
        raise ValueError("not usable JSON: nested too deeply") from None
    return require_shallow(document)


def parse_body(body: bytes) -> JsonValue:
    """The value of an answer's body, which is UTF-8 as JSON must be. ValueError."""
    try:
        return parse(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start + 1}") from None


def parse_setting(setting: JsonValue) -> JsonValue:
    """A setting with parts, which the command line gives as JSON. ValueError."""
    return parse(setting) if isinstance(setting, str) else setting


def require_shallow(document: JsonValue) -> JsonValue:
    """The same value. ValueError when it is nested deeper than 100 levels."""
    level, depth = [document], 0
    while level := [inner for outer in level for inner in _nested_values(outer)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError(f"not usable JSON: nested deeper than {MAX_DEPTH} levels")
    return document


def _nested_values(node: JsonValue) -> list[JsonValue]:
    if isinstance(node, dict):
        return [inner for inner in node.values() if isinstance(inner, dict | list)]
    if isinstance(node, list):
        return [inner for inner in node if isinstance(inner, dict | list)]
    return []


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"not JSON: {name} is no number")


def _parse_number(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"not usable JSON: the number {digits[:20]} is out of range")
    return number


DECODER = json.JSONDecoder(parse_constant=_reject_constant, parse_float=_parse_number)
