"""Writes queries: what a figure counts, in the language of `mentions search`."""

from collections.abc import Collection
from datetime import datetime, time, timedelta

from socialcell.clock import IST
from socialcell.listening.query.query_language import without_field

_ONE_DAY = timedelta(days=1)


def write_query(
    *parts: tuple[str, str | Collection[str]], start: datetime, end: datetime
) -> str:
    """The query for mentions of [start, end) with each field, or one of many.

    (("ward", "ward:bibwewadi"), ("intent", ("complaint", "help"))) is
    `ward:bibwewadi (intent:complaint OR intent:help) since:… until:…`.
    """
    terms = [_term(name, operand) for name, operand in parts]
    return " ".join([*terms, f"since:{_since(start)}", f"until:{_until(end)}"])


def _term(name: str, operand: str | Collection[str]) -> str:
    if isinstance(operand, str):
        return f"{name}:{without_field(name, operand)}"
    choices = [f"{name}:{choice}" for choice in sorted(operand)]
    return choices[0] if len(choices) == 1 else f"({' OR '.join(choices)})"


def _since(start: datetime) -> str:
    local = start.astimezone(IST)
    return local.date().isoformat() if local.time() == time() else _moment(local)


def _until(end: datetime) -> str:
    """A day is written as the last one, which until: includes."""
    local = end.astimezone(IST)
    if local.time() == time():
        return (local.date() - _ONE_DAY).isoformat()
    return _moment(local)


def _moment(local: datetime) -> str:
    shortest = "minutes" if not local.second and not local.microsecond else "auto"
    return local.replace(tzinfo=None).isoformat(timespec=shortest)
