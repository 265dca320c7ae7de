"""Settings of the law's registers: days and hours of their clocks, and the officer."""

from typing import Annotated

from pydantic import Field, model_validator

from socialcell.errors import UnreadableValue
from socialcell.settings.section import ConfigSection


class Privacy(ConfigSection):
    """Days for requests of persons, hours to tell of a breach, and how letters name the
    data protection officer, by line."""

    answer_days: int = Field(default=15, ge=1, le=90)
    stop_days: int = Field(default=30, ge=1, le=90)
    breach_hours: int = Field(default=24, ge=1, le=72)
    officer: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> "Privacy":
        if self.answer_days > self.stop_days:
            raise UnreadableValue(
                "registers.days_reversed", answer=self.answer_days, stop=self.stop_days
            )
        return self
