"""One of several machines that share a database: does what it is told, in an order of
its own.

Reads a line of JSON for each round from standard input and answers "done".
"""

import json
import random
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from socialcell import config, db
from socialcell.clock import FixedClock
from socialcell.mail import Letter
from socialcell.services.alerts import detection
from socialcell.services.collection import collector, file_import
from socialcell.services.context import Context
from socialcell.services.desk import case_opening
from socialcell.services.links import tracked_links
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.outbox import outbox
from socialcell.services.privacy.retention import run_retention
from socialcell.services.publishing import posting

READER = "head@city.example"
Act = Callable[[], object]


def main() -> None:
    place, seed = Path(sys.argv[1]), sys.argv[2]
    workspace = config.load(place)
    for line in sys.stdin:
        told = json.loads(line)
        engine = db.connect(workspace.database_url, 60)
        context = Context(
            workspace, engine, FixedClock(datetime.fromisoformat(told["now"]))
        )
        play(context, Path(told["folder"]), told["round"], seed)
        engine.dispose()
        print("done", flush=True)


def play(context: Context, folder: Path, number: int, seed: str) -> None:
    """One round: everything once, then what is read and opened of it until nothing
    waits. In every second round all machines do the same at the same time."""
    acts = first_acts(context, folder, number)
    random.Random(f"{seed if number % 2 else 'all'} {number}").shuffle(acts)
    for act in acts:
        act()
    tag_waiting(context)
    case_opening.open_pending(context)
    detection.detect(context)


def first_acts(context: Context, folder: Path, number: int) -> list[Act]:
    link = {
        "campaign": "clean-lakes-2026",
        "channel": "instagram",
        "web": "https://pmc.gov.in/lakes",
        "post": f"round {number}",
    }
    letter = Letter(f"Round {number}", "Words", "<p>Words</p>")

    def bring_in() -> None:
        imported = file_import.import_file(context, folder / f"{number}.jsonl")
        assert imported.result.state == "ok", imported.result

    def pull() -> None:
        results = collector.collect(context)
        states = {result.state for result in results}
        assert states <= {"ok", "waiting"}, results

    return [
        bring_in,
        bring_in,
        pull,
        lambda: tag_waiting(context),
        lambda: posting.publish_due(context),
        lambda: tracked_links.create_link(context, link),
        lambda: outbox.put_letter(
            context, "report", f"round-{number}", "en", [READER], lambda: letter
        ),
        lambda: run_retention(context),
    ]


if __name__ == "__main__":
    main()
