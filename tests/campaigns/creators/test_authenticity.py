"""What can be said of an audience without knowing anybody in it."""

import pytest

from socialcell.campaigns.creators.authenticity import (
    authenticity,
    daily_follower_gains,
)
from socialcell.campaigns.creators.candidate import PostAnswer
from socialcell.causal.wilson import wilson_interval
from tests.builders import NOON
from tests.campaigns.creators.creator_builders import (
    DAY,
    answered,
    counted,
    make_candidate,
    make_post,
    make_posts,
)

POSTS = make_posts(*[1] * 10)
SOLD = "best deal for followers here now"


def test_nothing_is_said_where_nothing_was_seen() -> None:
    made = authenticity(make_candidate())
    assert (made.value, made.interval) == (None, (0.0, 1.0))
    assert tuple(map(str, made.cannot_say)) == (
        "who follows: no list of followers is held",
        "whether answers are of people: none reached us",
        "how followers grew: they were counted on too few days",
    )


def test_a_text_that_came_three_times_speaks_against() -> None:
    answers = answered(POSTS, *[SOLD] * 3, *(f"reply number {n}" for n in range(7)))
    made = authenticity(make_candidate(posts=POSTS, answers=tuple(answers)))
    assert (made.repeated, made.answers) == (3, 10)
    assert made.value == pytest.approx(0.7)
    assert made.interval == pytest.approx(wilson_interval(7, 10))


@pytest.mark.parametrize("text", ["thank you", "नमस्कार", ""])
def test_short_texts_are_the_same_by_themselves(text: str) -> None:
    answers = answered(POSTS, *[text] * 5)
    made = authenticity(make_candidate(posts=POSTS, answers=tuple(answers)))
    assert made.repeated == 0


def test_who_answers_most_posts_speaks_against() -> None:
    everywhere = [PostAnswer(post.id, 7, f"hello {post.id}") for post in POSTS[:7]]
    others = answered(POSTS, *(f"reply {n}" for n in range(10)))
    made = authenticity(make_candidate(posts=POSTS, answers=(*everywhere, *others)))
    assert (made.regular, made.repeated) == (7, 0)


def test_six_of_ten_posts_are_not_most() -> None:
    often = [PostAnswer(post.id, 7, f"hello {post.id}") for post in POSTS[:6]]
    others = answered(POSTS, *(f"reply {n}" for n in range(10)))
    made = authenticity(make_candidate(posts=POSTS, answers=(*often, *others)))
    assert made.regular == 0


def test_an_answer_counts_once_against() -> None:
    both = [PostAnswer(post.id, 7, SOLD) for post in POSTS[:9]]
    other = answered(POSTS[9:], "a reply of somebody")
    made = authenticity(make_candidate(posts=POSTS, answers=(*both, *other)))
    assert (made.regular, made.repeated) == (9, 9)
    assert made.value == pytest.approx(0.1)


def test_growth_is_shared_by_days_without_a_figure() -> None:
    figures = (counted(100)[0], *counted(130, until=NOON + 3 * DAY))
    assert [gain for _, gain in daily_follower_gains(figures)] == [10.0]


def bought(**changes: object) -> tuple[float, int]:
    """A jump of 400 among days that gain ten; 600 followers in the end."""
    days = [100, 110, 120, 130, 140, 150, 560, 570, 580, 590, 600]
    made = authenticity(make_candidate(figures=counted(*days), **changes))
    return made.gained_in_spikes, len(made.spikes)


def test_followers_that_came_in_one_day_without_a_post_speak_against() -> None:
    gained, spikes = bought()
    assert (gained, spikes) == (pytest.approx(400 / 600), 1)


def test_a_post_explains_a_day_of_gain() -> None:
    assert bought(posts=(make_post(at=NOON - 5 * DAY),)) == (0.0, 0)


def test_a_spike_lowers_the_lower_end_alone() -> None:
    answers = tuple(answered(POSTS, *(f"reply number {n}" for n in range(10))))
    days = [100, 110, 120, 130, 140, 150, 560, 570, 580, 590, 600]
    made = authenticity(
        make_candidate(posts=POSTS, answers=answers, figures=counted(*days))
    )
    low, high = wilson_interval(10, 10)
    assert made.value == pytest.approx(1 / 3)
    assert made.interval == pytest.approx((low / 3, high))


def test_quiet_accounts_have_no_spikes_by_counting() -> None:
    made = authenticity(make_candidate(figures=counted(*[100] * 9, 103, 103)))
    assert made.spikes == ()
