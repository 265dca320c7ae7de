"""One picture of each kind, with numbers that strain it: gaps, large counts."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.listening.areas.area_shapes import ShapeRecord, read_shapes
from socialcell.listening.areas.area_table import names, read_areas
from socialcell.participation.opinion import opinion_map
from socialcell.participation.votes import Votes
from socialcell.reports.pictures import (
    funnel,
    heat_map,
    incident_timeline,
    lift,
    ward_map,
)
from socialcell.reports.pictures import opinion_map as opinion_drawing
from socialcell.reports.pictures.funnel import Funnel, FunnelStage
from socialcell.reports.pictures.heat_map import HourGrid
from socialcell.reports.pictures.incident_timeline import IncidentTimeline
from socialcell.reports.pictures.lift import LiftSeries
from socialcell.reports.pictures.opinion_map import DrawnConversation
from socialcell.reports.pictures.picture import Picture, PictureCoverage
from socialcell.reports.pictures.picture_counts import Step
from socialcell.reports.pictures.ward_map import MapArea, WardMap
from socialcell.sandbox import ward_sketch

MONDAY = date(2026, 11, 16)
START = datetime(2026, 11, 21, 4, tzinfo=IST)
HOUR = timedelta(hours=1)
GAPS = PictureCoverage(11, 168, {"Instagram": 3, "YouTube": 12})


def hour_grid(peak: int = 345) -> HourGrid:
    """A week with a peak on Saturday at five, two hours not collected, one in part."""
    counts: list[list[int | None]] = [
        [(day * 7 + hour) % 13 for hour in range(24)] for day in range(7)
    ]
    whole = [[True] * 24 for _ in range(7)]
    counts[5][5] = peak
    counts[3][8] = counts[3][9] = None
    whole[3][8] = whole[3][9] = whole[4][4] = False
    usual: list[float | None] = [float(hour % 5) for hour in range(24)]
    usual[2] = None
    days = [MONDAY + timedelta(days=n) for n in range(7)]
    return HourGrid(days, counts, whole, usual, GAPS)


def timeline(hours: int = 46, *, complete: bool = False) -> IncidentTimeline:
    """An incident with a gap; `complete` has all steps, close to each other."""
    mentions: list[int | None] = [max(136 - 9 * n, n % 3) for n in range(hours)]
    mentions[8] = None
    steps: dict[Step, datetime] = {
        "first_post": START + timedelta(minutes=2),
        "alert": START + timedelta(minutes=5),
    }
    if complete:
        steps["taken_on"] = START + timedelta(minutes=40)
        steps["statement"] = START + timedelta(minutes=50)
        steps["ended"] = START + hours * HOUR
    return IncidentTimeline(
        name="पूर, सिंहगड रोड",
        start=START,
        mentions=mentions,
        whole=[n not in (3, 4, 8) for n in range(hours)],
        steps=steps,
        as_of=START + hours * HOUR,
        coverage=GAPS,
    )


def steps_of_campaign() -> Funnel:
    """A funnel with two stages that are not known and one that is in part."""
    return Funnel(
        "monsoon26",
        "9 Nov",
        "22 Nov",
        (
            FunnelStage("reach", 98_76_543, "Expected.", estimated=True),
            FunnelStage("clicks", 1_158),
            FunnelStage("store_visits", None, "No store reports it."),
            FunnelStage("installs", 157, "In part.", at_most=526),
            FunnelStage("activated", None, "Not counted."),
        ),
    )


def lift_series() -> LiftSeries:
    """Six weeks, of which a campaign runs in the last two."""
    days = [date(2026, 10, 12) + timedelta(days=n) for n in range(42)]
    expected = [60.0 + 15 * np.sin(n / 3) for n in range(42)]
    actual = [
        value + (40 if n >= 28 else 5 * (-1) ** n) for n, value in enumerate(expected)
    ]
    return LiftSeries(
        campaign="monsoon26",
        outcome="सक्रिय वापरकर्ते",
        days=days,
        actual=actual,
        expected=expected,
        lower=[value - 12 for value in expected],
        upper=[value + 12 for value in expected],
        start=days[28],
        end=days[-1],
        added=560.0,
        anyway=840.0,
        interval=(466.0, 685.0),
    )


def sketch(folder: Path) -> dict[str, ShapeRecord]:
    """The sketch of the sandbox city, as it is imported."""
    path = folder / "wards.geojson"
    path.write_text(ward_sketch.geojson(), "utf-8")
    return {shape.area: shape for shape in read_shapes(path, read_areas())}


def wards(folder: Path, lang: Language) -> WardMap:
    """The sketch with counts; of one ward office nothing is known."""
    offices = [area for area in read_areas() if area.kind == "ward_office"]
    areas = [
        MapArea(area.id, names(area)[lang.code], None if n == 3 else 3**n % 1_291)
        for n, area in enumerate(offices)
    ]
    return WardMap(areas, sketch(folder), "16 Nov", "22 Nov", 756, GAPS)


def conversation(people: int = 60) -> DrawnConversation:
    """Two camps that agree on the first of six statements."""
    rng = np.random.default_rng(3)
    matrix = np.ones((people, 6))
    for row in range(people):
        side = 1 if row < people * 2 // 3 else -1
        matrix[row, 1:] = [side, side, side, -side, -side]
        matrix[row, 1 + rng.integers(5)] = 0
    votes = Votes(
        tuple(f"p{n}" for n in range(people)), tuple("123456"), matrix.astype(float)
    )
    words = {"1": "रात्री भोंग्याने इशारा द्या", "2": "पूररेषेत पार्किंग नको"}
    return DrawnConversation(opinion_map(votes), words)


Draw = Callable[[Language, float], Picture]


def pictures(folder: Path) -> dict[str, Draw]:
    """A function for each picture; the names are those of the tests."""
    return {
        "heat map": lambda lang, width: heat_map.draw(hour_grid(), lang, width),
        "heat map of thousands": lambda lang, width: heat_map.draw(
            hour_grid(12_345), lang, width
        ),
        "open incident": lambda lang, width: incident_timeline.draw(
            timeline(), lang, width
        ),
        "short incident": lambda lang, width: incident_timeline.draw(
            timeline(9, complete=True), lang, width
        ),
        "long incident": lambda lang, width: incident_timeline.draw(
            timeline(400, complete=True), lang, width
        ),
        "funnel": lambda lang, width: funnel.draw(steps_of_campaign(), lang, width),
        "lift": lambda lang, width: lift.draw(lift_series(), lang, width),
        "ward map": lambda lang, width: ward_map.draw(wards(folder, lang), lang, width),
        "opinion map": lambda lang, width: opinion_drawing.draw(
            conversation(), lang, width
        ),
    }


NAMES = tuple(pictures(Path()))
