"""PageRank on the graph of replies, quotes, reposts and mentions by handle."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

_DAMPING = 0.85


@dataclass(frozen=True, slots=True)
class NetworkStanding:
    """An account's place in the graph of who addressed whom.

    `pagerank` times the number of accounts: 1 is the average account. `people`
    addressed it, `times` in all. The graph has `accounts` nodes and `arrows` edges.
    """

    pagerank: float
    people: int
    times: int
    accounts: int
    arrows: int


def network_standings(
    edges: Mapping[tuple[int, int], int], ids_by_account: Mapping[str, Collection[int]]
) -> dict[str, NetworkStanding | None]:
    """The standing of accounts that have several ids; None: not in the graph.

    PageRank (Page et al. 1999) with damping 0.85: somebody's attention is shared among
    those whom they addressed, by how often.
    """
    import networkx

    number_of = {
        number: id_ for id_, numbers in ids_by_account.items() for number in numbers
    }
    graph = networkx.DiGraph()
    for (who, whom), times in sorted(edges.items()):
        source, target = number_of.get(who, who), number_of.get(whom, whom)
        if source == target:
            continue
        weight = graph.get_edge_data(source, target, {"weight": 0})["weight"]
        graph.add_edge(source, target, weight=weight + times)
    if not graph:
        return dict.fromkeys(ids_by_account)
    ranks = networkx.pagerank(graph, alpha=_DAMPING, weight="weight")
    size = len(ranks)
    return {
        id_: NetworkStanding(
            pagerank=ranks[id_] * size,
            people=graph.in_degree(id_),
            times=graph.in_degree(id_, weight="weight"),
            accounts=size,
            arrows=graph.number_of_edges(),
        )
        if id_ in ranks
        else None
        for id_ in ids_by_account
    }
