"""Where the package makes messages by code, read from its source.

`python -m tests.error_calls socialcell/campaigns` lists the calls that still hold a
sentence in the place of a code.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import socialcell
from socialcell.message_catalog import CODE

PACKAGE = Path(socialcell.__file__).parent
_TEXTS = (ast.JoinedStr, ast.BinOp)
# Keywords of constructors that are no parameters of the sentence.
_OWN_KEYWORDS = frozenset({"until", "bucket", "wait", "position"})
# Functions that raise an error with the code and parameters that they are given.
_RAISING_FUNCTIONS = frozenset({"require_readable"})


@dataclass(frozen=True)
class ErrorCall:
    """One call: where it is, its code or None for a sentence, its parameters' names;
    `open_ended` when they include a ** that the source does not spell out."""

    place: str
    code: str | None
    parameters: frozenset[str]
    open_ended: bool = False


@cache
def error_classes() -> frozenset[str]:
    """The names of all classes that take a code, `Message` among them."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    classes = {"SocialcellError", "UnreadableValue"}
    while derived := {
        name for name, above in bases.items() if above & classes and name not in classes
    }:
        classes |= derived
    return frozenset(classes | {"Message"})


@cache
def error_calls(folder: Path = PACKAGE) -> tuple[ErrorCall, ...]:
    """Every call of such a class or function below a folder."""
    callables = error_classes() | _RAISING_FUNCTIONS
    return tuple(
        call
        for file in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and _name(node.func) in callables
        for call in _read(node, f"{file.relative_to(PACKAGE)}:{node.lineno}")
    )


def _read(node: ast.Call, place: str) -> Iterator[ErrorCall]:
    names = {word.arg for word in node.keywords if word.arg} - _OWN_KEYWORDS
    is_open = any(word.arg is None for word in node.keywords)
    if _name(node.func) == "Message" and len(node.args) > 1:
        parameters = node.args[1]
        keys = parameters.keys if isinstance(parameters, ast.Dict) else [None]
        names = {str(key.value) for key in keys if isinstance(key, ast.Constant)}
        is_open = None in keys  # a ** or a mapping made elsewhere
    for argument in node.args:
        for text in _texts(argument):
            code = text if CODE.fullmatch(text) else None
            yield ErrorCall(place, code, frozenset(names), is_open)


def _texts(argument: ast.expr) -> Iterator[str]:
    """The literal texts that an argument may be."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, _TEXTS):
        yield "a sentence"
    elif isinstance(argument, ast.IfExp):
        yield from _texts(argument.body)
        yield from _texts(argument.orelse)
    elif isinstance(argument, ast.Call) and _name(argument.func) in ("str", "redact"):
        yield "a sentence"


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


if __name__ == "__main__":
    for call in error_calls(Path(sys.argv[1]).resolve()):
        if call.code is None:
            print(call.place)
