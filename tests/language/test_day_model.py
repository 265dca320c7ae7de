"""The model of a day: what it weighs, and how its say joins that of those before."""

import math
from collections.abc import Iterable

import numpy as np
import pytest

from socialcell.language import read
from socialcell.language.classifiers import day_model
from socialcell.language.classifiers.day_model import DayModel, Judge, Nets
from socialcell.language.notes import DayChances, notes_of
from socialcell.language.pipeline import build
from socialcell.language.training import day
from socialcell.language.training.posts import Example
from socialcell.settings.language import NcModels

THIRDS = dict.fromkeys(day_model.GROUPS, 1 / 3)
EVEN = DayChances(THIRDS, dict.fromkeys(day_model.SENTIMENTS, 1 / 3), 0.5, 0.5)


def test_chances_follow_from_the_weights_by_hand() -> None:
    # The hidden values of (1, -2) are 1 and, where the other sign counts, 2.
    net = Nets(
        inner=np.array([[[1.0, 0.0]], [[0.0, -1.0]]]),
        inner_bias=np.array([[0.0, 0.0]]),
        outer=np.array([[[0.0, math.log(4.0)], [0.0, math.log(2.0)]]]),
        outer_bias=np.array([[0.0, 0.0]]),
    )

    assert net.chances(np.array([1.0, -2.0])) == pytest.approx([1 / 17, 16 / 17])
    assert net.chances(np.array([-1.0, 2.0])) == pytest.approx([0.5, 0.5])


def test_several_nets_are_averaged() -> None:
    nets = Nets(
        inner=np.zeros((1, 2, 1)),
        inner_bias=np.zeros((2, 1)),
        outer=np.zeros((2, 1, 2)),
        outer_bias=np.array([[0.0, math.log(3.0)], [0.0, 0.0]]),
    )

    assert nets.chances(np.zeros(1)) == pytest.approx([0.375, 0.625])


def test_a_judge_sees_values_at_unit_spread_and_those_absent_as_none() -> None:
    def head(classes: int) -> Nets:
        outer_bias = np.zeros((1, classes))
        outer = np.zeros((1, 1, classes))
        outer[0, 0, 1] = 1.0
        return Nets(np.ones((2, 1, 1)), np.zeros((1, 1)), outer, outer_bias)

    nets = {name: head(len(classes)) for name, classes in day_model.HEADS.items()}
    middle, spread = np.array([1.0, 0.0]), np.array([2.0, 1.0])
    judge = Judge(("talk", "smoke"), middle, spread, nets)

    chances = judge.chances({"talk": 3.0, "unknown": 9.0})  # hidden: 1

    assert chances["high"]["yes"] == pytest.approx(math.e / (1.0 + math.e))
    assert chances["groups"]["idle"] == pytest.approx(math.e / (2.0 + math.e))
    assert judge.chances({})["high"]["yes"] == 0.5  # hidden: below 0, so none


def test_the_nets_that_saw_public_texts_have_twice_the_say() -> None:
    def judge(heads: Iterable[str], odds: float) -> Judge:
        """Nets that always say the same: so many to one for the second class."""
        nets = {}
        for head in heads:
            bias = np.zeros((1, len(day_model.HEADS[head])))
            bias[0, 1] = math.log(odds)
            none = np.zeros((1, 1, 1)), np.zeros((1, 1))
            nets[head] = Nets(*none, np.zeros((1, 1, bias.size)), bias)
        return Judge(("danger",), np.zeros(1), np.ones(1), nets)

    notes = notes_of(build()("an ordinary text"))
    one, other = judge(day_model.HEADS, 8.0), judge(day_model.PUBLIC_HEADS, 1.0)
    alone = DayModel({"linear": one}, {}).chances(notes)
    both = DayModel({"linear": one}, {"linear": other}).chances(notes)

    assert alone is not None
    assert alone.high == pytest.approx(8 / 9)
    assert both is not None  # the third root of 8 is 2
    assert both.high == both.critical == pytest.approx(2 / 3)
    assert both.groups["idle"] == pytest.approx(2 / 4)
    assert both.sentiments == alone.sentiments


def test_a_workspace_without_nc_models_asks_the_nets_of_a_day_alone() -> None:
    allowed, unasked = day_model.day_model(), day_model.day_model(NcModels.NONE)

    assert allowed is not None
    assert allowed.public_judges
    assert unasked is not None
    assert not unasked.public_judges


def test_the_order_within_a_group_stays_as_it_was() -> None:
    before = {"complaint": 0.3, "question": 0.1, "not_civic": 0.5, "praise": 0.1}
    idle = EVEN._replace(groups={"asks": 0.01, "idle": 0.98, "tells": 0.01})

    moved = day_model.intents(before, idle)

    assert sum(moved.values()) == pytest.approx(1.0)
    assert moved["complaint"] / moved["question"] == pytest.approx(3.0)
    assert moved["not_civic"] > before["not_civic"]
    assert moved["spam"] == 0.0


def test_feelings_of_talk_are_left_to_the_models_before() -> None:
    before = {"negative": 0.2, "neutral": 0.5, "positive": 0.3}
    sad = {"negative": 0.98, "neutral": 0.01, "positive": 0.01}
    talk = EVEN._replace(
        sentiments=sad, groups={"asks": 0.0, "idle": 1.0, "tells": 0.0}
    )
    message = talk._replace(groups={"asks": 1.0, "idle": 0.0, "tells": 0.0})

    assert day_model.sentiments(before, talk, "mr") == pytest.approx(before)
    assert day_model.sentiments(before, message, "mr")["negative"] > 0.5


def test_who_asks_people_for_a_price_asks_nothing_of_the_city() -> None:
    (reading,) = read(["braces ka kitna lagta h pune me normally"], semantic=True)

    assert reading.intent.label == "not_civic"


def test_a_message_in_english_is_negative_at_a_lower_chance() -> None:
    even = {"negative": 0.4, "neutral": 0.5, "positive": 0.1}
    message = DayChances({"asks": 1.0, "idle": 0.0, "tells": 0.0}, even, 0.5, 0.5)

    moved = day_model.sentiments(even, message, "en")

    assert moved["negative"] / moved["neutral"] == pytest.approx(0.8 * math.e)
    assert day_model.sentiments(even, message, "mr") == pytest.approx(even)


def test_danger_is_more_likely_where_both_hear_it() -> None:
    heard, unheard = EVEN._replace(high=0.9), EVEN._replace(high=0.1)

    assert day_model.danger(0.5, EVEN) == pytest.approx(0.5)
    assert day_model.danger(0.9, heard) == pytest.approx(0.9)
    assert 0.1 < day_model.danger(0.9, unheard) < 0.5


def test_a_fit_finds_what_sets_the_posts_apart() -> None:
    labels = {
        "asks": frozenset({"intent:complaint", "urgency:critical"}),
        "idle": frozenset({"intent:not_civic", "urgency:low"}),
        "tells": frozenset({"intent:praise", "urgency:high"}),
    }
    posts = [Example(name, labels[name], frozenset()) for name in labels] * 20
    values = [{name: 1.0} for name in labels] * 20
    feelings = ["negative", "neutral", "positive"] * 20

    judge = day.fit(posts, values, feelings, seed=7)

    for name, feeling in zip(labels, feelings, strict=False):
        chances = day_model.day_chances(judge.chances({name: 1.0}))
        assert max(chances.groups, key=chances.groups.__getitem__) == name
        assert max(chances.sentiments, key=chances.sentiments.__getitem__) == feeling
        assert (chances.high > 0.5) == (name != "idle")
        assert (chances.critical > 0.5) == (name == "asks")


def test_a_text_reads_alike_by_itself_and_among_others() -> None:
    texts = [
        "which dentist in Aundh is good",
        "aaji ekti aahe, pani gharat aale",
        "रस्त्यावर खड्डे आहेत",
        "what a match, I nearly died laughing",
    ]
    among = read(texts, semantic=True)

    assert [read([text], semantic=True)[0] for text in texts] == list(among)


def test_a_text_that_is_talk_without_being_sure_keeps_its_topics() -> None:
    (reading,) = read(["uncle wire se chipke hue hain, switch kahan"])

    assert (reading.intent.label, reading.intent.confident) == ("not_civic", False)
    assert reading.urgency.level == "critical"
    assert "electricity" in [topic.id for topic in reading.topics]


@pytest.mark.parametrize("semantic", [False, True])
def test_it_has_a_say_in_feelings_where_the_encoder_was_asked(semantic: bool) -> None:
    texts = [
        "pani nahi, uttar nahi, phone nahi. waah PMC waah",
        "Street light repaired in our lane at last, after three months of calls",
        "गल्लीतला दिवा लागला, आभार",
        "कचरा गाडी आज भी नहीं आई",
    ]
    before = build(semantic=semantic)
    before.remove_pipe("socialcell_day")
    whole = build(semantic=semantic)

    changed = [
        notes_of(whole(text)).sentiment != notes_of(before(text)).sentiment
        for text in texts
    ]

    assert any(changed) is semantic


@pytest.mark.parametrize(
    "text",
    [
        "Exam season: I am buried under notes and books, send chocolates",
        "सेलमध्ये नुसती चेंगराचेंगरी, पण साडी मिळाली",
    ],
)
def test_words_of_danger_ring_unless_it_is_sure_of_a_figure_of_speech(
    text: str,
) -> None:
    (alone,) = read([text])
    (weighed,) = read([text], semantic=True)

    assert alone.urgency.level in ("high", "critical")  # by the words
    assert weighed.urgency.level == "low"


@pytest.mark.parametrize(
    "text",
    [
        "In the earthquake of 1993 my uncle's house collapsed and people were trapped"
        " under it for two days",
        "२००५ च्या पावसात आम्ही गळ्यापर्यंत पाण्यात अडकलो होतो, विसरणार नाही",
    ],
)
def test_words_of_danger_in_a_story_ring_only_where_danger_is_likely(text: str) -> None:
    notes = notes_of(build(semantic=True)(text))

    assert notes.story
    assert notes.danger
    assert notes.day is not None
    assert notes.day.high > 0.1  # in earnest that is enough
    assert read([text], semantic=True)[0].urgency.level == "low"


@pytest.mark.parametrize("nc", NcModels)
def test_a_reader_judges_a_day_by_what_its_workspace_allows(nc: NcModels) -> None:
    component = build(nc).get_pipe("socialcell_day")

    assert component.model is day_model.day_model(nc)
