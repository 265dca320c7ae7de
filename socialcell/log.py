"""Log lines on standard error, with run ids and without secrets.

JSON when standard error is not a terminal, else words for people. Lines of the client
libraries go the same way, so that none of them shows a token that rides in a URL or a
header.
"""

import logging
import os
import sys
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from socialcell.redact import redact

__all__ = ["about", "logger", "start"]

about = bound_contextvars

# Who is heard below warning. Other clients log whole answers there: people's posts.
_HEARD = ("socialcell", "urllib3")


def start(level: str) -> None:
    """Send the lines of this process at or above a level to standard error."""
    # A full disk behind standard error must not turn into tracebacks.
    logging.raiseExceptions = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[_message, *_SHARED],
            processors=[
                ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _without_secrets,
                _renderer(),
            ],
        )
    )
    root = logging.getLogger()
    for old in [
        existing for existing in root.handlers if getattr(existing, "socialcell", False)
    ]:
        root.removeHandler(old)
    handler.socialcell = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(max(logging.WARNING, _number(level)))
    for name in _HEARD:
        logging.getLogger(name).setLevel(level.upper())


def logger(name: str) -> BoundLogger:
    """A logger for one module; its lines carry what `about(run=…)` says around them."""
    bound: BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            _without_secrets,
            ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=BoundLogger,
    )
    return bound


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


def _message(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """One line per message: line breaks of libraries' messages are replaced."""
    return {**event, "event": " ".join(str(event["event"]).split())}


def _without_secrets(
    _logger: WrappedLogger, _method: str, event: EventDict
) -> EventDict:
    # A traceback is text only later, and then goes through here as text.
    keep = ("exc_info",)
    return {k: v if k in keep else _clean(v) for k, v in event.items()}


def _clean(field: Any) -> Any:
    if isinstance(field, str):
        return redact(field)
    if isinstance(field, dict):
        return {key: _clean(part) for key, part in field.items()}
    if isinstance(field, list | tuple):
        return [_clean(part) for part in field]
    if field is None or isinstance(field, bool | int | float):
        return field
    return redact(str(field))


def _renderer() -> Processor:
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer(colors="NO_COLOR" not in os.environ)
    return structlog.processors.JSONRenderer(ensure_ascii=False)


_SHARED: list[Processor] = [
    merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
