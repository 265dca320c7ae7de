"""See from a file's content what it is, and open it with the connector for that."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import ParamSpec

from socialcell.connectors.base import ConnectorError
from socialcell.connectors.file_limits import (
    open_zip,
    require_gzip_size,
    require_unpacked_size,
)
from socialcell.connectors.files import export_formats
from socialcell.connectors.files.column_mapping import ColumnMapping
from socialcell.connectors.files.csv_rows import widest_delimiter
from socialcell.connectors.files.file_connector import FileConnector, sha256_of
from socialcell.connectors.files.generic_file import GenericFile
from socialcell.connectors.files.table_content import open_table
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.connectors.files.text_lines import Line, lines
from socialcell.connectors.files.workbooks import (
    OLD_OFFICE,
    UNREADABLE_ZIP,
    old_office_error,
    require_excel,
)
from socialcell.connectors.strict_json import parse
from socialcell.connectors.whatsapp.chat_export import (
    ChatExport,
    chat_in,
    looks_like_chat,
)
from socialcell.connectors.x.x_api_files import XApiFile
from socialcell.connectors.x.x_archive import XArchive, post_files
from socialcell.errors import SocialcellError, UsageError
from socialcell.json_types import JsonValue
from socialcell.message_catalog import Message

_Parameters = ParamSpec("_Parameters")

FORMATS = (
    *("auto", "x-archive", "x-jsonl", "generic", "whatsapp-chat"),
    *export_formats.BY_FORMAT,
)
_SAMPLE_LINES = 20  # lines
_ARCHIVES = (".zip", ".gz", ".7z", ".rar", ".tar")
_EMPTY = Message("connectors.empty_file")
_JSON_LINES = Message("connectors.json_lines")
_X_JSON_LINES = Message("connectors.x_json_lines")
# What x-jsonl and generic can both be said of.
_AMBIGUOUS = (_EMPTY, _JSON_LINES, _X_JSON_LINES)
_CSV_BY_DELIMITER = {
    ",": Message("connectors.csv_with_commas"),
    ";": Message("connectors.csv_with_semicolons"),
    "\t": Message("connectors.csv_with_tabs"),
    "|": Message("connectors.csv_with_bars"),
}
_ARCHIVE_PART = re.compile(r"\s*window\.YTD\.(\w+)\.part\d+\s*=")
# First bytes of files that people try: what to do with them.
_FOREIGN_FORMATS: Mapping[bytes, Callable[[Path], SocialcellError]] = {
    b"\x1f\x8b": lambda path: SocialcellError("connectors.gzip_file", path=path),
    b"%PDF": lambda path: SocialcellError("connectors.pdf", path=path),
    OLD_OFFICE: old_office_error,
    b"SQLite format 3": lambda path: SocialcellError(
        "connectors.sqlite_database", path=path
    ),
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
class FileFormat:
    """What a file is: a format of ours, and the same in words for a person."""

    format: str
    words: Message
    problem: Message | None = None  # why it could not be recognised for sure
    is_table: bool = False  # CSV, which a mapping can read


_CHAT_FORMAT = FileFormat("whatsapp-chat", Message("connectors.whatsapp_chat"))


def open_file(
    path: Path,
    format: str = "auto",
    mapping: ColumnMapping | None = None,
    settings: dict[str, str] | None = None,
    options: TableOptions = AS_IT_IS,
) -> tuple[FileConnector, FileFormat]:
    """A connector for the file. One clear SocialcellError when it is not of `format`.

    `settings` are what a platform's export does not contain; `options` how its table is
    read. UsageError: no such file, a folder, a format or a setting that we do not know,
    a setting that is missing.
    """
    if format not in FORMATS:
        raise UsageError("connectors.no_such_format", formats=FORMATS, format=format)
    try:
        file_format = _require_format(path, format, mapping, options)
        sha256 = sha256_of(path)
    except OSError as error:
        raise SocialcellError(
            "connectors.unreadable_file", path=path, reason=error.strerror
        ) from None
    if mapping is not None and file_format.format != "generic":
        raise UsageError(
            "connectors.needless_mapping", path=path, format=file_format.words
        )
    if file_format.format in export_formats.BY_FORMAT:
        export = export_formats.BY_FORMAT[file_format.format]
        return export_formats.open_export(
            export, path, sha256, settings or {}, options
        ), file_format
    if settings:
        raise UsageError(
            "connectors.needless_settings", path=path, format=file_format.words
        )
    if file_format.format == _CHAT_FORMAT.format:
        return ChatExport(path, sha256, options), file_format
    if file_format.format == "x-jsonl":
        return XApiFile(path, sha256), file_format
    if file_format.format == "x-archive":
        return XArchive(path, sha256), file_format
    columns = mapping or ColumnMapping()
    stated = {"sheet": options.sheet, "date_order": options.date_order}
    update = {name: option for name, option in stated.items() if option}
    return GenericFile(path, sha256, columns.model_copy(update=update)), file_format


def _require_format(
    path: Path, format: str, mapping: ColumnMapping | None, options: TableOptions
) -> FileFormat:
    if path.is_dir():
        raise UsageError("connectors.folder", path=path)
    if not path.exists():
        raise UsageError("connectors.no_such_file", path=path)
    file_format = detect_format(path, _sheet_options(mapping, options))
    if file_format.problem and format == "auto":
        raise SocialcellError(
            "connectors.uncertain_format",
            path=path,
            format=file_format.words,
            problem=file_format.problem,
        )
    if format in ("auto", file_format.format):
        return file_format
    if format in ("x-jsonl", "generic") and file_format.words in _AMBIGUOUS:
        return FileFormat(format, file_format.words)
    if format == "generic" and file_format.is_table:
        words = Message("connectors.csv_of_export", {"export": file_format.words})
        return FileFormat(format, words)
    export = export_formats.BY_FORMAT.get(format)
    if export and export.optional_settings and file_format.is_table:
        return FileFormat(format, export.words)
    raise SocialcellError(
        "connectors.another_format",
        path=path,
        format=format,
        likeness=file_format.words,
    )


def _sheet_options(
    mapping: ColumnMapping | None, options: TableOptions
) -> TableOptions:
    """The options of a table, with the sheet that a mapping of columns names."""
    sheet = options.sheet or (mapping.sheet if mapping else None)
    return replace(options, sheet=sheet)


def detect_format(path: Path, options: TableOptions = AS_IT_IS) -> FileFormat:
    """What the content of a file is. SocialcellError when it is nothing of ours."""
    with path.open("rb") as file:
        head = file.read(64)
        if head.startswith(b"\x1f\x8b"):
            _require_limits(path, require_gzip_size, path)
            if gzip_export := export_formats.recognise_export(file):
                return FileFormat(gzip_export.format, gzip_export.words)
        for magic, foreign_format_error in _FOREIGN_FORMATS.items():
            if head.startswith(magic):
                raise foreign_format_error(path)
        if head.startswith(b"PK\x03\x04"):
            return _zip_format(path, options)
        file.seek(0)
        first = list(islice(_lines_with_text(lines(file)), _SAMPLE_LINES))
    if options.sheet is not None:
        raise UsageError("files.sheet_of_no_workbook", path=path)
    if not first:
        return FileFormat("generic", _EMPTY)
    start = first[0].text.lstrip()
    part = _ARCHIVE_PART.match(start)
    if part:
        return _archive_part_format(path, part[1])
    if start.startswith(("{", "[")) and not looks_like_chat([first[0].text]):
        return _json_format(path, first)
    if start.startswith("<"):
        raise SocialcellError("connectors.web_page", path=path)
    if "\x00" in start or (first[0].damage and b"\x00" in head):
        raise SocialcellError("connectors.no_text_file", path=path)
    if export := _export_of(path, options):
        return FileFormat(export.format, export.words, is_table=True)
    if looks_like_chat(line.text for line in first):
        return _CHAT_FORMAT
    mark = widest_delimiter(line.text for line in first)
    return FileFormat("generic", _CSV_BY_DELIMITER[mark], is_table=True)


def _lines_with_text(all_lines: Iterator[Line]) -> Iterator[Line]:
    return (line for line in all_lines if line.damage or line.text.strip())


def _export_of(path: Path, options: TableOptions) -> export_formats.ExportFormat | None:
    """Which platform's export a table is, by its heading under our names."""
    with open_table(path, options) as content:
        return export_formats.recognise_export(content)


def _workbook_format(path: Path, options: TableOptions) -> FileFormat:
    if export := _export_of(path, options):
        return FileFormat(export.format, export.words, is_table=True)
    return FileFormat("generic", Message("connectors.excel_sheet"), is_table=True)


def _zip_format(path: Path, options: TableOptions) -> FileFormat:
    try:
        with open_zip(path) as archive:
            names = archive.namelist()
            require_excel(path, archive)
            if "xl/workbook.xml" in names:
                return _workbook_format(path, options)
            if chat := chat_in(archive):
                _require_limits(path, require_unpacked_size, archive, [chat])
                return _CHAT_FORMAT
            if posts := post_files(archive):
                _require_limits(path, require_unpacked_size, archive, posts)
                return FileFormat("x-archive", Message("connectors.x_archive_zip"))
            _require_limits(
                path, require_unpacked_size, archive, export_formats.tables_in(archive)
            )
            if export := export_formats.recognise_zip(archive):
                return FileFormat(export.format, export.words)
    except UNREADABLE_ZIP as error:
        raise SocialcellError(
            "connectors.damaged_zip", path=path, reason=str(error)
        ) from None
    if inner := next(
        (name for name in names if name.lower().endswith(_ARCHIVES)), None
    ):
        raise SocialcellError("connectors.nested_archive", path=path, member=inner)
    raise SocialcellError("connectors.unknown_zip", path=path)


def _require_limits(
    path: Path,
    check: Callable[_Parameters, None],
    *arguments: _Parameters.args,
    **options: _Parameters.kwargs,
) -> None:
    """SocialcellError with the file's place when it is beyond a limit."""
    try:
        check(*arguments, **options)
    except ConnectorError as error:
        raise SocialcellError(
            "connectors.refused_file", path=path, reason=error
        ) from None


def _archive_part_format(path: Path, part: str) -> FileFormat:
    if part in ("tweets", "tweet"):
        return FileFormat("x-archive", Message("connectors.x_archive_posts"))
    raise SocialcellError("connectors.x_archive_part", path=path, part=part)


def _json_format(path: Path, first: list[Line]) -> FileFormat:
    documents: list[JsonValue] = []
    problem: Message | None = None
    for line in first:
        try:
            documents.append(parse(line.text))
        except ValueError as error:
            problem = problem or Message(
                "connectors.problem_of_line", {"line": line.number, "reason": error}
            )
    if not documents:
        if first[0].text.strip() in ("{", "[", "[{"):
            raise SocialcellError("connectors.json_over_lines", path=path)
        return FileFormat("generic", _JSON_LINES, problem)
    if any(_is_x_document(document) for document in documents):
        return FileFormat("x-jsonl", _X_JSON_LINES)
    if not any(isinstance(document, dict) for document in documents):
        raise SocialcellError("connectors.json_without_objects", path=path)
    return FileFormat("generic", _JSON_LINES)


def _is_x_document(document: JsonValue) -> bool:
    if isinstance(document, list):
        return any(_is_x_document(element) for element in document)
    if not isinstance(document, dict):
        return False
    if {"data", "errors", "meta"} & document.keys() and document.keys() <= _RESPONSE:
        return True
    if "text" in document:
        return "id" in document and bool(_POST & document.keys())
    return {"id", "action"} <= document.keys() or {"id", "username"} <= document.keys()
