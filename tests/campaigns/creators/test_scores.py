"""Reach, relevance, locality and language, and the order that they make."""

from typing import Any

import pytest

from socialcell.campaigns.creators.candidate import (
    CITY_ENTITY,
    Candidate,
    FollowerCount,
)
from socialcell.campaigns.creators.candidate_ranking import WEIGHTS, rank_candidates
from socialcell.campaigns.creators.candidate_scores import (
    InitiativeSubject,
    language_shares,
    languages,
    localities,
    reaches,
    relevances,
)
from tests.builders import NOON
from tests.campaigns.creators.creator_builders import (
    make_candidate,
    make_post,
    make_posts,
)

KOTHRUD = "ward:kothrud-bavdhan"


def reach_of(*candidates: Candidate) -> tuple[float, str] | None:
    found = reaches(candidates)[candidates[0].id]
    return None if found is None else (found.value, found.by)


def viewed(handle: str, followers: int, *views: int) -> Candidate:
    posts = tuple(make_post(n, views=one) for n, one in enumerate(views))
    return make_candidate(
        handle, figures=(FollowerCount(NOON, followers),), posts=posts
    )


def test_reach_is_what_the_accounts_own_insights_say() -> None:
    assert reach_of(make_candidate(reach=70.0)) == (70.0, "insights")


def test_without_insights_reach_is_the_median_of_the_views() -> None:
    assert reach_of(viewed("a", 100, 10, 20, 30, 40, 900)) == (30.0, "views")


def test_four_posts_with_views_are_too_few_for_a_median() -> None:
    assert reach_of(viewed("a", 100, 10, 20, 30, 40)) == (100.0, "followers")


def test_without_views_reach_is_what_others_of_the_platform_have_per_follower() -> None:
    others = [viewed(f"o{n}", 100, *[n * 10] * 5) for n in (1, 3, 7)]
    assert reach_of(make_candidate("a"), *others) == (30.0, "rate")
    assert reach_of(make_candidate("a", platform="bluesky"), *others) == (
        100.0,
        "followers",
    )


def test_of_an_account_of_unknown_followers_no_reach_is_made_up() -> None:
    assert reach_of(make_candidate("a", figures=())) is None


def share(about: InitiativeSubject, text: str = "", **changes: Any) -> int:
    """How many of one post's texts are about it."""
    post = make_post(text=text, **changes)
    return relevances([make_candidate(posts=(post,))], about)["x:asha"].hits


@pytest.mark.parametrize(
    ("spelling", "text", "hits"),
    [
        ("pmc care", "Download PMC Care today", 1),
        ("पाणी", "कोथरूडमध्ये पाणी नाही", 1),
        ("कोथरूड", "कोथरूडमध्ये पाणी नाही", 1),  # with its ending
        ("care", "scared of dogs", 0),
        ("app", "apples", 0),  # a short word stands alone
        ("app", "the app works", 1),
    ],
)
def test_words_are_found_at_the_beginning_of_words(
    spelling: str, text: str, hits: int
) -> None:
    assert share(InitiativeSubject(spellings=(spelling,)), text) == hits


def test_a_post_is_relevant_by_its_topic_or_by_what_it_names() -> None:
    about = InitiativeSubject(
        ids=frozenset({"service:pmc-care"}), topics=frozenset({"water"})
    )
    assert share(about, topics=frozenset({"water", "roads"})) == 1
    assert share(about, entities=frozenset({"service:pmc-care"})) == 1
    assert share(about, topics=frozenset({"roads"})) == 0


def test_a_share_is_drawn_towards_that_of_everybody() -> None:
    wet = [make_post(n, topics=frozenset({"water"})) for n in range(2)]
    dry = [make_post(9 + n) for n in range(6)]
    pool = [
        make_candidate("a", posts=tuple(wet)),
        make_candidate("b", posts=tuple(dry)),
    ]
    made = relevances(pool, InitiativeSubject(topics=frozenset({"water"})))
    # p = 2 of 8; (2 + 10 p) / (2 + 10) and (0 + 10 p) / (6 + 10)
    assert made["x:a"].value == pytest.approx(4.5 / 12)
    assert made["x:b"].value == pytest.approx(2.5 / 16)
    assert (made["x:a"].everybody, made["x:a"].examples) == (0.25, (0, 1))


def test_a_post_is_local_that_names_the_city_or_a_place_in_a_ward() -> None:
    posts = (
        make_post(1, wards=frozenset({KOTHRUD}), entities=frozenset({CITY_ENTITY})),
        make_post(2, entities=frozenset({CITY_ENTITY})),
        make_post(3, entities=frozenset({"place:mumbai"})),
    )
    made = localities([make_candidate(posts=posts)], InitiativeSubject())["x:asha"]
    assert (made.hits, made.posts) == (2, 3)
    assert made.parts == {"ward": 1, "city": 2}


def test_for_a_ward_only_its_places_are_local() -> None:
    posts = (
        make_post(1, wards=frozenset({KOTHRUD})),
        make_post(2, wards=frozenset({"ward:aundh-baner"})),
    )
    about = InitiativeSubject(wards=frozenset({KOTHRUD}))
    assert localities([make_candidate(posts=posts)], about)["x:asha"].hits == 1


def test_where_followers_live_by_insights_goes_before_posts() -> None:
    made = localities(
        [make_candidate(shares={("city", CITY_ENTITY): 0.41})], InitiativeSubject()
    )["x:asha"]
    assert (made.value, made.by) == (0.41, "insights")


def test_wards_of_insights_add_up() -> None:
    shares = {("ward", KOTHRUD): 0.2, ("ward", "ward:aundh-baner"): 0.1}
    about = InitiativeSubject(
        wards=frozenset({KOTHRUD, "ward:aundh-baner", "ward:yerawada"})
    )
    made = localities([make_candidate(shares=shares)], about)["x:asha"]
    assert made.value == pytest.approx(0.3)


def test_languages_are_shares_of_posts() -> None:
    posts = tuple(
        make_post(n, language=one)
        for n, one in enumerate(("mr", "en", "mr", "mr-Latn"))
    )
    one = make_candidate(posts=posts)
    assert languages(one) == {"mr": 0.5, "en": 0.25, "mr-Latn": 0.25}
    asked = language_shares(
        [one], InitiativeSubject(languages=frozenset({"mr", "mr-Latn"}))
    )
    assert (asked["x:asha"].hits, asked["x:asha"].posts) == (3, 4)


def test_the_points_are_places_among_the_others_by_weight() -> None:
    pool = [
        make_candidate(name, figures=(FollowerCount(NOON, n),), authors=(n,))
        for name, n in (("a", 300), ("b", 200), ("c", 200), ("d", 100))
    ]
    made = {
        one.candidate.id: one
        for one in rank_candidates(pool, {}, InitiativeSubject(), NOON)
    }
    total = sum(WEIGHTS.values()) - WEIGHTS["relevance"] - WEIGHTS["language"]
    of = 100 * WEIGHTS["reach"] / total
    places = {id_: one.parts["reach"].place for id_, one in made.items()}
    assert places == {"x:a": 1.0, "x:b": 0.5, "x:c": 0.5, "x:d": 0.0}
    assert made["x:a"].parts["reach"].points == pytest.approx(of)
    assert sum(part.weight for part in made["x:a"].parts.values()) == pytest.approx(100)
    assert made["x:a"].points == pytest.approx(
        sum(part.points for part in made["x:a"].parts.values())
    )
    assert [
        one.candidate.id for one in rank_candidates(pool, {}, InitiativeSubject(), NOON)
    ] == list(made)
    assert next(iter(made)) == "x:a"


def test_what_is_not_known_counts_as_the_middle_by_name() -> None:
    pool = [make_candidate("a", figures=()), make_candidate("b"), make_candidate("c")]
    made = {
        one.candidate.id: one
        for one in rank_candidates(pool, {}, InitiativeSubject(), NOON)
    }
    part = made["x:a"].parts["reach"]
    assert (part.place, part.is_known) == (0.5, False)
    assert made["x:a"].effective_reach is None


def test_relevance_counts_only_where_something_is_asked_for() -> None:
    pool = [make_candidate("a")]
    assert (
        "relevance" not in rank_candidates(pool, {}, InitiativeSubject(), NOON)[0].parts
    )
    asked = rank_candidates(
        pool, {}, InitiativeSubject(topics=frozenset({"water"})), NOON
    )[0]
    assert "relevance" in asked.parts
    assert asked.relevance is not None


def test_effective_reach_is_reach_by_authenticity_by_locality() -> None:
    posts = make_posts(1, 1, entities=frozenset({CITY_ENTITY}))
    one = make_candidate(reach=1000.0, posts=posts, shares={("city", CITY_ENTITY): 0.4})
    made = rank_candidates([one], {}, InitiativeSubject(), NOON)[0]
    assert made.authenticity.value is None
    assert made.effective_reach == pytest.approx(400)
