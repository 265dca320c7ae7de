"""The charts of the weekly report, drawn from its numbers."""

from collections.abc import Sequence
from datetime import date

from matplotlib.figure import Figure

from socialcell import charts
from socialcell.charts import ChartSeries
from socialcell.i18n import Language
from socialcell.listening.areas.area_shapes import ShapeRecord
from socialcell.reports.phrases import Phrases, first_with_counts
from socialcell.reports.pictures import heat_map, lift, picture_data, ward_map
from socialcell.reports.sections import campaign_effects, clicks
from socialcell.reports.sections.report_context import (
    HIDDEN_TOPIC,
    MAX_TOPICS,
    MAX_WARDS,
)
from socialcell.reports.week_numbers import WeekNumbers


def draw_charts(
    numbers: WeekNumbers, lang: Language, shapes: Sequence[ShapeRecord] = ()
) -> dict[str, bytes]:
    """Name (days, hours, topics …) → PNG; only where there is something to see.

    `shapes` are the outlines of areas on the last day; without one the wards are bars.
    """
    if numbers["mentions"]["n"] is None:
        return {}
    phrases = Phrases(lang)
    images = {
        "days": _png(_days(numbers, phrases)),
        "hours": _hours(numbers, phrases) if numbers["peak"] else None,
        "topics": _png(_topics(numbers, phrases)),
        "wards": _wards(numbers, shapes, phrases),
        "campaign": _campaign(numbers, phrases),
        "clicks": _png(_clicks(numbers, phrases)),
    }
    return {name: image for name, image in images.items() if image}


def _png(figure: Figure | None) -> bytes | None:
    return charts.png(figure) if figure else None


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


def _hours(numbers: WeekNumbers, phrases: Phrases) -> bytes:
    grid = picture_data.hour_grid_of_week(numbers, phrases)
    return heat_map.draw(grid, phrases.lang).png()


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


def _wards(
    numbers: WeekNumbers, shapes: Sequence[ShapeRecord], phrases: Phrases
) -> bytes | None:
    """The map of the wards; bars where none of them has an outline."""
    shown_wards = [ward for ward in numbers["wards"] if ward["n"]][:MAX_WARDS]
    if not shown_wards:
        return None
    wards = picture_data.ward_map_of_week(numbers, shapes, phrases)
    if wards is not None:
        return ward_map.draw(wards, phrases.lang).png()
    return charts.png(
        charts.bars(
            [phrases.name(ward["name"], ward["id"]) for ward in shown_wards],
            [ChartSeries("", [ward["n"] for ward in shown_wards], charts.NOW)],
            show=phrases.lang.number,
            unit=phrases.lang.gettext("Mentions"),
        )
    )


def _campaign(numbers: WeekNumbers, phrases: Phrases) -> bytes | None:
    """The campaign whose effect is drawn."""
    campaign = campaign_effects.campaign_with_chart(numbers)
    series = picture_data.lift_of_week(campaign, phrases) if campaign else None
    return lift.draw(series, phrases.lang).png() if series else None


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
