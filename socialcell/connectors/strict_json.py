"""Read JSON that came from outside: no NaN, no infinity, no endless nesting."""

import json
import math
from typing import Any, NoReturn

MAX_DEPTH = 100


def parse(text: str) -> Any:
    """The value of a JSON text. ValueError says in words what is wrong."""
    try:
        value = DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"not JSON: {error.msg} at character {error.pos + 1}"
        ) from None
    except RecursionError:
        raise ValueError("not usable JSON: nested too deeply") from None
    return require_shallow(value)


def parse_body(body: bytes) -> Any:
    """The value of an answer's body, which is UTF-8 as JSON must be. ValueError."""
    try:
        return parse(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start + 1}") from None


def parse_setting(value: Any) -> Any:
    """A setting with parts, which the command line gives as JSON. ValueError."""
    return parse(value) if isinstance(value, str) else value


def require_shallow(value: Any) -> Any:
    """The same value. ValueError when it is nested deeper than 100 levels."""
    level, depth = [value], 0
    while level := [inner for outer in level for inner in _nested_values(outer)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError(f"not usable JSON: nested deeper than {MAX_DEPTH} levels")
    return value


def _nested_values(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [inner for inner in value.values() if isinstance(inner, dict | list)]
    if isinstance(value, list):
        return [inner for inner in value if isinstance(inner, dict | list)]
    return []


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"not JSON: {name} is no number")


def _parse_number(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"not usable JSON: the number {digits[:20]} is out of range")
    return value


DECODER = json.JSONDecoder(parse_constant=_reject_constant, parse_float=_parse_number)
