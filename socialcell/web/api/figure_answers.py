"""What the API answers about figures, and what it may be asked."""

from typing import Annotated

from pydantic import ConfigDict, Field

from socialcell.services.mentions.mention_figures import FigureDimension
from socialcell.web.api.fields import ApiAnswer, Moment
from socialcell.web.api.mention_answers import MentionConditions


class FigureParameters(MentionConditions):
    """By what the mentions of these conditions are counted."""

    by: Annotated[
        FigureDimension, Field(description="What the mentions are counted by.")
    ] = FigureDimension.DAY


class HoursAnswer(ApiAnswer):
    """Platform-hours: those that were collected whole, of those due."""

    covered: int
    due: int


class FigureAnswer(ApiAnswer):
    """A count with its coverage; null, not 0, where nothing was collected."""

    n: int | None
    coverage: HoursAnswer


class ValueFigureAnswer(FigureAnswer):
    """The count of a day, or of the id of a topic, ward …"""

    id: str


class PlatformHoursAnswer(HoursAnswer):
    """The hours of one platform."""

    id: str


class CoverageAnswer(HoursAnswer):
    """The hours of all platforms that sources watch; `not_watched` have mentions that
    came otherwise, as by a file."""

    unit: str
    platforms: list[PlatformHoursAnswer]
    not_watched: list[str]


class FiguresAnswer(ApiAnswer):
    """Counts of mentions in whole hours that are over."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "by": "topic",
                    "from": "2026-11-16T00:00:00+05:30",
                    "to": "2026-11-23T00:00:00+05:30",
                    "place": "all",
                    "unit": "mentions",
                    "total": {"n": 412, "coverage": {"covered": 330, "due": 336}},
                    "figures": [
                        {
                            "id": "water",
                            "n": 120,
                            "coverage": {"covered": 330, "due": 336},
                        }
                    ],
                    "without": 31,
                    "coverage": {
                        "unit": "platform-hours",
                        "covered": 330,
                        "due": 336,
                        "platforms": [
                            {"id": "facebook", "covered": 162, "due": 168},
                            {"id": "x", "covered": 168, "due": 168},
                        ],
                        "not_watched": [],
                    },
                }
            ]
        }
    )
    by: FigureDimension
    from_: Moment = Field(alias="from")
    to: Moment
    place: str = Field(description="all, or the ward office or department.")
    unit: str
    total: FigureAnswer
    figures: list[ValueFigureAnswer] = Field(
        description="A mention with two topics counts in both."
    )
    without: int | None = Field(description="Mentions that have no such value.")
    coverage: CoverageAnswer
