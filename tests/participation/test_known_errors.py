"""Errors that another port of this method made, each one shut out here."""

import numpy as np
import pytest

from socialcell.participation.comparison import compare
from socialcell.participation.document import document
from socialcell.participation.memory import remembered_k
from socialcell.participation.opinion import opinion_map
from socialcell.participation.placement import (
    find_plane,
    placed,
    project,
    working_matrix,
)
from socialcell.participation.stances import (
    SIGNIFICANT,
    Stance,
    Tally,
    consensus,
    one_proportion,
    representative,
    stance,
    tallies,
    two_proportions,
)
from socialcell.participation.votes import votes_from_rows
from tests.participation.conversations import crowd, two_camps, two_camps_rows, votes_of

NAN = np.nan


def make_stance(statement="s", agree=0.9, z=3.0, ratio=2.0, **changes) -> Stance:
    """A stance that passes in favour, unless changed."""
    figures = {
        "statement": statement,
        "tally": Tally(9, 0, 10),
        "pa": agree,
        "pd": 0.1,
        "pat": z,
        "pdt": -z,
        "ra": ratio,
        "rd": 0.2,
        "rat": z,
        "rdt": -z,
    }
    return Stance(**{**figures, **changes})


def test_an_axis_does_not_flip_between_runs():
    votes = crowd()
    plane = find_plane(votes.matrix)
    again = find_plane(votes.matrix, earlier=-plane.axes)
    np.testing.assert_allclose(again.axes, -plane.axes, atol=1e-12)


def test_a_first_run_makes_the_largest_loading_positive():
    for axis in find_plane(crowd().matrix).axes:
        assert axis[np.argmax(np.abs(axis))] > 0


def test_unseen_votes_do_not_move_a_person():
    matrix = np.array([[1, 1, 1], [1, NAN, NAN], [-1, -1, -1], [0, 1, -1]])
    plane = find_plane(matrix)
    by_hand = np.sqrt(3 / 1) * (1 - plane.centre[0]) * plane.axes[:, 0]
    np.testing.assert_allclose(project(matrix, plane)[1], by_hand)


def test_seven_votes_place_a_person_however_large_the_crowd():
    matrix = np.full((400, 40), NAN)
    matrix[:, :8] = 1
    matrix[0, 7] = NAN
    matrix[1, 6:8] = NAN
    inside = placed(matrix)
    assert inside[0]
    assert not inside[1]


def test_fewer_statements_than_seven_lower_the_bar():
    inside = placed(np.vstack([np.ones((20, 3)), [[1, 1, NAN]]]))
    assert inside[:20].all()
    assert not inside[20]


def test_the_most_active_fill_up_to_fifteen():
    matrix = np.full((30, 10), NAN)
    for row in range(30):
        matrix[row, : 1 + row % 6] = 1
    inside = placed(matrix)
    assert inside.sum() == 15
    # Five rows each have 6, 5 and 4 votes.
    assert sorted({int(n) for n in np.sum(~np.isnan(matrix[inside]), axis=1)}) == [
        4,
        5,
        6,
    ]


def test_raw_votes_place_a_person_even_on_moderated_statements():
    votes = votes_of({f"p{n}": "+++++++..." for n in range(20)} | {"q": "......++++"})
    found = opinion_map(votes, moderated_out=["s0", "s1", "s2"])
    assert len(found.placed) == 20
    assert "q" not in found.placed


@pytest.mark.parametrize(
    ("candidate", "wins", "shown", "now"), [(3, 2, 2, 3), (3, 3, 3, 4), (4, 3, 2, 1)]
)
def test_a_new_number_of_groups_must_win_four_runs(candidate, wins, shown, now):
    memory = opinion_map(two_camps()).memory
    earlier = type(memory)(
        axes={}, bases={}, groups={}, k=2, candidate=candidate, wins=wins
    )
    assert remembered_k(3, (2, 3, 4), earlier) == (shown, now)


def test_a_number_of_groups_that_no_longer_exists_is_clamped():
    memory = opinion_map(two_camps()).memory
    earlier = type(memory)(axes={}, bases={}, groups={}, k=5, candidate=5, wins=9)
    assert remembered_k(2, (2, 3), earlier) == (3, 1)


def test_shares_are_smoothed_by_one_and_two():
    one = stance("s", Tally(3, 1, 6), Tally(0, 0, 0))
    assert (one.pa, one.pd) == (4 / 8, 2 / 8)
    assert one.ra == pytest.approx((4 / 8) / (1 / 2))


def test_one_proportion_is_not_the_textbook_test():
    textbook = (0.9 - 0.5) / np.sqrt(0.9 * 0.1 / 10)
    assert one_proportion(9, 10) == pytest.approx(2 * np.sqrt(11) * (10 / 11 - 0.5))
    assert abs(one_proportion(9, 10) - textbook) > 1


def test_two_proportions_add_one_to_all_four():
    without = (0.9 - 0.1) / np.sqrt(0.5 * 0.5 * 0.2)
    assert two_proportions(9, 1, 10, 10) == pytest.approx(
        (10 / 11 - 2 / 11) / np.sqrt((12 / 22) * (10 / 22) * (2 / 11))
    )
    assert two_proportions(9, 1, 10, 10) != pytest.approx(without)


def test_the_metric_is_a_signed_product():
    one = make_stance(ra=2.0, rat=3.0, pa=0.5, pat=-1.5)
    assert one.metric == -4.5
    other = make_stance(rat=-3.0, rdt=2.0, rd=1.5, pd=0.5, pdt=4.0)
    assert other.metric == 6.0


def test_the_direction_is_the_greater_difference():
    # Most of the group disagrees, yet it agrees more than the others do.
    one = stance("s", Tally(4, 6, 10), Tally(0, 40, 40))
    assert one.pd > one.pa
    assert one.agrees


def test_significance_is_one_sided_at_ninety_percent():
    assert SIGNIFICANT == 1.2816
    assert make_stance(z=1.3).passes
    assert not make_stance(z=1.28).passes


def test_a_share_below_half_is_no_bar_by_itself():
    assert make_stance(agree=0.4).passes


def test_five_are_kept_whatever_their_direction():
    agreeing = [make_stance(f"a{n}", ratio=2 + n) for n in range(7)]
    chosen = representative(agreeing)
    assert [one.statement for one in chosen] == ["a6", "a5", "a4", "a3", "a2"]


def test_the_best_agreement_leads_and_agreements_come_first():
    disagreeing = [
        make_stance(
            f"d{n}",
            tally=Tally(0, 9, 10),
            pa=0.1,
            pat=-3.0,
            ra=0.2,
            rat=-3.0,
            pd=0.9,
            pdt=3.0,
            rd=5.0 + n,
            rdt=3.0,
        )
        for n in range(6)
    ]
    chosen = representative([*disagreeing, make_stance("a", ratio=1.1)])
    assert [one.statement for one in chosen] == ["a", "d5", "d4", "d3", "d2"]


def test_without_a_significant_statement_the_one_most_agreed_with_is_shown():
    weak = make_stance("weak", z=1.0, pat=0.8)
    agreed = make_stance("agreed", rat=0.9, pat=1.9)
    assert [one.statement for one in representative([weak, agreed])] == ["agreed"]


def test_without_any_agreement_the_one_that_differs_most_is_shown():
    nothing = Tally(0, 0, 10)
    bland = make_stance("bland", tally=nothing, rat=0.1, rdt=0.2, pat=-3.0)
    differs = make_stance("differs", tally=nothing, rat=0.1, rdt=0.9, pat=-3.0)
    assert [one.statement for one in representative([bland, differs])] == ["differs"]


def test_overall_consensus_takes_five_by_share_times_z():
    counts = [Tally(agrees, 0, 20) for agrees in (20, 13, 19, 18, 17, 16, 15, 2)]
    agree, disagree = consensus([f"s{n}" for n in range(8)], counts)
    assert agree == ["s0", "s2", "s3", "s4", "s5"]
    assert disagree == []


def test_overall_consensus_does_not_need_every_group():
    # 13 of 20: no group-wise gate, significant at 90 % one-sided.
    agree, _ = consensus(["s"], [Tally(13, 7, 20)])
    assert agree == ["s"]


def test_priorities_are_not_all_equal():
    weights = {one.priority for one in opinion_map(two_camps()).statements}
    assert len(weights) > 5


def test_groups_are_not_divided_further():
    group = document(compare(two_camps()))["groups"][0]
    assert set(group) == {"id", "members", "representative"}


def test_all_people_shape_the_axes_not_a_sample_of_them():
    # One dissenter among 3,000 identical people: a sample would miss her.
    matrix = np.ones((3000, 8))
    matrix[1234, 3] = -1
    axes = find_plane(matrix).axes
    assert np.argmax(np.abs(axes[0])) == 3
    assert abs(axes[0, 3]) == pytest.approx(1)


def test_a_moderated_statement_keeps_its_column_as_zeros():
    votes = two_camps()
    moderated = np.array([name == "s0" for name in votes.statements])
    working = working_matrix(votes.matrix, moderated)
    assert working.shape == votes.matrix.shape
    assert (working[:, 0] == 0).all()
    # The column still counts among the nine that stretch a projection.
    found = opinion_map(votes, moderated_out=["s0"])
    plane = find_plane(working)
    seen = ~np.isnan(working[14])
    by_hand = np.sqrt(9 / seen.sum()) * (
        np.nan_to_num(working[14] - plane.centre)[None] * plane.axes
    ).sum(axis=1)
    assert found.projection["p14"] == pytest.approx(tuple(by_hand))


def test_a_moderated_statement_is_counted_but_never_chosen():
    found = opinion_map(two_camps(), moderated_out=["s0", "s4"])
    assert found.statements[0].tally == Tally(14, 10, 24)
    assert found.statements[0].priority is None
    chosen = {one.statement for group in found.groups for one in group.representative}
    assert "s0" not in chosen
    assert found.agree == ("s7",)


def test_passes_count_among_all_votes():
    (tally,) = tallies(np.array([[1.0], [0.0], [0.0], [-1.0], [NAN]]))
    assert tally == Tally(1, 1, 4)
    assert tally.passes == 2


def test_banned_people_leave_no_trace():
    rows = list(two_camps_rows())
    trolls = [(f"t{n}", f"s{s}", 1) for n in range(9) for s in range(9)]
    with_ban = opinion_map(
        votes_from_rows([*rows, *trolls]), banned=[f"t{n}" for n in range(9)]
    )
    assert with_ban == opinion_map(votes_from_rows(rows))
