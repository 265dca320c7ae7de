"""See from a file's content what it is, and open it with the connector for that."""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from socialcell.connectors.base import ConnectorError
from socialcell.connectors.file_limits import (
    require_members,
    require_modest,
    require_modest_gzip,
)
from socialcell.connectors.files import export_formats
from socialcell.connectors.files.column_mapping import Mapping
from socialcell.connectors.files.csv_rows import delimiter_of
from socialcell.connectors.files.file_connector import FileConnector, sha256_of
from socialcell.connectors.files.generic_file import GenericFile
from socialcell.connectors.files.text_lines import Line, lines
from socialcell.connectors.strict_json import parse
from socialcell.connectors.x.x_api_files import XLines
from socialcell.connectors.x.x_archive import XArchive, post_files
from socialcell.errors import SocialcellError, UsageError

FORMATS = ("auto", "x-archive", "x-jsonl", "generic", *export_formats.BY_FORMAT)
_LOOKED_AT = 20  # lines
_ARCHIVES = (".zip", ".gz", ".7z", ".rar", ".tar")
_EMPTY = "an empty file"
_EITHER = ("JSON lines", _EMPTY)  # what x-jsonl and generic can both be said of
_ARCHIVE_PART = re.compile(r"\s*window\.YTD\.(\w+)\.part\d+\s*=")
_FOREIGN = {  # first bytes of files that people try: what to do with them
    b"\x1f\x8b": "compressed (gzip): unpack it first",
    b"%PDF": "a PDF: export the posts as CSV instead",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save it as CSV UTF-8 first",
    b"SQLite format 3": "a database: export a table as CSV first",
}
_RESPONSE = {"data", "includes", "meta", "errors", "matching_rules", "__twarc"}
_POST = {
    "author_id",
    "conversation_id",
    "edit_history_post_ids",
    "edit_history_tweet_ids",
    "public_metrics",
    "referenced_posts",
    "referenced_tweets",
    "__twarc",
}


@dataclass(frozen=True)
class Found:
    """What a file is: a format of ours, and the same in words for a person."""

    format: str
    words: str
    problem: str | None = None  # why it could not be recognised for sure
    is_table: bool = False  # CSV that a mapping could read as well


def open_file(
    path: Path,
    format: str = "auto",
    mapping: Mapping | None = None,
    settings: dict[str, str] | None = None,
) -> tuple[FileConnector, Found]:
    """A connector for the file. One clear SocialcellError when it is not of `format`.

    `settings` say what a platform's export does not. UsageError: no such file, a
    folder, a format or a setting that we do not know, a setting that is missing.
    """
    if format not in FORMATS:
        raise UsageError(f"--format is one of {', '.join(FORMATS)}, not {format!r}.")
    try:
        found = _found(path, format, mapping)
        sha256 = sha256_of(path)
    except OSError as error:
        raise SocialcellError(f"{path} cannot be read: {error.strerror}") from None
    if mapping is not None and found.format != "generic":
        raise UsageError(
            f"{path} is {found.words}: it needs no --mapping. "
            "To read it by a mapping, say --format generic."
        )
    if found.format in export_formats.BY_FORMAT:
        export = export_formats.BY_FORMAT[found.format]
        return export_formats.open_export(export, path, sha256, settings or {}), found
    if settings:
        raise UsageError(f"{path} is {found.words}, which takes no --set.")
    if found.format == "x-jsonl":
        return XLines(path, sha256), found
    if found.format == "x-archive":
        return XArchive(path, sha256), found
    return GenericFile(path, sha256, mapping or Mapping()), found


def _found(path: Path, format: str, mapping: Mapping | None) -> Found:
    if path.is_dir():
        raise UsageError(
            f"{path} is a folder. Name a file; of an X archive that is the .zip, or "
            "data/tweets.js inside it."
        )
    if not path.exists():
        raise UsageError(f"There is no file {path}.")
    found = sniff(path)
    if found.problem and format == "auto":
        raise SocialcellError(f"{path} looks like {found.words}, but {found.problem}.")
    if format in ("auto", found.format):
        return found
    if format in ("x-jsonl", "generic") and found.words.endswith(_EITHER):
        return Found(format, found.words)
    if format == "generic" and found.is_table:
        return Found(format, f"CSV ({found.words})")
    named = export_formats.BY_FORMAT.get(format)
    if named and named.takes and (found.is_table or found.words.startswith("CSV")):
        return Found(format, named.words)
    raise SocialcellError(
        f"{path} is not of the format {format}: it looks like {found.words}. "
        "Leave --format away to have it recognised."
    )


def sniff(path: Path) -> Found:
    """What the content of a file is. SocialcellError when it is nothing of ours."""
    with path.open("rb") as file:
        head = file.read(64)
        if head.startswith(b"\x1f\x8b"):
            _keep_to_limits(path, require_modest_gzip, path)
            if packed := export_formats.recognised(file):
                return Found(packed.format, packed.words)
        for magic, words in _FOREIGN.items():
            if head.startswith(magic):
                raise SocialcellError(f"{path} is {words}.")
        if head.startswith(b"PK\x03\x04"):
            return _of_zip(path)
        file.seek(0)
        first = list(islice(_with_words(lines(file)), _LOOKED_AT))
    if not first:
        return Found("generic", _EMPTY)
    start = first[0].text.lstrip()
    part = _ARCHIVE_PART.match(start)
    if part:
        return _of_part(path, part[1])
    if start.startswith(("{", "[")):
        return _of_json(path, first)
    if start.startswith("<"):
        raise SocialcellError(f"{path} is a web page or XML, not an export of posts.")
    if "\x00" in start or (first[0].damage and b"\x00" in head):
        raise SocialcellError(f"{path} is not a text file.")
    with path.open("rb") as file:
        if known := export_formats.recognised(file):
            return Found(known.format, known.words, is_table=True)
    mark = delimiter_of(first[0].text)
    names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    return Found("generic", f"CSV with {names[mark]}")


def _with_words(all_lines: Iterator[Line]) -> Iterator[Line]:
    return (line for line in all_lines if line.damage or line.text.strip())


def _of_zip(path: Path) -> Found:
    try:
        with zipfile.ZipFile(path) as archive:
            _keep_to_limits(path, require_members, archive)
            names = archive.namelist()
            if posts := post_files(archive):
                _keep_to_limits(path, require_modest, archive, posts)
                return Found("x-archive", "an X archive (.zip)")
            _keep_to_limits(
                path, require_modest, archive, export_formats.tables_in(archive)
            )
            if found := export_formats.recognised_zip(archive):
                return Found(found.format, found.words)
    except zipfile.BadZipFile as error:
        raise SocialcellError(f"{path} is a damaged .zip: {error}.") from None
    if "xl/workbook.xml" in names:
        raise SocialcellError(f"{path} is an Excel workbook: save it as CSV UTF-8.")
    if inner := next((one for one in names if one.lower().endswith(_ARCHIVES)), None):
        raise SocialcellError(
            f"{path} holds another archive, {inner}. Unpack both, and import a file."
        )
    raise SocialcellError(
        f"{path} is a .zip without data/tweets.js or a table that we know. Unpack it "
        "and import a file of it."
    )


def _keep_to_limits(path: Path, check: Callable[..., None], *given: Any) -> None:
    """SocialcellError with the file's place when it is beyond a limit."""
    try:
        check(*given)
    except ConnectorError as error:
        raise SocialcellError(f"{path} is not read: {error}") from None


def _of_part(path: Path, part: str) -> Found:
    if part in ("tweets", "tweet"):
        return Found("x-archive", "an X archive's tweets.js")
    raise SocialcellError(
        f"{path} is the part {part!r} of an X archive. Posts are in data/tweets.js."
    )


def _of_json(path: Path, first: list[Line]) -> Found:
    values, problem = [], None
    for line in first:
        try:
            values.append(parse(line.text))
        except ValueError as error:
            problem = problem or f"line {line.number}: {error}"
    if not values:
        if first[0].text.strip() in ("{", "[", "[{"):
            raise SocialcellError(
                f"{path} is one JSON document over many lines. Write one object a line."
            )
        return Found("generic", "JSON lines", problem)
    if any(_is_x(value) for value in values):
        return Found("x-jsonl", "X's API answers in JSON lines")
    if not any(isinstance(value, dict) for value in values):
        raise SocialcellError(f"{path} is JSON, but its lines are not objects.")
    return Found("generic", "JSON lines")


def _is_x(value: Any) -> bool:
    if isinstance(value, list):
        return any(_is_x(one) for one in value)
    if not isinstance(value, dict):
        return False
    if {"data", "errors", "meta"} & value.keys() and value.keys() <= _RESPONSE:
        return True
    if "text" in value:
        return "id" in value and bool(_POST & value.keys())
    return {"id", "action"} <= value.keys() or {"id", "username"} <= value.keys()
