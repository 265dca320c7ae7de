"""Which rows that an import could not store speak of danger to life."""

from collections.abc import Iterable, Sequence
from itertools import chain, islice

from socialcell.connectors.base import Reject
from socialcell.json_types import JsonValue
from socialcell.services.context import Context
from socialcell.services.mentions import tagging

_ROWS_NAMED = 20
_LONGEST = 5_000  # characters of a cell that are read
_FEWEST = 2  # words of a cell that may tell of anything


def warnings(context: Context, rejects: Sequence[Reject]) -> tuple[str, ...]:
    """A sentence that names these rows, if there are any: nobody is called about what
    is not stored. Each cell is read by itself: which one is the text is not known, and
    numbers and names beside it would change how it is read."""
    cells = [_cells(reject.raw) for reject in rejects]
    texts = list(dict.fromkeys(chain.from_iterable(cells)))
    readings = tagging.analyse_words(context, texts) if texts else []
    dangers = {
        text
        for text, words in zip(texts, readings, strict=True)
        if words.analysis.urgency.level == "critical"
    }
    rows = [
        str(reject.row)
        for reject, own in zip(rejects, cells, strict=True)
        if not dangers.isdisjoint(own)
    ]
    if not rows:
        return ()
    more = len(rows) - _ROWS_NAMED
    named = ", ".join(rows[:_ROWS_NAMED]) + (f" and {more} more" if more > 0 else "")
    is_single = len(rows) == 1
    which, it = ("Row {} speaks", "it") if is_single else ("Rows {} speak", "them")
    return (
        f"{which.format(named)} of danger to life and cannot be stored, so nobody is "
        f"called about {it}. Read {it} in the file now, and act; then mend {it} and "
        "import the file again.",
    )


def _cells(raw: JsonValue) -> list[str]:
    """The beginnings of a raw row's cells in which somebody may have written."""
    cells = (cell[:_LONGEST] for cell in _strings(raw))
    return [cell for cell in cells if _has_words(cell)]


def _has_words(cell: str) -> bool:
    words = (word for word in cell.split() if any(map(str.isalpha, word)))
    return len(list(islice(words, _FEWEST))) == _FEWEST


def _strings(raw: JsonValue) -> Iterable[str]:
    """All strings within a raw row."""
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, dict):
        for value in raw.values():
            yield from _strings(value)
    elif isinstance(raw, list):
        for value in raw:
            yield from _strings(value)
