"""Charts: the same bytes again, Devanagari shaped, nothing drawn as zero."""

import re

from matplotlib import ft2font

from socialcell import charts
from socialcell.charts import ChartSeries

WORDS = ("क्षेत्रीय कार्यालय", "ज्ञानेश्वर र्‍य तऱ्हा", "₹१,२३,४५६ Pune")


def show(value: float) -> str:
    return str(int(value))


def lying() -> charts.Figure:
    series = [ChartSeries("नकारात्मक", [3, 4, 5], charts.NEGATIVE)]
    return charts.bars(WORDS, series, show=show, unit="उल्लेख")


def standing(values: list[float | None]) -> charts.Figure:
    labels = [str(n) for n in range(len(values))]
    return charts.columns(
        labels,
        [ChartSeries("now", values, charts.NOW)],
        show=show,
        unit="mentions",
        missing="no data",
    )


def test_the_same_chart_has_the_same_bytes() -> None:
    assert charts.png(lying()) == charts.png(lying())
    assert charts.svg(lying()) == charts.svg(lying())
    assert charts.png(lying()).startswith(b"\x89PNG")
    assert b"<svg" in charts.svg(lying())


def test_the_text_engine_shapes_devanagari_and_has_every_letter() -> None:
    # A letter without a glyph is a warning of matplotlib, and warnings are errors here.
    assert ft2font.__libraqm_version__
    charts.png(lying())


def test_what_is_missing_is_hatched_and_named_and_has_no_number() -> None:
    figure = standing([2, None, 3])
    (axes,) = figure.axes
    assert [patch.get_hatch() for patch in axes.patches].count("////") == 1
    assert [text.get_text() for text in axes.texts] == ["2", "", "3"]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["now", "no data"]


def test_an_observed_zero_is_written_as_zero() -> None:
    figure = standing([2, 0, 3])
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.texts] == ["2", "0", "3"]
    assert not [patch for patch in axes.patches if patch.get_hatch()]


def test_svg_keeps_letters_as_outlines() -> None:
    drawn = charts.svg(lying()).decode()
    assert "<text" not in drawn
    assert re.search(r"<path id=", drawn)
