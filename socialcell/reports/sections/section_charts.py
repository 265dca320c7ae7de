"""The charts and pictures of the weekly report, drawn from its numbers."""

from collections.abc import Sequence
from datetime import date

from matplotlib.figure import Figure

from socialcell import charts
from socialcell.charts import ChartSeries
from socialcell.i18n import Language
from socialcell.listening.areas.area_shapes import ShapeRecord
from socialcell.reports.incidents import frozen_subjects
from socialcell.reports.phrases import Phrases, first_with_counts
from socialcell.reports.pictures import (
    funnel,
    heat_map,
    incident_timeline,
    lift,
    picture_data,
    ward_map,
)
from socialcell.reports.pictures.picture import Picture
from socialcell.reports.sections import campaign_effects, clicks, incidents
from socialcell.reports.sections.report_context import (
    HIDDEN_TOPIC,
    MAX_CELL_LENGTH,
    MAX_TOPICS,
    MAX_WARDS,
)
from socialcell.reports.week_numbers import WeekNumbers
from socialcell.text import one_line


def draw_charts(
    numbers: WeekNumbers, lang: Language, *, with_wards: bool
) -> dict[str, bytes]:
    """Name (days, topics …) → PNG of a chart whose section has words for it; only where
    there is something to see. `with_wards`: the wards have no map."""
    if numbers["mentions"]["n"] is None:
        return {}
    phrases = Phrases(lang)
    figures = {
        "days": _days(numbers, phrases),
        "topics": _topics(numbers, phrases),
        "wards": _wards(numbers, phrases) if with_wards else None,
        "clicks": _clicks(numbers, phrases),
    }
    return {name: charts.png(figure) for name, figure in figures.items() if figure}


def draw_pictures(
    numbers: WeekNumbers, lang: Language, shapes: Sequence[ShapeRecord]
) -> dict[str, Picture]:
    """Name (incident, hours …) → picture; only where there is something to see.

    `shapes` are the outlines of areas on the last day; without one there is no map.
    """
    if numbers["mentions"]["n"] is None:
        return {}
    phrases = Phrases(lang)
    pictures = {
        "incident": _incident(numbers, phrases),
        "hours": _hours(numbers, phrases),
        "ward_map": _ward_map(numbers, shapes, phrases),
        "funnel": _funnel(numbers, phrases),
        "campaign": _campaign(numbers, phrases),
    }
    return {name: picture for name, picture in pictures.items() if picture}


def _incident(numbers: WeekNumbers, phrases: Phrases) -> Picture | None:
    """The greatest incident; reports that were frozen by earlier versions do not have
    its hours."""
    incident = incidents.greatest(numbers.get("incidents", ()))
    hours = incident.get("timeline") if incident else None
    if incident is None or hours is None:
        return None
    name = one_line(frozen_subjects.title(incident, phrases), MAX_CELL_LENGTH)
    timeline = picture_data.timeline_of_week(hours, name, phrases)
    return incident_timeline.draw(timeline, phrases.lang)


def _days(numbers: WeekNumbers, phrases: Phrases) -> Figure | None:
    _ = phrases.lang.gettext
    days = numbers["days"]
    labels = [_two_line_label(phrases, day["date"]) for day in days]
    compared = numbers["mentions"]["same_hours"] is not None
    if compared:
        pairs = [day["same_hours"] for day in days]
        series = [
            ChartSeries(
                _("This week"),
                [pair["now"] if pair else None for pair in pairs],
                charts.NOW,
            ),
            ChartSeries(
                _("Week before"),
                [pair["before"] if pair else None for pair in pairs],
                charts.BEFORE,
            ),
        ]
    else:
        series = [ChartSeries(_("This week"), [day["n"] for day in days], charts.NOW)]
    return charts.columns(
        labels,
        series,
        show=phrases.lang.number,
        unit=_("Mentions, same hours") if compared else _("Mentions"),
        missing=_("not comparable") if compared else _("no data"),
    )


def _hours(numbers: WeekNumbers, phrases: Phrases) -> Picture | None:
    if not numbers["peak"]:
        return None
    grid = picture_data.hour_grid_of_week(numbers, phrases)
    return heat_map.draw(grid, phrases.lang)


def _topics(numbers: WeekNumbers, phrases: Phrases) -> Figure | None:
    topics = [
        topic
        for topic in numbers["topics"]
        if topic["id"] != HIDDEN_TOPIC and topic["n"]
    ]
    shown_topics = first_with_counts(topics, MAX_TOPICS)
    if not shown_topics:
        return None
    colours = {
        "negative": charts.NEGATIVE,
        "neutral": charts.NEUTRAL,
        "positive": charts.POSITIVE,
    }
    return charts.bars(
        [phrases.label("topic", topic["id"]) for topic in shown_topics],
        [
            ChartSeries(
                phrases.label("sentiment", label),
                [topic["sentiment"][label] for topic in shown_topics],
                colour,
            )
            for label, colour in colours.items()
        ],
        show=phrases.lang.number,
        unit=phrases.lang.gettext("Mentions"),
    )


def _wards(numbers: WeekNumbers, phrases: Phrases) -> Figure | None:
    shown_wards = [ward for ward in numbers["wards"] if ward["n"]][:MAX_WARDS]
    if not shown_wards:
        return None
    return charts.bars(
        [phrases.name(ward["name"], ward["id"]) for ward in shown_wards],
        [ChartSeries("", [ward["n"] for ward in shown_wards], charts.NOW)],
        show=phrases.lang.number,
        unit=phrases.lang.gettext("Mentions"),
    )


def _ward_map(
    numbers: WeekNumbers, shapes: Sequence[ShapeRecord], phrases: Phrases
) -> Picture | None:
    if not any(ward["n"] for ward in numbers["wards"]):
        return None
    wards = picture_data.ward_map_of_week(numbers, shapes, phrases)
    return ward_map.draw(wards, phrases.lang) if wards else None


def _funnel(numbers: WeekNumbers, phrases: Phrases) -> Picture | None:
    """The campaign whose clicks are drawn."""
    campaign = campaign_effects.most_clicked(numbers)
    stages = (
        picture_data.funnel_of_week(numbers, campaign, phrases) if campaign else None
    )
    return funnel.draw(stages, phrases.lang) if stages else None


def _campaign(numbers: WeekNumbers, phrases: Phrases) -> Picture | None:
    """The campaign whose effect is drawn."""
    campaign = campaign_effects.campaign_with_chart(numbers)
    series = picture_data.lift_of_week(campaign, phrases) if campaign else None
    return lift.draw(series, phrases.lang) if series else None


def _clicks(numbers: WeekNumbers, phrases: Phrases) -> Figure | None:
    """Who asked for the campaign's links, by where they stand."""
    campaign = campaign_effects.most_clicked(numbers)
    if campaign is None:
        return None
    labels, counts = clicks.chart_counts(phrases, campaign)
    colours = (charts.NOW, charts.BEFORE, charts.NEUTRAL)
    return charts.bars(
        labels,
        [
            ChartSeries(name, values, colour)
            for (name, values), colour in zip(counts.items(), colours, strict=True)
        ],
        show=phrases.lang.number,
        unit=phrases.lang.gettext("Requests for the links"),
    )


def _two_line_label(phrases: Phrases, day: str) -> str:
    """A day's label in two lines, so that seven fit side by side."""
    return phrases.lang.short_day(date.fromisoformat(day)).replace(" ", "\n")
