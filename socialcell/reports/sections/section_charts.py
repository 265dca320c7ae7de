"""The charts of the weekly report, drawn from its numbers."""

from datetime import date

from matplotlib.figure import Figure

from socialcell import charts
from socialcell.charts import ChartSeries
from socialcell.i18n import Language
from socialcell.reports.phrases import Phrases, first_with_counts
from socialcell.reports.sections import campaign_effects, clicks
from socialcell.reports.sections.report_context import (
    HIDDEN_TOPIC,
    MAX_TOPICS,
    MAX_WARDS,
)
from socialcell.reports.week_numbers import WeekNumbers


def draw_charts(numbers: WeekNumbers, lang: Language) -> dict[str, bytes]:
    """Name (days, hours, topics …) → PNG; only where there is something to see."""
    if numbers["mentions"]["n"] is None:
        return {}
    phrases = Phrases(lang)
    figures = {
        "days": _days(numbers, phrases),
        "hours": _hours(numbers, phrases) if numbers["peak"] else None,
        "topics": _topics(numbers, phrases),
        "wards": _wards(numbers, phrases),
        "campaign": _campaign(numbers, phrases),
        "clicks": _clicks(numbers, phrases),
    }
    return {name: charts.png(figure) for name, figure in figures.items() if figure}


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


def _hours(numbers: WeekNumbers, phrases: Phrases) -> Figure | None:
    _ = phrases.lang.gettext
    return charts.hours(
        numbers["hours"],
        numbers["whole_hours"],
        [
            (24 * n, _two_line_label(phrases, day["date"]))
            for n, day in enumerate(numbers["days"])
        ],
        show=phrases.lang.number,
        unit=_("Mentions an hour"),
        name=_("This week"),
        missing=_("not fully collected"),
    )


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


def _campaign(numbers: WeekNumbers, phrases: Phrases) -> Figure | None:
    """The campaign whose effect is drawn."""
    campaign = campaign_effects.campaign_with_chart(numbers)
    if campaign is None or (series := campaign["series"]) is None:
        return None
    _ = phrases.lang.gettext
    days = [date.fromisoformat(day) for day in series["days"]]
    start = days.index(date.fromisoformat(campaign["start"]))
    mondays = [n for n, day in enumerate(days) if day.weekday() == 0]
    return charts.lines(
        [(n, phrases.lang.month_day(days[n])) for n in mondays],
        [
            ChartSeries(_("Without the campaign"), series["expected"], charts.BEFORE),
            ChartSeries(_("As it was"), series["actual"], charts.NOW),
        ],
        start,
        show=phrases.lang.number,
        unit=campaign_effects.outcome_label(phrases, campaign["goal"]),
    )


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
