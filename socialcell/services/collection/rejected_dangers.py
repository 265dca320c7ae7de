"""Which rows that an import could not store speak of danger to life."""

from collections.abc import Iterable, Sequence

from socialcell.connectors.base import Reject
from socialcell.json_types import JsonValue
from socialcell.services.context import Context
from socialcell.services.mentions import tagging

_ROWS_NAMED = 20


def warnings(context: Context, rejects: Sequence[Reject]) -> tuple[str, ...]:
    """A sentence that names these rows, if there are any: nobody is called about what
    is not stored."""
    texts = [" ".join(_strings(reject.raw)) for reject in rejects]
    rows = [
        str(reject.row)
        for reject, words in zip(
            rejects, tagging.analyse_words(context, texts), strict=True
        )
        if words.analysis.urgency.level == "critical"
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
