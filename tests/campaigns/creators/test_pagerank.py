"""Who is turned to, by an independent working-out of PageRank."""

import pytest

from socialcell.campaigns.creators.pagerank import network_standings

A, B, C, D = 1, 2, 3, 4


def ranks(arrows: dict[tuple[int, int], int], nodes: list[int]) -> dict[int, float]:
    """PageRank by plain iteration; who turns to nobody turns to all alike."""
    rank = dict.fromkeys(nodes, 1 / len(nodes))
    out = {node: sum(n for (a, _), n in arrows.items() if a == node) for node in nodes}
    for _ in range(200):
        idle = sum(rank[node] for node in nodes if not out[node])
        rank = {
            node: 0.15 / len(nodes)
            + 0.85
            * (
                idle / len(nodes)
                + sum(rank[a] * n / out[a] for (a, b), n in arrows.items() if b == node)
            )
            for node in nodes
        }
    return rank


def test_pagerank_is_as_worked_out_by_iteration() -> None:
    arrows = {(A, B): 3, (C, B): 1, (C, D): 1, (B, D): 2}
    made = network_standings(arrows, {"b": [B], "d": [D]})
    expected = ranks(arrows, [A, B, C, D])
    for id_, node in (("b", B), ("d", D)):
        found = made[id_]
        assert found is not None
        assert found.pagerank == pytest.approx(4 * expected[node], abs=1e-4)


def test_people_and_times_are_counted() -> None:
    made = network_standings({(A, B): 3, (C, B): 1, (B, D): 2}, {"b": [B]})["b"]
    assert made is not None
    assert (made.people, made.times, made.accounts, made.arrows) == (2, 4, 4, 3)


def test_two_numbers_of_an_account_are_one() -> None:
    made = network_standings({(A, B): 1, (A, C): 2, (B, C): 9}, {"bc": [B, C]})["bc"]
    assert made is not None
    assert (made.people, made.times, made.accounts) == (1, 3, 2)


def test_who_was_never_turned_to_and_turned_to_nobody_has_no_standing() -> None:
    assert network_standings({(A, B): 1}, {"d": [D]}) == {"d": None}
    assert network_standings({}, {"d": [D]}) == {"d": None}
