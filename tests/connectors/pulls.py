"""A pull from the sandbox: its batches, its records, and the ids it has to bring."""

from collections.abc import Callable
from typing import Any

from socialcell.connectors.base import Batch, ConnectorContext, Record
from socialcell.sandbox import Sandbox
from socialcell.sandbox.truth import collected
from socialcell.services.collection import collector
from tests.connectors.conftest import TRUTH, Unlimited, connector_of


def expected_ids(name: str, moments: list[Any]) -> set[str]:
    """What the world's truth says this source showed, under the ids that we keep."""
    native_ids = collected(TRUTH, name, moments)
    by_id = {item["id"]: item for item in TRUTH["items"]}
    return {stored_id(by_id[native]) for native in native_ids}


def stored_id(item: dict[str, Any]) -> str:
    """An edited post keeps its first id; an article its guid, else its address."""
    if item["platform"] == "x":
        return str((item["supersedes"] or [item["id"]])[0])
    return str(item["id"] if item.get("guid", True) else item["url"])


def pull(
    served: Sandbox,
    name: str,
    connector_context: ConnectorContext,
    cursor: dict[str, Any] | None = None,
    stop: Callable[[], bool] = collector.never_stop,
) -> list[Batch]:
    connector = connector_of(served, name, connector_context)
    return list(connector.pull(cursor, Unlimited(), stop))


def records(batches: list[Batch]) -> list[Record]:
    return [
        item for batch in batches for item in batch.items if isinstance(item, Record)
    ]


def items(batches: list[Batch], id_: str) -> list[Record]:
    """The records of one id."""
    return [record for record in records(batches) if record.external_id == id_]
