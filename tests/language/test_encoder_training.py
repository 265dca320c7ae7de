"""What the encoder learns from, what it starts from, and how its say is weighed."""

import numpy as np
import pytest

from socialcell.errors import SocialcellError
from socialcell.language import weights
from socialcell.language.classifiers import topics
from socialcell.language.semantic import encoder
from socialcell.language.semantic.encoder import EncoderOutput, Heads
from socialcell.language.training import encoder_data, encoder_further, encoder_shares
from socialcell.language.training.civic import topics_of
from socialcell.language.training.encoder import mean_state
from socialcell.language.training.encoder_civic import Weighed, _add_topics
from socialcell.language.training.encoder_data import (
    TrainingItem,
    civic_parts,
    items_of_pass,
)
from socialcell.language.training.posts import Example, posts


def civic(text: str, *topics: str) -> Example:
    labels = {"intent:complaint", "urgency:normal", *(f"topic:{one}" for one in topics)}
    return Example(text, frozenset(labels), frozenset({"topic"}), origin="once")


def test_our_own_posts_teach_or_measure_and_none_does_both() -> None:
    taught, measuring = civic_parts(seed=7)

    texts = {post.text for post in taught}
    assert not texts & {post.text for post in measuring}
    assert len(taught) == len(posts()) - -(-len(posts()) // 5)
    assert {post.origin for post in measuring} == {"twice", "once"}
    assert {post.origin for post in taught} == {"twice", "once", "weak"}


def test_a_post_that_trained_the_encoder_before_measures_it_no_more() -> None:
    _, measuring = civic_parts(seed=7)
    known = {encoder_data.mark(post.text) for post in measuring[1:]}

    _, left = civic_parts(seed=7, known_marks=known)

    assert left == measuring[:1]
    assert encoder_data.mark("Pani  NAHI @a") == encoder_data.mark("pani nahi @b")


def test_the_card_of_the_encoder_knows_which_civic_posts_it_learned_from() -> None:
    card = weights.card(encoder.NAME)
    assert card is not None
    known = card.facts["civic_seen"].split()

    fresh = encoder_data.unknown(posts(), known)

    cared = [post for post in posts() if post.origin != "weak"]
    assert 0 < len(fresh) < len(cared)
    measured = card.facts["scores"]["topic: our own posts, held out"]["n"]
    assert measured == len(fresh)


def test_a_pass_has_every_civic_post_twice_and_the_same_seed_gives_it_again() -> None:
    ours = [
        TrainingItem(f"civic {n}", {"intent": "help", "urgency": "low"})
        for n in range(5)
    ]
    told = [TrainingItem(f"told {n}", {"language": "mr"}) for n in range(3000)]

    found = items_of_pass([*ours, *told], seed=7, number=4)

    texts = [item.text for item in found]
    assert [texts.count(item.text) for item in ours] == [2] * 5
    assert sum(text.startswith("told") for text in texts) == 2000
    assert texts == [
        item.text for item in items_of_pass([*ours, *told], seed=7, number=4)
    ]
    assert texts != [
        item.text for item in items_of_pass([*ours, *told], seed=7, number=5)
    ]


def test_weights_come_back_out_of_the_file_by_their_names_in_the_net() -> None:
    constants = {
        "words": np.array([[2, -4], [1, 0], [0, 127]], np.int8),
        "words.scale": np.array([[0.5], [1.0], [2.0]], np.float32),
        "places": np.array([[[1.0, 2.0]]], np.float32),
        "norm.weight": np.array([1.0, 1.5], np.float32),
        "norm.bias": np.array([0.0] * 4, np.float32),  # so the width's root is two
        "layers.0.up.weight": np.array([[1, 10, 100], [2, 20, 50]], np.int8),
        "layers.0.up.scale": np.array([1.0, 0.5, 0.25], np.float32),
        "layers.0.up.bias": np.array([7.0, 8.0, 9.0], np.float32),
        "heads": np.array([[2.0, 4.0, 6.0], [8.0, 10.0, 12.0]], np.float32),
        "heads.bias": np.array([1.0, 2.0, 3.0], np.float32),
    }

    found = encoder_further.tensors_of(
        constants, Heads({"a": ("x",), "b": ("y", "z")}, {})
    )

    assert {name: values.tolist() for name, values in found.items()} == {
        "words.weight": [[1.0, -2.0], [1.0, 0.0], [0.0, 254.0]],
        "places": [[1.0, 2.0]],
        "norm.weight": [1.0, 1.5],
        "norm.bias": [0.0] * 4,
        "layers.0.up.weight": [[1.0, 2.0], [5.0, 10.0], [25.0, 12.5]],
        "layers.0.up.bias": [7.0, 8.0, 9.0],
        "heads.a.weight": [[1.0, 4.0]],
        "heads.a.bias": [1.0],
        "heads.b.weight": [[2.0, 5.0], [3.0, 6.0]],
        "heads.b.bias": [2.0, 3.0],
    }


def test_an_encoder_that_saw_the_posts_of_another_seed_does_not_learn_further() -> None:
    with pytest.raises(SocialcellError, match="give --seed 7"):
        encoder_further.shipped(seed=8)


def test_who_learned_further_ships_as_the_mean_of_before_and_after() -> None:
    before = {"up": np.array([1.0, 4.0])}
    after = {"up": np.array([3.0, 2.0]), "new head": np.array([8.0])}

    found = mean_state(before, after)

    assert {name: values.tolist() for name, values in found.items()} == {
        "up": [2.0, 3.0],
        "new head": [8.0],
    }


def test_the_smallest_share_that_is_as_good_as_the_best_is_taken() -> None:
    scored = {0.0: 0.70, 0.2: 0.799, 0.4: 0.80, 1.0: 0.60}

    assert encoder_shares.least_of_best(scored) == 0.2


def test_each_topic_stands_alone_in_what_the_encoder_says() -> None:
    heads = Heads({"topic": ("water", "roads")}, {"topic": 2.0}, {"topic": 0.25})
    meaning = EncoderOutput(heads, np.array([0.0, np.log(3.0)], np.float32))

    assert meaning.chances("topic") == {"water": 0.5, "roads": 0.9}
    weighed = meaning.averaged("topic", {"water": 0.9, "roads": 0.1})
    assert weighed == pytest.approx({"water": 0.6, "roads": 0.7})


def test_topics_above_a_half_are_given_and_else_the_best_that_is_likely_enough() -> (
    None
):
    def names(**chances: float) -> list[str]:
        return [topic.id for topic in topics.topics_by_chance(chances)]

    assert names(water=0.7, roads=0.9, parks=0.4) == ["roads", "water"]
    assert names(water=0.3, roads=0.25) == ["water"]
    assert names(water=0.2, roads=0.1) == []


def test_of_topics_the_better_model_gets_the_say() -> None:
    held_out = [civic("a", "water"), civic("b", "roads"), civic("c", "water", "roads")]
    right = np.array([[5.0, -5.0], [-5.0, 5.0], [5.0, 5.0]])
    wrong = [{"water": 0.1, "roads": 0.9}, {"water": 0.9, "roads": 0.1}] * 2

    found = Weighed()
    _add_topics(found, held_out, ("water", "roads"), right, wrong[:3])

    assert found.shares["topic"] == 0.0
    again = Weighed()
    _add_topics(again, held_out, ("water", "roads"), right, wrong[:3], slope=0.5)
    assert again.softness["topic"] == 0.5
    (row,) = found.macro_f1.values()
    assert row["encoder"] == 1.0
    assert row["linear"] < 0.7


def test_all_topics_of_a_post_are_told_and_nothing_else() -> None:
    assert topics_of(civic("a", "water", "roads")) == {"water", "roads"}
