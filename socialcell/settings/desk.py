"""Settings of the desk: office hours, closed days, and who is told of a late case."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from socialcell.errors import UnreadableValue
from socialcell.settings.section import ConfigSection

EscalationFunction = Literal[
    "deputy_engineer",
    "assistant_commissioner",
    "zone_deputy_commissioner",
    "department_head",
    "additional_commissioner",
    "cell_lead",
]
"""The functions of desk/data/escalation.csv."""
_SHIFT = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_OFFICE_HOURS = ("09:45-18:15",)


def _minutes(text: str) -> tuple[int, int]:
    match = _SHIFT.fullmatch(text)
    if match is None:
        raise UnreadableValue("deskclocks.no_shift", text=text)
    hour, minute, end_hour, end_minute = map(int, match.groups())
    end = end_hour * 60 + end_minute
    return hour * 60 + minute, end or 24 * 60


class WeekHours(ConfigSection):
    """Working hours by weekday in Pune, as ["09:45-13:00", "20:00-00:00"]; []: none."""

    mon: tuple[str, ...] = _OFFICE_HOURS
    tue: tuple[str, ...] = _OFFICE_HOURS
    wed: tuple[str, ...] = _OFFICE_HOURS
    thu: tuple[str, ...] = _OFFICE_HOURS
    fri: tuple[str, ...] = _OFFICE_HOURS
    sat: tuple[str, ...] = ()
    sun: tuple[str, ...] = ()

    @property
    def by_weekday(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """The shifts from Monday on, in minutes since midnight: (start, end)."""
        return tuple(
            tuple(_minutes(text) for text in getattr(self, name))
            for name in type(self).model_fields
        )

    @field_validator("*")
    @classmethod
    def _are_shifts(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        shifts = [_minutes(text) for text in texts]
        for text, (start, end) in zip(texts, shifts, strict=True):
            if end <= start:
                raise UnreadableValue("deskclocks.shift_reversed", text=text)
        for (earlier, later), text in zip(pairwise(shifts), texts[1:], strict=False):
            if later[0] <= earlier[1]:
                raise UnreadableValue("deskclocks.shifts_touch", text=text)
        return texts

    @model_validator(mode="after")
    def _is_any(self) -> "WeekHours":
        if not any(self.by_weekday):
            raise UnreadableValue("deskclocks.no_working_hours")
        return self


class EscalationReaders(ConfigSection):
    """Who is told when a case reaches a function of escalation.csv: addresses of
    alerts.recipients, names of channels and phones. `of` are ids of ward offices and
    departments; without them it is for cases of all."""

    function: EscalationFunction
    who: tuple[str, ...] = Field(min_length=1)
    of: tuple[Annotated[str, Field(pattern=r"^(ward|dept):[a-z0-9-]{1,60}$")], ...] = ()


class Desk(ConfigSection):
    """The desk. `open_cases`: the daemon opens cases. `closed` are days on which no
    office works, beside the holidays: first, last, name. `open` are holidays on which
    they do. `escalation`: who is told."""

    open_cases: bool = True
    hours: WeekHours = WeekHours()
    closed: tuple[tuple[date, date, Annotated[str, Field(min_length=1)]], ...] = ()
    open: tuple[date, ...] = ()
    escalation: tuple[EscalationReaders, ...] = ()

    @field_validator("closed")
    @classmethod
    def _in_order(
        cls, spans: tuple[tuple[date, date, str], ...]
    ) -> tuple[tuple[date, date, str], ...]:
        for first, last, _name in spans:
            if last < first:
                raise UnreadableValue("config.days_reversed", first=first, last=last)
            if (last - first).days > 366:
                raise UnreadableValue("deskclocks.closed_too_long", first=first)
        return spans

    def names(self) -> Iterator[str]:
        """Every name that is to be told, as often as it stands here."""
        for readers in self.escalation:
            yield from readers.who
