"""The map as a whole: deterministic, steady from run to run, open about its limits."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from socialcell.participation.clusters import Grouping
from socialcell.participation.comparison import compare
from socialcell.participation.kmeans import silhouette, weighted_silhouette
from socialcell.participation.memory import read_memory, write_memory
from socialcell.participation.opinion import (
    Group,
    head_counts,
    opinion_map,
    unpublishable,
)
from socialcell.participation.votes import Votes, VotesError, votes_from_rows
from tests.participation.conversations import crowd, two_camps, two_camps_rows, votes_of


def rows_of(votes: Votes) -> list[tuple[str, str, int]]:
    return [
        (person, statement, int(votes.matrix[row, column]))
        for row, person in enumerate(votes.participants)
        for column, statement in enumerate(votes.statements)
        if not np.isnan(votes.matrix[row, column])
    ]


def test_the_order_of_rows_makes_no_difference():
    rows = rows_of(crowd())
    shuffled = [rows[at] for at in np.random.default_rng(1).permutation(len(rows))]
    assert opinion_map(votes_from_rows(shuffled)) == opinion_map(crowd())


def test_of_repeated_votes_the_last_counts():
    rows = [*two_camps_rows(), ("p0", "s4", -1)]
    found = opinion_map(votes_from_rows(rows))
    assert found.statements[4].tally.disagrees == 1
    assert found.statements[4].tally.votes == 24


def test_three_camps_are_found():
    found = opinion_map(crowd())
    group_of = {name: group.id for group in found.groups for name in group.members}
    camps = [int(name[1:]) % 3 for name in group_of]
    assert len(found.groups) == 3
    assert adjusted_rand_score(camps, list(group_of.values())) > 0.8
    assert found.publishable


def test_going_on_without_new_votes_changes_nothing():
    first = opinion_map(crowd())
    second = opinion_map(crowd(), earlier=first.memory)
    assert [group.members for group in second.groups] == [
        group.members for group in first.groups
    ]
    assert second.projection == first.projection
    assert second.memory.wins == 2


def test_groups_keep_their_ids_when_sizes_change_over():
    first = opinion_map(two_camps())
    late = [
        (f"q{n}", f"s{s}", vote)
        for n in range(12)
        for s, vote in enumerate((-1, -1, 1, 1, 1, -1, 0))
    ]
    second = opinion_map(
        votes_from_rows([*two_camps_rows(), *late]), earlier=first.memory
    )
    assert [len(group.members) for group in second.groups] == [14, 22]
    assert first.groups[0].members == second.groups[0].members


def test_once_placed_always_placed():
    ballots = {f"p{n}": "+-+-+-+..." for n in range(20)}
    first = opinion_map(votes_of(ballots | {"early": "+-+-+-+..."}))
    more = {name: line[:7] + "+++" for name, line in ballots.items()}
    thin = {"early": "+-+......."}
    assert "early" not in opinion_map(votes_of(more | thin)).placed
    again = opinion_map(votes_of(more | thin), earlier=first.memory)
    assert "early" in again.placed


def test_a_better_number_of_groups_is_shown_after_four_runs():
    memory = opinion_map(crowd()).memory
    memory = type(memory)(
        axes=memory.axes,
        bases=memory.bases,
        groups=memory.groups,
        k=2,
        candidate=2,
        wins=8,
    )
    shown = []
    for _ in range(4):
        found = opinion_map(crowd(), earlier=memory)
        memory = found.memory
        shown.append(len(found.groups))
    assert shown == [2, 2, 2, 3]


def test_a_memory_survives_its_file(tmp_path):
    memory = opinion_map(crowd()).memory
    write_memory(memory, tmp_path / "memory.json")
    assert read_memory(tmp_path / "memory.json") == memory


@pytest.mark.parametrize("text", ["", "{", "[]", '{"k": 2}', '{"extra": 1}'])
def test_a_file_that_is_no_memory_is_refused(tmp_path, text):
    path = tmp_path / "memory.json"
    path.write_text(text)
    with pytest.raises(VotesError, match="is not an earlier opinion map"):
        read_memory(path)


def test_no_votes_give_an_empty_map_with_reasons():
    found = opinion_map(votes_from_rows([]))
    assert found.groups == ()
    assert found.reasons == (
        "there are no votes",
        "there are not two groups with different opinions",
    )


def test_everybody_agreeing_is_one_group_with_a_consensus():
    found = opinion_map(votes_of({f"p{n}": "+++++++" for n in range(60)}))
    (group,) = found.groups
    assert len(group.members) == 60
    assert group.representative == ()
    assert found.agree == ("s0", "s1", "s2", "s3", "s4")
    assert found.reasons == ("there are not two groups with different opinions",)
    assert set(found.projection.values()) == {(0.0, 0.0)}


def test_a_single_voter_is_answered():
    found = opinion_map(votes_of({"p": "+"}))
    assert [group.members for group in found.groups] == [("p",)]
    assert not found.publishable


def test_overlapping_groups_are_not_published():
    groups = [
        Group(id=one, members=("p",) * 30, representative=(), tallies=())
        for one in (0, 1)
    ]
    labels = np.repeat([0, 1], 30)
    apart = Grouping(labels, silhouette=0.2, people_silhouette=0.25)
    overlapping = Grouping(labels, silhouette=0.3, people_silhouette=0.24)
    assert unpublishable(60, groups, apart) == ()
    assert unpublishable(60, groups, overlapping) == (
        "the groups overlap: silhouette 0.24, 0.25 is needed",
    )


def test_a_small_group_is_not_published():
    ballots = {f"a{n}": "+++++++" for n in range(60)}
    found = opinion_map(votes_of(ballots | {f"b{n}": "-------" for n in range(9)}))
    assert found.reasons == ("group 1 has 9 members; 10 are needed",)


def test_straight_liners_are_reported_and_left_out_beside():
    ballots = {f"a{n}": "++++++-----" for n in range(30)}
    ballots |= {f"b{n}": "-----++++++" for n in range(30)}
    ballots |= {f"x{n}": "+++++++++++" for n in range(12)}
    ballots |= {"y": "+++++++++.."}
    made = compare(votes_of(ballots))
    assert len(made.plain.straight_liners) == 12
    assert len(made.plain.participants) == 73
    assert made.varied is not None
    assert len(made.varied.participants) == 61
    assert "y" in made.varied.participants


def test_heads_of_weighted_people_sum_to_their_effective_number():
    heads = head_counts(["a", "b", "c"], {"a": 2.0, "b": 0.0})
    # Weights 2, 0, 1: (3 * 3) / (4 + 0 + 1) people, in proportion 2 : 0 : 1.
    assert heads == pytest.approx([1.2, 0.0, 0.6])


def test_equal_weights_change_nothing():
    plain = opinion_map(two_camps())
    everybody = dict.fromkeys(plain.participants, 3.0)
    weighted = opinion_map(two_camps(), weights=everybody)
    assert [one.tally.votes for one in weighted.statements] == pytest.approx(
        [one.tally.votes for one in plain.statements]
    )
    assert weighted.agree == plain.agree


def test_weights_move_the_consensus():
    weights = {f"p{n}": 0.01 for n in range(14)}
    assert "s2" in opinion_map(two_camps(), weights=weights).agree


def test_silhouettes_by_hand():
    points = np.array([[0.0, 0], [1, 0], [4, 0]])
    labels = np.array([0, 0, 1])
    # (4 - 1) / 4, (3 - 1) / 3, and 0 for the point alone.
    assert silhouette(points, labels) == pytest.approx((3 / 4 + 2 / 3) / 3)
    # Two people at each of the first two points, three at the last: a person's company
    # is one other at the same point and two at distance 1.
    weights = np.array([2.0, 2, 3])
    near = (1 * 0 + 2 * 1) / 3
    first, second = (4 - near) / 4, (3 - near) / 3
    expected = (2 * first + 2 * second + 3 * 1) / 7
    assert weighted_silhouette(points, weights, labels) == pytest.approx(expected)
