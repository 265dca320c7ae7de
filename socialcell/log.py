"""Log lines on standard error, with run ids and without secrets.

JSON when standard error is not a terminal, else a line for people: the time in Pune,
what happened, how much. People see a job that had nothing to do, or says what it said
before, not at all, and an error in full. Lines of the client libraries go the same way,
so that none of them shows a token that rides in a URL or a header.
"""

import logging
import sys
from datetime import datetime
from typing import Any, Literal

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from socialcell.clock import IST
from socialcell.redact import redact

__all__ = ["JOB_ENDED", "RUN_ENDED", "LogFormat", "about", "logger", "start"]

LogFormat = Literal["auto", "human", "json"]
JOB_ENDED, RUN_ENDED = "job ended", "source run ended"

about = bound_contextvars

# Who is heard below warning. Other clients log whole answers there: people's posts.
_HEARD = ("socialcell", "urllib3")
# It warns at each tick of a round that takes longer: jobs say themselves when they end.
_HEARD_OF_ERRORS = "apscheduler"


def start(level: str, form: LogFormat = "auto") -> None:
    """Send the lines of this process at or above a level to standard error. `auto` is
    human on a terminal, else json."""
    is_human = form == "human" or (form == "auto" and sys.stderr.isatty())
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
                _human if is_human else _JSON,
            ],
        )
    )
    if is_human and level != "debug":
        handler.addFilter(_QuietFilter())
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
    logging.getLogger(_HEARD_OF_ERRORS).setLevel(logging.ERROR)


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


_JSON = structlog.processors.JSONRenderer(ensure_ascii=False)


class _QuietFilter(logging.Filter):
    """Drops what a person who looks at the daemon need not read.

    That are jobs that had nothing to do or say what they said before, and runs of
    sources that went well (their job says so).
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, str] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.ERROR:
            return True
        event = record.msg if isinstance(record.msg, dict) else {}
        if event.get("event") == RUN_ENDED:
            return record.levelno >= logging.WARNING
        if event.get("event") != JOB_ENDED:
            return True
        job, message = str(event.get("job")), str(event.get("said"))
        is_repeated = self._last.get(job) == message
        self._last[job] = message
        return not (event.get("idle") or is_repeated)


def _human(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """A line for people; a traceback below it."""
    time = datetime.fromisoformat(str(event["timestamp"])).astimezone(IST)
    level = str(event["level"]).upper()
    mark = "" if level in ("INFO", "DEBUG") else f"{level} "
    trace = event.get("exception")
    below = f"\n{trace}" if trace else ""
    return f"{time:%Y-%m-%d %H:%M} IST  {mark}{_words(event)}{below}"


def _words(event: EventDict) -> str:
    if event["event"] == JOB_ENDED:
        failed = "" if event.get("state") == "done" else " failed"
        covers = event.get("covers", 1)
        missed = f" (for {covers} missed times)" if covers > 1 else ""
        return f"{event.get('job')}{failed}: {event.get('said')}{missed}"
    if event["event"] == RUN_ENDED:
        reason = event.get("reason") or "no reason was given"
        return f"{event.get('source')}: {event.get('state')}: {reason}"
    rest = ", ".join(f"{key}: {v}" for key, v in event.items() if key not in _SHOWN)
    return f"{event['event']} ({rest})" if rest else str(event["event"])


_SHOWN = ("event", "timestamp", "level", "logger", "exception", "slot")


_SHARED: list[Processor] = [
    merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
