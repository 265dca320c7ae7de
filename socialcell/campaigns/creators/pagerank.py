"""Who is turned to: PageRank on the graph of replies, quotes, reposts and names."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

_DAMPING = 0.85


@dataclass(frozen=True, slots=True)
class Standing:
    """An account's place in the graph of who turned to whom.

    `pagerank` times the number of accounts: 1 is the average account. `people` turned
    to it, `times` in all. The graph has `accounts` nodes and `arrows` edges.
    """

    pagerank: float
    people: int
    times: int
    accounts: int
    arrows: int


def standings(
    arrows: Mapping[tuple[int, int], int], wanted: Mapping[str, Collection[int]]
) -> dict[str, Standing | None]:
    """The standing of accounts that go by several numbers; None: not in the graph.

    PageRank (Page et al. 1999) with damping 0.85: somebody's attention is shared among
    those to whom they turned, by how often.
    """
    import networkx

    number_of = {one: id_ for id_, numbers in wanted.items() for one in numbers}
    graph = networkx.DiGraph()
    for (who, whom), times in sorted(arrows.items()):
        one, other = number_of.get(who, who), number_of.get(whom, whom)
        if one == other:
            continue
        held = graph.get_edge_data(one, other, {"weight": 0})["weight"]
        graph.add_edge(one, other, weight=held + times)
    if not graph:
        return dict.fromkeys(wanted)
    ranks = networkx.pagerank(graph, alpha=_DAMPING, weight="weight")
    size = len(ranks)
    return {
        id_: Standing(
            pagerank=ranks[id_] * size,
            people=graph.in_degree(id_),
            times=graph.in_degree(id_, weight="weight"),
            accounts=size,
            arrows=graph.number_of_edges(),
        )
        if id_ in ranks
        else None
        for id_ in wanted
    }
