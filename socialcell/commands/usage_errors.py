"""What the parser of the command line refuses, in plain words, and in JSON if asked."""

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import typer

from socialcell.commands.strict_options import StrictGroup

if TYPE_CHECKING:
    from pydantic import ValidationError

_CASE_NUMBER = re.compile(r"\d\d-\d{6}")


class CommandGroup(StrictGroup):
    """The root of all commands, which hears what the parser refuses below it."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.TyperException as error:
            error.message = _in_words(error) or error.message
            if "--json" in sys.argv:
                answer = {"error": error.format_message()}
                sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
            raise


def _in_words(error: typer.TyperException) -> str | None:
    """What is wrong with a value that Typer describes in terms of its own library."""
    from pydantic import ValidationError

    if not isinstance(error.__cause__, ValidationError):
        return None
    return _of_value(error.__cause__)


def _hint(written: str) -> str:
    """Where what stands in place of a number is shown, if it looks like a case's."""
    if _CASE_NUMBER.fullmatch(written) is None:
        return ""
    return f" It looks like a case: socialcell cases show {written}"


def _of_value(error: "ValidationError") -> str | None:
    """What is wrong with the first value; None for a kind that no option has."""
    fault = error.errors()[0]
    written, limits = fault["input"], fault.get("ctx", {})
    match fault["type"]:
        case "int_parsing":
            return f"'{written}' is not a whole number.{_hint(str(written))}"
        case "float_parsing":
            return f"'{written}' is not a number."
        case "greater_than_equal":
            return f"{written} is too small: it is {limits['ge']} or more."
        case "less_than_equal":
            return f"{written} is too large: it is {limits['le']} or less."
        case "value_error":
            return str(limits["error"])
    return None
