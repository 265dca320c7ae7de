"""What it costs to refuse an answer of a platform, or what a platform hands in.

python -m tests.faults.hostile.answer_cost CONFIG CONNECTOR FILE [BASE_URL]

With BASE_URL the connector pulls from there; without, FILE is the body of a push. FILE
of a pull is a small answer, with which all that is imported late is imported.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from socialcell import config, connectors, db
from socialcell.connectors.base import ConnectorContext
from socialcell.connectors.meta.meta_push import WebhookConnector
from socialcell.connectors.unmetered import Unmetered
from socialcell.errors import SocialcellError
from socialcell.services.context import Context
from tests.faults.hostile.refusal_cost import peak
from tests.faults.hostile.scripted import ORIGINS, SETTINGS


def main() -> None:
    place, name, file = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    workspace = config.load(place)
    context = Context(workspace, db.connect(workspace.database_url), workspace.clock())
    if len(sys.argv) > 4:
        urls = dict.fromkeys(ORIGINS[name], sys.argv[4])
        pulled = Context(workspace, context.engine, context.clock, urls)
        refuse(lambda: pull(name, pulled.connector_context))
        cost = refuse(lambda: pull(name, pulled.connector_context))
    else:
        settings = {"phone_number_id": "12345", "business_account_id": "12345"}
        receiver = connectors.build(name, settings, context.connector_context)
        assert isinstance(receiver, WebhookConnector)
        refuse(lambda: receiver.read(b"{}"))
        body = file.read_bytes()
        cost = refuse(lambda: receiver.read(body))
    print(json.dumps(cost))


def pull(name: str, context: ConnectorContext) -> None:
    connector = connectors.build(name, SETTINGS[name], context)
    for _batch in connector.pull(None, Unmetered(), lambda: False):
        pass


def refuse(act: Callable[[], object]) -> dict[str, object]:
    """Processor seconds, megabytes, and the words; empty when nothing was refused."""
    before, began, words = peak(), time.process_time(), ""
    try:
        act()
    except SocialcellError as error:
        words = str(error)
    return {
        "seconds": time.process_time() - began,
        "megabytes": (peak() - before) / 1024,
        "words": words,
    }


if __name__ == "__main__":
    main()
