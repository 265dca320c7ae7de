"""The command `tag`: what the language reader understands of every line of a file."""

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from socialcell.commands.language.language import (
    Semantic,
    names_of,
    nc_models,
    uses_encoder,
    uses_english_names,
)
from socialcell.commands.options import Config
from socialcell.commands.progress import Advance, is_shown, progress, show_nothing
from socialcell.errors import SocialcellError, UnreadableValue
from socialcell.json_types import JsonObject, JsonValue, as_text, dumps
from socialcell.settings.language import NcModels
from socialcell.text import one_line

if TYPE_CHECKING:
    from socialcell.language.names.places import Place

_BATCH = 256
_BOM = b"\xef\xbb\xbf"
_PARTLY = 3


def tag(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="JSON lines.")] = "-",
    jsonl: Annotated[bool, typer.Option(help="One JSON object a line.")] = False,
    semantic: Semantic = None,
    english_names: Annotated[
        bool | None,
        typer.Option(
            "--english-names/--no-english-names",
            help="Look for unlisted names in English texts too, or never.",
            show_default="as config.yaml says",
        ),
    ] = None,
    config: Config = None,
) -> None:
    """Tag texts: language, sentiment, entities, intent, topics and urgency.

    FILE holds one JSON object a line with `id` and `text`; `-` is standard input.
    Exit code 3 when some lines could not be read.

    Example: socialcell tag posts.jsonl --jsonl > tagged.jsonl
    """
    failed = False
    with _opened(file) as lines, _shown(file) as advance:
        rows = tagged(
            lines,
            nc=nc_models(config),
            own=names_of(config),
            semantic=uses_encoder(config, semantic),
            english=uses_english_names(config, english_names),
        )
        for number, row in enumerate(rows, 1):
            advance("tagging", number)
            failed = failed or "language" not in row
            sys.stdout.write((_as_json(row) if jsonl else _for_people(row)) + "\n")
    if failed:
        raise typer.Exit(_PARTLY)


def tagged(
    lines: Iterable[bytes],
    *,
    nc: NcModels = NcModels.ALL,
    own: "tuple[Place, ...]" = (),
    semantic: bool = False,
    english: bool = False,
) -> Iterator[dict[str, JsonValue]]:
    """A tagged row, or `{"error", "line"}`, for every line that is not blank.

    Other keys of the input stay unless a reading has one of the same name.
    """
    # spaCy is imported here: `--help` must stay light.
    from socialcell.language import read

    rows = _rows(lines)
    while batch := list(islice(rows, _BATCH)):
        texts = [as_text(row["text"]) for row, sound in batch if sound]
        readings = iter(read(texts, nc=nc, own=own, semantic=semantic, english=english))
        for row, sound in batch:
            yield {**row, **next(readings).as_dict()} if sound else row


def _rows(lines: Iterable[bytes]) -> Iterator[tuple[dict[str, JsonValue], bool]]:
    """(row, True) or (error object, False), blank lines left out."""
    for number, line in enumerate(lines, start=1):
        content = line.removeprefix(_BOM) if number == 1 else line
        if not content.strip():
            continue
        try:
            yield _row(content), True
        except ValueError as problem:
            yield {"error": str(problem), "line": number}, False


def _row(line: bytes) -> dict[str, JsonValue]:
    """The object of a line. ValueError says in words what is wrong with it."""
    try:
        row = json.loads(
            line.decode("utf-8"), parse_constant=_refuse, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise UnreadableValue("commands.row_not_utf8", byte=error.start + 1) from error
    except json.JSONDecodeError as error:
        raise UnreadableValue(
            "commands.row_not_json", reason=error.msg, column=error.colno
        ) from error
    except RecursionError as error:
        raise UnreadableValue("commands.row_too_deep") from error
    if not isinstance(row, dict):
        raise UnreadableValue("commands.row_no_object")
    if not isinstance(row.get("text"), str):
        raise UnreadableValue("commands.row_without_text")
    return row


def _refuse(name: str) -> float:
    raise UnreadableValue("commands.no_json_number", text=name)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise UnreadableValue("commands.number_out_of_range", text=digits[:20])
    return number


def _as_json(row: JsonObject) -> str:
    line = dumps(row)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        # A lone surrogate in another key is kept as the escape that it came as.
        return json.dumps(row)
    return line


def _for_people(row: Mapping[str, Any]) -> str:
    if "language" not in row:
        return f"line {row['line']}: {row['error']}"
    topics = ",".join(topic["id"] for topic in row["topics"]) or "-"
    return "  ".join(
        (
            row["language"],
            row["sentiment"]["label"] + ("" if row["sentiment"]["confident"] else "?"),
            row["intent"]["label"] + ("" if row["intent"]["confident"] else "?"),
            topics,
            row["urgency"]["level"],
            one_line(row["text"], 80),
        )
    )


@contextmanager
def _shown(file: str) -> Iterator[Advance]:
    """How many of a file's lines are tagged, where the lines themselves go elsewhere
    and nobody types them."""
    if file == "-" or sys.stdout.isatty() or not is_shown():
        yield show_nothing
        return
    with _opened(file) as lines:
        total = sum(bool(line.strip()) for line in lines)
    with progress("tagging", total) as advance:
        yield advance


@contextmanager
def _opened(file: str) -> Iterator[IO[bytes]]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        lines = Path(file).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise SocialcellError(
            "files.unreadable", path=file, reason=error.strerror
        ) from error
    with lines:
        yield lines
