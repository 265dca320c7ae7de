"""What it costs to refuse a file: processor seconds, megabytes, and the words.

python -m tests.faults.hostile.refusal_cost CONFIG WAY FILE
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from socialcell import config, db
from socialcell.errors import SocialcellError
from socialcell.services import area_shapes
from socialcell.services.collection import file_import
from socialcell.services.context import Context
from socialcell.services.desk.care import care_in
from socialcell.services.links import tracked_links
from socialcell.services.mentions import gazetteer, mention_owners

Act = Callable[[Context, Path], object]


def import_posts(context: Context, file: Path) -> bool:
    """Whether every row was set aside."""
    counts = file_import.import_file(context, file).result.counts
    return counts["received"] == counts["quarantined"]


WAYS: dict[str, Act] = {
    "posts": import_posts,
    "gazetteer": gazetteer.import_names,
    "owners": mention_owners.import_owners,
    "links": tracked_links.import_links,
    "care": care_in.care_in,
    "shapes": area_shapes.import_shapes,
    "settings": lambda _context, file: config.load(file),
}


def main() -> None:
    place, way, file = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    workspace = config.load(place)
    context = Context(workspace, db.connect(workspace.database_url), workspace.clock())
    act = WAYS[way]
    # What is imported late is there before the refusal is measured.
    outcome(act, context, place.with_name("small.csv"))
    before, began = peak(), time.process_time()
    words = outcome(act, context, file)
    cost = {
        "seconds": time.process_time() - began,
        "megabytes": (peak() - before) / 1024,
        "words": words,
    }
    print(json.dumps(cost))


def outcome(act: Act, context: Context, file: Path) -> str:
    """The words of a refusal; empty when the file was taken."""
    try:
        return "every row is set aside" if act(context, file) is True else ""
    except SocialcellError as error:
        return str(error)


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
