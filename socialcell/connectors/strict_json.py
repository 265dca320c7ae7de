"""Read JSON that came from outside: no NaN, no infinity, no endless nesting."""

import json
import math
from typing import NoReturn

from socialcell.errors import UnreadableValue
from socialcell.json_types import MOST_PARTS, JsonValue, has_too_many_parts

MAX_DEPTH = 100


def parse(text: str) -> JsonValue:
    """The value of a JSON text. UnreadableValue says what is wrong."""
    try:
        document: JsonValue = DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise UnreadableValue(
            "connectors.no_json", reason=error.msg, character=error.pos + 1
        ) from None
    except RecursionError:
        raise UnreadableValue("connectors.endless_json") from None
    return require_shallow(document)


def parse_body(body: bytes) -> JsonValue:
    """The value of an answer's body, which is UTF-8 as JSON must be.

    UnreadableValue says what is wrong.
    """
    if has_too_many_parts(body):
        raise UnreadableValue("connectors.many_json_parts", limit=f"{MOST_PARTS:,}")
    try:
        return parse(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableValue("connectors.no_utf8", byte=error.start + 1) from None


def parse_setting(setting: JsonValue) -> JsonValue:
    """A setting with parts, which the command line gives as JSON. UnreadableValue."""
    return parse(setting) if isinstance(setting, str) else setting


def require_shallow(document: JsonValue) -> JsonValue:
    """The same value. UnreadableValue when it has more than 100 levels."""
    level, depth = [document], 0
    while level := [inner for outer in level for inner in _nested_values(outer)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise UnreadableValue("connectors.deep_json", limit=MAX_DEPTH)
    return document


def _nested_values(node: JsonValue) -> list[JsonValue]:
    if isinstance(node, dict):
        return [inner for inner in node.values() if isinstance(inner, dict | list)]
    if isinstance(node, list):
        return [inner for inner in node if isinstance(inner, dict | list)]
    return []


def _reject_constant(name: str) -> NoReturn:
    raise UnreadableValue("connectors.json_constant", constant=name)


def _parse_number(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise UnreadableValue("connectors.large_json_number", number=digits[:20])
    return number


DECODER = json.JSONDecoder(parse_constant=_reject_constant, parse_float=_parse_number)
