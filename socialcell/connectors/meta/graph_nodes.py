"""Look up known objects of the Graph API: which are gone, what they count now."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from socialcell.connectors.base import (
    Batch,
    Budget,
    Item,
    Kind,
    Metric,
    Refresh,
    Reject,
    Tombstone,
)
from socialcell.connectors.json_values import objects_at, optional_objects
from socialcell.connectors.meta.graph_check import require_scopes
from socialcell.connectors.meta.graph_client import MOST_AT_ONCE, Graph, GraphAnswer
from socialcell.connectors.meta.graph_errors import GraphRefusal
from socialcell.connectors.optional_fields import OptionalFields
from socialcell.connectors.page_reading import chunks
from socialcell.json_types import JsonObject

# Errors of the token or of the moment, not of one object.
_OF_ALL = (Kind.AUTH, Kind.RATE, Kind.TRANSIENT)

Measure: TypeAlias = Callable[[JsonObject, OptionalFields], tuple[Metric, ...]]
Figure: TypeAlias = Callable[[JsonObject], tuple[Metric, ...]]


@dataclass(frozen=True)
class CountedFields:
    """What is counted of an object: `fields` of it, and how `measure` reads them.

    `families` are paths below an object that are requested one by one, so that a metric
    which Meta has retired does not break the others.
    """

    fields: str
    measure: Measure
    families: Mapping[str, Figure] = field(default_factory=dict)


class NodeLookup:
    """Objects by id, fifty in one request; each is a call of the allowance.

    `permissions` are those without which Meta reports everything as gone.
    `may_judge` says of which ids a missing object is a deleted one.
    """

    def __init__(
        self,
        graph: Graph,
        platform: str,
        budget: Budget,
        permissions: Sequence[str],
        may_judge: Callable[[str], bool] = lambda id_: True,
    ) -> None:
        self._graph, self._platform, self._budget = graph, platform, budget
        self._permissions, self._may_judge = permissions, may_judge
        self._has_checked_scopes = False

    def tombstones(
        self, ids: Sequence[str], stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        """Tombstones of what is gone, a batch for each request."""
        judged_ids = [id_ for id_ in ids if self._may_judge(id_)]
        for chunk in self._chunks(judged_ids, stop):
            answers = self._read(chunk, lambda id_: f"{id_}?fields=id")
            yield self._batch(self._tombstones(answers))

    def refreshes(
        self, ids: Sequence[str], stop: Callable[[], bool], counts: CountedFields
    ) -> Iterator[Batch]:
        """Refreshes of what is there, Tombstones of what is gone on the way."""
        for chunk in self._chunks(ids, stop):
            answers = self._read(chunk, lambda id_: f"{id_}?fields={counts.fields}")
            nodes = {
                id_: node for id_, node in answers.items() if isinstance(node, dict)
            }
            optional = {id_: OptionalFields() for id_ in nodes}
            metrics = {
                id_: counts.measure(node, optional[id_]) for id_, node in nodes.items()
            }
            for path, read in counts.families.items():
                if not nodes:
                    break
                more = self._read(list(nodes), _path_below(path))
                for id_, node in more.items():
                    metrics[id_] += read(node if isinstance(node, dict) else {})
            items: list[Item] = [
                Refresh(self._platform, id_, values)
                if (fault := optional[id_].fault) is None
                else Reject(nodes[id_], fault)
                for id_, values in metrics.items()
            ]
            yield self._batch(items + self._tombstones(answers))

    def _chunks(
        self, ids: Sequence[str], stop: Callable[[], bool]
    ) -> Iterator[list[str]]:
        for number, chunk in enumerate(chunks(ids, MOST_AT_ONCE)):
            if number:
                self._graph.require_allowance()
                if stop() or self._graph.usage.is_high:
                    return
            yield chunk

    def _read(
        self, ids: Sequence[str], path: Callable[[str], str]
    ) -> dict[str, GraphAnswer]:
        self._budget.take("calls", len(ids))
        answers = self._graph.batch([path(id_) for id_ in ids])
        for answer in answers:
            if isinstance(answer, GraphRefusal) and answer.kind in _OF_ALL:
                raise self._graph.error_of(answer)
        return dict(zip(ids, answers, strict=True))

    def _tombstones(self, answers: Mapping[str, GraphAnswer]) -> list[Item]:
        missing = [
            id_
            for id_, answer in answers.items()
            if isinstance(answer, GraphRefusal)
            and answer.is_missing
            and self._may_judge(id_)
        ]
        if missing and not self._has_checked_scopes:
            self._budget.take("calls")
            require_scopes(self._graph, self._permissions)
            self._has_checked_scopes = True
        return [Tombstone(self._platform, id_, "deleted") for id_ in missing]

    def _batch(self, items: list[Item]) -> Batch:
        return Batch(
            items, cursor={}, cost=self._graph.cost(), limits=self._graph.limits
        )


def _path_below(path: str) -> Callable[[str], str]:
    return lambda id_: f"{id_}/{path}"


def figure(name: str, common: str | None) -> Figure:
    """A reader of the one value that insights give of an object's whole life."""

    def read(answer: JsonObject) -> tuple[Metric, ...]:
        return (Metric.from_count(name, lifetime(answer, name), common),)

    return read


def lifetime(answer: JsonObject, name: str) -> int | None:
    """The value of a metric in an answer of insights; None when it is not given."""
    for metric in optional_objects(answer, "data"):
        if metric.get("name") == name and metric.get("values"):
            count = objects_at(metric, "values")[-1].get("value")
            return count if isinstance(count, int) else None
    return None
