"""Settings of the law's registers: days and hours of their clocks, and the officer; and
the telephone numbers that are nobody's."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from socialcell.errors import UnreadableValue
from socialcell.settings.section import ConfigSection

_DIGITS = range(3, 14)


def _number(text: str) -> str:
    if not re.fullmatch(r"\+?[\d\s()\-]+", text, re.ASCII):
        raise UnreadableValue("privacy.no_city_number", text=text)
    if len(re.sub(r"\D", "", text)) not in _DIGITS:
        raise UnreadableValue("privacy.no_city_number", text=text)
    return text


_Number = Annotated[str, AfterValidator(_number)]


class CityNumber(ConfigSection):
    """A telephone number that the city publishes, and where that was looked up when;
    without a day nobody has, and it is masked."""

    number: _Number
    name: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=500)
    checked: date | None = None

    @property
    def digits(self) -> str:
        return re.sub(r"\D", "", self.number)


class Privacy(ConfigSection):
    """Days for requests of persons, hours to tell of a breach, how letters name the
    data protection officer, by line; telephone numbers that are not masked, and those
    that are though the package lists them."""

    answer_days: int = Field(default=15, ge=1, le=90)
    stop_days: int = Field(default=30, ge=1, le=90)
    breach_hours: int = Field(default=24, ge=1, le=72)
    officer: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()
    city_numbers: tuple[CityNumber, ...] = ()
    hidden_numbers: tuple[_Number, ...] = ()

    @model_validator(mode="after")
    def _agree(self) -> "Privacy":
        if self.answer_days > self.stop_days:
            raise UnreadableValue(
                "registers.days_reversed", answer=self.answer_days, stop=self.stop_days
            )
        numbers = [row.digits for row in self.city_numbers]
        for row in self.city_numbers:
            if numbers.count(row.digits) > 1:
                raise UnreadableValue("privacy.number_twice", number=row.number)
        return self
