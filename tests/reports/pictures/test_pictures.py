"""What pictures say: titles, hatches, numbers in words, the same bytes again."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import fontpkg_noto_sans_devanagari
import pytest
from matplotlib.font_manager import FontManager, FontProperties, fontManager

from socialcell import palette
from socialcell.i18n import CODES, language
from socialcell.listening.areas.area_shapes import contains
from socialcell.reports.pictures import (
    funnel,
    heat_map,
    incident_timeline,
    lift,
    map_geometry,
    opinion_map,
    ward_map,
)
from socialcell.reports.pictures.canvas import NARROW, STRONG, WIDE
from socialcell.reports.pictures.funnel import Funnel, FunnelStage
from socialcell.reports.pictures.incident_timeline import IncidentTimeline
from socialcell.reports.pictures.map_scale import step_of, steps_of
from socialcell.reports.pictures.picture import Picture, PictureCoverage
from tests.reports.pictures import samples
from tests.reports.pictures.artists import texts

ENGLISH = language("en")
SVG = "{http://www.w3.org/2000/svg}"


def hatched(picture: Picture) -> int:
    return sum(bool(patch.get_hatch()) for patch in picture.figure.axes[0].patches)


def words(picture: Picture) -> str:
    return " ".join(text.words for text in texts(picture.figure))


@pytest.mark.parametrize("name", samples.NAMES)
def test_a_picture_has_its_words_as_text_and_its_numbers_for_a_screen_reader(
    tmp_path: Path, name: str
) -> None:
    picture = samples.pictures(tmp_path)[name](language("mr"), WIDE)

    root = ElementTree.fromstring(picture.svg())

    assert root.get("role") == "img"
    assert picture.alt in (root.get("aria-label") or "")
    assert root.findtext(f"{SVG}title") == picture.caption.title
    assert root.findtext(f"{SVG}desc") == picture.alt
    shown = " ".join(text.text or "" for text in root.iter(f"{SVG}text"))
    for part in (picture.caption.title, picture.caption.drawn, picture.caption.source):
        assert part in shown
    sizes = [
        float(size) for size in re.findall(rb"font-size: ([\d.]+)px", picture.svg())
    ]
    assert min(sizes) >= 12
    assert float(root.get("width") or 0) == WIDE


@pytest.mark.parametrize("name", samples.NAMES)
def test_a_picture_made_again_has_the_same_bytes(tmp_path: Path, name: str) -> None:
    draw = samples.pictures(tmp_path)[name]

    first, second = (draw(language("hi"), NARROW) for _ in range(2))

    assert first.png() == second.png() == first.png()
    assert first.svg() == second.svg()


@pytest.mark.parametrize("name", samples.NAMES)
def test_inlined_pictures_share_no_ids(tmp_path: Path, name: str) -> None:
    svg = samples.pictures(tmp_path)[name](ENGLISH, NARROW).inline_svg()

    assert svg.startswith("<svg")
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert not [id_ for id_ in ids if id_.startswith(("figure", "axes", "patch"))]


@pytest.mark.parametrize("code", CODES)
def test_the_source_says_which_hours_are_missing(code: str) -> None:
    lang = language(code)

    gaps = PictureCoverage(11, 168, {"Instagram": 3}).sentence(lang)
    whole = PictureCoverage(1, 168).sentence(lang)

    assert "Instagram" in gaps
    assert lang.number(3) in gaps
    assert lang.number(168) in gaps
    assert lang.gettext("No hour is missing.") in whole


def test_a_heat_map_hatches_what_was_not_collected_and_names_the_peak() -> None:
    picture = heat_map.draw(samples.hour_grid(), ENGLISH, WIDE)

    title = "Most mentions on Sat 21 Nov, 05:00 to 06:00: 345, normally 0"
    assert picture.caption.title == title
    # Two hours, one hour of which the usual is not known, and the key.
    assert hatched(picture) == 4
    assert "Thu 19 Nov: " in picture.alt
    cells = {row[0][0]: row[1:] for row in picture.table.rows}
    assert cells["Thu 19"][8] == ("–",)
    assert cells["Sat 21"][5] == ("345",)
    assert cells["Normally"][2] == ("–",)


def test_a_week_without_any_mention_has_no_peak() -> None:
    grid = samples.hour_grid()
    nothing = replace(grid, counts=[[None] * 24 for _ in grid.days])

    picture = heat_map.draw(nothing, ENGLISH)

    assert picture.caption.title == "No mention was collected in these days"
    assert picture.alt.count("not collected") == 7


def test_a_day_has_24_hours() -> None:
    grid = samples.hour_grid()
    with pytest.raises(ValueError, match="24 hours, not 23"):
        heat_map.draw(replace(grid, usual=[None] * 23), ENGLISH)


@pytest.mark.parametrize(
    ("counts", "steps"),
    [
        ([], [1, 2, 3]),
        ([4], [1, 2, 3]),
        ([80], [10, 20, 40]),
        ([3_333], [420, 830, 1_700]),
    ],
)
def test_steps_rise_to_half_of_the_greatest(counts, steps) -> None:
    assert steps_of(counts) == steps
    assert [step_of(step, steps) for step in (0, *steps)] == [0, 1, 2, 3]


def test_a_timeline_says_what_did_not_come_to_pass() -> None:
    picture = incident_timeline.draw(samples.timeline(), ENGLISH, WIDE)

    assert "no one is assigned, 1 day 21 h after the first post" in (
        picture.caption.title
    )
    shown = words(picture)
    assert "Assigned: no one until Mon 23 Nov, 02:00" in shown
    assert shown.count("?") == 3
    assert "First post: Sat 21 Nov, 04:02" in picture.alt


def test_a_timeline_says_how_long_it_took_until_somebody_had_it() -> None:
    picture = incident_timeline.draw(samples.timeline(9, complete=True), ENGLISH)

    assert picture.caption.title.endswith("assigned 38 min after the first post")
    assert "?" not in words(picture)


def test_hours_are_put_together_where_an_incident_is_long() -> None:
    long = samples.timeline(400, complete=True)

    picture = incident_timeline.draw(long, ENGLISH, WIDE)

    assert "every 12 hours" in picture.caption.drawn
    counts = [int(row[1][0].replace(",", "")) for row in picture.table.rows]
    assert sum(counts) == sum(n or 0 for n in long.mentions)
    assert len(counts) == 34


def test_an_hour_that_was_not_collected_is_hatched_and_not_zero() -> None:
    hours = IncidentTimeline(
        name="Flood",
        start=samples.START,
        mentions=[3, None, 0],
        whole=[True, False, True],
        steps={},
        as_of=samples.START + timedelta(hours=3),
        coverage=PictureCoverage(1, 3, {"X": 1}),
    )

    picture = incident_timeline.draw(hours, ENGLISH)

    assert hatched(picture) == 1
    assert [row[1] for row in picture.table.rows] == [("3",), ("no data",), ("0",)]


def test_a_funnel_hatches_what_is_not_known() -> None:
    picture = funnel.draw(samples.steps_of_campaign(), ENGLISH)

    # Two stages, and the installs that may belong to it.
    assert hatched(picture) == 3
    drawn = [text.words for text in texts(picture.figure)]
    assert drawn.count("not known") == 2
    assert "157 to 526" in picture.alt
    assert "about 98,76,543" in picture.alt


def test_a_funnel_says_where_most_are_lost() -> None:
    stages = (
        FunnelStage("clicks", 1_000),
        FunnelStage("store_visits", 500),
        FunnelStage("installs", 50, at_most=50),
    )

    picture = funnel.draw(Funnel("a", "1 May", "9 May", stages), ENGLISH)

    assert picture.caption.title == (
        "Most are lost here: Visits to the store's page 500, "
        "Installs that name the campaign 50"
    )


def test_a_stage_that_others_may_belong_to_loses_nobody_for_sure() -> None:
    stages = (FunnelStage("clicks", 1_000), FunnelStage("installs", 50, at_most=990))

    picture = funnel.draw(Funnel("a", "1 May", "9 May", stages), ENGLISH)

    assert picture.caption.title.startswith("How people came to the app")
    assert "of the 1,000 before" not in words(picture)


@pytest.mark.parametrize(
    ("interval", "title"),
    [
        ((466.0, 685.0), "monsoon26 added about 560 (95% interval 466 to 685)"),
        (
            (-20.0, 685.0),
            "monsoon26: no effect can be claimed (95% interval -20 to 685)",
        ),
        (
            None,
            "monsoon26: about 560 more than expected; how sure that is cannot be said",
        ),
    ],
)
def test_a_lift_says_no_more_than_its_interval_carries(interval, title) -> None:
    series = replace(samples.lift_series(), interval=interval)

    assert lift.draw(series, ENGLISH, WIDE).caption.title == title


def test_a_lift_shows_the_difference_of_each_day_below() -> None:
    series = samples.lift_series()

    picture = lift.draw(series, ENGLISH, WIDE)

    bars = [
        patch
        for patch in picture.figure.axes[0].patches
        if str(patch.get_label()) == "series:actual"
    ]
    assert len(bars) == len(series.days)
    assert "expected 840" in picture.alt
    assert "466 to 685" in picture.alt


def test_lists_of_a_lift_belong_together() -> None:
    with pytest.raises(ValueError, match="entries"):
        lift.draw(replace(samples.lift_series(), lower=[]), ENGLISH)


def test_a_map_writes_each_number_and_hatches_the_unknown(tmp_path: Path) -> None:
    wards = samples.wards(tmp_path, ENGLISH)

    picture = ward_map.draw(wards, ENGLISH, WIDE)

    shown = words(picture).split()
    for area in wards.areas:
        if area.count is not None:
            # On the map and in the list.
            assert shown.count(ENGLISH.number(area.count)) >= 2
    assert "?" in shown
    assert hatched(picture) == 2  # the area and the key
    assert "sketch" in picture.caption.drawn
    assert "756 mentions name no place" in picture.caption.source


def test_an_area_without_an_outline_is_named(tmp_path: Path) -> None:
    wards = samples.wards(tmp_path, ENGLISH)
    shapes = dict(wards.shapes)
    del shapes["ward:bibwewadi"]

    picture = ward_map.draw(replace(wards, shapes=shapes), ENGLISH)

    assert "Without an outline: Bibwewadi." in picture.caption.source
    with pytest.raises(ValueError, match="outline"):
        ward_map.draw(replace(wards, shapes={}), ENGLISH)


def test_a_label_stands_inside_its_area(tmp_path: Path) -> None:
    for shape in samples.sketch(tmp_path).values():
        (polygon,) = shape.polygons
        place, distance = map_geometry.label_place(polygon)
        assert contains(polygon[0], place)
        assert distance > 0


def test_an_opinion_map_has_a_point_for_each_person_and_a_name_for_each_group() -> None:
    conversation = samples.conversation()

    picture = opinion_map.draw(conversation, ENGLISH, WIDE)

    points = sum(
        len(line.get_xdata())
        for line in picture.figure.axes[0].lines
        if str(line.get_label()).startswith("series:")
    )
    assert points == len(conversation.opinions.placed) == 60
    assert "Group A: 40 people" in words(picture)
    assert "Group B: 20 people" in words(picture)
    assert "रात्री भोंग्याने इशारा द्या" in picture.alt


@pytest.mark.parametrize("code", CODES)
def test_the_page_of_a_map_says_why_it_may_not_be_published(code: str) -> None:
    lang = language(code)

    few = opinion_map.html(samples.conversation(30), code)
    enough = opinion_map.html(samples.conversation(), code)

    title = lang.gettext("Not to be published")
    assert title in few
    assert title not in enough
    reason = lang.gettext(
        "%(n)s people are placed; %(least)s are needed.",
        n=lang.number(30),
        least=lang.number(50),
    )
    assert reason in few


def test_words_of_citizens_are_escaped_on_the_page() -> None:
    conversation = replace(samples.conversation(), words={"2": "<script>x</script>"})

    page = opinion_map.html(conversation, "en")

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_contrast_and_lightness_are_those_of_the_standards() -> None:
    assert palette.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert palette.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert palette.lightness("#ffffff") == pytest.approx(100)
    assert palette.lightness("#777777") == pytest.approx(50.03, abs=0.05)
    assert palette.text_on(palette.MAP_STEPS[0]) == palette.INK
    assert palette.text_on(palette.MAP_STEPS[3]) == palette.PAPER


@pytest.mark.parametrize(
    ("family", "weight", "told"),
    [
        (fontpkg_noto_sans_devanagari.FAMILY, STRONG, False),
        ("No Such Family", 400, True),
    ],
)
def test_a_font_of_one_weight_is_no_news_and_a_missing_one_is(
    family: str, weight: int, told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    fonts = FontManager()
    fonts.ttflist = [
        font
        for font in (*fontManager.ttflist, *fonts.ttflist)
        if font.name != fontpkg_noto_sans_devanagari.FAMILY or font.weight == 400
    ]

    fonts.findfont(FontProperties(family=family, weight=weight))

    assert ("findfont" in caplog.text) is told
