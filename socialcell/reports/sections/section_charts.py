"""The charts of the weekly report, drawn from its numbers."""

from datetime import date
from typing import Any

from socialcell import charts
from socialcell.charts import ChartSeries
from socialcell.i18n import Language
from socialcell.reports.phrases import Phrases, top
from socialcell.reports.sections import campaign_effects, clicks
from socialcell.reports.sections.report_context import SET_ASIDE, TOPICS, WARDS


def draw(numbers: dict[str, Any], lang: Language) -> dict[str, bytes]:
    """Name (days, hours, topics …) → PNG; only where there is something to see."""
    if numbers["mentions"]["n"] is None:
        return {}
    say = Phrases(lang)
    figures = {
        "days": _days(numbers, say),
        "hours": _hours(numbers, say) if numbers["peak"] else None,
        "topics": _topics(numbers, say),
        "wards": _wards(numbers, say),
        "campaign": _campaign(numbers, say),
        "clicks": _clicks(numbers, say),
    }
    return {name: charts.png(made) for name, made in figures.items() if made}


def _days(numbers: dict[str, Any], say: Phrases) -> Any:
    _ = say.lang.gettext
    days = numbers["days"]
    labels = [_below(say, day["date"]) for day in days]
    compared = numbers["mentions"]["same_hours"] is not None
    if compared:
        pairs = [day["same_hours"] or {} for day in days]
        series = [
            ChartSeries(_("This week"), [one.get("now") for one in pairs], charts.NOW),
            ChartSeries(
                _("Week before"), [one.get("before") for one in pairs], charts.BEFORE
            ),
        ]
    else:
        series = [ChartSeries(_("This week"), [day["n"] for day in days], charts.NOW)]
    return charts.columns(
        labels,
        series,
        show=say.lang.number,
        unit=_("Mentions, same hours") if compared else _("Mentions"),
        missing=_("not comparable") if compared else _("no data"),
    )


def _hours(numbers: dict[str, Any], say: Phrases) -> Any:
    _ = say.lang.gettext
    return charts.hours(
        numbers["hours"],
        numbers["whole_hours"],
        [(24 * n, _below(say, day["date"])) for n, day in enumerate(numbers["days"])],
        show=say.lang.number,
        unit=_("Mentions an hour"),
        name=_("This week"),
        missing=_("not fully collected"),
    )


def _topics(numbers: dict[str, Any], say: Phrases) -> Any:
    topics = [one for one in numbers["topics"] if one["id"] != SET_ASIDE and one["n"]]
    shown = top(topics, TOPICS)
    if not shown:
        return None
    colours = {
        "negative": charts.NEGATIVE,
        "neutral": charts.NEUTRAL,
        "positive": charts.POSITIVE,
    }
    return charts.bars(
        [say.label("topic", one["id"]) for one in shown],
        [
            ChartSeries(
                say.label("sentiment", mood),
                [one["sentiment"][mood] for one in shown],
                colour,
            )
            for mood, colour in colours.items()
        ],
        show=say.lang.number,
        unit=say.lang.gettext("Mentions"),
    )


def _wards(numbers: dict[str, Any], say: Phrases) -> Any:
    shown = [one for one in numbers["wards"] if one["n"]][:WARDS]
    if not shown:
        return None
    return charts.bars(
        [say.name(one["name"], one["id"]) for one in shown],
        [ChartSeries("", [one["n"] for one in shown], charts.NOW)],
        show=say.lang.number,
        unit=say.lang.gettext("Mentions"),
    )


def _campaign(numbers: dict[str, Any], say: Phrases) -> Any:
    """The campaign that the section shows a picture of."""
    drawn = campaign_effects.drawn(numbers)
    if drawn is None:
        return None
    _ = say.lang.gettext
    series = drawn["series"]
    days = [date.fromisoformat(day) for day in series["days"]]
    start = days.index(date.fromisoformat(drawn["start"]))
    mondays = [n for n, day in enumerate(days) if day.weekday() == 0]
    return charts.lines(
        [(n, say.lang.month_day(days[n])) for n in mondays],
        [
            ChartSeries(_("Without the campaign"), series["expected"], charts.BEFORE),
            ChartSeries(_("As it was"), series["actual"], charts.NOW),
        ],
        start,
        show=say.lang.number,
        unit=campaign_effects.outcome(say, drawn["goal"]),
    )


def _clicks(numbers: dict[str, Any], say: Phrases) -> Any:
    """Who asked for the campaign's links, by where they stand."""
    drawn = campaign_effects.most_clicked(numbers)
    if drawn is None:
        return None
    labels, counts = clicks.drawing(say, drawn)
    colours = (charts.NOW, charts.BEFORE, charts.NEUTRAL)
    return charts.bars(
        labels,
        [
            ChartSeries(name, values, colour)
            for (name, values), colour in zip(counts.items(), colours, strict=True)
        ],
        show=say.lang.number,
        unit=say.lang.gettext("Requests for the links"),
    )


def _below(say: Phrases, day: str) -> str:
    """A day's label in two lines, so that seven fit side by side."""
    return say.lang.short_day(date.fromisoformat(day)).replace(" ", "\n")
