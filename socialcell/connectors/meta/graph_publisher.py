"""What publishers through Meta's Graph API share: the check, and calls that write."""

from typing import ClassVar

from socialcell.connectors.base import ConnectorContext, ConnectorHealth
from socialcell.connectors.meta.graph_check import examine
from socialcell.connectors.meta.graph_client import Graph, connect_graph
from socialcell.connectors.publisher import (
    PostReference,
    Publisher,
    require_id,
    run_delete,
    run_write,
)


class GraphPublisher(Publisher):
    """An account by its number; `_writer` is the API that may write in its name."""

    scopes: ClassVar[tuple[str, ...]]

    def __init__(self, context: ConnectorContext, account: str) -> None:
        super().__init__(context)
        self._account = account
        self._graph = connect_graph(context, self.platform)

    def check(self) -> ConnectorHealth:
        def read() -> tuple[str, ...]:
            self._writer.ask(self._account, fields="id")
            return ()

        return examine(self._graph, self._clock, self.scopes, read)

    def delete(self, id_: str) -> None:
        graph = self._writer  # without the right to write, nothing is deleted
        run_delete(lambda: graph.delete(id_))

    @property
    def _writer(self) -> Graph:
        return self._graph

    def _write(self, path: str, id_name: str = "id", **form: str) -> PostReference:
        """POST to an edge; the new post's id is under `id_name`."""
        graph = self._writer  # without the right to write, nothing is posted
        body = run_write(lambda: graph.post(path, **form))
        return self._reference(require_id(body, id_name))
