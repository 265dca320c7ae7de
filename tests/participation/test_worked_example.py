"""The published worked example of the opinion map, figure by figure."""

import numpy as np
import pytest

from socialcell.participation.opinion import opinion_map
from socialcell.participation.placement import find_plane
from socialcell.participation.routing import priority
from socialcell.participation.stances import one_proportion, two_proportions
from tests.participation.conversations import CAMP_A, CAMP_B, two_camps


@pytest.fixture(scope="module")
def found():
    return opinion_map(two_camps())


@pytest.mark.parametrize(
    ("successes", "trials", "z"),
    [(0, 0, 1.0), (3, 4, 1.3416), (9, 10, 2.7136), (50, 100, 0.0995)],
)
def test_one_proportion_against_a_half(successes, trials, z):
    assert one_proportion(successes, trials) == pytest.approx(z, abs=5e-5)


@pytest.mark.parametrize(
    ("hits", "others", "z"), [(9, 1, 3.4254), (10, 10, 0.0), (5, 5, 0.0)]
)
def test_two_proportions_of_ten_each(hits, others, z):
    assert two_proportions(hits, others, 10, 10) == pytest.approx(z, abs=5e-5)


@pytest.mark.parametrize(
    ("agrees", "passes", "votes", "extremity", "weight"),
    [
        (1, 0, 1, 0, 12.5297),
        (0, 0, 0, 0, 5.0625),
        (20, 3, 20, 0, 1.3724),
        (18, 3, 20, 1, 4.4937),
    ],
)
def test_priority_of_a_statement(agrees, passes, votes, extremity, weight):
    found = priority(agrees, passes, votes, extremity)
    assert found == pytest.approx(weight, abs=5e-5)


def test_a_statement_about_participants_always_weighs_49():
    assert priority(3, 1, 9, 0.5, meta=True) == 49


def test_three_components_hold_all_the_variance():
    votes = two_camps()
    plane = find_plane(votes.matrix)
    assert plane.explained == pytest.approx([0.9039, 0.0573], abs=5e-5)
    third = 1 - plane.explained.sum()
    assert third == pytest.approx(0.0388, abs=5e-5)


def test_column_means_ignore_the_unseen():
    centre = find_plane(two_camps().matrix).centre
    assert centre == pytest.approx(
        [1 / 6, 1 / 6, -1 / 6, -1 / 6, 1, -1, 0.5, 1, -1 / 3]
    )


def test_people_are_projected_from_the_votes_they_cast(found):
    assert np.abs(found.projection["p0"]) == pytest.approx([1.7340, 0.5], abs=5e-5)
    assert np.abs(found.projection["p14"]) == pytest.approx([2.6271, 0.5669], abs=5e-5)
    assert found.projection["p0"][0] * found.projection["p14"][0] < 0


def test_eleven_positions_allow_two_groups(found):
    assert len(set(found.memory.bases.values())) == 11
    assert list(found.memory.groups) == [2]
    assert [group.members for group in found.groups] == [CAMP_A, CAMP_B]
    assert found.silhouette == pytest.approx(0.8499, abs=5e-5)


@pytest.mark.parametrize(
    ("group", "statement", "share", "share_z", "ratio", "z", "metric"),
    [
        (0, "s0", 0.9375, 3.8730, 11.25, 4.7073, 192.285),
        (1, "s2", 0.9167, 3.3166, 14.667, 4.7164, 210.305),
    ],
)
def test_what_a_group_thinks(found, group, statement, share, share_z, ratio, z, metric):
    (one,) = [
        each
        for each in found.groups[group].representative
        if each.statement == statement
    ]
    figures = (one.pa, one.pat, one.ra, one.rat, one.metric)
    expected = (share, share_z, ratio, z, metric)
    assert figures == pytest.approx(expected, rel=5e-5)


def test_the_statements_that_tell_the_groups_apart(found):
    signs = [
        [(one.statement, "+" if one.agrees else "-") for one in group.representative]
        for group in found.groups
    ]
    assert signs[0] == [
        ("s0", "+"),
        ("s1", "+"),
        ("s2", "-"),
        ("s3", "-"),
        ("s8", "-"),
    ]
    assert signs[1] == [
        ("s2", "+"),
        ("s3", "+"),
        ("s8", "+"),
        ("s0", "-"),
        ("s1", "-"),
    ]


def test_consensus_over_everybody(found):
    assert found.agree == ("s4", "s7")
    assert found.disagree == ("s5",)


def test_consensus_of_every_group(found):
    assert [one.group_consensus for one in found.statements] == pytest.approx(
        [0.0781, 0.0781, 0.0573, 0.0573, 0.8594, 0.0052, 0.25, 0.6857, 0.125],
        abs=5e-5,
    )


def test_the_least_seen_agreeable_statement_wins_the_lottery(found):
    assert [one.priority for one in found.statements] == pytest.approx(
        [2.5609, 2.5609, 2.0549, 2.0549, 1.4163, 0.0023, 0.6472, 8.6884, 4.7031],
        abs=5e-5,
    )


def test_24_people_are_too_few_to_publish(found):
    assert found.reasons == ("24 people are placed; 50 are needed",)
    assert not found.publishable
